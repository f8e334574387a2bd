"""What the video depacketizer and the codecs say to each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

ALL_LAYERS: Final = 8
"""Above any temporal layer: three bits name one at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture stands among others, as its descriptor says. -1 is what it does not say."""

    number: int = -1
    """Picture id."""
    bits: int = 15
    """In how many bits that counts."""
    tl0: int = -1
    """Of which picture of the base layer it depends, or which of them it is (TL0PICIDX)."""
    layer: int = -1
    """Temporal layer."""
    needs_base_only: bool = False
    """Of its references all are of the base layer, and the last of it."""
    opens_above: bool = False
    """No picture of a higher layer after this one needs one from before it."""
    references: tuple[int, ...] | None = None
    """The picture ids it needs, where the descriptor lists them."""


NOWHERE: Final = Place()


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture, as a container takes it."""

    data: bytes
    keyframe: bool
    size: tuple[int, int] | None = None
    setup: bytes = b""


class PictureCodec(Protocol):
    """One codec, for one source. It may remember what a source says once for many pictures."""

    def begins(self, payload: bytes) -> bool:
        """Whether a payload is surely the first of its picture. Takes any bytes."""

    def place(self, payloads: Sequence[bytes]) -> Place:
        """Return where the picture of these stands: they begin one, or made one."""

    def build(self, payloads: Sequence[bytes]) -> Picture | None:
        """Return the picture of all its payloads, None where they hold none.

        Raises :class:`PacketError` where they do not fit together.
        """

"""What comes out of RTP: whole frames in their order, and where something is missing. Pure.

Times in RTP units are unwrapped: they count on where 32 bits begin anew, and only differences of
one track's mean anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as a container takes it, or one packet of sound.

    VP8: the frame. VP9: the superframe. H.264: the access unit, NAL units with four bytes of length
    each (ISO/IEC 14496-15). AV1: the temporal unit, OBUs with their sizes and no temporal
    delimiter. Opus: the packet.
    """

    data: bytes
    timestamp: int
    keyframe: bool
    """One can begin here. Of sound always."""
    arrived: float
    """When the last packet of it came, in seconds of the engine's clock."""
    size: tuple[int, int] | None = None
    """Width and height in pixels, where a keyframe says them."""
    setup: bytes = b""
    """What a decoder needs before it, where it has changed (avcC, av1C, vpcC); of a keyframe."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing came from ``start`` to before ``stop``, in RTP units."""

    start: int
    stop: int


Sample: TypeAlias = Frame | Gap


class Depacketizer(Protocol):
    """RTP packets of one source to frames. A packet is waited for, and then it is missing."""

    @property
    def bad(self) -> int:
        """How many packets and pictures were not what they should be."""

    @property
    def late(self) -> int:
        """How many packets came twice, or were not waited for any more."""

    def feed(self, packet: bytes, arrived: float) -> list[Sample]:
        """Take a packet, in any order, once or twice; returns what is now whole."""

    def flush(self) -> list[Sample]:
        """Wait for nothing any more; returns what is left."""

"""Instructions a router hands to its shell. Drained after every mutation."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, final

from media.ids import EndpointId
from media.rungs import Rung


@final
class SendRtp:
    """A whole plain RTP packet, rewritten for this endpoint; the shell protects and sends it.

    A plain class where the others are named tuples: compiled, it is made without a call.
    """

    __slots__ = ("endpoint", "packet")

    def __init__(self, endpoint: EndpointId, packet: bytes) -> None:
        self.endpoint = endpoint
        self.packet = packet


@final
class SendRtcp:
    """A whole plain RTCP compound packet for this endpoint."""

    __slots__ = ("endpoint", "packet")

    def __init__(self, endpoint: EndpointId, packet: bytes) -> None:
        self.endpoint = endpoint
        self.packet = packet


class SlotFill(NamedTuple):
    """Whose media a slot carries now; ``publisher`` None while the slot is free."""

    audio_mid: str | None
    video_mid: str | None
    publisher: EndpointId | None


class SlotsChanged(NamedTuple):
    """The full list of an endpoint's slots, in slot order, after a change."""

    endpoint: EndpointId
    slots: tuple[SlotFill, ...]


class CodecPreferred(NamedTuple):
    """The best video codec all endpoints of the room speak; the publisher should send it."""

    endpoint: EndpointId
    codec: str


class FirstPacket(NamedTuple):
    """An endpoint's first media packet has arrived."""

    endpoint: EndpointId


class LayersWatched(NamedTuple):
    """Which encodings of a simulcast section somebody is to get, smallest first, after a change.

    The publisher may stop the others; one in the list may have been stopped before.
    """

    endpoint: EndpointId
    mid: str
    rids: tuple[str, ...]


class RateWorth(NamedTuple):
    """How many bits per second of a picture are worth sending: 0 is none of it.

    ``stills``: somebody who would see it gets none because their line is too narrow.
    """

    endpoint: EndpointId
    mid: str
    bps: int
    stills: bool


class RungChanged(NamedTuple):
    """What the line toward an endpoint carries, after a change."""

    endpoint: EndpointId
    rung: Rung


Word: TypeAlias = (
    SlotsChanged | CodecPreferred | FirstPacket | LayersWatched | RateWorth | RungChanged
)
"""What is for signaling."""
Output: TypeAlias = SendRtp | SendRtcp | Word

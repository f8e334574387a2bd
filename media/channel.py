"""What signaling and an engine say to each other. No forwarded packet ever passes here.

Rule 1: everything on it is a frozen value of plain types, so that the same words serve an engine in
this process and one in a process of its own.
Rule 2: a request is answered once, or refused with a :class:`media.errors.NegotiationError`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from media.ids import EndpointId, RoomKey
from media.stats import EngineStats


class LinkState(StrEnum):
    """The state of one endpoint's path, as authenticated packets show it."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    CLOSED = "closed"


class EndpointClose(StrEnum):
    """Why an endpoint ended."""

    REQUESTED = "requested"
    PEER_CLOSED = "peer_closed"
    HANDSHAKE_TIMEOUT = "handshake_timeout"
    HANDSHAKE_FAILED = "handshake_failed"
    ABANDONED = "abandoned"
    SHUTDOWN = "shutdown"


class Phase(StrEnum):
    """Milestones of a join that only the engine can see."""

    ICE = "ice"
    DTLS = "dtls"
    FIRST_PACKET = "first_packet"


class LinkChanged(msgspec.Struct, frozen=True, tag="link_changed"):
    """The path of an endpoint changed state; ``reason`` is set when it is CLOSED."""

    endpoint: EndpointId
    state: LinkState
    reason: EndpointClose | None = None


class PhaseReached(msgspec.Struct, frozen=True, tag="phase_reached"):
    """``seconds`` since the endpoint's first offer was answered."""

    endpoint: EndpointId
    phase: Phase
    seconds: float


class TextChannelChanged(msgspec.Struct, frozen=True, tag="text_channel_changed"):
    """Whether the endpoint's text data channel can carry text now."""

    endpoint: EndpointId
    open: bool


class TextReceived(msgspec.Struct, frozen=True, tag="text_received"):
    """A message on the endpoint's text data channel, undecoded: its meaning is not ours."""

    endpoint: EndpointId
    data: str


class SlotFilled(msgspec.Struct, frozen=True):
    """Whose media the slot with these mids carries; ``publisher`` None while it is free."""

    audio_mid: str | None
    video_mid: str | None
    publisher: EndpointId | None


class SlotsFilled(msgspec.Struct, frozen=True, tag="slots_filled"):
    """All slots of an endpoint after a change."""

    endpoint: EndpointId
    slots: tuple[SlotFilled, ...]


class CodecChosen(msgspec.Struct, frozen=True, tag="codec_chosen"):
    """The video codec the endpoint should send, because all in its room speak it."""

    endpoint: EndpointId
    codec: str


Notification: TypeAlias = (
    LinkChanged | PhaseReached | TextChannelChanged | TextReceived | SlotsFilled | CodecChosen
)
Listener: TypeAlias = Callable[[Notification], None]


class MediaPlane(Protocol):
    """An engine as signaling sees it, wherever it runs."""

    async def negotiate(self, room: RoomKey, endpoint: EndpointId, offer: str) -> str:
        """Answer an SDP offer; the first creates the endpoint, a later one restarts its ICE.

        Raises :class:`media.errors.NegotiationError`; then nothing has changed.
        """

    async def close_endpoint(self, endpoint: EndpointId) -> None:
        """End an endpoint; unknown ones are ignored. LinkChanged(CLOSED, REQUESTED) follows."""

    def send_text(self, endpoint: EndpointId, data: str) -> None:
        """Write to the endpoint's text channel; dropped when it is not open."""

    async def stats(self) -> EngineStats:
        """Counters since the start."""

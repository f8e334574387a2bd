"""A media plane without media: it answers offers, remembers what it was asked, and says on command
what an engine would say."""

from __future__ import annotations

import asyncio

from media.channel import (
    EndpointClose,
    LinkChanged,
    LinkState,
    Listener,
    Notification,
    PictureSize,
    RecordedFile,
    RecordOrder,
    RecordPermit,
    SlotFilled,
    SlotsFilled,
    TextChannelChanged,
    TextReceived,
)
from media.config import MediaConfig
from media.errors import NegotiationError, OfferFault, RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from media.stats import EngineStats, TrackPage

OFFER = "v=0 test offer"


class FakeMediaPlane:
    """An offer that is the value of an :class:`OfferFault` is refused with it."""

    def __init__(self, config: MediaConfig, listener: Listener) -> None:
        self._listener = listener
        self.port = config.port
        self.negotiations: list[tuple[RoomKey, EndpointId, str]] = []
        self.alive: list[EndpointId] = []
        self.sent: list[tuple[EndpointId, str]] = []
        self.sizes: list[tuple[EndpointId, EndpointId, PictureSize]] = []
        self.gate: asyncio.Event | None = None
        """When set to an event, negotiations wait for it."""
        self.fail_start: OSError | None = None
        self.running = False
        self.pages: dict[str, TrackPage] = {}
        """What :meth:`tracks` answers, by what it is asked."""
        self.asked_after: list[str] = []
        self.orders: list[RecordOrder] = []
        self.permits: list[RecordPermit] = []
        self.stopped: list[tuple[str, int, bool]] = []
        """Recording, segment, and whether what was not sealed yet was thrown away."""
        self.record_fault: RecordFault | None = None

    async def start(self) -> None:
        if self.fail_start is not None:
            raise self.fail_start
        self.running = True

    async def stop(self) -> None:
        self.running = False

    async def negotiate(self, room: RoomKey, endpoint: EndpointId, offer: str) -> str:
        if self.gate is not None:
            await self.gate.wait()
        if offer in {fault.value for fault in OfferFault}:
            raise NegotiationError(OfferFault(offer))
        self.negotiations.append((room, endpoint, offer))
        if endpoint not in self.alive:
            self.alive.append(endpoint)
        return f"answer {len(self.negotiations)}"

    async def close_endpoint(self, endpoint: EndpointId) -> None:
        if endpoint in self.alive:
            self.alive.remove(endpoint)
            self.say(LinkChanged(endpoint, LinkState.CLOSED, EndpointClose.REQUESTED))

    def send_text(self, endpoint: EndpointId, data: str) -> None:
        self.sent.append((endpoint, data))

    def set_size(self, subscriber: EndpointId, publisher: EndpointId, size: PictureSize) -> None:
        self.sizes.append((subscriber, publisher, size))

    async def stats(self) -> EngineStats:
        return EngineStats(endpoints=len(self.alive), dropped={"stun": 1}, links={"connected": 0})

    async def tracks(self, after: str = "") -> TrackPage:
        self.asked_after.append(after)
        return self.pages.get(after, TrackPage())

    async def record(self, order: RecordOrder) -> None:
        if self.record_fault is not None:
            raise RecordingError(self.record_fault)
        self.orders.append(order)

    def permit(self, permit: RecordPermit) -> None:
        self.permits.append(permit)

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        self.stopped.append((recording, segment, discard))
        return tuple(
            RecordedFile(
                order.next_file + index,
                track.part,
                "audio/webm",
                order.at_ms,
                1000,
                9,
                10,
                "0" * 64,
            )
            for order in self.orders
            if (order.room, order.recording, order.segment) == (room, recording, segment)
            for index, track in enumerate(order.tracks)
        )

    # --- what an engine would say -----------------------------------------------------------------

    def say(self, notification: Notification) -> None:
        self._listener(notification)

    def open_text(self, endpoint: EndpointId, *, is_open: bool = True) -> None:
        self.say(TextChannelChanged(endpoint, is_open))

    def receive_text(self, endpoint: EndpointId, data: str) -> None:
        self.say(TextReceived(endpoint, data))

    def link(
        self, endpoint: EndpointId, state: LinkState, reason: EndpointClose | None = None
    ) -> None:
        self.say(LinkChanged(endpoint, state, reason))

    def fill(self, endpoint: EndpointId, *publishers: EndpointId | None) -> None:
        slots = tuple(
            SlotFilled(f"a{index}", f"v{index}", publisher)
            for index, publisher in enumerate(publishers)
        )
        self.say(SlotsFilled(endpoint, slots))

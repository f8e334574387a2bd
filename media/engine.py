"""The async shell of the data plane: endpoints, rooms, timers, sockets.

Rule 1: it decides nothing about a packet; routers do. It carries their outputs to transports.
Rule 2: every mutation of a router is followed by a drain before the loop runs anything else.
Rule 3: notifications go upward by one listener, in order, and never block.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import Counter
from typing import Final

from media.answer import Local, write_answer
from media.association import Certificate
from media.channel import (
    CodecChosen,
    EndpointClose,
    LayersWanted,
    LinkChanged,
    LinkState,
    Listener,
    Notification,
    Phase,
    PictureSize,
    RateWanted,
    RungReached,
    SlotFilled,
    SlotsFilled,
    TextChannelChanged,
)
from media.clock import Instant
from media.config import MediaConfig
from media.endpoint import Endpoint
from media.errors import NegotiationError, OfferFault
from media.forwarding.layer_switch import Target
from media.handshake import HandshakeThread
from media.ids import EndpointId, RoomKey
from media.mux import Mux
from media.negotiation import Offer, plan_media, read_offer
from media.numbers import Ledger, read_page
from media.outputs import (
    CodecPreferred,
    FirstPacket,
    LayersWatched,
    RateWorth,
    RungChanged,
    SendRtcp,
    SendRtp,
    SlotsChanged,
    Word,
)
from media.router import Router
from media.stats import EngineStats, TrackPage
from media.still_post import StillPost
from media.tapping import Tapping

TIMER_SLACK_S: Final = 0.005
"""Deadlines this close together share a wake. Reports and retries are due in tens of ms."""
NEVER: Final = float("inf")
TARGETS: Final = {PictureSize.SMALL: Target(spatial=0), PictureSize.LARGE: Target()}
"""Time layers are left alone: a small picture may move as smoothly as a large one."""
WATCH_S: Final = 0.1
"""How often silence is looked for. A gap in a voice is to be told within 0.6 s, of which it takes
0.25 s to be one; a look costs some microseconds an endpoint."""


class Engine(Tapping):
    """Implements :class:`media.channel.MediaPlane` in this process."""

    def __init__(self, config: MediaConfig, listener: Listener) -> None:
        super().__init__()
        self._config = config
        self._listener = listener
        self._mux = Mux(config, self._after_wake)
        self._certificate = Certificate()
        self._handshakes = HandshakeThread()
        self._endpoints: dict[EndpointId, Endpoint] = {}
        self._dirty: set[Router] = set()
        self._last_dirty: Router | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._dropped: Counter[str] = Counter()
        self._past: Counter[str] = Counter()
        self._ledger = Ledger()
        self._post = StillPost(self._send_still)
        self._watcher: asyncio.Task[None] | None = None
        self._timer: asyncio.Handle | None = None
        self._timer_at: Instant = NEVER
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bind the port and start the timers. Raises :class:`OSError` when the port is taken."""
        self._loop = asyncio.get_running_loop()
        self._mux.open(self._loop)
        await self._handshakes.start()
        self._watcher = asyncio.create_task(self._watch_all(), name="media-watch")

    async def stop(self) -> None:
        """Close every endpoint, then the sockets; nothing is left running."""
        await self.close_recorder()
        for each in list(self._endpoints.values()):
            self.end(each, EndpointClose.SHUTDOWN)
        while self._closing:
            await asyncio.gather(*self._closing)
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._timer is not None:
            self._timer.cancel()
        self._post.close()
        await self._handshakes.stop()
        self._mux.close()

    @property
    def port(self) -> int:
        """The one UDP port."""
        return self._mux.port

    # --- requests (MediaPlane) -------------------------------------------------------------------

    async def negotiate(self, room: RoomKey, endpoint: EndpointId, offer: str) -> str:
        """Answer an SDP offer; see :class:`media.channel.MediaPlane`."""
        checked = read_offer(offer)
        known = self._endpoints.get(endpoint)
        if known is not None:
            plan = plan_media(checked, self._config, (known.offer, known.plan))
            known.restart(checked, plan)
        else:
            known = self._create(room, endpoint, checked)
        local = Local(
            known.transport.ice.local,
            self._certificate.fingerprint,
            self._mux.addresses(),
            tcp=self._config.tcp,
            promised=known.transport.ice.promised,
            generation=known.transport.ice.generation,
        )
        return write_answer(known.offer, known.plan, local)

    def _create(self, room: RoomKey, identity: EndpointId, offer: Offer) -> Endpoint:
        half_open = sum(e.state is LinkState.CONNECTING for e in self._endpoints.values())
        if len(self._endpoints) >= self._config.max_endpoints or (
            half_open >= self._config.max_half_open
        ):
            raise NegotiationError(OfferFault.BUSY)
        plan = plan_media(offer, self._config)
        router = self._rooms.get(room)
        if router is None:
            router = self._rooms[room] = Router(self._config, secrets.randbits(64))
        new = Endpoint(identity, room, router, self, offer, plan)
        new.open((self._certificate, self._handshakes), self._mux, self._dropped)
        self._endpoints[identity] = new
        router.add_endpoint(identity, plan, new.born)
        self.flush(router)
        self.notify(LinkChanged(identity, LinkState.CONNECTING))
        return new

    async def close_endpoint(self, endpoint: EndpointId) -> None:
        """End an endpoint; unknown ones are ignored."""
        known = self._endpoints.get(endpoint)
        if known is not None:
            self.end(known, EndpointClose.REQUESTED)

    def send_text(self, endpoint: EndpointId, data: str) -> None:
        """Write to the endpoint's text channel; dropped when it is not open."""
        known = self._endpoints.get(endpoint)
        if known is not None and not known.transport.send_text(data):
            self.notify(TextChannelChanged(endpoint, open=False))

    def set_size(self, subscriber: EndpointId, publisher: EndpointId, size: PictureSize) -> None:
        """Give a subscriber the encoding that fits; see :class:`media.channel.MediaPlane`."""
        known = self._endpoints.get(subscriber)
        if known is not None:
            known.router.set_target(subscriber, publisher, TARGETS[size], self.now())
            self.flush(known.router)

    async def stats(self) -> EngineStats:
        """Counters since the start."""
        totals = self._past.copy()
        dropped = self._mux.dropped + self._dropped + Counter(dict(self._handshakes.dropped))
        dropped += self._post.stills.dropped
        for router in self._rooms.values():
            _add_router(totals, dropped, router)
        for name, count in self._past.items():
            if name.startswith("dropped."):
                dropped[name.removeprefix("dropped.")] += count
        links = Counter(each.state.value for each in self._endpoints.values())
        return EngineStats(
            endpoints=len(self._endpoints),
            half_open=links[LinkState.CONNECTING.value],
            packets_received=totals["packets_in"],
            packets_forwarded=totals["packets_out"],
            bytes_received=self._mux.bytes_in,
            bytes_sent=self._mux.bytes_out,
            retransmissions=totals["retransmissions"],
            keyframe_requests=totals["keyframe_requests"],
            dropped=dict(dropped),
            links=dict(links),
            stills=self._post.stills.totals(),
            recording=self.recorder_numbers(),
            forward_delay_s=self._mux.delays.read(),
            **self._ledger.read(),
        )

    async def tracks(self, after: str = "") -> TrackPage:
        """Rows of single tracks, a page of rooms at a time."""
        return read_page(self._rooms, after)

    # --- what endpoints need (Shell) -------------------------------------------------------------

    def now(self) -> Instant:
        """The loop's monotonic clock."""
        assert self._loop is not None  # nothing happens before start()
        return self._loop.time()

    def notify(self, notification: Notification) -> None:
        """Tell signaling."""
        self._listener(notification)

    def pass_still(self, endpoint: Endpoint, data: bytes) -> None:
        """Send a chunk of an endpoint's still to whom it concerns."""
        self._post.handle_chunk(endpoint.id, data)

    def _send_still(self, receiver: EndpointId, data: bytes) -> bool:
        known = self._endpoints.get(receiver)
        return known is not None and known.transport.send_still(data)

    def end(self, endpoint: Endpoint, reason: EndpointClose) -> None:
        """Take an endpoint out at once, and close its transport in a task."""
        if self._endpoints.pop(endpoint.id, None) is None:
            return
        endpoint.transport.end()
        self._post.stills.remove(endpoint.id)
        router = endpoint.router
        self._ledger.settle(router, endpoint.id)
        router.remove_endpoint(endpoint.id, self.now())
        self.flush(router)
        if not any(each.router is router for each in self._endpoints.values()):
            self._rooms.pop(endpoint.room_key, None)
            self._dirty.discard(router)
            self._last_dirty = None
            self._remember_past(router)
        self.notify(LinkChanged(endpoint.id, LinkState.CLOSED, reason))
        task = asyncio.create_task(endpoint.transport.close(), name="media-close")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _remember_past(self, router: Router) -> None:
        dropped: Counter[str] = Counter()
        _add_router(self._past, dropped, router)
        for name, count in dropped.items():
            self._past[f"dropped.{name}"] += count

    # --- time ------------------------------------------------------------------------------------

    def _arm(self, router: Router) -> None:
        """Have the router's next deadline met; one timer serves all rooms."""
        due = router.next_deadline()
        if due is None or self._timer_at <= due + TIMER_SLACK_S:
            return
        if self._timer is not None:
            self._timer.cancel()
        assert self._loop is not None  # nothing happens before start()
        self._timer_at = due + TIMER_SLACK_S
        # The time is kept here: uvloop gives a plain handle for what is already due.
        self._timer = self._loop.call_at(self._timer_at, self._handle_timeouts)

    def _handle_timeouts(self) -> None:
        self._timer, self._timer_at = None, NEVER
        now = self.now()
        for router in list(self._rooms.values()):
            due = router.next_deadline()
            if due is not None and due <= now:
                router.handle_timeout(now)
                self._carry_out(router)
            else:
                self._arm(router)
        self._mux.flush()

    async def _watch_all(self) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            now = self.now()
            for each in list(self._endpoints.values()):
                each.watch(self._config, now)
            self._ledger.watch(self._rooms, now)

    # --- outputs ---------------------------------------------------------------------------------

    def flush_later(self, router: Router) -> None:
        """Carry out a router's outputs when the wake that caused them ends."""
        if router is not self._last_dirty:  # packets of one picture come one after the other
            self._last_dirty = router
            self._dirty.add(router)

    def _after_wake(self) -> None:
        self._last_dirty = None
        if self._dirty:
            dirty, self._dirty = self._dirty, set()
            for router in dirty:
                self._carry_out(router)

    def flush(self, router: Router) -> None:
        """Carry out a router's outputs, in order, and have its next deadline met."""
        self._carry_out(router)
        self._mux.flush()

    def _carry_out(self, router: Router) -> None:
        endpoints = self._endpoints
        for output in router.drain():
            known = endpoints.get(output.endpoint)
            if known is None:
                continue
            match output:
                case SendRtp():
                    known.transport.send_media(output.packet, False)  # noqa: FBT003  RTP
                case SendRtcp():
                    known.transport.send_media(output.packet, True)  # noqa: FBT003  RTCP
                case _:
                    self._tell(known, output)
        self._arm(router)

    def _tell(
        self,
        known: Endpoint,
        output: Word,
    ) -> None:
        match output:
            case SlotsChanged():
                self._post.stills.set_slots(known.id, output.slots)
                fills = tuple(SlotFilled(*fill) for fill in output.slots)
                self.notify(SlotsFilled(known.id, fills))
            case CodecPreferred():
                self.notify(CodecChosen(known.id, output.codec))
            case FirstPacket():
                known.reached(Phase.FIRST_PACKET)
            case LayersWatched():
                self.notify(LayersWanted(known.id, output.mid, output.rids))
            case RateWorth():
                self.notify(RateWanted(known.id, output.mid, output.bps, output.stills))
            case RungChanged():
                self._post.stills.set_rung(known.id, output.rung)
                self.notify(RungReached(known.id, output.rung))


def _add_router(totals: Counter[str], dropped: Counter[str], router: Router) -> None:
    totals["packets_in"] += router.packets_in
    totals["packets_out"] += router.packets_out
    totals["retransmissions"] += router.retransmissions
    totals["keyframe_requests"] += router.keyframe_requests
    dropped.update(router.dropped)

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
from media.channel import (
    CodecChosen,
    EndpointClose,
    LinkChanged,
    LinkState,
    Listener,
    Phase,
    PhaseReached,
    SlotFilled,
    SlotsFilled,
    TextChannelChanged,
    TextReceived,
)
from media.clock import Instant
from media.config import MediaConfig
from media.errors import NegotiationError, OfferFault
from media.ice import IceAgent
from media.ids import EndpointId, RoomKey
from media.mux import Mux
from media.negotiation import Offer, plan_media, read_offer
from media.outputs import CodecPreferred, FirstPacket, SendRtcp, SendRtp, SlotsChanged
from media.plan import MediaPlan
from media.router import Router
from media.stats import EngineStats
from media.transport import Certificate, Transport, fresh_credentials

TIMER_SLACK_S: Final = 0.005
"""Deadlines this close together share a wake. Reports and retries are due in tens of ms."""
WATCH_S: Final = 0.2
"""How often silence is looked for, against a limit of 2 s."""


class _Endpoint:
    """One endpoint and what the engine remembers of it."""

    __slots__ = (
        "born", "id", "offer", "plan", "room", "room_key", "state", "transport",
    )  # fmt: skip

    def __init__(self, endpoint: EndpointId, room_key: RoomKey, room: Router) -> None:
        self.id = endpoint
        self.room_key = room_key
        self.room = room
        self.transport: Transport
        self.offer: Offer
        self.plan: MediaPlan
        self.state = LinkState.CONNECTING
        self.born: Instant = 0.0


class Engine:
    """Implements :class:`media.channel.MediaPlane` in this process."""

    def __init__(self, config: MediaConfig, listener: Listener) -> None:
        self._config = config
        self._listener = listener
        self._mux = Mux(config, self._flush)
        self._certificate = Certificate()
        self._endpoints: dict[EndpointId, _Endpoint] = {}
        self._by_transport: dict[Transport, _Endpoint] = {}
        self._rooms: dict[RoomKey, Router] = {}
        self._dirty: set[Router] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._dropped: Counter[str] = Counter()
        self._past = Counter[str]()
        self._watcher: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bind the port and start the timers. Raises :class:`OSError` when the port is taken."""
        self._loop = asyncio.get_running_loop()
        self._mux.open(self._loop)
        self._watcher = asyncio.create_task(self._watch_all(), name="media-watch")

    async def stop(self) -> None:
        """Close every endpoint, then the sockets; nothing is left running."""
        for each in list(self._endpoints.values()):
            self._end(each, EndpointClose.SHUTDOWN)
        while self._closing:
            await asyncio.gather(*self._closing)
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._timer is not None:
            self._timer.cancel()
        self._mux.close()

    @property
    def port(self) -> int:
        """The one UDP port."""
        return self._mux.port

    def _now(self) -> Instant:
        assert self._loop is not None  # nothing happens before start()
        return self._loop.time()

    # --- requests (MediaPlane) -------------------------------------------------------------------

    async def negotiate(self, room: RoomKey, endpoint: EndpointId, offer: str) -> str:
        """Answer an SDP offer; see :class:`media.channel.MediaPlane`."""
        checked = read_offer(offer)
        known = self._endpoints.get(endpoint)
        if known is not None:
            return self._renegotiate(known, checked)
        half_open = sum(e.state is LinkState.CONNECTING for e in self._endpoints.values())
        if len(self._endpoints) >= self._config.max_endpoints or (
            half_open >= self._config.max_half_open
        ):
            raise NegotiationError(OfferFault.BUSY)
        plan = plan_media(checked, self._config)
        return self._create(room, endpoint, checked, plan)

    def _create(self, room: RoomKey, endpoint: EndpointId, offer: Offer, plan: MediaPlan) -> str:
        router = self._rooms.get(room)
        if router is None:
            router = self._rooms[room] = Router(self._config, secrets.randbits(64))
        now = self._now()
        new = _Endpoint(endpoint, room, router)
        new.offer, new.plan, new.born = offer, plan, now
        ice = IceAgent(fresh_credentials(), offer.remote_ufrag)
        new.transport = Transport(
            ice, self._certificate, self._mux.send, self, self._dropped, self._mux.tie
        )
        self._endpoints[endpoint] = new
        self._by_transport[new.transport] = new
        self._mux.set_ufrags(new.transport, ice.ufrags())
        router.add_endpoint(endpoint, plan, now)
        self._flush_room(router)
        new.transport.start(offer.fingerprints, offer.sctp_port)
        self._listener(LinkChanged(endpoint, LinkState.CONNECTING))
        return self._answer(new)

    def _renegotiate(self, known: _Endpoint, offer: Offer) -> str:
        plan = plan_media(offer, self._config, (known.offer, known.plan))
        ice = known.transport.ice
        if offer.remote_ufrag != ice.remote_ufrag:
            ice.restart(fresh_credentials(), offer.remote_ufrag)
            self._mux.set_ufrags(known.transport, ice.ufrags())
        known.offer, known.plan = offer, plan
        now = self._now()
        known.room.update_endpoint(known.id, plan, now)
        self._flush_room(known.room)
        return self._answer(known)

    def _answer(self, known: _Endpoint) -> str:
        local = Local(
            known.transport.ice.local, self._certificate.fingerprint, self._mux.addresses()
        )
        return write_answer(known.offer, known.plan, local)

    async def close_endpoint(self, endpoint: EndpointId) -> None:
        """End an endpoint; unknown ones are ignored."""
        known = self._endpoints.get(endpoint)
        if known is not None:
            self._end(known, EndpointClose.REQUESTED)

    def send_text(self, endpoint: EndpointId, data: str) -> None:
        """Write to the endpoint's text channel; dropped when it is not open."""
        known = self._endpoints.get(endpoint)
        if known is not None and not known.transport.send_text(data):
            self._listener(TextChannelChanged(endpoint, open=False))

    async def stats(self) -> EngineStats:
        """Counters since the start."""
        totals = self._past.copy()
        dropped = self._mux.dropped + self._dropped
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
        )

    # --- an endpoint's end -----------------------------------------------------------------------

    def _end(self, known: _Endpoint, reason: EndpointClose) -> None:
        """Take an endpoint out at once, and close its transport in a task."""
        del self._endpoints[known.id]
        del self._by_transport[known.transport]
        self._mux.forget(known.transport)
        now = self._now()
        known.room.remove_endpoint(known.id, now)
        self._flush_room(known.room)
        if not any(each.room is known.room for each in self._endpoints.values()):
            self._rooms.pop(known.room_key, None)
            self._dirty.discard(known.room)
            self._remember_past(known.room)
        self._listener(LinkChanged(known.id, LinkState.CLOSED, reason))
        task = asyncio.create_task(known.transport.close(), name="media-close")
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
        if due is None:
            return
        if self._timer is not None:
            if self._timer.when() <= due + TIMER_SLACK_S:
                return
            self._timer.cancel()
        assert self._loop is not None  # nothing happens before start()
        self._timer = self._loop.call_at(due + TIMER_SLACK_S, self._handle_timeouts)

    def _handle_timeouts(self) -> None:
        self._timer = None
        now = self._now()
        for router in list(self._rooms.values()):
            due = router.next_deadline()
            if due is not None and due <= now:
                router.handle_timeout(now)
                self._flush_room(router)
            else:
                self._arm(router)

    async def _watch_all(self) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            now = self._now()
            for each in list(self._endpoints.values()):
                self._watch(each, now)

    def _watch(self, each: _Endpoint, now: Instant) -> None:
        """Compare what was heard with what should have been."""
        if each.state is LinkState.CONNECTING:
            if now - each.born > self._config.handshake_timeout_s:
                self._end(each, EndpointClose.HANDSHAKE_TIMEOUT)
            return
        silent_s = now - (each.transport.last_heard or each.born)
        if silent_s > self._config.abandon_s:
            self._end(each, EndpointClose.ABANDONED)
        elif silent_s > self._config.silence_s:
            self._set_state(each, LinkState.DISCONNECTED)
        else:
            self._set_state(each, LinkState.CONNECTED)

    def _set_state(self, each: _Endpoint, state: LinkState) -> None:
        if each.state is not state:
            each.state = state
            self._listener(LinkChanged(each.id, state))

    # --- transport events ------------------------------------------------------------------------

    def on_rtp(self, transport: Transport, packet: bytes, now: Instant) -> None:
        """A plain RTP packet has come."""
        known = self._by_transport[transport]
        known.room.handle_rtp(known.id, packet, now)
        self._dirty.add(known.room)

    def on_rtcp(self, transport: Transport, packet: bytes, now: Instant) -> None:
        """A plain RTCP compound has come."""
        known = self._by_transport[transport]
        known.room.handle_rtcp(known.id, packet, now)
        self._dirty.add(known.room)

    def on_first_check(self, transport: Transport) -> None:
        """ICE has found a path."""
        self._phase(self._by_transport[transport], Phase.ICE)

    def on_connected(self, transport: Transport) -> None:
        """DTLS is up: media may be sent."""
        known = self._by_transport.get(transport)
        if known is None:
            return
        self._phase(known, Phase.DTLS)
        self._set_state(known, LinkState.CONNECTED)
        now = self._now()
        known.room.set_ready(known.id, ready=True, now=now)
        self._flush_room(known.room)

    def on_moved(self, transport: Transport) -> None:
        """Both directions want a keyframe after a change of path."""
        known = self._by_transport[transport]
        known.room.request_keyframes(known.id, self._now())
        self._dirty.add(known.room)

    def on_text_channel(self, transport: Transport, *, is_open: bool) -> None:
        """The text channel opened or closed."""
        known = self._by_transport.get(transport)
        if known is not None:
            self._listener(TextChannelChanged(known.id, open=is_open))

    def on_text(self, transport: Transport, data: str) -> None:
        """A message came on the text channel; only the room's owner may say what it means."""
        known = self._by_transport.get(transport)
        if known is not None:
            self._listener(TextReceived(known.id, data))

    def on_ended(self, transport: Transport, *, failed: bool) -> None:
        """DTLS is over."""
        known = self._by_transport.get(transport)
        if known is not None:
            reason = EndpointClose.HANDSHAKE_FAILED if failed else EndpointClose.PEER_CLOSED
            self._end(known, reason)

    def _phase(self, known: _Endpoint, phase: Phase) -> None:
        self._listener(PhaseReached(known.id, phase, self._now() - known.born))

    # --- outputs ---------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Carry out what the last wake made routers decide."""
        if self._dirty:
            dirty, self._dirty = self._dirty, set()
            for router in dirty:
                self._flush_room(router)

    def _flush_room(self, router: Router) -> None:
        endpoints = self._endpoints
        for output in router.drain():
            known = endpoints.get(output.endpoint)
            if known is None:
                continue
            match output:
                case SendRtp():
                    known.transport.send_rtp(output.packet)
                case SendRtcp():
                    known.transport.send_rtcp(output.packet)
                case SlotsChanged():
                    fills = tuple(SlotFilled(*fill) for fill in output.slots)
                    self._listener(SlotsFilled(known.id, fills))
                case CodecPreferred():
                    self._listener(CodecChosen(known.id, output.codec))
                case FirstPacket():
                    self._phase(known, Phase.FIRST_PACKET)
        self._arm(router)


def _add_router(totals: Counter[str], dropped: Counter[str], router: Router) -> None:
    totals["packets_in"] += router.packets_in
    totals["packets_out"] += router.packets_out
    totals["retransmissions"] += router.retransmissions
    totals["keyframe_requests"] += router.keyframe_requests
    dropped.update(router.dropped)

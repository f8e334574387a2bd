"""One endpoint: its transport below, its place in a router above, and the state of its path.

What its transport tells becomes a call on the router or a notification; nothing is looked up.
"""

from __future__ import annotations

from collections import Counter

from media.association import Certificate
from media.channel import (
    EndpointClose,
    LinkChanged,
    LinkState,
    Notification,
    Phase,
    PhaseReached,
    TextChannelChanged,
    TextReceived,
    VoiceGap,
)
from media.clock import Instant
from media.config import MediaConfig
from media.datapath import DataPath
from media.forwarding.voice_gap import GapWatch
from media.handshake import HandshakeThread
from media.ice import Credentials, IceAgent
from media.ids import EndpointId, RoomKey
from media.negotiation import Offer
from media.plan import MediaPlan
from media.router import Router
from media.transport import Transport, fresh_credentials


class Shell:
    """What an endpoint needs of the engine that holds it.

    A base and not a protocol, as it is called for each packet: see
    :class:`media.forwarding.encoding.Forwarder`.
    """

    def now(self) -> Instant:
        """The engine's clock."""
        raise NotImplementedError

    def notify(self, notification: Notification) -> None:
        """Tell signaling."""
        raise NotImplementedError

    def flush(self, router: Router) -> None:
        """Carry out a router's outputs at once."""
        raise NotImplementedError

    def flush_later(self, router: Router) -> None:
        """Carry out a router's outputs at the end of this wake."""
        raise NotImplementedError

    def pass_still(self, endpoint: Endpoint, data: bytes) -> None:
        """Send a chunk of an endpoint's still to whom it concerns."""
        raise NotImplementedError

    def end(self, endpoint: Endpoint, reason: EndpointClose) -> None:
        """Take an endpoint out."""
        raise NotImplementedError


class Endpoint:
    """What the engine holds of one connection. Implements :class:`media.transport.TransportEvents`.

    Takes its identity, its room and first negotiation; ``born`` is when that was answered.
    """

    def __init__(
        self, identity: EndpointId, room_key: RoomKey, router: Router, shell: Shell, offer: Offer,
        plan: MediaPlan,
    ) -> None:  # fmt: skip
        self.id = identity
        self.room_key = room_key
        self.router = router
        self.offer = offer
        self.plan = plan
        self.state = LinkState.CONNECTING
        self._shell = shell
        self._voice = GapWatch()
        self.born = shell.now()
        self.transport: Transport

    def open(
        self,
        association: tuple[Certificate, HandshakeThread],
        path: DataPath,
        dropped: Counter[str],
    ) -> None:
        """Make the transport and wait for checks and the handshake."""
        ice = IceAgent(fresh_credentials(), _remote(self.offer), fresh_credentials())
        self.transport = Transport(ice, association, path, self, dropped)
        self.transport.start(self.offer.fingerprints, self.offer.sctp_port)

    def restart(self, offer: Offer, plan: MediaPlan) -> None:
        """Take a later offer; new ICE credentials in it restart ICE (RFC 8445 section 9)."""
        self.transport.handle_remote(_remote(offer))
        self.offer, self.plan = offer, plan
        self.router.update_endpoint(self.id, plan, self._shell.now())
        self._shell.flush(self.router)

    def watch(self, config: MediaConfig, now: Instant) -> None:
        """Compare what was heard with what should have been."""
        if self.state is LinkState.CONNECTING:
            if now - self.born > config.handshake_timeout_s:
                self._shell.end(self, EndpointClose.HANDSHAKE_TIMEOUT)
            return
        silent_s = now - (self.transport.last_heard or self.born)
        if silent_s > config.abandon_s:
            self._shell.end(self, EndpointClose.ABANDONED)
        elif silent_s > config.silence_s:
            self._set_state(LinkState.DISCONNECTED)
        else:
            self._set_state(LinkState.CONNECTED)
        self._watch_voice(now)

    def _watch_voice(self, now: Instant) -> None:
        voice = self.router.voice(self.id)
        change = None if voice is None else self._voice.look(voice, now)
        if change is not None:
            self._shell.notify(VoiceGap(self.id, *change))

    def _set_state(self, state: LinkState) -> None:
        if self.state is not state:
            self.state = state
            self._shell.notify(LinkChanged(self.id, state))

    def reached(self, phase: Phase) -> None:
        """Tell how long a phase of joining took."""
        self._shell.notify(PhaseReached(self.id, phase, self._shell.now() - self.born))

    # --- what the transport tells ----------------------------------------------------------------

    def on_rtp(self, packet: bytes, now: Instant) -> None:
        """A plain RTP packet has come."""
        self.router.handle_rtp(self.id, packet, now)
        self._shell.flush_later(self.router)

    def on_rtcp(self, packet: bytes, now: Instant) -> None:
        """A plain RTCP compound has come."""
        self.router.handle_rtcp(self.id, packet, now)
        self._shell.flush_later(self.router)

    def on_first_check(self) -> None:
        """ICE has found a path."""
        self.reached(Phase.ICE)

    def on_connected(self) -> None:
        """DTLS is up: media may be sent."""
        self.reached(Phase.DTLS)
        self._set_state(LinkState.CONNECTED)
        self.router.set_ready(self.id, ready=True, now=self._shell.now())
        self._shell.flush(self.router)

    def on_moved(self) -> None:
        """Both directions want a keyframe after a change of path."""
        self.router.request_keyframes(self.id, self._shell.now())
        self._shell.flush_later(self.router)

    def on_text_channel(self, *, is_open: bool) -> None:
        """The text channel opened or closed."""
        self._shell.notify(TextChannelChanged(self.id, open=is_open))

    def on_text(self, data: str) -> None:
        """A message came on the text channel; only the room's owner may say what it means."""
        self._shell.notify(TextReceived(self.id, data))

    def on_still(self, data: bytes) -> None:
        """A chunk of a still came."""
        self._shell.pass_still(self, data)

    def on_ended(self, *, failed: bool) -> None:
        """DTLS is over."""
        reason = EndpointClose.HANDSHAKE_FAILED if failed else EndpointClose.PEER_CLOSED
        self._shell.end(self, reason)


def _remote(offer: Offer) -> Credentials:
    return Credentials(offer.remote_ufrag, offer.remote_password)

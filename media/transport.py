"""One endpoint's path: our ICE beneath an association of DTLS and SCTP, beside a lane for media.

Rule 1: this is where the three meet and nowhere else. Media goes between the data path and the
endpoint without passing here; the handshake runs in its own thread (:mod:`media.association`).
Rule 2: what arrives counts as a sign of life only once it is authenticated.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from typing import Protocol

from media.association import Association
from media.association import Certificate as Certificate
from media.clock import Instant
from media.datapath import DataPath
from media.handshake import HandshakeThread
from media.ice import Credentials, IceAgent, Path
from media.srtp import SrtpKeys


class TransportEvents(Protocol):
    """What a transport tells the endpoint it belongs to; called on the loop, never blocking."""

    def on_rtp(self, packet: bytes, now: Instant) -> None:
        """A plain RTP packet has come."""

    def on_rtcp(self, packet: bytes, now: Instant) -> None:
        """A plain RTCP compound has come."""

    def on_connected(self) -> None:
        """DTLS is up; media can be sent."""

    def on_first_check(self) -> None:
        """The first check of the endpoint has passed."""

    def on_text_channel(self, *, is_open: bool) -> None:
        """The text channel opened or closed."""

    def on_text(self, data: str) -> None:
        """A message came on the text channel."""

    def on_still(self, data: bytes) -> None:
        """A chunk of a still came."""

    def on_moved(self) -> None:
        """Media goes to another address from now on."""

    def on_ended(self, *, failed: bool) -> None:
        """DTLS ended: the handshake failed, or the peer closed."""


class Transport:
    """ICE, DTLS, SRTP and data channels of one endpoint.

    Implements :class:`media.datapath.Owner` and :class:`media.association.AssociationEvents`.
    """

    def __init__(
        self,
        ice: IceAgent,
        association: tuple[Certificate, HandshakeThread],
        path: DataPath,
        events: TransportEvents,
        dropped: Counter[str],
    ) -> None:
        self.ice = ice
        self._events = events
        self._dropped = dropped
        # Bound here, so that a packet takes no detour through this object.
        self.handle_rtp = events.on_rtp
        self.handle_rtcp = events.on_rtcp
        self._lane = path.add(self)
        self.send_media = self._lane.send_media
        self._lane.set_ufrags(ice.ufrags())
        self._association = Association(*association, self)
        self._text_open = False
        self._connected = False
        self._ended = False

    @property
    def connected(self) -> bool:
        """Whether SRTP keys are in place."""
        return self._connected

    @property
    def last_heard(self) -> Instant | None:
        """When the last authenticated datagram came; None before the first."""
        return self._lane.last_heard

    # --- life ----------------------------------------------------------------------------------

    def start(self, fingerprints: tuple[tuple[str, str], ...], sctp_port: int | None) -> None:
        """Wait for the peer's handshake."""
        self._association.start(fingerprints, sctp_port)

    def handle_remote(self, remote: Credentials) -> None:
        """Take the ICE credentials of a later offer; new ones restart (RFC 8445 section 9).

        The keys stay.
        """
        if self.ice.unconfirmed or remote.ufrag == self.ice.remote_ufrag:
            self.ice.confirm(remote)
        else:
            self.ice.restart(remote, fresh_credentials())
        self._promise()

    def _promise(self) -> None:
        """There is always a next restart."""
        if self.ice.promised is None:
            self.ice.promised = fresh_credentials()
        self._lane.set_ufrags(self.ice.ufrags())

    def end(self) -> None:
        """At once: nothing that arrives is this transport's any more, and no media leaves."""
        self._ended = True
        self._connected = False
        self._lane.close()

    async def close(self) -> None:
        """Tell the peer by a DTLS alert and leave nothing behind."""
        self.end()
        await self._association.close()

    # --- datagrams (Owner of a lane) ------------------------------------------------------------

    def handle_check(self, data: bytes, path: Path, now: Instant) -> bytes:
        """Answer a Binding request. Raises :class:`media.errors.PacketError`."""
        answer = self.ice.handle_check(data, path)
        if not answer.valid:
            return answer.response
        self._lane.tie(path)
        first = self._lane.last_heard is None
        self._lane.last_heard = now
        if answer.selected:
            self._lane.select(path)
        if answer.restarted:
            self._promise()
        if first:
            self._events.on_first_check()
        elif answer.selected:
            self._events.on_moved()
        return answer.response

    def handle_answer(self, data: bytes, path: Path, now: Instant) -> None:
        """The peer answers from where its media came. Raises :class:`media.errors.PacketError`."""
        if self.ice.handle_answer(data, path):
            self._lane.last_heard = now
            self._lane.select(path)
            self._events.on_moved()

    def handle_record(self, data: bytes, now: Instant) -> None:
        """Take a DTLS record from a proved address."""
        del now  # a record proves nothing before DTLS has opened it
        if not self._association.handle_record(data):
            self._dropped["dtls_queue"] += 1

    def handle_stray(self, path: Path, size: int, now: Instant) -> None:
        """Authenticated media came from an unproved address: ask there, and keep the old one."""
        check = self.ice.handle_stray(path, size, now)
        if check is not None:
            self._lane.send(check, path)

    def handle_followed(self, path: Path) -> None:
        """Media goes to another proved address."""
        self.ice.selected = path
        self._events.on_moved()

    # --- DTLS and SCTP (AssociationEvents) ------------------------------------------------------

    def on_record(self, data: bytes) -> None:
        """A DTLS datagram to send."""
        self._lane.send(data)

    def on_keys(self, keys: SrtpKeys) -> None:
        """The handshake is done."""
        if self._ended:
            return
        self._lane.set_keys(keys)
        self._connected = True
        self._events.on_connected()

    def on_channel(self, *, is_open: bool) -> None:
        """The text channel opened or closed."""
        self._text_open = is_open
        if not self._ended:
            self._events.on_text_channel(is_open=is_open)

    def on_message(self, data: str) -> None:
        """A message came on the text channel."""
        if not self._ended:
            self._events.on_text(data)

    def on_beat(self) -> None:
        """Something authenticated came on a channel."""
        self._lane.last_heard = asyncio.get_running_loop().time()

    def on_still(self, data: bytes) -> None:
        """A chunk of a still came."""
        if not self._ended:
            self._events.on_still(data)

    def on_over(self, *, failed: bool) -> None:
        """DTLS is over."""
        if not self._ended:
            self.end()
            self._events.on_ended(failed=failed)

    def send_text(self, data: str) -> bool:
        """Write to the text channel; False when it is not there or the peer does not read."""
        if not self._text_open:
            return False
        written = self._association.send_text(data)
        if not written:
            self._dropped["text_unread"] += 1
        return written

    def send_still(self, data: bytes) -> bool:
        """Send a chunk of a still at once; False where there is no room for it, and it is not."""
        return not self._ended and self._association.send_still(data)


def fresh_credentials() -> Credentials:
    """New random credentials: 64 and 192 bits (RFC 8445 section 5.3 asks for 24 and 128)."""
    return Credentials(secrets.token_hex(8), secrets.token_urlsafe(24))

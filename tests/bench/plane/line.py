"""One person as the load drives it: a socket, keys, what is sent next and what has come."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from tests.bench.plane.batches import stamp
from tests.bench.plane.heard import Heard
from tests.bench.plane.peers import BenchPeer
from tests.support.peer import PeerSsrcs

NTP_EPOCH = 2_208_988_800
VOICE_CLOCK, PICTURE_CLOCK = 960, 1800
"""Timestamps in a tick of 20 ms."""
PICTURES_A_TICK = 3
KEPT_LOST = 64
_sender_report = struct.Struct("!BBHIQIII")


class Line:
    """A peer whose socket the load has taken over. ``peer`` is None toward the echo."""

    def __init__(self, peer: BenchPeer | None, *, sends: bool, receives: bool) -> None:
        self.peer, self.sends, self.receives = peer, sends, receives
        self.ssrcs = PeerSsrcs()
        self.heard = Heard()
        self.tx: Any = None
        """libsrtp's contexts; None where there is no cipher."""
        self.rx: Any = None
        self.number_id = 0
        self.repair_types: frozenset[int] = frozenset()
        # What is sent next.
        self.ticks = self.picture_number = self.repair_number = self.transport_number = 0
        self.wants_key = True
        self.lost: dict[int, bytes] = {}
        # When it owes what, in the load's time.
        self.next_report = self.next_check = 0.0
        self.driven = True
        if peer is not None:
            self._take_over(peer)

    def _take_over(self, peer: BenchPeer) -> None:
        asyncio.get_running_loop().remove_reader(peer._socket)
        self.ssrcs = peer.ssrcs
        self.number_id, self.repair_types = peer.transport_cc_id, peer.repair_types
        self._sessions = peer.dtls._tx_srtp, peer.dtls._rx_srtp  # they own the keys
        self.tx, self.rx = (session._srtp[0] for session in self._sessions)
        self._settle(peer._socket, peer._gateway)

    @classmethod
    def to_echo(cls, host: str, port: int) -> Line:
        """A line to a plain UDP echo."""
        line = cls(None, sends=True, receives=True)
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        line._settle(made, (host, port))
        return line

    def _settle(self, made: socket.socket, gateway: tuple[str, int]) -> None:
        made.connect(gateway)
        stamp(made)
        self.socket, self.descriptor = made, made.fileno()

    def keep(self, number: int, packet: bytes) -> None:
        """A packet was lost on the way up: it may be asked for."""
        self.lost[number] = packet
        if len(self.lost) > KEPT_LOST:
            del self.lost[next(iter(self.lost))]

    async def close(self, *, politely: bool) -> None:
        """Let go of it; ``politely`` ends DTLS first, else it vanishes."""
        if self.peer is not None and politely:
            asyncio.get_running_loop().add_reader(self.socket, self.peer._readable)
            await self.peer.close()
        elif self.peer is not None:
            self.peer.abandon()
        else:
            self.socket.close()

    def reports(self, now: float) -> bytes:
        """Sender reports of what is sent, with blocks about what has come. ``now``: wall time."""
        blocks = self.heard.blocks(now)
        count = len(blocks) // 24
        if not self.sends:
            head = struct.pack("!BBHI", 0x80 | count, 201, 1 + 6 * count, self.ssrcs.picture)
            return head + blocks
        ntp = int((now + NTP_EPOCH) * (1 << 32)) & (1 << 64) - 1
        ticks, sent = self.ticks, self.ticks * PICTURES_A_TICK
        return (
            _sender_report.pack(
                0x80, 200, 6, self.ssrcs.voice, ntp, ticks * VOICE_CLOCK & 0xFFFFFFFF,
                ticks, ticks * 100,
            )
            + _sender_report.pack(
                0x80 | count, 200, 6 + 6 * count, self.ssrcs.picture, ntp,
                ticks * PICTURE_CLOCK & 0xFFFFFFFF, sent, sent * 1000 & 0xFFFFFFFF,
            )
            + blocks
        )  # fmt: skip

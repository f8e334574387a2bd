"""One participant's line: a UDP port on loopback, and what leads through it in both directions.

Rule 1: each address a page sends from has a socket of its own toward the gateway. So the gateway
sees a page that moves as it would see it without us, and checks, restarts and moves work.
Rule 2: the media plane knows nothing of this, and without a laboratory nothing of this exists.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final

from media import addresses
from media.ice import Address
from signaling.lab.link import LinkTwin

LOOPBACK: Final = "127.0.0.1"
HEADER_BYTES: Final = 28
"""IPv4 and UDP. They take their part of a rate as well: at 50 packets a second, 11 kbit/s of it.
Here they carry the number of the way a datagram took."""
MAX_WAYS: Final = 32
"""A browser sends from a few addresses, a page that restarts from a few more. The oldest goes."""
DATAGRAMS_PER_WAKE: Final = 64
MAX_DATAGRAM_BYTES: Final = 2048
TIMER_S: Final = 0.001
"""The finest step of the loop's timers; a shorter one would only turn in circles."""


class _Way:
    """One address of the page, and the socket that stands for it toward the gateway."""

    def __init__(self, number: int, source: Address, outward: socket.socket) -> None:
        self.number = number
        self.source = source
        self.outward = outward
        self.header = number.to_bytes(4, "big") + bytes(HEADER_BYTES - 4)


class Relay:
    """Carries datagrams between a page and the gateway, as two links let it.

    Raises OSError when no port can be bound.
    """

    def __init__(self, up: LinkTwin, down: LinkTwin, gateway: Address) -> None:
        self._up = up
        self._down = down
        self._gateway = gateway
        self._loop = asyncio.get_running_loop()
        self._ways: dict[int, _Way] = {}
        self._by_source: dict[Address, _Way] = {}
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._front = addresses.bind(LOOPBACK, 0, socket.SOCK_DGRAM)
        self._loop.add_reader(self._front, self._read_front)

    @property
    def front(self) -> Address:
        """What the page is told to send to."""
        host, port = self._front.getsockname()
        return (host, port)

    def lead_to(self, gateway: Address) -> None:
        """The gateway takes this page's media there from now on."""
        if gateway != self._gateway:
            self._gateway = gateway
            for way in list(self._ways.values()):
                self._drop(way)

    def close(self) -> None:
        """Release every socket and the timer."""
        if self._timer is not None:
            self._timer.cancel()
        for way in list(self._ways.values()):
            self._drop(way)
        self._loop.remove_reader(self._front)
        self._front.close()

    def carry(self) -> None:
        """Send on what has arrived at either end, and wait for what comes next."""
        now = self._loop.time()
        for packet in self._up.receive(now):
            way = self._ways.get(_number(packet))
            if way is not None:
                with contextlib.suppress(OSError):  # a full buffer or a port that is gone: lost
                    way.outward.send(packet[HEADER_BYTES:])
        for packet in self._down.receive(now):
            way = self._ways.get(_number(packet))
            if way is not None:
                with contextlib.suppress(OSError):
                    self._front.sendto(packet[HEADER_BYTES:], way.source)
        self._wait(now)

    def _wait(self, now: float) -> None:
        dues = [due for each in (self._up, self._down) if (due := each.next_deadline()) is not None]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if dues:
            self._timer = self._loop.call_at(max(min(dues), now + TIMER_S), self.carry)

    def _read_front(self) -> None:
        now = self._loop.time()
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            for _ in range(DATAGRAMS_PER_WAKE):
                data, source = self._front.recvfrom(MAX_DATAGRAM_BYTES)
                way = self._by_source.get(source) or self._open(source)
                if way is not None:
                    self._up.send(way.header + data, now)
        self.carry()

    def _read_outward(self, way: _Way) -> None:
        now = self._loop.time()
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            for _ in range(DATAGRAMS_PER_WAKE):
                self._down.send(way.header + way.outward.recv(MAX_DATAGRAM_BYTES), now)
        self.carry()

    def _open(self, source: Address) -> _Way | None:
        family = socket.AF_INET6 if ":" in self._gateway[0] else socket.AF_INET
        outward = socket.socket(family, socket.SOCK_DGRAM)
        try:
            outward.setblocking(False)  # noqa: FBT003  the socket module's own signature
            outward.connect(self._gateway)  # from now on it hears the gateway and nobody else
        except OSError:
            outward.close()
            return None
        if len(self._ways) >= MAX_WAYS:
            self._drop(next(iter(self._ways.values())))
        self._count += 1
        way = self._ways[self._count] = self._by_source[source] = _Way(self._count, source, outward)
        self._loop.add_reader(outward, self._read_outward, way)
        return way

    def _drop(self, way: _Way) -> None:
        del self._ways[way.number], self._by_source[way.source]
        self._loop.remove_reader(way.outward)
        way.outward.close()


def _number(packet: bytes) -> int:
    return int.from_bytes(packet[:4], "big")

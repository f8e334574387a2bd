"""A UDP relay in the way of the media, as a NAT is: it can change the port it sends from."""

from __future__ import annotations

import asyncio
import contextlib
import socket

Address = tuple[str, int]


class Relay:
    """Listens on ``front``; each source gets a socket of its own toward ``back``."""

    def __init__(self, front: Address, back: Address) -> None:
        self._back = back
        self._outward: dict[Address, socket.socket] = {}
        self._loop = asyncio.get_running_loop()
        self._front = _bound(front)
        self._loop.add_reader(self._front, self._inward)

    @property
    def sources(self) -> set[Address]:
        """Everyone who has sent."""
        return set(self._outward)

    def rebind(self, sources: set[Address]) -> None:
        """From now on these come from other ports; what is sent to the old ones is lost."""
        for each in sources:
            self._drop(self._outward.pop(each))

    def close(self) -> None:
        self._drop(self._front)
        for each in self._outward.values():
            self._drop(each)

    def _drop(self, used: socket.socket) -> None:
        self._loop.remove_reader(used)
        used.close()

    def _inward(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                data, source = self._front.recvfrom(2048)
                outward = self._outward.get(source)
                if outward is None:
                    outward = self._outward[source] = _bound((self._back[0], 0))
                    outward.connect(self._back)
                    self._loop.add_reader(outward, self._return, outward, source)
                outward.send(data)

    def _return(self, outward: socket.socket, source: Address) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                self._front.sendto(outward.recv(2048), source)


def _bound(address: Address) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.bind(address)
    return made

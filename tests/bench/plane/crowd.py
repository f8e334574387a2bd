"""The people: a process that fills rooms, then loads them. ``python -m …crowd CORE``.

Apart from the parent, so that nothing but the load runs in it while the load runs.
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from tests.bench.plane.janus import JanusClient
from tests.bench.plane.line import Line
from tests.bench.plane.load import Load
from tests.bench.plane.peers import BenchPeer
from tests.bench.plane.processes import Talk, be_child

AT_ONCE = 8
"""Rooms filled at the same time: enough that nobody waits for a wait, too few to overrun anyone."""


class Crowd:
    """All who are in the rooms, each by name."""

    def __init__(self) -> None:
        self.talk = Talk(
            {"fill": self.fill, "run": self.run, "join": self.join, "leave": self.leave}
        )
        self._load = Load()
        self._lines: dict[str, Line] = {}
        self._janus: JanusClient | None = None
        self._ciphers: set[str] = set()
        self._loading = asyncio.Lock()

    async def fill(
        self, system: str, host: str, port: int, first: int, rooms: int, people: int
    ) -> dict[str, Any]:
        """Fill so many more rooms; returns what was negotiated."""
        if system == "janus" and self._janus is None:
            self._janus = JanusClient(port)
            await self._janus.open()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                if system == "janus":
                    assert self._janus is not None
                    await self._fill_janus(self._janus, number, people, host)
                elif system == "echo":
                    for person in range(people):
                        self._add(f"{number}-{person}", Line.to_echo(host, port))
                else:
                    for person in range(people):
                        name = f"{number}-{person}"
                        if not await self.join(str(number), name, host, people - 1):
                            raise ConnectionError(f"{name} did not come in")

        await asyncio.gather(*(one(number) for number in range(first, first + rooms)))
        lines = self._lines.values()
        return {
            "ciphers": sorted(self._ciphers),
            "numbered": sum(bool(line.number_id) for line in lines),
            "receivers": sum(line.receives for line in lines),
        }

    async def _fill_janus(self, janus: JanusClient, number: int, people: int, host: str) -> None:
        published, subscribed = await janus.room(number, people, host)
        for index, peer in enumerate(published):
            self._add(f"{number}-{index}", Line(peer, sends=True, receives=False))
        for index, peer in enumerate(subscribed):
            self._add(f"{number}-{index}-gets", Line(peer, sends=False, receives=True))

    async def join(self, room: str, name: str, host: str, slots: int) -> bool:
        """One person joins a room of ours; False when the path or the handshake fails."""
        peer = BenchPeer(host, slots=slots)
        answer = await self.talk.call("negotiate", room=room, name=name, offer=peer.offer())
        try:
            await peer.connect(answer)
        except (ConnectionError, TimeoutError):
            peer.abandon()
            return False
        self._add(name, Line(peer, sends=True, receives=True))
        return True

    def _add(self, name: str, line: Line) -> None:
        self._lines[name] = line
        if line.peer is not None:
            self._ciphers.add(line.peer.profile)
        self._load.post(lambda: self._load.add(line))

    async def leave(self, name: str, *, politely: bool) -> None:
        """One person ends DTLS, or vanishes; nothing for one who never came in."""
        line = self._lines.pop(name, None)
        if line is None:
            return
        gone = asyncio.Event()
        loop = asyncio.get_running_loop()

        def let_go() -> None:
            self._load.remove(line)
            loop.call_soon_threadsafe(gone.set)

        self._load.post(let_go)
        await gone.wait()
        await line.close(politely=politely)

    async def run(self, seconds: float, *, urgent: bool = True) -> dict[str, Any]:
        """Load for so long, in a thread of its own; returns the outcome."""
        async with self._loading:
            outcome = await asyncio.to_thread(self._load.run, seconds, urgent=urgent)
        return dataclasses.asdict(outcome)

    async def close(self) -> None:
        """Vanish, all at once, in the middle of a window too."""
        self._load.stop()
        async with self._loading:
            pass
        for line in self._lines.values():
            await line.close(politely=False)
        if self._janus is not None:
            await self._janus.close()


async def main() -> None:
    """Be the people until the parent has enough of them."""
    crowd = Crowd()
    await be_child(crowd.talk)
    await crowd.close()


if __name__ == "__main__":
    asyncio.run(main())

"""People who only come and go: a process of its own. ``python -m …joins CORE``.

Their side of a handshake costs more than the gateway's; it must run in nobody's loop that measures.
"""

from __future__ import annotations

import asyncio
from itertools import count

from tests.bench.plane.peers import BenchPeer
from tests.bench.plane.processes import Talk, be_child

STAY_S = 1.0


class Joins:
    """Joins at a steady rate, two to a room, each staying for a second."""

    def __init__(self) -> None:
        self.talk = Talk({"join": self.join})
        self._names = count()
        self._joined = self._failed = 0

    async def join(self, host: str, rate: float, seconds: float) -> dict[str, int]:
        """``rate`` joins a second for so long; returns how many came in and how many did not."""
        self._joined = self._failed = 0
        loop = asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                group.create_task(self._one(host, next(self._names)))
                await asyncio.sleep(max(0.0, start + (number + 1) / rate - loop.time()))
        return {"joined": self._joined, "failed": self._failed}

    async def _one(self, host: str, number: int) -> None:
        peer = BenchPeer(host)
        name = f"joining-{number}"
        try:
            answer = await self.talk.call(
                "negotiate", room=f"joining-{number // 2}", name=name, offer=peer.offer()
            )
            await peer.connect(answer, channels=True)
        except (ConnectionError, TimeoutError, RuntimeError):
            self._failed += 1
        else:
            self._joined += 1
            await asyncio.sleep(STAY_S)
        await self.talk.call("end", name=name)
        await peer.close()


if __name__ == "__main__":
    asyncio.run(be_child(Joins().talk))

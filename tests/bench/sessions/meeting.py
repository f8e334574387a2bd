"""Two in the room of an hour who go on writing, and what becomes of it meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

from tests.bench.sessions.place import Pair, Running, Seeded, Socket

TODAY = {
    "place": "12 Plum Lane", "phone": "+86 139 0000 0000", "contact_name": "Wang",
    "contact_phone": "+86 137 0000 0000", "near": "nobody",
}  # fmt: skip
EVERY_S = 0.5
ARRIVES_S = 5.0


@dataclass
class Meeting:
    """A client and a counsellor, let in."""

    gateway: Running
    pair: Pair
    hour: UUID
    client: Socket
    counsellor: Socket
    written: int = 0
    """So many lines were acknowledged."""
    took: list[float] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Meanwhile the client writes two lines a second."""

        async def write() -> None:
            while True:
                begun, ref = time.perf_counter(), self.written + 1
                reply = await self.client.ask("send_text", ref=ref, body=f"line {ref}")
                assert reply["type"] == "text_accepted", reply
                self.written = ref
                self.took.append(time.perf_counter() - begun)
                await asyncio.sleep(EVERY_S)

        writing = asyncio.create_task(write())
        try:
            yield
            if writing.done():
                writing.result()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def lost(self) -> int:
        """How many acknowledged lines the counsellor never saw, or saw twice."""
        end = time.monotonic() + ARRIVES_S
        while True:
            seen = [each["body"] for each in self.counsellor.heard if each["type"] == "text"]
            wrong = sum(seen.count(f"line {n}") != 1 for n in range(1, self.written + 1))
            if not wrong or time.monotonic() > end:
                return wrong
            await asyncio.sleep(0.1)

    async def give_today(self) -> tuple[int, float]:
        """The client says where they are; returns (status, seconds)."""
        begun = time.perf_counter()
        status, _ = await self.gateway.ask(
            self.pair.tokens[self.pair.client], "PUT", f"appointments/{self.hour}/today", TODAY
        )
        return status, time.perf_counter() - begun

    async def close(self) -> None:
        """Both go."""
        await self.client.close()
        await self.counsellor.close()


async def meet(gateway: Running, seeded: Seeded, number: int = 0) -> Meeting:
    """Both come to one hour, and the client is let in."""
    pair, hour = seeded.pairs[number], seeded.hours[number].id
    pages = {}
    for who in (pair.client, pair.counsellor):
        if who == pair.client:
            status, _ = await gateway.ask(
                pair.tokens[who], "PUT", f"appointments/{hour}/today", TODAY
            )
            assert status < 300, status
        status, seat = await gateway.ask(pair.tokens[who], "POST", f"appointments/{hour}/seat")
        assert status == 201, seat
        pages[who] = Socket(gateway)
        await pages[who].connect(seat["seat"])
        await pages[who].event("welcome")
    client, counsellor = pages[pair.client], pages[pair.counsellor]
    you = (await client.event("welcome"))["you"]
    reply = await counsellor.ask("let_in", participant=you)
    assert reply["type"] == "done", reply
    return Meeting(gateway, pair, hour, client, counsellor)

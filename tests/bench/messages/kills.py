"""kill -9 at random moments while two write: what was acknowledged is there, once and in order."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import aiohttp

from signaling.config import Storage
from signaling.domain.thread import Message
from signaling.stores import open_stores
from tests.bench.sessions.place import Pair, Running, Socket, now_ms, running, seed, sign_in_again
from tests.sim.thread import Storage as Kept
from tests.support.gateway import free_port

GONE = (
    aiohttp.ClientError, aiohttp.WSMessageTypeError, ConnectionError, OSError, TimeoutError,
)  # fmt: skip
LONGEST_S = 0.6
"""The kill comes at a moment by chance within so long."""


@dataclass
class Writer:
    """One person's browser: its storage outlives every gateway."""

    person: UUID
    kept: Kept
    written: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    """By id: the number that was answered."""

    async def write(self, gateway: Running, pair: Pair, thread: str) -> None:
        """Write as fast as the gateway answers, until it is gone."""
        page = Socket(gateway)
        await page.listen(pair.tokens[self.person])
        while True:
            if not self.kept.unsent:
                self.written += 1
                self.kept.put(f"{self.person.hex}-{self.written}", f"line {self.written}")
            sent = self.kept.unsent[0]
            reply = await page.ask(
                "write_message", thread=thread, id=sent.ident, hand=sent.place.hand,
                ref=sent.place.ref, after=sent.place.after, body=sent.body,
            )  # fmt: skip
            if reply["type"] != "stored":
                raise RuntimeError(f"{reply}")
            self.acknowledged[sent.ident] = reply["number"]
            self.kept.unsent.remove(sent)


async def kill_again_and_again(folder: Path, times: int, seed_number: int) -> dict[str, int]:
    """Returns how often what happened."""
    chance = random.Random(seed_number)
    seeded = await seed(Storage(folder=str(folder)), 1)
    (pair,) = seeded.pairs
    port = free_port()
    writers = [Writer(who, Kept(who.hex)) for who in (pair.client, pair.counsellor)]
    found = {"kills": 0, "missing": 0, "doubled": 0, "disordered": 0}
    thread = ""
    for _ in range(times):
        await sign_in_again(seeded, pair)
        async with running(seeded.storage, port=port) as gateway:
            path = f"people/{pair.client}/threads/{pair.counsellor}"
            thread = (await gateway.ask(pair.tokens[pair.client], "PUT", path))[1]["id"]
            work = [asyncio.create_task(each.write(gateway, pair, thread)) for each in writers]
            await asyncio.sleep(chance.uniform(0.0, LONGEST_S))
            gateway.kill()
            await gateway.process.wait()
            for each in work:
                with contextlib.suppress(*GONE):
                    await each
        found["kills"] += 1
        await _check(seeded.storage, UUID(thread), writers, found)
    return found | {"acknowledged": sum(len(each.acknowledged) for each in writers)}


async def _check(
    storage: Storage, thread: UUID, writers: list[Writer], found: dict[str, int]
) -> None:
    messages = await all_of(storage, thread)
    numbers = {each.id: each.number for each in messages}
    found["doubled"] += len(messages) - len(numbers)
    for writer in writers:
        told = writer.acknowledged.items()
        found["missing"] += sum(numbers.get(ident) != number for ident, number in told)
        own = [each.body for each in messages if each.author == str(writer.person)]
        found["disordered"] += own != [f"line {number}" for number in range(1, len(own) + 1)]


async def all_of(storage: Storage, thread: UUID) -> list[Message]:
    """Everything that is stored of a thread, read beside a gateway that is gone."""
    stores = await open_stores(storage)
    try:
        found: list[Message] = []
        while part := await stores.threads.since(thread, found[-1].rev if found else 0, now_ms()):
            found += part
        return found
    finally:
        await stores.close()

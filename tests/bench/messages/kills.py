"""kill -9 at random moments while two write: what was acknowledged is there, once and in order."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp

from signaling.config import Storage
from signaling.domain.booking import HOUR_MS
from signaling.domain.thread import Kind, Message
from signaling.storage.session_store import Between, Booked, Whose
from signaling.stores import Opened, open_stores
from tests.bench.sessions.place import (
    Pair,
    Running,
    Socket,
    now_ms,
    running,
    seed,
    sign_in_again,
)
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


@dataclass
class Arranger:
    """Both of the two, arranging one hour after the other; what is not answered is said again."""

    first: int
    """When the first hour begins, in Unix milliseconds."""
    taps: int = 0
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id: each booking as it was last acknowledged."""
    key: str = ""
    agreeing: dict[str, Any] | None = None

    async def work(self, gateway: Running, pair: Pair, thread: str) -> None:
        """Suggest, agree, and again, as fast as the gateway answers, until it is gone."""
        path = f"threads/{thread}/bookings"
        while True:
            if self.agreeing is None:
                if not self.key:
                    self.taps += 1
                    self.key = f"tap-{self.taps}"
                asked = {"starts_at": self.first + self.taps * HOUR_MS}
                token = pair.tokens[pair.counsellor]
                status, said = await gateway.ask(token, "POST", path, asked, key=self.key)
                assert status == HTTPStatus.CREATED, said
                self.known[said["id"]] = self.agreeing = said
                self.key = ""
            body = {"act": "agree", "revision": self.agreeing["revision"]}
            token = pair.tokens[pair.client]
            status, said = await gateway.ask(
                token, "POST", f"{path}/{self.agreeing['id']}/acts", body
            )
            assert status == HTTPStatus.OK, said
            self.known[said["id"]] = said
            self.agreeing = None

    async def check(self, storage: Storage, counsellor: UUID, found: dict[str, int]) -> None:
        """What was acknowledged is there, once, and each hour is as agreed."""
        stores = await open_stores(storage)
        try:
            for ident, said in self.known.items():
                kept = await stores.bookings.get(UUID(ident))
                found["bookings_missing"] += kept.booking.revision < said["revision"]
            spans = [each.span for each in await _hours(stores, counsellor, self.first, self.taps)]
            found["bookings_doubled"] += len(spans) - len(set(spans))
            agreed = {said["agreed"]["starts_at"] for said in self.known.values() if said["agreed"]}
            found["hours_wrong"] += len(agreed - {span.starts_at for span in spans})
        finally:
            await stores.close()


async def _hours(stores: Opened, counsellor: UUID, since: int, taps: int) -> list[Booked]:
    found: list[Booked] = []
    after = None
    until = since + (taps + 1) * HOUR_MS
    while page := await stores.sessions.find(
        Between(Whose.COUNSELLOR, counsellor, since, until, after)
    ):
        found += page
        after = (page[-1].starts_at, page[-1].id)
    return found


async def kill_again_and_again(folder: Path, times: int, seed_number: int) -> dict[str, int]:
    """Returns how often what happened."""
    chance = random.Random(seed_number)
    seeded = await seed(Storage(folder=str(folder)), 1)
    (pair,) = seeded.pairs
    port = free_port()
    writers = [Writer(who, Kept(who.hex)) for who in (pair.client, pair.counsellor)]
    arranger = Arranger((now_ms() // HOUR_MS + 24) * HOUR_MS)
    names = ("kills", "missing", "doubled", "disordered")
    found = dict.fromkeys((*names, "bookings_missing", "bookings_doubled", "hours_wrong"), 0)
    thread = ""
    for _ in range(times):
        await sign_in_again(seeded, pair)
        async with running(seeded.storage, port=port) as gateway:
            path = f"people/{pair.client}/threads/{pair.counsellor}"
            thread = (await gateway.ask(pair.tokens[pair.client], "PUT", path))[1]["id"]
            work = [asyncio.create_task(each.write(gateway, pair, thread)) for each in writers]
            work.append(asyncio.create_task(arranger.work(gateway, pair, thread)))
            await asyncio.sleep(chance.uniform(0.0, LONGEST_S))
            gateway.kill()
            await gateway.process.wait()
            for each in work:
                with contextlib.suppress(*GONE):
                    await each
        found["kills"] += 1
        await _check(seeded.storage, UUID(thread), writers, found)
        await arranger.check(seeded.storage, pair.counsellor, found)
    told = sum(len(each.acknowledged) for each in writers)
    return found | {"acknowledged": told, "bookings": len(arranger.known)}


async def _check(
    storage: Storage, thread: UUID, writers: list[Writer], found: dict[str, int]
) -> None:
    messages = await all_of(storage, thread)
    numbers = {each.id: each.number for each in messages}
    found["doubled"] += len(messages) - len(numbers)
    for writer in writers:
        told = writer.acknowledged.items()
        found["missing"] += sum(numbers.get(ident) != number for ident, number in told)
        own = [
            each.body for each in messages
            if each.author == str(writer.person) and each.kind is Kind.TEXT
        ]  # fmt: skip
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

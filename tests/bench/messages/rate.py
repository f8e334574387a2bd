"""A thousand messages a second: stored, sealed, and in the other one's page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from signaling.config import Storage
from tests.bench.sessions.crowd import CROWD, OURS, THEIRS, on_core
from tests.bench.sessions.place import Pair, Running, Socket, running, seed

PAIRS: Final = 100
WARM_S: Final = 3.0
"""Keys are made and statements prepared; not counted."""
BODY: Final = "How was your day? 今天过得怎么样?"


class Ear(Socket):
    """A page that reads what it has heard when all is over: then it costs the bench little."""

    def __init__(self, running: Running) -> None:
        super().__init__(running)
        self.raw: list[tuple[float, str]] = []

    def _take(self, text: str) -> None:
        if text.startswith("42"):
            self.raw.append((time.monotonic(), text))
        else:
            super()._take(text)

    def read(self) -> None:
        """Read it now."""
        for at, text in self.raw:
            super()._take(text)
            self.heard_at[-1] = at


@dataclass
class Talk:
    """Two who write to each other."""

    thread: str
    pages: dict[UUID, Ear]
    sent: dict[UUID, int] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    """When each message was to be written, by its id."""
    stored: dict[str, float] = field(default_factory=dict)
    refused: int = 0

    async def write(self, author: UUID, at: float) -> None:
        """One message, whose time has come."""
        number = self.sent[author] = self.sent.get(author, 0) + 1
        hand = author.hex
        ident, after = f"{hand}-{number}", f"{hand}-{number - 1}" if number > 1 else ""
        self.due[ident] = at
        reply = await self.pages[author].ask(
            "write_message", thread=self.thread, id=ident, hand=hand, ref=number, after=after,
            body=BODY,
        )  # fmt: skip
        if reply["type"] == "stored":
            self.stored[ident] = time.monotonic()
        else:
            self.refused += 1

    def stored_after(self, since: float) -> list[float]:
        """How long after its time each was stored."""
        return [
            at - self.due[ident] for ident, at in self.stored.items() if self.due[ident] >= since
        ]

    def delivered_after(self, since: float) -> Iterator[float]:
        """How long after its time each was in the other one's page."""
        for person, page in self.pages.items():
            page.read()
            for at, event in zip(page.heard_at, page.heard, strict=True):
                message = event.get("message", {})
                if message and message["author"] != str(person):
                    due = self.due[message["id"]]
                    if due >= since:
                        yield at - due


async def write_at(storage: Storage, per_s: float, seconds: float) -> dict[str, float]:
    """So many messages a second, from and to everybody by turns; what became of them."""
    seeded = await seed(storage, PAIRS)
    with on_core(THEIRS):
        async with running(storage, core=OURS, **CROWD) as gateway:
            talks = await asyncio.gather(*(_meet(gateway, pair) for pair in seeded.pairs))
            turns = [(talk, author) for author in (0, 1) for talk in talks]
            begun, before = time.monotonic(), 0.0
            since = begun + WARM_S
            tasks = []
            for number in range(int(per_s * (seconds + WARM_S))):
                at = begun + number / per_s
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                if not before and at >= since:
                    before = gateway.cpu_s()
                talk, which = turns[number % len(turns)]
                author = list(talk.pages)[which]
                tasks.append(asyncio.create_task(talk.write(author, at)))
            await asyncio.gather(*tasks)
            cpu_s = gateway.cpu_s() - before
            await asyncio.sleep(1.0)
            for talk in talks:
                for page in talk.pages.values():
                    await page.close()
    stored = sorted(each for talk in talks for each in talk.stored_after(since))
    came = sorted(each for talk in talks for each in talk.delivered_after(since))
    asked = int(per_s * seconds)
    return {
        "rate": len(stored) / seconds, "missing": asked - len(came),
        "refused": sum(talk.refused for talk in talks), "core": 100 * cpu_s / seconds,
        "stored_p50": _share(stored, 0.5), "stored_p99": _share(stored, 0.99),
        "came_p50": _share(came, 0.5), "came_p99": _share(came, 0.99),
    }  # fmt: skip


async def _meet(gateway: Running, pair: Pair) -> Talk:
    path = f"people/{pair.client}/threads/{pair.counsellor}"
    status, thread = await gateway.ask(pair.tokens[pair.client], "PUT", path)
    assert status == 200, thread
    pages: dict[UUID, Ear] = {}
    for person in (pair.client, pair.counsellor):
        pages[person] = Ear(gateway)
        await pages[person].listen(pair.tokens[person])
    return Talk(thread["id"], pages)


def _share(waits: list[float], share: float) -> Any:
    return waits[int(share * (len(waits) - 1))] if waits else float("inf")

"""Two hundred numbered messages each way over a line that loses a fifth of everything."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from signaling.config import Storage
from signaling.lab.link import Impairment
from tests.bench.messages.kills import all_of
from tests.bench.sessions.place import Pair, running, seed
from tests.support.gateway import ROOT, free_port
from tests.support.namespace import own_network
from tests.support.netlab.lab import HERE, Netlab, netlab

COUNT: Final = 200
LINE: Final = Impairment(delay_s=0.05, loss=0.2)
TEARS: Final = 3
KILL_S: Final = 8.0
"""The gateway dies after this; a second later there is another."""
EVERY_S: Final = 0.1
"""Between two messages, so that what befalls them is in their midst."""
PATIENCE_S: Final = 240.0


async def both_ways(folder: Path) -> dict[str, Any]:
    """Returns what each has read, and how that differs from 1 to 200 of each, in order."""
    storage = Storage(folder=str(folder))
    seeded = await seed(storage, 1)
    (pair,) = seeded.pairs
    port = free_port()
    with tempfile.TemporaryDirectory() as name, own_network(), netlab(Path(name)) as lab:
        host = {"HOST": "0.0.0.0"}
        async with running(storage, port=port, **host) as gateway:
            path = f"people/{pair.client}/threads/{pair.counsellor}"
            thread = str((await gateway.ask(pair.tokens[pair.client], "PUT", path))[1]["id"])
            lab.both(LINE)
            pages = await _pages(lab, port, pair, thread)
            await asyncio.sleep(KILL_S)
            gateway.kill()
            await gateway.process.wait()
        async with running(storage, port=port, **host):
            async with asyncio.timeout(PATIENCE_S):
                told = [json.loads((await page.communicate())[0]) for page in pages]
    stored = [str(each.body) for each in await all_of(storage, UUID(thread))]
    people = [str(pair.client), str(pair.counsellor)]
    lists = [*(each["read"] for each in told), stored]
    return {
        "wrong": sum(_wrong(each, people) for each in lists),
        "same": all(each == stored for each in lists),
        "connects": min(each["connects"] for each in told),
        "torn": min(each["torn"] for each in told),
    }


async def _pages(lab: Netlab, port: int, pair: Pair, thread: str) -> list[Process]:
    made = []
    for person, inside in ((pair.client, True), (pair.counsellor, False)):
        there = ["ip", "netns", "exec", lab.name] if inside else []
        page = await asyncio.create_subprocess_exec(
            *there, sys.executable, "-m", "tests.bench.messages.page", cwd=ROOT,
            stdin=PIPE, stdout=PIPE,
        )  # fmt: skip
        given = {
            "url": f"http://{HERE}:{port}", "token": pair.tokens[person], "thread": thread,
            "person": str(person), "count": COUNT, "of": 2 * COUNT, "every_s": EVERY_S,
            "tears": TEARS,
        }  # fmt: skip
        assert page.stdin is not None
        page.stdin.write(json.dumps(given).encode() + b"\n")
        await page.stdin.drain()
        made.append(page)
    return made


def _wrong(bodies: list[str], people: list[str]) -> int:
    """How many messages are missing, doubled or out of place."""
    wrong = abs(len(bodies) - 2 * COUNT)
    for person in people:
        own = [each for each in bodies if each.startswith(person)]
        due = [f"{person} {number}" for number in range(1, COUNT + 1)]
        wrong += sum(one != other for one, other in zip(own, due, strict=False))
        wrong += abs(len(own) - COUNT)
    return wrong

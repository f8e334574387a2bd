"""Whose access ends is out of the room: how soon, by REST and by the command line; keys changed."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from signaling.config import Storage
from tests.bench.sessions.place import Running, Seeded, Socket, running, seed
from tests.support.gateway import ROOT

TRIALS = 10


async def revocations(folder: Path) -> dict[str, float]:
    """The longest, of each way, in seconds."""
    seeded = await seed(Storage(folder=str(folder)), 2 * TRIALS, book=True)
    found = {}
    async with running(seeded.storage) as gateway:
        for name, end in (("rest", _by_rest), ("command", _by_command)):
            first = 0 if name == "rest" else TRIALS
            took = [await _one(gateway, seeded, first + each, end) for each in range(TRIALS)]
            found[name] = max(took)
    return found


End = Callable[[Running, Seeded, UUID], Awaitable[float]]


async def _one(gateway: Running, seeded: Seeded, number: int, end: End) -> float:
    pair, hour = seeded.pairs[number], seeded.hours[number]
    token = pair.tokens[pair.client]
    _, seat = await gateway.ask(token, "POST", f"appointments/{hour.id}/seat")
    page = Socket(gateway)
    await page.connect(seat["seat"])
    await page.event("welcome")
    done = await end(gateway, seeded, pair.client)
    async with asyncio.timeout(10):
        while page.alive:
            await asyncio.sleep(0.002)
    took = time.perf_counter() - done
    status, _ = await gateway.ask(token, "GET", "me")
    assert status == 401
    await page.close()
    return max(0.0, took)


async def _by_rest(gateway: Running, seeded: Seeded, person: UUID) -> float:
    begun = time.perf_counter()
    status, _ = await gateway.ask(seeded.admin_token, "POST", f"people/{person}/end")
    assert status == 204
    return begun


async def _by_command(_gateway: Running, seeded: Seeded, person: UUID) -> float:
    """Counted from the command's end: its start is Python's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "signaling", "user", "end", str(person), cwd=ROOT,
        env={"PATH": "", "QUIETROOM_STORAGE__FOLDER": seeded.storage.folder},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await process.wait() == 0
    return time.perf_counter()

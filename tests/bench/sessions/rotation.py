"""Every key is replaced, by the command line, while hours go on and are read and written."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

from signaling.config import Storage
from signaling.stores import open_stores
from tests.bench.sessions.meeting import TODAY, Meeting, meet
from tests.bench.sessions.place import Seeded, now_ms, running, seed
from tests.support.gateway import ROOT

PAIRS, ROUNDS = 6, 3


async def rotate(storage: Storage) -> dict[str, int]:
    """Returns counts: what was asked meanwhile, what was wrong of it, keys that do not unwrap."""
    seeded = await seed(storage, PAIRS, book=True)
    found = {"asked": 0, "wrong": 0}
    async with running(storage) as gateway:
        meetings = [await meet(gateway, seeded, number) for number in range(PAIRS)]
        async with asyncio.TaskGroup() as group, meetings[0].writing():
            asking = group.create_task(_ask_on(meetings, found))
            for _ in range(ROUNDS):
                await _keys(storage, "rotate", "--every")
            await asyncio.sleep(1.0)
            asking.cancel()
        found["wrong"] += await meetings[0].lost()
        for each in meetings:
            found["wrong"] += not (each.client.alive and each.counsellor.alive)
            await each.close()
    # A gateway that knows nothing of the keys before finds everything.
    async with running(storage) as gateway:
        for each in meetings:
            each.gateway = gateway
        await _ask(meetings, found)
    return found | await _verify(seeded)


async def _ask_on(meetings: Sequence[Meeting], found: dict[str, int]) -> None:
    while True:
        await _ask(meetings, found)
        await asyncio.sleep(0.05)


async def _ask(meetings: Sequence[Meeting], found: dict[str, int]) -> None:
    """Write and read what is sealed under a key of each kind."""
    for each in meetings:
        client, counsellor = (
            each.pair.tokens[who] for who in (each.pair.client, each.pair.counsellor)
        )
        gateway, hour = each.gateway, f"appointments/{each.hour}"
        told = [
            (await each.give_today())[0] == 200,
            (await gateway.ask(client, "PUT", f"{hour}/moods/before", {"value": 4}))[0] == 204,
        ]
        status, today = await gateway.ask(client, "GET", f"{hour}/today")
        told.append(status == 200 and today["today"]["place"] == TODAY["place"])
        status, change = await gateway.ask(counsellor, "GET", f"people/{each.pair.client}/change")
        told.append(status == 200 and change["items"][0]["before"] == 4)
        status, shown = await gateway.ask(client, "GET", hour)
        told.append(status == 200 and shown["counsellor"]["name"].startswith("Person"))
        found["asked"] += len(told)
        found["wrong"] += told.count(False)


async def _keys(storage: Storage, *arguments: str) -> None:
    given = {
        f"QUIETROOM_STORAGE__{name.upper()}": getattr(storage, name)
        for name in ("folder", "data", "keys", "master_key_file")
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "signaling", "keys", *arguments, cwd=ROOT,
        env={**os.environ, **given}, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await process.wait() == 0


async def _verify(seeded: Seeded) -> dict[str, int]:
    stores = await open_stores(seeded.storage)
    try:
        _, bad = await stores.keyring.check(now_ms())
        _, fault = await stores.journal.verify(seeded.clinic, now_ms())
    finally:
        await stores.close()
    return {"bad": bad, "chain": int(fault is not None)}

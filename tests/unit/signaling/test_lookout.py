from __future__ import annotations

import asyncio

import pytest

from signaling.lookout import Lookout
from signaling.storage.database import StorageAway


@pytest.mark.usefixtures("faults_expected")
async def test_neither_a_database_that_is_away_nor_a_bug_ends_it() -> None:
    looked: list[Exception | None] = []
    befalls: list[Exception | None] = [StorageAway(), ZeroDivisionError("secret"), None]
    enough = asyncio.Event()

    async def look() -> None:
        fault = befalls[len(looked)] if len(looked) < len(befalls) else None
        looked.append(fault)
        if len(looked) > len(befalls):
            enough.set()
        if fault is not None:
            raise fault

    lookout = Lookout("test", 0.001, look)
    lookout.start()
    async with asyncio.timeout(5):
        await enough.wait()
    await lookout.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}, "nobody is left to look"


async def test_one_that_was_never_started_is_stopped() -> None:
    async def look() -> None:
        raise AssertionError

    await Lookout("test", 0.001, look).stop()

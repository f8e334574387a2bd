"""Real calls that are recorded, whose signaling is killed; and what lies on the disk, and when."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.bench.recording import hour
from tests.support.browsers import pool
from tests.support.workers import children, is_alive

RECORD_S = 2.5
AFTER_S = 4.5
"""A recording that goes on would be seen in this."""


class Trial(NamedTuple):
    """One call."""

    early: int
    """Bytes on the disk before the row of the start was."""
    agreed_ms: float
    """From the last consent to the start."""
    first_ms: float
    """From the start to the first byte that was seen."""
    growing: bool
    """Whether it was being written as signaling was killed."""
    ended_s: float
    """From the kill to the last change of any file."""
    left: int
    """Media processes that were there at the end of it."""


async def measure(root: Path, trials: int) -> list[Trial]:
    """Each with a gateway, a clinic and a recording of its own."""
    found = []
    async with pool():
        for _ in range(trials):
            with tempfile.TemporaryDirectory(dir=root) as folder:
                found.append(await _trial(Path(folder)))
    return found


async def _trial(folder: Path) -> Trial:
    async with hour.two_people(folder) as made:
        with hour.Folder(hour.sealed(folder)) as seen:
            await hour.agree(made)
            await hour.stage(made.client.page, "recording")
            await asyncio.sleep(RECORD_S)
            workers = children(made.running.process.pid)
            before = seen.looks[-1]
            killed = time.time()
            await made.kill()
            await asyncio.sleep(AFTER_S)
        left = sum(is_alive(pid) for pid in workers)
    turns = await hour.told(folder)
    started, first = turns["rec.start"], seen.first()
    assert first is not None, "nothing was recorded"
    ended = hour.look(hour.sealed(folder)).changed
    return Trial(
        seen.size_at(started - hour.LOOK_S),
        (started - turns["rec.all_granted"]) * 1000,
        (first - started) * 1000,
        killed - before.changed < 1.5,
        max(0.0, ended - killed),
        left,
    )

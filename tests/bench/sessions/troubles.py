"""A database that stalls, one that is away, a disk that is full: a call that goes on meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from signaling.config import Storage
from signaling.domain.life import Outcome
from signaling.stores import open_stores
from tests.bench.sessions.meeting import Meeting, meet
from tests.bench.sessions.place import Seeded, now_ms, running, seed
from tests.support.databases import server_of, server_processes, start_server, stop_server

STALLS_S, AWAY_S, FULL_S = 10.0, 60.0, 10.0
DISK_MIB = 6
STEP_S = 0.2
BACK_S = 30.0
OK = range(200, 300)


@dataclass
class Trouble:
    """What one trouble did. Seconds."""

    slowest_text: float
    refused_after: float
    """The longest that somebody waited who asked for something to be stored."""
    refusals: int
    odd: int
    """Answers that were neither done nor ``busy``."""
    back_after: float
    lost: int
    held: bool
    """The hour could be ended afterwards, as one that was held, in a chain that verifies."""


async def stalled(storage: Storage) -> Trouble:
    """PostgreSQL does not run for a while, and goes on."""
    server = server_of(storage.data)

    @contextlib.asynccontextmanager
    async def trouble() -> AsyncIterator[None]:
        processes = server_processes(server)
        try:
            _signal(processes, signal.SIGSTOP)
            yield
        finally:
            _signal(processes, signal.SIGCONT)

    return await _through(storage, trouble, STALLS_S)


async def away(storage: Storage) -> Trouble:
    """PostgreSQL fails, and is started again later."""
    server = server_of(storage.data)

    @contextlib.asynccontextmanager
    async def trouble() -> AsyncIterator[None]:
        await asyncio.to_thread(stop_server, server)
        try:
            yield
        finally:
            await asyncio.to_thread(start_server, server)

    return await _through(storage, trouble, AWAY_S)


async def full(storage: Storage) -> Trouble:
    """SQLite's disk is full, and has room again."""
    filler = Path(storage.folder) / "filler"

    @contextlib.asynccontextmanager
    async def trouble() -> AsyncIterator[None]:
        try:
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            yield
        finally:
            filler.unlink()

    return await _through(storage, trouble, FULL_S)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of a few MiB at this folder. Needs root."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def _through(
    storage: Storage, trouble: Callable[[], AbstractAsyncContextManager[None]], lasts_s: float
) -> Trouble:
    seeded = await seed(storage, 1, book=True)
    async with running(storage) as gateway:
        meeting = await meet(gateway, seeded)
        waited, statuses = [], []
        async with meeting.writing():
            await asyncio.sleep(1.0)
            meeting.took.clear()
            async with trouble():
                end = time.monotonic() + lasts_s
                while time.monotonic() < end:
                    status, took = await meeting.give_today()
                    statuses.append(status)
                    waited.append(took)
                    await asyncio.sleep(STEP_S)
            back_after = await _back(meeting)
        slowest, lost = max(meeting.took), await meeting.lost()
        reply = await meeting.counsellor.ask("end_session")
        await meeting.close()
    held = reply["type"] == "done" and await _is_held(seeded, meeting)
    return Trouble(
        slowest, max(waited), statuses.count(503),
        sum(status != 503 and status not in OK for status in statuses), back_after, lost, held,
    )  # fmt: skip


async def _back(meeting: Meeting) -> float:
    """How long until something is stored again."""
    begun = time.monotonic()
    async with asyncio.timeout(BACK_S):
        while (await meeting.give_today())[0] not in OK:
            await asyncio.sleep(STEP_S)
    return time.monotonic() - begun


async def _is_held(seeded: Seeded, meeting: Meeting) -> bool:
    stores = await open_stores(seeded.storage)
    try:
        booked = await stores.sessions.get(meeting.hour)
        _, fault = await stores.journal.verify(seeded.clinic, now_ms())
    finally:
        await stores.close()
    return booked.life.outcome is Outcome.HELD and fault is None


def _signal(processes: list[int], what: int) -> None:
    for each in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, what)

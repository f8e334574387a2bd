from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import pytest

from signaling import room_words
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Life
from signaling.room_words import Line, RoomWords
from signaling.storage.database import StorageAway
from signaling.storage.session_store import Booked, SessionKind

HOUR = Booked(uuid4(), uuid4(), uuid4(), uuid4(), 0, 50, SessionKind.SESSION, Life(), None)


class Store:
    """Where lines are kept, when it is there."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.fault: Exception | None = None
        self.tries = 0

    async def keep(self, line: Line) -> None:
        """Keep it."""
        self.tries += 1
        if self.fault is not None:
            raise self.fault
        self.kept.append(line.body)


class Beside:
    """What runs beside a room."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it."""
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    async def done(self) -> None:
        """Until nothing is under way."""
        await asyncio.gather(*self.tasks)


def line(body: str) -> Line:
    return Line(HOUR, uuid4(), body, body, 0)


async def test_a_line_is_kept_before_it_is_said() -> None:
    store, beside = Store(), Beside()
    words = RoomWords(store.keep, beside.start)
    await words.keep(line("one"))
    assert store.kept == ["one"] and beside.tasks == []


async def test_a_call_does_not_wait_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_words, "AGAIN_S", 0.01)
    store, beside = Store(), Beside()
    words = RoomWords(store.keep, beside.start)
    store.fault = StorageAway()
    for body in ("one", "two", "three"):
        await words.keep(line(body))
    assert store.kept == [] and len(beside.tasks) == 1
    store.fault = None
    await words.keep(line("four"))
    await beside.done()
    assert store.kept == ["one", "two", "three", "four"], "in their order"
    await words.keep(line("five"))
    assert store.kept[-1] == "five" and len(beside.tasks) == 1


async def test_one_that_hangs_is_waited_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_words, "PATIENCE_S", 0.01)
    kept: list[str] = []
    gate = asyncio.Event()

    async def keep(said: Line) -> None:
        await gate.wait()
        kept.append(said.body)

    beside = Beside()
    words = RoomWords(keep, beside.start)
    await words.keep(line("one"))
    assert kept == []
    gate.set()
    await beside.done()
    assert kept == ["one"]


async def test_a_thread_that_is_closed_does_not_close_the_room() -> None:
    store, beside = Store(), Beside()
    store.fault = Refusal(Code.NOT_ALLOWED)
    words = RoomWords(store.keep, beside.start)
    await words.keep(line("one"))
    assert store.tries == 1 and beside.tasks == []


async def test_a_room_that_is_over_tries_once_more_and_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_words, "AGAIN_S", 60.0)
    store, beside = Store(), Beside()
    store.fault = StorageAway()
    words = RoomWords(store.keep, beside.start)
    await words.keep(line("one"))
    await asyncio.sleep(0)
    words.stop()
    async with asyncio.timeout(2):
        await beside.done()
    assert store.kept == []

"""What is done without anybody asking: days are signed, what was given for one is forgotten.

So is what a counsellor noted for handing over, and a week of a thread that has had its time. An
hour that nobody ended is over at last.
Rule: a database that is away is tried again at the next turn; nothing else waits for it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Final

from signaling.domain.errors import Refusal
from signaling.lookout import Lookout
from signaling.storage.day_store import DayStore
from signaling.storage.journal import Journal
from signaling.storage.note_store import NoteStore
from signaling.storage.session_store import SessionStore
from signaling.storage.thread_store import ThreadStore

EVERY_S: Final = 300.0
DAY_KEPT_MS: Final = 86_400_000
OVERDUE_MS: Final = 12 * 3_600_000
"""So long after its end an hour that nobody ended is over."""


class Night:
    """Looks every few minutes for what is due."""

    def __init__(
        self, journal: Journal, sessions: SessionStore, days: DayStore,
        notes: NoteStore, threads: ThreadStore, wall: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._sessions = sessions
        self._days = days
        self._notes = notes
        self._threads = threads
        self._wall = wall
        self._also: list[Callable[[int], Awaitable[None]]] = []
        self._lookout = Lookout("night", EVERY_S, self.look)

    def start(self) -> None:
        """Begin to look."""
        self._lookout.start()

    def also(self, chore: Callable[[int], Awaitable[None]]) -> None:
        """Do this at every look, too; it is told the time, in Unix milliseconds."""
        self._also.append(chore)

    async def stop(self) -> None:
        """Look no more."""
        await self._lookout.stop()

    async def look(self) -> None:
        """Do what is due now. Raises :class:`~signaling.storage.database.StorageAway`."""
        at = int(self._wall() * 1000)
        await self._journal.days.sign(at)
        for overdue in await self._sessions.overdue(at - OVERDUE_MS):
            with contextlib.suppress(Refusal):  # somebody ended it in this moment
                await self._sessions.expire(overdue, at)
        for session in await self._sessions.with_a_day_before(at - DAY_KEPT_MS):
            await self._days.forget(session, at)
        for session in await self._notes.due(at):
            await self._notes.forget(session, at)
        for thread in await self._threads.due(at):
            await self._threads.clear(thread, at)
        for chore in self._also:
            await chore(at)

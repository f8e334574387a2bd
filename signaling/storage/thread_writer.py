"""Takes what people write, and keeps what came in while the last batch was being committed.

Rule 1: nobody is answered before the commit.
Rule 2: more than :data:`WAITING` at once are refused (``busy``): the browser keeps the message and
says it again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from signaling.domain.errors import Code, Refusal
from signaling.keys.keyring import Keyring
from signaling.storage.database import Database, StorageAway
from signaling.storage.thread_batch import keep
from signaling.storage.thread_jobs import Answer, Job, Kept, Marked, Seen, Written

WAITING: Final = 2_000
SIDE_BY_SIDE: Final = 2
"""Transactions at a time, where the database can: most of one is waiting for its answers."""
AT_ONCE: Final = 200
"""Jobs of one transaction: some 20 ms of work."""


class ThreadWriter:
    """One for each database of a process. :meth:`stop` when done."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._side_by_side = SIDE_BY_SIDE if database.dialect == "postgresql" else 1
        self._waiting: deque[tuple[Job, asyncio.Future[Answer]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def write(self, job: Written) -> Kept:
        """Keep a message of who has been found to have the right.

        Raises :class:`Refusal`, :class:`StorageAway`.
        """
        answer = await self._ask(job)
        assert isinstance(answer, Kept)
        return answer

    async def mark(self, job: Seen) -> Marked:
        """Note how far somebody is who has the right. Raises as :meth:`write` does."""
        answer = await self._ask(job)
        assert isinstance(answer, Marked)
        return answer

    async def try_write(self, job: Written) -> Kept | None:
        """Keep a message of a browser (``token``); None where it is not plain that it may."""
        answer = await self._ask(job)
        return answer if isinstance(answer, Kept) else None

    async def try_mark(self, job: Seen) -> Marked | None:
        """Note how far the person of a browser is; None as of :meth:`try_write`."""
        answer = await self._ask(job)
        return answer if isinstance(answer, Marked) else None

    async def stop(self) -> None:
        """Take no more, and keep what has come."""
        self._stopped = True
        await asyncio.gather(*self._tasks)

    async def _ask(self, job: Job) -> Answer:
        if self._stopped or len(self._waiting) >= WAITING:
            raise Refusal(Code.BUSY)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if len(self._tasks) < self._side_by_side:
            task = asyncio.get_running_loop().create_task(self._run(), name="thread-writer")
            self._tasks.add(task)
        answer = await future
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                count = min(AT_ONCE, len(self._waiting))
                await self._keep([self._waiting.popleft() for _ in range(count)])
        finally:
            # At once, not by a callback: what is asked next must find that nobody works.
            task = asyncio.current_task()
            assert task is not None
            self._tasks.discard(task)

    async def _keep(self, asked: list[tuple[Job, asyncio.Future[Answer]]]) -> None:
        answers: list[Answer] | Exception
        try:
            async with self._database.write() as connection:
                answers = await keep(connection, self._keyring, [job for job, _ in asked])
        except StorageAway as away:
            answers = away
        except Exception as error:  # a fault of one batch must not end the next ones
            answers = error
        for place, (_, future) in enumerate(asked):
            if future.done():  # whoever asked is gone
                continue
            if isinstance(answers, Exception):
                future.set_exception(answers)
            else:
                future.set_result(answers[place])

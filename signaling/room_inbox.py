"""What a room is asked to do, in the order in which it was asked.

Rule 1: it is bounded for what people ask (``busy``); facts (a lost socket, the engine's
notifications) always pass, and each connection can cause only a few of them.
Rule 2: whoever asked is answered: with the job's result, its refusal, or ``busy`` where it failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

from signaling.domain.errors import Code, Refusal

MAX_INBOX: Final = 512

Job = Callable[[float], Any]
_T = TypeVar("_T")


class RoomInbox:
    """Jobs for the owner task of one room, each of them given the time at which it runs."""

    def __init__(self) -> None:
        self._jobs: asyncio.Queue[tuple[Job, asyncio.Future[Any] | None]] = asyncio.Queue()

    async def request(self, job: Callable[[float], _T]) -> _T:
        """Wait for the result of a job. Raises :class:`Refusal`: the job's own, or ``busy``."""
        if self._jobs.qsize() >= MAX_INBOX:
            raise Refusal(Code.BUSY)
        future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait((job, future))
        return await future

    def tell(self, job: Job) -> None:
        """Have a job done; its refusal is nobody's concern."""
        self._jobs.put_nowait((job, None))

    async def next(self) -> tuple[Job, asyncio.Future[Any] | None]:
        """Wait for the next job, and who is to be answered."""
        return await self._jobs.get()

    @staticmethod
    def answer(job: Job, future: asyncio.Future[Any] | None, now: float) -> None:
        """Do a job, and answer whoever asked. What it raises, other than a refusal, is a bug."""
        try:
            result = job(now)
        except Refusal as refusal:
            if future is not None and not future.done():
                future.set_exception(refusal)
        except Exception:
            if future is not None and not future.done():
                future.set_exception(Refusal(Code.BUSY))
            raise
        else:
            if future is not None and not future.done():
                future.set_result(result)

    def refuse_all(self, code: Code) -> None:
        """Nobody does anything here any more."""
        while not self._jobs.empty():
            _, future = self._jobs.get_nowait()
            if future is not None and not future.done():
                future.set_exception(Refusal(code))

"""What is said by text in the room of a booked hour, on its way into the thread of the two.

Rule 1: a line is stored, then it is in the room, then its sender is answered: what was answered
outlives this gateway.
Rule 2: a call does not wait for a database that is away: its lines are said, and stored in their
order once it is back, for as long as this gateway lives.
Rule 3: a line said again has the id of the first time, and is there once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from signaling.domain.errors import Refusal
from signaling.domain.thread import Kind
from signaling.storage.database import StorageAway
from signaling.storage.session_store import Booked

PATIENCE_S: Final = 1.5
AGAIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. Personal: has no readable form."""

    booked: Booked
    author: UUID
    ident: str
    body: str
    at: int
    kind: Kind = Kind.TEXT

    def __repr__(self) -> str:
        return "Line(...)"


Keep = Callable[[Line], Awaitable[None]]


class RoomWords:
    """The lines of one room. ``start`` runs what takes time beside it."""

    def __init__(self, keep: Keep, start: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._keep = keep
        self._start = start
        self._waiting: deque[Line] = deque()
        self._over = asyncio.Event()

    async def keep(self, line: Line) -> None:
        """Store a line, or see to it that it will be."""
        if not self._waiting:
            with contextlib.suppress(StorageAway, TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._put(line)
                return
            self._start(self._again())
        self._waiting.append(line)

    def stop(self) -> None:
        """The room is over: what waits is tried once more."""
        self._over.set()

    async def _again(self) -> None:
        while self._waiting:
            last = self._over.is_set()
            try:
                await self._put(self._waiting[0])
                self._waiting.popleft()
            except StorageAway:
                if last:
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), AGAIN_S)

    async def _put(self, line: Line) -> None:
        # Nobody writes in that thread any more: the hour itself goes on.
        with contextlib.suppress(Refusal):
            await self._keep(line)

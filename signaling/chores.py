"""What a room has under way beside its owner task: closing endpoints, and the like."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from signaling import logs


class Chores:
    """Work that takes time and that nothing waits for but the stop. ``room`` is for log lines."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the room."""
        task = asyncio.get_running_loop().create_task(self._finish(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _finish(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # a bug beside the room must not pass unseen, nor end the room
            logs.fault("chore_fault", error, room=self._room)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way."""
        return not self._tasks

    async def finished(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

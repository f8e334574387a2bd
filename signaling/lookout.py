"""Looks again and again for what is due, and outlives whatever happens while it looks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from signaling import logs
from signaling.storage.database import StorageAway


class Lookout:
    """Calls ``look`` at once and then ``every_s`` seconds after each time it has looked.

    A database that is away is tried again at the next turn. A bug in one turn is a line in the log
    and does not end the turns to come.
    """

    def __init__(self, name: str, every_s: float, look: Callable[[], Awaitable[object]]) -> None:
        self._name = name
        self._every_s = every_s
        self._look = look
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Look no more; nothing of it is left when this returns."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                with contextlib.suppress(StorageAway):
                    await self._look()
            except Exception as error:  # what is due tomorrow must not be lost with it
                logs.fault(f"{self._name}_fault", error)
            await asyncio.sleep(self._every_s)

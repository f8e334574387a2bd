"""Recordings of all rooms of this gateway: who keeps them, and what is stored after a room's end.

Rule 1: a room that may be recorded is known here while it is open, by itself: what is said of a
recording finds its room though every endpoint that was in it is gone.
Rule 2: what was decided in a room outlives it: its rows are tried until they are stored, and once
more when the gateway stops.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Final, Protocol
from uuid import UUID

from media.channel import RecordingNews
from signaling import logs
from signaling.metrics_recording import RecordingMetrics
from signaling.recording_keeper import Keeper

STOP_S: Final = 3.0


class Recorded(Protocol):
    """The consent of one room."""

    @property
    def clinic(self) -> UUID:
        """Whose hour it is."""

    @property
    def client(self) -> UUID:
        """Who comes to it."""

    def heard(self, news: RecordingNews) -> None:
        """A recorder says something by itself: perhaps this room's."""

    def emergency_stop(self) -> None:
        """The clinic stops whatever is recorded here, or would be; what it allows is read anew."""


class Running(Protocol):
    """What is being recorded, for who may stop it from outside of its room."""

    def stop_all(self, clinic: UUID) -> None:
        """Stop whatever is being recorded in a clinic."""

    def stop_of(self, client: UUID) -> None:
        """Stop what is asked or recorded of a client, and see anew what may be."""


class NothingRuns:
    """Where nothing is recorded."""

    def stop_all(self, clinic: UUID) -> None:
        """See :class:`Running`."""

    def stop_of(self, client: UUID) -> None:
        """See :class:`Running`."""


class Recordings:
    """Made by the composition root where recordings have a folder; ``keeper`` stores them."""

    def __init__(self, keeper: Keeper, metrics: RecordingMetrics) -> None:
        self.keeper = keeper
        self.metrics = metrics
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._rooms: set[Recorded] = set()

    def enter(self, room: Recorded) -> None:
        """A room is open."""
        self._rooms.add(room)

    def leave(self, room: Recorded) -> None:
        """It is over."""
        self._rooms.discard(room)

    def handle(self, news: RecordingNews) -> None:
        """A recorder says something by itself."""
        for room in self._rooms:
            room.heard(news)

    def stop_all(self, clinic: UUID) -> None:
        """Stop whatever is being recorded in a clinic."""
        for room in self._rooms:
            if room.clinic == clinic:
                room.emergency_stop()

    def stop_of(self, client: UUID) -> None:
        """Stop what is asked or recorded of a client."""
        for room in self._rooms:
            if room.client == client:
                room.emergency_stop()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that may outlive its room."""
        task = asyncio.get_running_loop().create_task(self._finish(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def pause(self, seconds: float) -> bool:
        """Wait so long; says whether there is another try: the last is when the gateway stops."""
        if self._stopping.is_set():
            return False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return True

    async def stop(self) -> None:
        """Try what waits once more, and end; no room is left."""
        self._stopping.set()
        tasks = set(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _finish(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # a bug: the rows of other rooms are stored all the same
            logs.fault("recordings_fault", error)

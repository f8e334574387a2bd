"""Recording by worker processes: an order goes to whoever carries its room.

Rule 1: what cannot be asked of a worker is not recorded: one that is lost captures nothing.
Rule 2: what a worker was recording when it was lost has broken off: it never goes on by itself,
whichever worker comes in its place.
"""

from __future__ import annotations

import contextlib

from media.channel import (
    RecordedFile,
    RecordingBroke,
    RecordingNews,
    RecordOrder,
    RecordPermit,
)
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from signaling.placement import Book, WorkerId
from signaling.worker_link import FrameError, LinkLost
from signaling.worker_process import WorkerProcess


class RecordingPool:
    """The workers of a pool, and which room is where (:class:`media.channel.Recording`)."""

    def __init__(self) -> None:
        self._book = Book()
        self._workers: dict[WorkerId, WorkerProcess] = {}
        self._recorded: dict[tuple[str, int], tuple[WorkerId, EndpointId]] = {}
        """Which segment is recorded by whom, and somebody it is of."""

    async def record(self, order: RecordOrder) -> None:
        """Begin to record; see :class:`media.channel.Recording`."""
        worker = self._worker_in(order.room)
        if worker is None:
            raise RecordingError(RecordFault.BAD_ORDER)
        key = (order.recording, order.segment)
        if order.tracks:
            self._recorded[key] = (worker.number, order.tracks[0].endpoint)
        try:
            await worker.record(order)
        except (LinkLost, FrameError):
            self._recorded.pop(key, None)
            raise RecordingError(RecordFault.BROKEN) from None
        except RecordingError:
            self._recorded.pop(key, None)
            raise

    def permit(self, permit: RecordPermit) -> None:
        """Renew a permit."""
        worker = self._worker_in(permit.room)
        if worker is not None:
            worker.permit(permit)

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        """End a segment; with a worker that is lost nothing is captured, and nothing comes."""
        self._recorded.pop((recording, segment), None)
        worker = self._worker_in(room)
        if worker is None:
            return ()
        with contextlib.suppress(LinkLost, RecordingError):
            return await worker.stop_recording(room, recording, segment, discard=discard)
        return ()

    def _broke_off(self, worker: WorkerId) -> list[RecordingBroke]:
        """Return what a worker that is lost was recording; it is nobody's any more."""
        found = [(key, end) for key, (of, end) in self._recorded.items() if of == worker]
        for key, _ in found:
            del self._recorded[key]
        return [
            RecordingBroke(endpoint, recording, segment, RecordFault.BROKEN)
            for (recording, segment), endpoint in found
        ]

    def _is_of(self, worker: WorkerId, said: RecordingNews) -> bool:
        """Whether a worker speaks of what it was asked to record."""
        return self._recorded.get((said.recording, said.segment), (None,))[0] == worker

    def _worker_in(self, room: RoomKey) -> WorkerProcess | None:
        number = self._book.worker_in(room)
        return None if number is None else self._workers.get(number)

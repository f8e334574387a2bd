"""Recording by worker processes: an order goes to whoever carries its room.

Rule 1: what cannot be asked of a worker is not recorded: one that is lost captures nothing.
"""

from __future__ import annotations

import contextlib

from media.channel import RecordedFile, RecordOrder, RecordPermit
from media.errors import RecordFault, RecordingError
from media.ids import RoomKey
from signaling.placement import Book, WorkerId
from signaling.worker_link import FrameError, LinkLost
from signaling.worker_process import WorkerProcess


class RecordingPool:
    """The workers of a pool, and which room is where (:class:`media.channel.Recording`)."""

    def __init__(self) -> None:
        self._book = Book()
        self._workers: dict[WorkerId, WorkerProcess] = {}

    async def record(self, order: RecordOrder) -> None:
        """Begin to record; see :class:`media.channel.Recording`."""
        worker = self._worker_in(order.room)
        if worker is None:
            raise RecordingError(RecordFault.BAD_ORDER)
        try:
            await worker.record(order)
        except (LinkLost, FrameError):
            raise RecordingError(RecordFault.BROKEN) from None

    def permit(self, permit: RecordPermit) -> None:
        """Renew a permit."""
        worker = self._worker_in(permit.room)
        if worker is not None:
            worker.permit(permit)

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        """End a segment; with a worker that is lost nothing is captured, and nothing comes."""
        worker = self._worker_in(room)
        if worker is None:
            return ()
        with contextlib.suppress(LinkLost, RecordingError):
            return await worker.stop_recording(room, recording, segment, discard=discard)
        return ()

    def _worker_in(self, room: RoomKey) -> WorkerProcess | None:
        number = self._book.worker_in(room)
        return None if number is None else self._workers.get(number)

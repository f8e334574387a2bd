"""The bytes of a recording, opened for who may see and hear it: a stretch at a time.

Rule 1: whether somebody may is asked before each stretch of :data:`MOST`, whatever was answered
before: what is taken back stops at the next one.
Rule 2: nothing is believed that its key does not vouch for. What was changed, cut, moved or put in
from elsewhere does not open, and is refused as what is not there.
Rule 3: files are read in a thread: a disk that is slow holds up nobody else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from recording.finished import Readable, finished
from recording.keys import file_key
from recording.sealing import Segment, SegmentError, SegmentName
from recording.store import FileName
from signaling.accounts import Actor
from signaling.domain.errors import Code, Refusal
from signaling.gate import Gate
from signaling.kept_recordings import KeptRecordings
from signaling.keys.sealing import SealError
from signaling.ranges import Range
from signaling.recording_standing import heard
from signaling.storage.database import StorageAway
from signaling.storage.recording_folder import SealedFiles
from signaling.storage.recording_rows import KeptRecording

MOST: Final = 1 << 20
"""Of one stretch, in bytes."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a file from ``start`` to before ``stop``; both 0 where what is asked lies beyond."""

    type: str
    size: int
    """Of the whole file."""
    start: int
    stop: int
    pieces: AsyncIterator[bytes]
    is_part: bool = False
    """A range was asked for."""

    def __repr__(self) -> str:
        return "Stretch(...)"


class RecordingPlayer:
    """Opens files. Times are Unix milliseconds."""

    def __init__(
        self, recordings: KeptRecordings, gate: Gate, files: SealedFiles | None,
        wall: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._recordings = recordings
        self._gate = gate
        self._files = files
        self._wall = wall

    async def open(
        self, actor: Actor, ident: UUID, number: int, wanted: Range | None, at: int
    ) -> Stretch:
        """Return a stretch of a file: with a range at most :data:`MOST` of it.

        Raises :class:`Refusal`, SealError where it does not open, StorageAway.
        """
        known = await self._recordings.playable(actor, ident, at)
        await self._gate.look(actor, "play", known.client, at, {"recording": str(ident)}, of=ident)
        told = await self._recordings.keeping.file_told(known, number, at)
        opened = await self._opened(known, number, told.plain_bytes, at)
        if opened.sealed < told.plain_bytes:  # somebody has cut it off
            await opened.close()
            raise SealError
        size = opened.file.length
        span = (0, size) if wanted is None else wanted.within(size)
        if span is None or wanted is not None:
            start, stop = span or (0, 0)
            stop = min(stop, start + MOST)
            data = await opened.read(start, stop)
            await opened.close()
            return Stretch(told.type, size, start, stop, _one(data), is_part=True)
        # Read before anything is answered: what does not open is refused, and not cut off.
        first = await opened.read(0, MOST)
        return Stretch(told.type, size, 0, size, self._all(actor, known, opened, first))

    async def _all(
        self, actor: Actor, known: KeptRecording, opened: _Opened, first: bytes
    ) -> AsyncIterator[bytes]:
        try:
            yield first
            for start in range(MOST, opened.file.length, MOST):
                at = int(self._wall() * 1000)
                again = await self._recordings.playable(actor, known.id, at)
                if not self._recordings.may_hear(actor, again, opened.number, at):
                    raise SealError
                yield await opened.read(start, start + MOST)
        except Refusal:  # erased in this moment
            raise SealError from None
        finally:
            await opened.close()

    async def _opened(self, known: KeptRecording, number: int, length: int, at: int) -> _Opened:
        file = next((each for each in heard(known) if each.number == number), None)
        if file is None or self._files is None:
            raise Refusal(Code.NOT_FOUND)
        part = next(each for each in known.parts if each.id == file.part)
        name = SegmentName(known.clinic, known.id, number)
        key = await self._recordings.keeping.part_key(part, at)
        where = FileName(number, part.id)
        most = None if file.is_whole else length
        return await asyncio.to_thread(_open, self._files, where, key, name, most)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An open file. :meth:`close` when done."""

    number: int
    file: Readable
    sealed: int
    """So many bytes of it were sealed."""
    held: ExitStack

    async def read(self, start: int, stop: int) -> bytes:
        """Return its bytes. Raises SealError where they do not open; then it is closed."""
        try:
            return await asyncio.to_thread(self.file.read, start, stop)
        except SegmentError:
            await self.close()
            raise SealError from None
        except OSError as error:
            await self.close()
            raise StorageAway from error

    async def close(self) -> None:
        """Close it; a second time does nothing."""
        await asyncio.to_thread(self.held.close)


def _open(
    files: SealedFiles, where: FileName, key: bytes, name: SegmentName, most: int | None
) -> _Opened:
    """``most`` is how much of it there is, where it was cut off."""
    held = ExitStack()
    try:
        read = held.enter_context(files.opened(name.recording, where))
        segment = Segment(read, file_key(key, name), name)
        if most is not None:
            segment.cut(most)
        file = finished(files, where, key, segment)
        return _Opened(name.segment, file, segment.length, held)
    except (SegmentError, FileNotFoundError):
        held.close()
        raise SealError from None
    except OSError as error:
        held.close()
        raise StorageAway from error


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data

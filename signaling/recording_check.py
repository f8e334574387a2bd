"""Whether every recording that is kept can be opened, and lies as it was sealed.

Rule: nothing of a person is told: which recording, which of its files, and what is wrong with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from recording.keys import file_key
from recording.sealing import Segment, SegmentError, SegmentName
from recording.store import FileName
from signaling.keys.sealing import SealError
from signaling.storage.recording_folder import SealedFiles, digest
from signaling.storage.recording_keeping import RecordingKeeping
from signaling.storage.recording_rows import KeptFile, KeptRecording


class FileFault(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    """It is not there."""
    CHANGED = "changed"
    """It is not as it was when it was sealed."""
    UNREADABLE = "unreadable"
    """A chunk of it does not open, or its disk does not give it."""
    NO_KEY = "no_key"
    """There is no key of it, and it was not erased."""
    STRAY = "stray"
    """It lies there, and no recording knows of it."""


@dataclass(slots=True)
class Checked:
    """What was found. ``faults`` are (recording, number of its file, what)."""

    recordings: int = 0
    files: int = 0
    chunks: int = 0
    bytes: int = 0
    faults: list[tuple[UUID, int, FileFault]] = field(default_factory=list)


WHOLE: Final = 0
"""For the number of a file, where all of a recording is meant."""


async def check(keeping: RecordingKeeping, files: SealedFiles, at: int) -> Checked:
    """Open every chunk of every file. Raises OSError, StorageAway. ``at`` is Unix milliseconds."""
    found = Checked()
    known = set(await keeping.all_ids())
    for ident in sorted(known):
        recording = await keeping.get(ident)
        if recording.artefact is None:  # it runs
            continue
        found.recordings += 1
        await _check_one(keeping, files, recording, found, at)
    lying = await asyncio.to_thread(files.recordings)
    found.faults += [(ident, WHOLE, FileFault.STRAY) for ident in lying if ident not in known]
    return found


async def _check_one(
    keeping: RecordingKeeping, files: SealedFiles, recording: KeptRecording, found: Checked, at: int
) -> None:
    parts = {part.id: part for part in recording.parts}
    for file in recording.files:
        found.files += 1
        try:
            key = await keeping.part_key(parts[file.part], at)
        except SealError:
            found.faults.append((recording.id, file.number, FileFault.NO_KEY))
            continue
        name = SegmentName(recording.clinic, recording.id, file.number)
        fault, chunks = await asyncio.to_thread(_check_file, files, file, file_key(key, name), name)
        found.chunks += chunks
        found.bytes += file.size
        if fault is not None:
            found.faults.append((recording.id, file.number, fault))
    for number in await asyncio.to_thread(_strays, files, recording.id, recording.files):
        found.faults.append((recording.id, number, FileFault.STRAY))


def _check_file(
    files: SealedFiles, file: KeptFile, key: bytes, name: SegmentName
) -> tuple[FileFault | None, int]:
    """Return what is wrong with a file, and how many chunks of it opened."""
    try:
        with files.opened(name.recording, FileName(file.number, file.part)) as read:
            if digest(read) != (file.size, file.sha256):
                return FileFault.CHANGED, 0
            return None, Segment(read, key, name).check()
    except FileNotFoundError:
        return FileFault.MISSING, 0
    except (SegmentError, OSError):  # one bad place must not hide what becomes of all the others
        return FileFault.UNREADABLE, 0


def _strays(files: SealedFiles, recording: UUID, known: Sequence[KeptFile]) -> list[int]:
    numbers = {file.number for file in known}
    return [
        name.number for name in files.list(recording)
        if name.kind == "seal" and name.number not in numbers
    ]  # fmt: skip

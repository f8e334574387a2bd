"""The folder of recordings, as those see it who read and delete what lies there. It blocks.

    {folder}/{recording}/{number}-{part}.seal    a file, sealed (:mod:`recording.sealing`)
    {folder}/{recording}/{number}-{part}.meta    what its recorder knew of it, sealed
    {folder}/erased/{recording}                  that it was erased; it is empty

Rule 1: names say nothing but random ids and numbers.
Rule 2: that something was erased stands here and in the database: whichever of the two comes back
from a back-up, the other one knows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

_FILE: Final = re.compile(r"(\d{6,})-([0-9a-f]{32})\.seal", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ERASED: Final = "erased"
_PIECE: Final = 1 << 20
PRIVATE: Final = 0o700
ReadAt = Callable[[int, int], bytes]
"""So many bytes of a file from a place on; fewer where it ends."""


@dataclass(frozen=True, slots=True, order=True)
class FileName:
    """A sealed file: its number in its recording, and whose it is."""

    number: int
    part: UUID


class SealedFiles(Protocol):
    """Where sealed files lie. Everything raises OSError where it cannot be reached."""

    def recordings(self) -> list[UUID]:
        """Return of which recordings there is anything."""

    def names(self, recording: UUID) -> list[FileName]:
        """Return the sealed files of a recording, in their order."""

    def opened(self, recording: UUID, name: FileName) -> contextlib.AbstractContextManager[ReadAt]:
        """Open one. Raises FileNotFoundError."""

    def remove(self, recording: UUID, name: FileName | None = None) -> None:
        """Delete a file and what was known of it; all of a recording without a name."""

    def bury(self, recording: UUID) -> None:
        """Keep that it was erased."""

    def buried(self) -> set[UUID]:
        """Return what was erased."""


class SealedFolder:
    """Such a place, in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recordings(self) -> list[UUID]:
        """Return of which recordings there is anything."""
        return [UUID(each) for each in self._listed(self._folder) if _HEX.fullmatch(each)]

    def names(self, recording: UUID) -> list[FileName]:
        """Return the sealed files of a recording, in their order."""
        found = map(_FILE.fullmatch, self._listed(self._folder / recording.hex))
        return sorted(FileName(int(each[1]), UUID(each[2])) for each in found if each)

    @contextlib.contextmanager
    def opened(self, recording: UUID, name: FileName) -> Iterator[ReadAt]:
        """Open one. Raises FileNotFoundError."""
        path = self._folder / recording.hex / f"{_stem(name)}.seal"
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield lambda at, size: os.pread(handle, size, at)
        finally:
            os.close(handle)

    def remove(self, recording: UUID, name: FileName | None = None) -> None:
        """Delete a file and what was known of it; all of a recording without a name."""
        folder = self._folder / recording.hex
        if name is None:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)
            _sync(self._folder)
            return
        for each in self._listed(folder):
            if each.startswith(_stem(name)):
                (folder / each).unlink(missing_ok=True)
        _sync(folder)

    def bury(self, recording: UUID) -> None:
        """Keep that it was erased."""
        folder = self._folder / _ERASED
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        (folder / recording.hex).touch(mode=0o600)
        _sync(folder)

    def buried(self) -> set[UUID]:
        """Return what was erased."""
        names = self._listed(self._folder / _ERASED)
        return {UUID(each) for each in names if _HEX.fullmatch(each)}

    def _listed(self, folder: Path) -> list[str]:
        try:
            return sorted(each.name for each in folder.iterdir())
        except FileNotFoundError:
            return []


def digest(read: ReadAt) -> tuple[int, str]:
    """Return how long a file is, and its SHA-256."""
    hashed, size = hashlib.sha256(), 0
    while piece := read(size, _PIECE):
        hashed.update(piece)
        size += len(piece)
    return size, hashed.hexdigest()


def _stem(name: FileName) -> str:
    return f"{name.number:06d}-{name.part.hex}"


def _sync(folder: Path) -> None:
    """What was deleted is deleted, though the machine fails in the next moment."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

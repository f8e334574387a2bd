"""The folder of recordings, as those see it who keep and delete what a recorder puts there.

    {folder}/lock                         held by the one gateway that keeps it
    {folder}/erased/{recording}           that it was erased; it is empty
    {folder}/erased/{recording}-{part}    that somebody's part of it was

All of it raises :class:`OSError`, and blocks: it is for threads.

Rule: that something was erased stands here and in the database: whichever of the two comes back
from a back-up, the other one knows.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from recording.store import KINDS, FileName, FolderStore, Store

_HEX: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ERASED: Final = "erased"
_LOCK: Final = "lock"
_PIECE: Final = 1 << 20
ReadAt = Callable[[int, int], bytes]
"""So many bytes of a file from a place on; fewer where it ends."""


class FolderTaken(Exception):
    """Another gateway keeps this folder, and runs."""


class FolderHold:
    """Nobody else keeps the folder, for as long as this is held; a crash lets go of it, too.

    A second gateway would take what the first one is recording for what a crash has left. Raises
    :class:`FolderTaken`, or OSError where the folder cannot be reached.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            if isinstance(error, BlockingIOError):
                raise FolderTaken from None
            raise

    def release(self) -> None:
        """Let go of it; once."""
        os.close(self._handle)


class Buried(NamedTuple):
    """A part that was erased alone."""

    recording: UUID
    part: UUID


class SealedFiles(Store, Protocol):
    """Where recordings lie, for who keeps them."""

    def opened(self, recording: UUID, name: FileName) -> contextlib.AbstractContextManager[ReadAt]:
        """Open a file, to read in it more than once. Raises FileNotFoundError."""

    def drop(self, recording: UUID, name: FileName) -> None:
        """Let go of one file, and of what lies beside it."""

    def bury(self, recording: UUID, part: UUID | None = None) -> None:
        """Keep that it was erased, or a part of it."""

    def buried(self) -> set[UUID]:
        """Return what was erased."""

    def buried_parts(self) -> set[Buried]:
        """Return the parts that were, of whatever recordings."""


class SealedFolder(FolderStore):
    """Such a place, in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._root = folder

    @contextlib.contextmanager
    def opened(self, recording: UUID, name: FileName) -> Iterator[ReadAt]:
        """Open a file, to read in it more than once. Raises FileNotFoundError."""
        path = self._root / recording.hex / str(name)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield lambda at, size: os.pread(handle, size, at)
        finally:
            os.close(handle)

    def drop(self, recording: UUID, name: FileName) -> None:
        """Let go of one file, and of what lies beside it."""
        place = self._root / recording.hex
        for kind in KINDS:
            (place / str(name._replace(kind=kind))).unlink(missing_ok=True)
        if place.is_dir():
            _settle(place)

    def bury(self, recording: UUID, part: UUID | None = None) -> None:
        """Keep that it was erased, or a part of it."""
        place = self._root / _ERASED
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = recording.hex if part is None else f"{recording.hex}-{part.hex}"
        (place / name).touch(mode=0o600)
        _settle(place)

    def buried(self) -> set[UUID]:
        """Return what was erased."""
        return {UUID(name) for name in self._tombs() if _HEX.fullmatch(name)}

    def buried_parts(self) -> set[Buried]:
        """Return the parts that were, of whatever recordings."""
        found = [name.partition("-") for name in self._tombs()]
        return {
            Buried(UUID(recording), UUID(part))
            for recording, _, part in found
            if _HEX.fullmatch(recording) and _HEX.fullmatch(part)
        }

    def _tombs(self) -> list[str]:
        try:
            return [each.name for each in (self._root / _ERASED).iterdir()]
        except FileNotFoundError:
            return []


def digest(read: ReadAt) -> tuple[int, str]:
    """Return how long a file is, and its SHA-256."""
    hashed, size = hashlib.sha256(), 0
    while piece := read(size, _PIECE):
        hashed.update(piece)
        size += len(piece)
    return size, hashed.hexdigest()


def _settle(folder: Path) -> None:
    """What was deleted or made stays so, though the machine fails in the next moment."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Where sealed files lie. A folder for now; whatever else keeps bytes by name can stand in for it.

Rule 1: nothing readable comes here: what is written is sealed, and names are random or numbers.
Rule 2: what :meth:`Writer.append` and :meth:`Store.replace` return from is on the disk, whatever
happens next. A file that was made is there after a crash.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from uuid import UUID

KINDS: Final = ("seal", "meta", "index", "taken")
_NAME: Final = re.compile(rf"^(\d{{6,10}})-([0-9a-f]{{32}})\.({'|'.join(KINDS)})$")
_RECORDING: Final = re.compile(r"^[0-9a-f]{32}$")
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class FileName(NamedTuple):
    """Which file of a recording: its number, and whose track it is of."""

    number: int
    part: UUID
    kind: str = "seal"
    """``seal``: the recording; ``meta``: what is written down of it; ``index``: what it was given
    after a crash has cut it off; ``taken``: that somebody has taken back, by no file's number."""

    def __str__(self) -> str:
        return f"{self.number:06d}-{self.part.hex}.{self.kind}"


def parse_name(text: str) -> FileName | None:
    """Read a file's name; None for what is none of ours."""
    found = _NAME.match(text)
    return None if found is None else FileName(int(found[1]), UUID(found[2]), found[3])


class Writer(Protocol):
    """A file that is being written."""

    def append(self, data: bytes) -> None:
        """Write, and have it on the disk. Raises :class:`OSError`."""

    def close(self) -> None:
        """Write no more."""


class Target(Protocol):
    """What files are written to. Everything raises :class:`OSError`, and blocks."""

    def create(self, recording: UUID, name: FileName) -> Writer:
        """Begin a file. :class:`FileExistsError`: there is one."""

    def replace(self, recording: UUID, name: FileName, data: bytes) -> None:
        """Have a file hold this, or what it held before, and nothing in between."""

    def free(self) -> int:
        """How many bytes there is room for."""


class Store(Target, Protocol):
    """All recordings. Everything raises :class:`OSError`, and blocks: it is for threads."""

    def size(self, recording: UUID, name: FileName) -> int:
        """How long a file is."""

    def read(self, recording: UUID, name: FileName, at: int, size: int) -> bytes:
        """Bytes of a file from a place on; fewer where it ends."""

    def list(self, recording: UUID) -> tuple[FileName, ...]:
        """The files of a recording in their order; none of one that is not there."""

    def recordings(self) -> tuple[UUID, ...]:
        """All recordings that there is anything of."""

    def delete(self, recording: UUID) -> None:
        """Let go of all files of a recording; of one that is not there nothing."""


class FolderStore:
    """A folder of this machine: a folder for each recording in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, recording: UUID, name: FileName) -> Writer:
        """Begin a file."""
        place = self._place(recording)
        if not place.is_dir():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            _settle(self._folder)
        descriptor = os.open(place / str(name), _NEW | os.O_EXCL, 0o600)
        _settle(place)
        return _FileWriter(descriptor)

    def replace(self, recording: UUID, name: FileName, data: bytes) -> None:
        """Write anew beside it, then put that in its place. Two who do so at once do it in turn."""
        place = self._place(recording)
        # By a name of its own: what two write into one file is neither's.
        fresh = place / f"{name}.{secrets.token_hex(8)}.new"
        try:
            writer = _FileWriter(os.open(fresh, _NEW | os.O_EXCL, 0o600))
            try:
                writer.append(data)
            finally:
                writer.close()
            fresh.replace(place / str(name))
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _settle(place)

    def free(self) -> int:
        """What the file system has for us; the folder is made if it is not there."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free

    def size(self, recording: UUID, name: FileName) -> int:
        """How long a file is."""
        return (self._place(recording) / str(name)).stat().st_size

    def read(self, recording: UUID, name: FileName, at: int, size: int) -> bytes:
        """Bytes of a file from a place on."""
        with (self._place(recording) / str(name)).open("rb") as file:
            return os.pread(file.fileno(), size, at)

    def list(self, recording: UUID) -> tuple[FileName, ...]:
        """The files of a recording; what is not ours is not seen."""
        try:
            found = [parse_name(each.name) for each in self._place(recording).iterdir()]
        except FileNotFoundError:
            return ()
        return tuple(sorted(name for name in found if name is not None))

    def recordings(self) -> tuple[UUID, ...]:
        """All recordings that there is a folder of."""
        try:
            found = [each.name for each in self._folder.iterdir()]
        except FileNotFoundError:
            return ()
        return tuple(sorted(UUID(name) for name in found if _RECORDING.match(name)))

    def delete(self, recording: UUID) -> None:
        """Take away its folder with all that is in it."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._place(recording))
            _settle(self._folder)

    def _place(self, recording: UUID) -> Path:
        return self._folder / recording.hex


class _FileWriter:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def append(self, data: bytes) -> None:
        """Write all of it, and wait for the disk."""
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Give the descriptor back, once."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _settle(folder: Path) -> None:
    """Have a new name in a folder outlive a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

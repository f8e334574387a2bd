"""A file that was cut off, read under its index."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import av
import pytest

from recording.finished import Finished, finished
from recording.part_file import Look, Part, PartFile, Place
from recording.reading import open_file
from recording.sealing import Segment
from recording.store import FileName, FolderStore

TENANT, RECORDING = UUID(int=1), UUID(int=2)
PART = Part(UUID(int=3), "part", bytes(range(32)))
FILE = FileName(1, PART.ident)


class Counted(FolderStore):
    """Counts what is read, and may have no room."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.has_read = 0
        self.is_full = False

    def read(self, recording: UUID, name: FileName, at: int, size: int) -> bytes:
        found = super().read(recording, name, at, size)
        self.has_read += len(found)
        return found

    def replace(self, recording: UUID, name: FileName, data: bytes) -> None:
        if self.is_full:
            raise OSError(28, "full")
        super().replace(recording, name, data)


def record(store: FolderStore, *, whole: bool = False) -> None:
    """Half a minute of sound."""
    file = PartFile(Place(store, TENANT, RECORDING), PART, 1, Look("opus"), (10.0, 0))
    for index in range(1500):
        file.write(b"\xfc\xff\xfe" + bytes(200), 10.0 + index / 50, keyframe=True)
        file.tick(10.0 + index / 50)
    if whole:
        file.close()


@pytest.fixture
def store(tmp_path: Path) -> Counted:
    return Counted(tmp_path)


def segment(store: FolderStore) -> Segment:
    return open_file(store, TENANT, RECORDING, FILE, PART.key)


def index_path(tmp_path: Path) -> Path:
    return tmp_path / RECORDING.hex / str(FILE._replace(kind="index"))


def seconds(data: bytes) -> float:
    with av.open(io.BytesIO(data)) as container:
        return (container.duration or 0) / 1e6


def test_a_whole_file_is_read_as_it_is(store: Counted, tmp_path: Path) -> None:
    record(store, whole=True)
    opened = segment(store)
    assert finished(store, FILE, PART.key, opened) is opened
    assert not index_path(tmp_path).exists()


def test_a_file_that_was_cut_off_is_given_its_index_once(store: Counted, tmp_path: Path) -> None:
    record(store)
    sealed = (tmp_path / RECORDING.hex / str(FILE)).read_bytes()
    first = finished(store, FILE, PART.key, segment(store))
    assert isinstance(first, Finished)
    data = first.read(0, first.length)
    assert seconds(data) == pytest.approx(29.5, abs=0.5)
    kept = index_path(tmp_path).read_bytes()
    assert b"\x1c\x53\xbb\x6b" not in kept
    opened, store.has_read = segment(store), 0
    again = finished(store, FILE, PART.key, opened)
    assert store.has_read == len(kept)
    assert again.read(0, again.length) == data
    assert (tmp_path / RECORDING.hex / str(FILE)).read_bytes() == sealed


def test_any_stretch_of_it_is_what_stands_there(store: Counted) -> None:
    record(store)
    file = finished(store, FILE, PART.key, segment(store))
    assert isinstance(file, Finished)
    data = file.read(0, file.length)
    assert len(data) == file.length
    for start in [*range(0, 320, 7), *range(file.index.length - 30, file.length + 9, 3)]:
        for size in (1, 8, 64, 5000):
            assert file.read(start, start + size) == data[start : start + size]
    assert file.read(-5, 10) == data[:10]


def test_what_does_not_open_as_an_index_is_made_anew(store: Counted, tmp_path: Path) -> None:
    record(store)
    data = finished(store, FILE, PART.key, segment(store)).read(0, 1 << 30)
    good = index_path(tmp_path).read_bytes()
    for bad in (b"", good[:40], good[:-1] + bytes([good[-1] ^ 1]), b"QRINDX1\n" + bytes(400)):
        index_path(tmp_path).write_bytes(bad)
        assert finished(store, FILE, PART.key, segment(store)).read(0, 1 << 30) == data
        assert len(index_path(tmp_path).read_bytes()) == len(good)


def test_an_index_of_a_shorter_file_is_made_anew(store: Counted, tmp_path: Path) -> None:
    record(store)
    path = tmp_path / RECORDING.hex / str(FILE)
    sealed = path.read_bytes()
    path.write_bytes(sealed[: len(sealed) // 2])
    short = finished(store, FILE, PART.key, segment(store)).read(0, 1 << 30)
    path.write_bytes(sealed)
    full = finished(store, FILE, PART.key, segment(store)).read(0, 1 << 30)
    assert seconds(full) > 1.8 * seconds(short) > 20


def test_where_there_is_no_room_for_it_the_file_plays_all_the_same(
    store: Counted, tmp_path: Path
) -> None:
    record(store)
    store.is_full = True
    file = finished(store, FILE, PART.key, segment(store))
    assert seconds(file.read(0, file.length)) > 28
    assert not index_path(tmp_path).exists()


def test_what_opens_of_a_broken_file_is_still_given(store: Counted, tmp_path: Path) -> None:
    record(store)
    path = tmp_path / RECORDING.hex / str(FILE)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    opened = segment(store)
    assert finished(store, FILE, PART.key, opened) is opened
    assert opened.read(0, 100)

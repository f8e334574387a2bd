"""A file that was cut off, read under its index."""

from __future__ import annotations

import io
import shutil
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import pytest

from recording.finished import Finished, finished
from recording.part_file import Look, Part, PartFile, Place
from recording.reading import open_file
from recording.recovery import recover
from recording.sealing import Segment, heads
from recording.store import FileName, FolderStore
from tests.support.film import watch

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


def record(
    store: FolderStore, *, whole: bool = False, recording: UUID = RECORDING, part: Part = PART,
    tenant: UUID = TENANT, count: int = 1500,
) -> None:  # fmt: skip
    """Half a minute of sound."""
    file = PartFile(Place(store, tenant, recording), part, 1, Look("opus"), (10.0, 0))
    for index in range(count):
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


OTHERS = {
    "recording": {"recording": UUID(int=9)},
    "part": {"part": Part(UUID(int=4), "other", bytes(range(1, 33)))},
    "part of the same key": {"recording": UUID(int=9), "part": PART},
    "clinic": {"tenant": UUID(int=8), "recording": UUID(int=9)},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_an_index_of_another_file_is_not_believed(
    store: Counted, tmp_path: Path, other: dict[str, Any]
) -> None:
    record(store)
    data = finished(store, FILE, PART.key, segment(store)).read(0, 1 << 30)
    mine = index_path(tmp_path)
    record(store, count=700, **other)
    part, recording = other.get("part", PART), other.get("recording", RECORDING)
    file, tenant = FileName(1, part.ident), other.get("tenant", TENANT)
    finished(store, file, part.key, open_file(store, tenant, recording, file, part.key))
    theirs = tmp_path / recording.hex / str(file._replace(kind="index"))
    shutil.copy(theirs, mine)
    assert finished(store, FILE, PART.key, segment(store)).read(0, 1 << 30) == data
    assert mine.read_bytes() != theirs.read_bytes()


def test_a_file_that_is_being_written_is_read_as_far_as_it_is_sealed(store: Counted) -> None:
    file = PartFile(Place(store, TENANT, RECORDING), PART, 1, Look("opus"), (10.0, 0))
    lengths = []
    for index in range(600):
        file.write(b"\xfc\xff\xfe" + bytes(200), 10.0 + index / 50, keyframe=True)
        file.tick(10.0 + index / 50)
        if index in {150, 599}:
            seen = finished(store, FILE, PART.key, segment(store))
            assert isinstance(seen, Finished)
            lengths.append(seconds(seen.read(0, seen.length)))
    assert lengths == [pytest.approx(2.75, abs=0.35), pytest.approx(11.75, abs=0.35)]
    file.close()
    opened = segment(store)
    assert finished(store, FILE, PART.key, opened) is opened
    assert seconds(opened.read(0, opened.length)) == pytest.approx(12, abs=0.03)


def test_two_who_open_it_at_once_keep_one_index(store: Counted, tmp_path: Path) -> None:
    record(store)
    both, found = threading.Barrier(2), []

    class Together(Counted):
        def replace(self, recording: UUID, name: FileName, data: bytes) -> None:
            both.wait(10)
            super().replace(recording, name, data)

    def open_it() -> None:
        one = Together(tmp_path)
        found.append(finished(one, FILE, PART.key, segment(one)).read(0, 1 << 30))

    readers = [threading.Thread(target=open_it) for _ in range(2)]
    for each in readers:
        each.start()
    for each in readers:
        each.join(20)
    assert len(found) == 2
    assert found[0] == found[1]
    kept = index_path(tmp_path).read_bytes()
    again = finished(store, FILE, PART.key, segment(store))
    assert again.read(0, 1 << 30) == found[0]
    assert index_path(tmp_path).read_bytes() == kept
    assert not [each for each in index_path(tmp_path).parent.iterdir() if each.suffix == ".new"]


def test_a_closed_file_that_is_spoilt_in_the_middle_is_read_as_one_that_ends_before(
    store: Counted, tmp_path: Path
) -> None:
    record(store, whole=True)
    path = tmp_path / RECORDING.hex / str(FILE)
    raw = bytearray(path.read_bytes())
    chunks = list(heads(lambda at, size: bytes(raw[at : at + size])))
    raw[chunks[len(chunks) // 2].at] ^= 1
    path.write_bytes(raw)
    (told,) = recover(store, TENANT, RECORDING, {PART.ident: PART.key})
    segment = open_file(store, TENANT, RECORDING, FILE, PART.key)
    segment.cut(told.plain_bytes)
    file = finished(store, FILE, PART.key, segment)
    seen = watch(file.read(0, file.length))
    assert 0 < told.duration_ms < 25_000
    assert seen.duration * 1000 == pytest.approx(told.duration_ms, abs=40)
    assert seen.times[-1] * 1000 == pytest.approx(told.duration_ms, abs=60)

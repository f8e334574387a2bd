"""What is left of a file that was cut anywhere: as much as was sealed, and nothing that is not."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from media.channel import RecordedFile
from recording.part_file import Look, Part, PartFile, Place
from recording.recovery import recover
from recording.sealing import MAGIC, RecordKind, heads
from recording.store import FileName, FolderStore
from tests.support.film import plain, watch

TENANT, RECORDING = UUID(int=1), UUID(int=2)
PART = Part(UUID(int=3), "part", bytes(range(32)))
KEYS = {PART.ident: PART.key}
FILE = FileName(1, PART.ident)


def record(store: FolderStore, *, close: bool = True) -> RecordedFile | None:
    """Five seconds of sound, as time goes by."""
    file = PartFile(Place(store, TENANT, RECORDING), PART, 1, Look("opus"), (10.0, 700))
    for index in range(250):
        file.write(b"\xfc\xff\xfe" + bytes(40), 10.0 + index / 50, keyframe=True)
        file.tick(10.0 + index / 50)
    return file.close() if close else None


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def path(tmp_path: Path) -> Path:
    return tmp_path / RECORDING.hex / str(FILE)


def test_a_whole_file_is_told_as_it_was(store: FolderStore) -> None:
    told = record(store)
    assert told is not None
    assert recover(store, TENANT, RECORDING, KEYS) == (told,)
    assert (told.starts_ms, told.duration_ms, told.whole) == (700, 5000, True)
    assert told.size == store.size(RECORDING, FILE)


def test_a_file_that_was_being_written_is_recovered(store: FolderStore) -> None:
    record(store, close=False)
    (found,) = recover(store, TENANT, RECORDING, KEYS)
    assert not found.whole
    assert found.starts_ms == 700
    assert found.duration_ms > 4300
    seen = watch(plain(store, TENANT, RECORDING, FILE, PART.key))
    assert seen.times[-1] * 1000 == pytest.approx(found.duration_ms, abs=25)


def test_wherever_it_is_cut_what_stands_before_is_recovered(
    store: FolderStore, tmp_path: Path
) -> None:
    record(store)
    data = path(tmp_path).read_bytes()
    lasted = []
    for size in range(len(MAGIC), len(data), 97):
        path(tmp_path).write_bytes(data[:size])
        (found,) = recover(store, TENANT, RECORDING, KEYS)
        assert not found.whole
        assert found.size == size
        lasted.append(found.plain_bytes)
    assert lasted == sorted(lasted)
    assert lasted[-1] > 0


def test_what_does_not_open_is_no_file_of_it(store: FolderStore, tmp_path: Path) -> None:
    record(store)
    assert recover(store, TENANT, RECORDING, {PART.ident: PART.key[::-1]}) == ()
    assert recover(store, TENANT, RECORDING, {}) == ()
    assert recover(store, UUID(int=9), RECORDING, KEYS) == ()
    data = bytearray(path(tmp_path).read_bytes())
    data[200] ^= 1
    path(tmp_path).write_bytes(data)
    assert recover(store, TENANT, RECORDING, KEYS) == ()
    (path(tmp_path).with_suffix(".meta")).unlink()
    assert recover(store, TENANT, RECORDING, KEYS) == ()


def test_of_what_is_spoiled_in_the_middle_all_before_is_kept(
    store: FolderStore, tmp_path: Path
) -> None:
    record(store)
    (before,) = recover(store, TENANT, RECORDING, KEYS)
    data = bytearray(path(tmp_path).read_bytes())
    found = list(heads(lambda at, size: bytes(data[at : at + size])))
    chunks = [head for head in found if head.kind is RecordKind.DATA]
    assert len(chunks) > 2
    spoilt = chunks[len(chunks) // 2]
    data[spoilt.at] ^= 1
    path(tmp_path).write_bytes(data)
    (after,) = recover(store, TENANT, RECORDING, KEYS)
    plain = sum(head.size - 16 for head in chunks if head.number < spoilt.number)
    assert (after.plain_bytes, after.whole) == (plain, False)
    assert 0 < after.duration_ms < before.duration_ms

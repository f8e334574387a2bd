"""A folder that keeps recordings."""

from __future__ import annotations

import stat
from pathlib import Path
from uuid import UUID

import pytest

from recording import store as stores
from recording.store import FileName, FolderStore, parse_name

RECORDING, PART = UUID(int=5), UUID(int=6)
NAME = FileName(3, PART)
META = NAME._replace(kind="meta")


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "recordings")


def test_what_is_appended_is_read_back_in_pieces(store: FolderStore, tmp_path: Path) -> None:
    assert store.free() > 0
    writer = store.create(RECORDING, NAME)
    writer.append(b"abc")
    assert store.read(RECORDING, NAME, 0, 99) == b"abc"
    writer.append(b"def")
    writer.close()
    assert store.read(RECORDING, NAME, 2, 2) == b"cd"
    assert store.read(RECORDING, NAME, 6, 2) == b""
    assert store.size(RECORDING, NAME) == 6
    folder = tmp_path / "recordings" / RECORDING.hex
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()] == [0o600]


def test_a_file_is_begun_once_and_replaced_whole(store: FolderStore, tmp_path: Path) -> None:
    store.create(RECORDING, NAME).close()
    with pytest.raises(FileExistsError):
        store.create(RECORDING, NAME)
    store.replace(RECORDING, META, b"a long word")
    store.replace(RECORDING, META, b"word")
    assert store.read(RECORDING, META, 0, 99) == b"word"
    assert store.list(RECORDING) == (META, NAME)


def test_what_is_not_ours_is_not_seen_and_all_of_it_goes(
    store: FolderStore, tmp_path: Path
) -> None:
    assert store.recordings() == ()
    assert store.list(RECORDING) == ()
    store.delete(RECORDING)
    store.create(RECORDING, NAME).close()
    (tmp_path / "recordings" / "notes").mkdir()
    (tmp_path / "recordings" / RECORDING.hex / "notes.txt").write_text("x")
    assert store.recordings() == (RECORDING,)
    assert store.list(RECORDING) == (NAME,)
    store.delete(RECORDING)
    assert store.recordings() == ()
    assert (tmp_path / "recordings" / "notes").is_dir()


@pytest.mark.parametrize(
    "text",
    ["", "000001-x.seal", f"000001-{PART.hex}.seal.new", f"1-{PART.hex}.seal", "../etc/passwd"],
)
def test_other_names_are_none(text: str) -> None:
    assert parse_name(text) is None


def test_names_are_read_as_they_are_written() -> None:
    for name in (NAME, META, FileName(1_234_567, PART)):
        assert parse_name(str(name)) == name


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create(RECORDING, NAME).close()
    store.replace(RECORDING, META, b"before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(stores.os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        store.replace(RECORDING, META, b"after")
    monkeypatch.undo()
    assert store.read(RECORDING, META, 0, 99) == b"before"
    lying = [each.name for each in (tmp_path / "recordings" / RECORDING.hex).iterdir()]
    assert sorted(lying) == sorted([str(NAME), str(META)])

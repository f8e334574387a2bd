"""The master key's file: read strictly, written whole, and never told of in an error."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from signaling.keys import master
from signaling.keys.master import FileMaster, MasterError
from signaling.keys.sealing import SealError, new_material

A_LINE = "00000000-0000-4000-8000-000000000001 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
CONTEXT = "key:1"


async def test_the_first_wraps_and_any_unwraps() -> None:
    old, new = master.new_line(), master.new_line()
    material = new_material()
    wrapped = await master.parse(old).wrap(material, CONTEXT)
    both = master.parse(f"# two\n\n{new}{old}")
    assert await both.unwrap(wrapped, CONTEXT) == material
    assert not both.is_current(wrapped)
    assert both.is_current(await both.wrap(material, CONTEXT))
    with pytest.raises(SealError):
        await master.parse(new).unwrap(wrapped, CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "no-uuid AAAA\n",
        f"{A_LINE}x",
        "a b c\n",
        A_LINE[:60],
    ],
)
def test_what_is_no_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(MasterError, match=r"^master key: ") as caught:
        master.parse(text)
    for word in text.split():
        assert len(word) < 4 or word not in str(caught.value)


async def test_a_new_key_is_put_first_in_a_file_nobody_else_reads(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    first, second = master.new_line(), master.new_line()
    master.put_first(path, first)
    material = new_material()
    wrapped = await FileMaster(path).wrap(material, CONTEXT)
    master.put_first(path, second)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == second + first
    assert await FileMaster(path).unwrap(wrapped, CONTEXT) == material
    assert [each.name for each in path.parent.iterdir()] == [path.name]


async def test_a_file_is_read_again_when_a_key_was_put_there_meanwhile(tmp_path: Path) -> None:
    path, material = tmp_path / "master.key", new_material()
    master.put_first(path, master.new_line())
    long_running = FileMaster(path)
    before = await long_running.wrap(material, CONTEXT)
    master.put_first(path, master.new_line())
    wrapped = await FileMaster(path).wrap(material, CONTEXT)
    assert await long_running.unwrap(wrapped, CONTEXT) == material
    assert long_running.is_current(wrapped)
    master.put_first(path, master.new_line())
    newest = await long_running.wrap(material, CONTEXT)
    assert FileMaster(path).is_current(newest)
    path.write_text("nonsense\n")
    assert await long_running.unwrap(before, CONTEXT) == material
    assert long_running.is_current(await long_running.wrap(material, CONTEXT))
    with pytest.raises(SealError):
        await long_running.unwrap(await master.parse(A_LINE).wrap(material, CONTEXT), CONTEXT)


def test_a_file_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    master.put_first(path, master.new_line())
    path.chmod(0o640)
    with pytest.raises(MasterError, match="chmod 600"):
        FileMaster(path)


def test_a_file_that_is_not_there_or_cannot_be_made_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(MasterError, match="No such file"):
        FileMaster(tmp_path / "none.key")
    (tmp_path / "other.key").write_bytes(b"\xff\xfe")
    (tmp_path / "other.key").chmod(0o600)
    with pytest.raises(MasterError, match="not text"):
        FileMaster(tmp_path / "other.key")
    with pytest.raises(MasterError, match="cannot be written"):
        master.put_first(Path("/proc/none/master.key"), master.new_line())

"""What strangers send is read by a process of its own, which takes with it only itself."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from signaling.domain.errors import Code, Refusal
from signaling.files import cleaner as cleaning
from signaling.files.child import MOST_BYTES
from signaling.files.cleaner import Cleaner
from signaling.files.kinds import FileType
from tests.support import samples

pytestmark = pytest.mark.integration


async def refused(data: bytes, *, is_voice: bool = False) -> Code:
    with pytest.raises(Refusal) as caught:
        await Cleaner().clean(data, is_voice=is_voice)
    return caught.value.code


async def test_a_document_is_kept_as_it_is_and_a_picture_as_it_was_drawn() -> None:
    found, kept = await Cleaner().clean(samples.PDF, is_voice=False)
    assert (found.type, kept) == (FileType.PDF, samples.PDF)
    given = samples.picture("PNG")
    found, kept = await Cleaner().clean(given, is_voice=False)
    assert (found.type, found.width) == (FileType.PICTURE, 64)
    assert kept.startswith(b"\xff\xd8\xff")


async def test_a_voice_note_is_one_only_where_it_was_meant_as_one() -> None:
    note = samples.voice(1.0)
    found, kept = await Cleaner().clean(note, is_voice=True)
    assert found.type is FileType.VOICE
    assert kept != note
    assert await refused(samples.PDF, is_voice=True) is Code.FILE_REFUSED


async def test_refusals_say_why() -> None:
    assert await refused(samples.SVG) is Code.FILE_REFUSED
    assert await refused(samples.picture_bomb()) is Code.TOO_LARGE
    assert await refused(samples.voice(63.0), is_voice=True) is Code.TOO_LARGE
    assert await refused(samples.PDF + bytes(MOST_BYTES)) is Code.TOO_LARGE


async def test_it_knows_nothing_of_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIETROOM_STORAGE_MASTER_KEY", "seeded secret")
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    told = cleaning._environment()
    assert set(told) == {"PYTHONPATH"}
    assert "somewhere" in told["PYTHONPATH"].split(os.pathsep)


async def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "PATIENCE_S", 0.5)
    process = await asyncio.create_subprocess_exec("sleep", "30")

    async def hang(*_: object, **__: object) -> asyncio.subprocess.Process:
        return process

    async def talk(_: bytes) -> tuple[bytes, bytes]:
        await process.wait()
        return b"", b""

    monkeypatch.setattr(process, "communicate", talk)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", hang)
    assert await refused(samples.PDF) is Code.FILE_REFUSED
    assert process.returncode is not None


async def test_the_gateway_itself_loads_no_reader() -> None:
    code = (
        "import sys, signaling.app\n"
        "print(sorted(m for m in sys.modules if m == 'PIL' or m.startswith('signaling.files')))\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert b"PIL" not in out
    assert b"drawing" not in out
    assert b"cleaner" in out

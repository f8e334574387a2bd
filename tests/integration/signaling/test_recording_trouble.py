"""What was changed, moved or put in is given to nobody; and a key service that is away.

Each kind of damage is looked at from both sides: what REST answers, and what a check of all says.
"""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from uuid import uuid4

import pytest

from recording.keys import file_key
from recording.sealing import SegmentName, SegmentWriter
from signaling.keys.master import MasterError
from signaling.keys.sealing import SealError
from signaling.recording_check import FileFault, check
from signaling.storage.database import StorageAway
from tests.integration.signaling.test_recording_routes import Here, here
from tests.support import recordings
from tests.support.practice import now_ms
from tests.support.recordings import CHUNK, DAY_MS, LENGTH, Recorded, plain, record

pytestmark = pytest.mark.integration
__all__ = ["here"]

HEAD = struct.Struct(">IB")
Spoil: TypeAlias = Callable[[list[bytes]], list[bytes]]


def records(raw: bytes) -> list[bytes]:
    """The records of a file, as they lie."""
    found, at = [], 8
    while at < len(raw):
        size = HEAD.size + HEAD.unpack_from(raw, at)[0]
        found.append(raw[at : at + size])
        at += size
    return found


def _two_swapped(found: list[bytes]) -> list[bytes]:
    return [found[1], found[0], *found[2:]]


def _one_left_out(found: list[bytes]) -> list[bytes]:
    return [found[0], *found[2:]]


def _one_twice(found: list[bytes]) -> list[bytes]:
    return [found[0], *found]


def _last_said_too_early(found: list[bytes]) -> list[bytes]:
    """The chunk says that it is the end."""
    return [found[0], found[1][:4] + b"\2" + found[1][5:]]


def _end_moved(found: list[bytes]) -> list[bytes]:
    return [*found[:2], found[-1]]


def _end_before_the_last(found: list[bytes]) -> list[bytes]:
    return [*found[:-2], found[-1], found[-2]]


def _end_taken_for_a_chunk(found: list[bytes]) -> list[bytes]:
    return [*found[:-1], found[-1][:4] + b"\0" + found[-1][5:]]


def _cut_at_a_record(found: list[bytes]) -> list[bytes]:
    return found[:2]


def _cut_in_a_record(found: list[bytes]) -> list[bytes]:
    return [*found[:2], found[2][:99]]


def _a_bit_of_the_last(found: list[bytes]) -> list[bytes]:
    last = bytearray(found[-2])
    last[-1] ^= 1
    return [*found[:-2], bytes(last), found[-1]]


SPOILT = [
    _two_swapped, _one_left_out, _one_twice, _last_said_too_early, _end_moved,
    _end_before_the_last, _cut_at_a_record, _cut_in_a_record,
    _a_bit_of_the_last,
]  # fmt: skip


async def faults(here: Here) -> list[tuple[int, FileFault]]:
    found = await check(here.practice.stores.kept_recordings.keeping, here.files, now_ms())
    return [(number, fault) for _, number, fault in found.faults]


async def refused(here: Here, number: int, place: int) -> bool:
    """Whether a range of it is refused with a code, and so is all of it or what is not whole."""
    status, data, _ = await here.get("li", number, f"bytes={place}-{place + 9}")
    if status == 206:
        assert data == plain(number)[place : place + 10]
        return False
    assert (status, json.loads(data)["code"]) == (404, "not_found")
    return True


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda each: each.__name__)
async def test_what_was_changed_is_refused_and_told_of(here: Here, spoil: Spoil) -> None:
    path = here.made.path(here.folder, 1)
    raw = path.read_bytes()
    path.write_bytes(raw[:8] + b"".join(spoil(records(raw))))
    places = [each * CHUNK for each in range(5)]
    assert any([await refused(here, 1, place) for place in places])
    assert not await refused(here, 2, 0)
    assert await faults(here) == [(1, FileFault.CHANGED)]


async def test_without_its_end_it_is_told_of_and_every_byte_is_still_its_own(here: Here) -> None:
    path = here.made.path(here.folder, 1)
    raw = path.read_bytes()
    path.write_bytes(raw[:8] + b"".join(_end_taken_for_a_chunk(records(raw))))
    status, data, _ = await here.get("li", 1)
    assert (status, data) == (200, plain(1))
    assert await faults(here) == [(1, FileFault.CHANGED)]


async def _another_recording(here: Here) -> Recorded:
    stores = here.practice.stores
    return await record(stores.recordings, here.files, here.booked, now_ms())


@pytest.mark.parametrize("whose", ["part", "recording", "clinic"])
async def test_a_chunk_from_elsewhere_opens_nowhere(here: Here, whose: str) -> None:
    mine = here.made.path(here.folder, 1)
    raw = mine.read_bytes()
    if whose == "part":
        foreign = here.made.path(here.folder, 2).read_bytes()
    elif whose == "recording":
        other = await _another_recording(here)
        foreign = other.path(here.folder, 1).read_bytes()
    else:  # of the same keys, and all the same of another clinic
        foreign = sealed_for_another_clinic(here)
    found = records(raw)
    found[0] = records(foreign)[0]
    mine.write_bytes(raw[:8] + b"".join(found))
    assert await refused(here, 1, 0)
    mine.write_bytes(foreign)
    assert await refused(here, 1, 0)
    assert (1, FileFault.CHANGED) in await faults(here)


def sealed_for_another_clinic(here: Here) -> bytes:
    part, raw = here.made.begun.parts[0], bytearray()
    name = SegmentName(here.booked.clinic, here.made.ident, 1)
    key = file_key(part.key, name)
    writer = SegmentWriter(raw.extend, key, SegmentName(uuid4(), here.made.ident, 1))
    for start in range(0, LENGTH, CHUNK):
        writer.write(plain(1)[start : start + CHUNK], float(start))
        writer.flush()
    writer.end()
    return bytes(raw)


async def test_a_disk_that_does_not_give_a_file_hides_none_of_the_others(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = here.files.opened

    @contextmanager
    def bad(recording: Any, name: Any) -> Iterator[Any]:
        with opened(recording, name) as read:

            def reading(at: int, size: int) -> bytes:
                if name.number == 1:
                    raise OSError(5, "bad place")
                return read(at, size)

            yield reading

    monkeypatch.setattr(here.files, "opened", bad)
    shutil.copy(here.made.path(here.folder, 3), here.made.path(here.folder, 2))
    assert await faults(here) == [(1, FileFault.UNREADABLE), (2, FileFault.CHANGED)]


# --- a key service that is away -------------------------------------------------------------------


@pytest.fixture
def away(here: Here, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It is away until the test is over, or says otherwise."""
    keyring = here.practice.stores.keyring

    async def nobody(*_asked: Any) -> bytes:
        raise MasterError("away")

    monkeypatch.setattr(keyring.master, "unwrap", nobody)
    monkeypatch.setattr(keyring.master, "wrap", nobody)
    keyring.forget()
    yield
    monkeypatch.undo()


async def test_without_it_no_recording_begins(here: Here, away: None) -> None:
    stores = here.practice.stores
    before = await stores.kept_recordings.keeping.all_ids()
    with pytest.raises((MasterError, SealError, StorageAway)):
        await recordings.begin(stores.recordings, here.booked, now_ms())
    assert await stores.kept_recordings.keeping.all_ids() == before


async def test_what_could_not_be_sealed_without_it_is_sealed_when_it_is_back(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = here.practice.stores
    begun = await recordings.begin(stores.recordings, here.booked, now_ms())
    made = recordings.write_files(begun, here.booked.clinic, here.files)

    async def seal() -> None:
        await stores.recordings.seal(
            begun.recording, made.files, [], whole=True, captured_ms=1, told=[]
        )

    async def nobody(*_asked: Any) -> bytes:
        raise MasterError("away")

    monkeypatch.setattr(stores.keyring.master, "unwrap", nobody)
    stores.keyring.forget()
    with pytest.raises(MasterError):
        await seal()
    assert (await stores.kept_recordings.keeping.get(begun.recording)).artefact is None
    monkeypatch.undo()
    await seal()
    here.made = made
    assert (await here.get("li", 1, "bytes=0-9"))[0] == 206


@pytest.mark.parametrize("wanted", ["", "bytes=0-9"])
async def test_without_it_nothing_is_played_and_that_is_said(
    here: Here, away: None, wanted: str
) -> None:
    status, data, _ = await here.get("li", 1, wanted)
    assert (status, json.loads(data)["code"]) == (503, "busy")


async def test_an_erasure_without_it_is_refused_and_done_when_it_is_asked_for_again(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = here.practice.stores.keyring

    async def nobody(*_asked: Any) -> bytes:
        raise MasterError("away")

    monkeypatch.setattr(keyring.master, "unwrap", nobody)
    keyring.forget()
    status, said = await here.ask("zhang", "POST", f"{here.one}/take-back", {"now": True})
    assert (status, said["code"]) == (503, "busy")
    monkeypatch.undo()
    assert (await here.get("li", 1, "bytes=0-9"))[0] == 403  # it is not done, and was wanted
    assert (await here.ask("zhang", "POST", f"{here.one}/take-back", {"now": True}))[0] == 200
    assert (await here.get("li", 1, "bytes=0-9"))[0] == 404
    assert here.files.recordings() == ()


async def test_what_was_taken_back_is_erased_by_the_night_when_it_is_back(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await here.ask("zhang", "POST", f"{here.one}/take-back", {}))[0] == 200
    keyring = here.practice.stores.keyring

    async def nobody(*_asked: Any) -> bytes:
        raise MasterError("away")

    monkeypatch.setattr(keyring.master, "unwrap", nobody)
    keyring.forget()
    later = now_ms() + 2 * DAY_MS
    await here.night(later)
    monkeypatch.undo()
    assert (await here.get("li", 1, "bytes=0-9"))[0] == 403
    await here.night(later)
    assert here.files.recordings() == ()
    assert here.made.ident not in await here.practice.stores.kept_recordings.keeping.all_ids()

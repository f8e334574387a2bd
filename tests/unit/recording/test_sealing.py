"""A segment opens whole and in order, or says where it does not."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.sealing import (
    CHUNK_BYTES,
    CHUNK_S,
    KEY_BYTES,
    MAGIC,
    Segment,
    SegmentError,
    SegmentName,
    SegmentWriter,
)

KEY = bytes(range(KEY_BYTES))
NAME = SegmentName(UUID(int=1), UUID(int=2), 3)
SEEDED = b"something that was said"


class Disk:
    """A file in memory."""

    def __init__(self) -> None:
        self.data = bytearray()

    def put(self, data: bytes) -> None:
        self.data += data

    def read(self, at: int, size: int) -> bytes:
        return bytes(self.data[at : at + size])

    def segment(self, key: bytes = KEY, name: SegmentName = NAME) -> Segment:
        return Segment(self.read, key, name)

    def records(self) -> list[tuple[int, int]]:
        """Where each record begins and ends."""
        found, at = [], len(MAGIC)
        while at < len(self.data):
            size = 5 + int.from_bytes(self.data[at : at + 4], "big")
            found.append((at, at + size))
            at += size
        return found


def written(*parts: bytes, name: SegmentName = NAME, key: bytes = KEY) -> Disk:
    """Each part a chunk of its own, and the end."""
    disk = Disk()
    writer = SegmentWriter(disk.put, key, name)
    for part in parts:
        writer.write(part, 0.0)
        writer.flush()
    writer.end()
    return disk


def test_what_was_written_is_read_in_any_part() -> None:
    disk = written(b"abc", b"defg", b"h")
    segment = disk.segment()
    assert (segment.length, segment.is_whole, segment.check()) == (8, True, 3)
    for start in range(9):
        for stop in range(start, 10):
            assert segment.read(start, stop) == b"abcdefgh"[start:stop]


def test_nothing_readable_is_on_the_disk() -> None:
    disk = written(SEEDED, SEEDED * 100)
    assert SEEDED not in disk.data


def test_a_chunk_is_sealed_when_it_is_full_or_a_second_old() -> None:
    disk = Disk()
    writer = SegmentWriter(disk.put, KEY, NAME)
    writer.write(bytes(CHUNK_BYTES - 1), 0.0)
    assert writer.sealed == 0
    writer.write(bytes(2), 0.5)
    assert writer.sealed == CHUNK_BYTES
    writer.tick(0.5 + CHUNK_S - 0.01)
    assert writer.sealed == CHUNK_BYTES
    writer.tick(0.5 + CHUNK_S)
    assert writer.sealed == writer.length == CHUNK_BYTES + 1


def test_what_is_discarded_was_never_there() -> None:
    disk = Disk()
    writer = SegmentWriter(disk.put, KEY, NAME)
    writer.write(b"kept", 0.0)
    writer.flush()
    writer.write(b"taken back", 0.0)
    writer.discard()
    writer.end()
    assert disk.segment().read(0, 100) == b"kept"


def test_a_patch_stands_in_place_of_what_was_written_first() -> None:
    disk = Disk()
    writer = SegmentWriter(disk.put, KEY, NAME)
    writer.write(b"0123456789", 0.0)
    writer.overwrite(0, b"ab")
    writer.flush()
    writer.write(b"ABCDEFGHIJ", 0.0)
    writer.patch(8, b"....")
    writer.patch(9, b"!")
    writer.end()
    segment = disk.segment()
    assert segment.read(0, 20) == b"ab234567.!..CDEFGHIJ"
    assert segment.read(11, 13) == b".C"
    with pytest.raises(ValueError, match="not sealed"):
        writer.overwrite(0, b"x")
    with pytest.raises(ValueError, match="within"):
        writer.patch(19, b"xy")


def test_a_patch_that_no_reader_would_take_is_not_written() -> None:
    disk = Disk()
    writer = SegmentWriter(disk.put, KEY, NAME)
    writer.write(bytes(2 * CHUNK_BYTES), 0.0)
    writer.patch(1, bytes(CHUNK_BYTES))
    with pytest.raises(ValueError, match="a chunk at most"):
        writer.patch(0, bytes(CHUNK_BYTES + 1))
    writer.end()
    assert disk.segment().is_whole


def test_a_key_is_not_shown_by_what_holds_it() -> None:
    assert repr(KEY) not in repr(written(b"abc").segment())


def test_after_a_crash_all_that_was_sealed_is_there_and_it_is_said_not_to_be_whole() -> None:
    whole = written(b"abc", b"defg")
    for cut in range(len(MAGIC), len(whole.data)):
        disk = Disk()
        disk.data = whole.data[:cut]
        segment = disk.segment()
        ends = [end for _, end in whole.records() if end <= cut]
        assert segment.read(0, 100) == b"abcdefg"[: [0, 3, 7, 7][len(ends)]]
        assert not segment.is_whole


@pytest.mark.parametrize("torn", ["zeros", "half"])
def test_a_last_record_that_a_crash_has_torn_costs_itself_and_no_other(torn: str) -> None:
    disk = written(b"abc", b"defg", b"hi")
    start, stop = disk.records()[2]
    keeps = start if torn == "zeros" else stop - 10
    disk.data[keeps:] = bytes(4096 if torn == "zeros" else stop - keeps)
    segment = disk.segment()
    assert (segment.is_whole, segment.check()) == (False, 2)
    assert segment.read(0, 100) == b"abcdefg"


def test_a_first_record_that_does_not_open_is_not_a_crash() -> None:
    disk = written(b"abc")
    disk.data[:] = disk.data[: disk.records()[0][1]]
    disk.data[-1] ^= 1
    with pytest.raises(SegmentError):
        disk.segment().check()


def swapped(disk: Disk) -> None:
    (a, b), (c, d) = disk.records()[:2]
    disk.data[a:d] = disk.data[c:d] + disk.data[a:b]


def left_out(disk: Disk) -> None:
    start, stop = disk.records()[0]
    del disk.data[start:stop]


def foreign(disk: Disk) -> None:
    start, stop = disk.records()[0]
    other = written(b"xyz", b"defg", name=SegmentName(NAME.tenant, UUID(int=9), 3))
    disk.data[start:stop] = other.data[start:stop]


def of_another_segment(disk: Disk) -> None:
    start, stop = disk.records()[1]
    other = written(b"xyz", b"ABCD", name=SegmentName(NAME.tenant, NAME.recording, 4))
    disk.data[start:stop] = other.data[start:stop]


def ended_early(disk: Disk) -> None:
    (start, _), (_, stop) = disk.records()[1], disk.records()[2]
    end = disk.records()[-1]
    disk.data[start:] = disk.data[end[0] : end[1]]
    assert stop


def behind_the_end(disk: Disk) -> None:
    disk.data += b"\0"


def as_another_kind(disk: Disk) -> None:
    disk.data[disk.records()[0][0] + 4] = 1


def of_no_kind(disk: Disk) -> None:
    disk.data[disk.records()[0][0] + 4] = 7


def too_long(disk: Disk) -> None:
    disk.data[disk.records()[0][0]] = 0xFF


def other_magic(disk: Disk) -> None:
    disk.data[0] ^= 1


@pytest.mark.parametrize(
    "harm",
    [swapped, left_out, foreign, of_another_segment, ended_early, behind_the_end, as_another_kind,
     of_no_kind, too_long, other_magic],
)  # fmt: skip
def test_what_is_not_as_it_was_does_not_open(harm: Callable[[Disk], None]) -> None:
    disk = written(b"abc", b"defg", b"hi")
    harm(disk)
    with pytest.raises(SegmentError):
        disk.segment().check()


@given(st.integers(0), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(place: int, change: int) -> None:
    disk = written(b"abc", b"defg", b"hi")
    disk.data[place % len(disk.data)] ^= change
    try:
        segment = disk.segment()
        segment.check()
    except SegmentError:
        return
    # A length that points behind the file looks like a crash: what stands before it is good.
    assert not segment.is_whole
    assert b"abcdefghi".startswith(segment.read(0, 100))


def test_another_key_or_name_opens_nothing() -> None:
    disk = written(b"abc")
    for key, name in (
        (secrets.token_bytes(32), NAME),
        (KEY, SegmentName(NAME.tenant, NAME.recording, 4)),
    ):
        with pytest.raises(SegmentError):
            disk.segment(key, name)


@given(st.lists(st.binary(max_size=40), max_size=12), st.integers(0, 500), st.integers(0, 500))
def test_whatever_is_written_comes_out(parts: list[bytes], start: int, stop: int) -> None:
    data = b"".join(parts)
    assert written(*parts).segment().read(start, stop) == data[start:stop]

"""A sealed file beside a plain one: whatever is written where, the same is read."""

from __future__ import annotations

import errno
import hashlib
import io
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.sealed_file import SEAL_S, SealedFile
from recording.sealing import MAGIC, Segment, SegmentName

NAME = SegmentName(UUID(int=1), UUID(int=2), 3)
KEY = bytes(range(32))
Step = tuple[Literal["write", "seek", "wait"], int]


class Memory:
    """A store's file in memory."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.is_closed = False

    def append(self, data: bytes) -> None:
        assert not self.is_closed
        self.data += data

    def close(self) -> None:
        self.is_closed = True

    def opened(self) -> Segment:
        return Segment(lambda at, size: bytes(self.data[at : at + size]), KEY, NAME)


def made() -> tuple[Memory, SealedFile]:
    memory = Memory()
    return memory, SealedFile(memory, KEY, NAME)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3000)),
        st.tuples(st.just("seek"), st.integers(0, 100)),
        st.tuples(st.just("wait"), st.integers(0, 3)),
    ),
    max_size=40,
)


@given(STEPS)
def test_what_is_written_anywhere_is_what_is_read(steps: list[Step]) -> None:
    memory, sealed = made()
    plain, now = io.BytesIO(), 0.0
    for number, (what, much) in enumerate(steps):
        if what == "write":
            data = bytes([number % 256]) * much
            assert sealed.write(data) == plain.write(data)
        elif what == "seek":
            place = len(plain.getvalue()) * much // 100
            assert sealed.seek(place) == plain.seek(place)
        else:
            now += much * SEAL_S / 2
            sealed.tick(now)
        assert sealed.tell() == plain.tell()
    sealed.end()
    segment = memory.opened()
    assert segment.is_whole
    assert segment.read(0, segment.length) == plain.getvalue()
    assert sealed.plain_bytes == len(plain.getvalue())
    assert sealed.size == len(memory.data)
    assert sealed.sha256 == hashlib.sha256(memory.data).hexdigest()
    assert memory.is_closed


def test_places_count_from_where_they_are_said_to() -> None:
    _, sealed = made()
    sealed.write(b"abcdef")
    assert sealed.seek(-2, 1) == 4
    assert sealed.seek(-1, 2) == 5
    assert sealed.seek(0) == 0
    for place, whence in ((7, 0), (-1, 0), (1, 2)):
        with pytest.raises(ValueError, match="nothing at this place"):
            sealed.seek(place, whence)
    assert sealed.tell() == 0


def test_what_waits_is_sealed_after_its_time_and_not_before() -> None:
    memory, sealed = made()
    sealed.tick(10.0)
    sealed.write(b"abc")
    sealed.tick(10.0 + SEAL_S / 2)
    assert memory.data == MAGIC
    sealed.tick(10.0 + SEAL_S * 2)
    assert memory.opened().read(0, 9) == b"abc"


def test_what_was_not_sealed_is_gone_with_a_discard() -> None:
    memory, sealed = made()
    sealed.write(b"abc")
    sealed.tick(5.0)
    sealed.write(b"secret")
    sealed.discard()
    assert sealed.write(b"more") == 4
    sealed.tick(100.0)
    sealed.end()
    assert memory.opened().read(0, 99) == b"abc"
    assert not memory.opened().is_whole


class Frail(Memory):
    """A disk that takes half of one write, or all of it, and fails; then it is well again."""

    def __init__(self, at: int, kept: float) -> None:
        super().__init__()
        self._left, self._kept = at, kept

    def append(self, data: bytes) -> None:
        self._left -= 1
        if self._left == 0:
            self.data += data[: int(len(data) * self._kept)]
            raise OSError(errno.ENOSPC, "told to")
        super().append(data)


@pytest.mark.parametrize("kept", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("at", [2, 3])
def test_after_a_write_that_failed_nothing_is_written_and_what_was_sealed_opens(
    at: int, kept: float
) -> None:
    memory = Frail(at, kept)
    sealed = SealedFile(memory, KEY, NAME)
    with pytest.raises(OSError, match="told to"):
        for number in range(1, 5):
            sealed.write(b"abc")
            sealed.tick(float(number))
    cut = len(memory.data)
    assert sealed.write(b"more") == 4
    sealed.tick(9.0)
    with pytest.raises(OSError, match="not there"):
        sealed.end()
    assert (len(memory.data), memory.is_closed) == (cut, True)
    segment = memory.opened()
    segment.check()
    assert not segment.is_whole
    assert segment.read(0, 99).startswith(b"abc" * (at - 2))
    assert segment.length == 3 * (at - 2 + (kept == 1.0))


def test_a_file_that_cannot_even_begin_is_let_go_of() -> None:
    memory = Frail(1, 0.5)
    with pytest.raises(OSError, match="told to"):
        SealedFile(memory, KEY, NAME)
    assert memory.is_closed

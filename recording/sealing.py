"""A segment as it lies on the disk: records that open in their order under one key, or not at all.

    file    = MAGIC, then records
    record  = length of what follows the kind (4 bytes), kind (1), ciphertext with its tag
    data    = what was written, at most ``CHUNK_BYTES`` of it
    patch   = where (8), then bytes that stand there in place of what was written first
    end     = how long all of it is (8)

AES-256-GCM (NIST SP 800-38D). The nonce is segment and number, and a key is of one segment, so that
no two records share one. The associated data name tenant, recording, segment, number and kind: a
record that was changed, moved, left out, taken from another file or made the last one does not
open. Without an end the file was cut short: what stands before is still good.

Why patches: a container is only finished when its head says how long it is and where its index
lies. What is on the disk is never written over, so that a crash in the middle loses nothing.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"QRSEAL1\n"
CHUNK_BYTES: Final = 1 << 20
CHUNK_S: Final = 1.0
"""What a crash may lose."""
KEY_BYTES: Final = 32
_TAG: Final = 16
_HEAD: Final = struct.Struct(">IB")
_NONCE: Final = struct.Struct(">IQ")
_NAME: Final = struct.Struct(">16s16sIQB")
_PLACE: Final = struct.Struct(">Q")


class RecordKind(IntEnum):
    """What a record holds."""

    DATA = 0
    PATCH = 1
    END = 2


class SegmentError(Exception):
    """What was given is not this segment, or not whole where it has to be."""


@dataclass(frozen=True, slots=True)
class SegmentName:
    """Whose segment it is: nothing of another one opens in its place."""

    tenant: UUID
    recording: UUID
    segment: int

    def nonce(self, number: int) -> bytes:
        """Of one record."""
        return _NONCE.pack(self.segment, number)

    def bound(self, number: int, kind: RecordKind) -> bytes:
        """What a record is bound to."""
        return _NAME.pack(self.tenant.bytes, self.recording.bytes, self.segment, number, kind)


class SegmentWriter:
    """Seals what is written, a chunk at a time. ``put`` has to have each on the disk on return.

    Times are seconds of any clock that does not go back; ``wait_s`` is how long a chunk waits that
    is not full.
    """

    def __init__(
        self,
        put: Callable[[bytes], None],
        key: bytes,
        name: SegmentName,
        wait_s: float = CHUNK_S,
    ) -> None:
        self._put = put
        self._wait_s = wait_s
        self._cipher = AESGCM(key)
        self._name = name
        self._open = bytearray()
        """What is not sealed yet."""
        self._since = 0.0
        self._number = 0
        self.sealed = 0
        """So many bytes are on the disk."""
        put(MAGIC)

    @property
    def length(self) -> int:
        """Of all that was written."""
        return self.sealed + len(self._open)

    def write(self, data: bytes, now: float) -> None:
        """Append."""
        if not self._open:
            self._since = now
        self._open += data
        while len(self._open) >= CHUNK_BYTES:
            self._seal_chunk(CHUNK_BYTES)
            self._since = now
        self.tick(now)

    def tick(self, now: float) -> None:
        """Seal what has waited for its second."""
        if self._open and now - self._since >= self._wait_s:
            self._seal_chunk(len(self._open))

    def overwrite(self, place: int, data: bytes) -> None:
        """Write anew what is not sealed yet. Raises :class:`ValueError` for anything else."""
        start = place - self.sealed
        if start < 0 or start + len(data) > len(self._open):
            raise ValueError("only what is not sealed can be written anew")
        self._open[start : start + len(data)] = data

    def flush(self) -> None:
        """Seal what there is."""
        if self._open:
            self._seal_chunk(len(self._open))

    def patch(self, place: int, data: bytes) -> None:
        """Have ``data`` stand at ``place``, of what was sealed before, for whoever reads it.

        Raises :class:`ValueError`: it lies elsewhere, or is more than a record holds.
        """
        self.flush()
        if place < 0 or place + len(data) > self.sealed or len(data) > CHUNK_BYTES:
            raise ValueError("a patch lies within what was written, and is a chunk at most")
        self._seal(RecordKind.PATCH, _PLACE.pack(place) + data)

    def end(self) -> None:
        """Seal the rest, and say that this is all."""
        self.flush()
        self._seal(RecordKind.END, _PLACE.pack(self.sealed))

    def discard(self) -> None:
        """What is not sealed is forgotten."""
        self._open.clear()

    def _seal_chunk(self, size: int) -> None:
        self._seal(RecordKind.DATA, bytes(self._open[:size]))
        del self._open[:size]
        self.sealed += size

    def _seal(self, kind: RecordKind, plain: bytes) -> None:
        number, name = self._number, self._name
        sealed = self._cipher.encrypt(name.nonce(number), plain, name.bound(number, kind))
        self._number += 1
        self._put(_HEAD.pack(len(sealed), kind) + sealed)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a record lies in a file, and what it says it is."""

    number: int
    kind: RecordKind
    at: int
    """Where its ciphertext begins."""
    size: int


def heads(read_file: Callable[[int, int], bytes]) -> Iterator[Head]:
    """Yield where each record of a file lies; the one that was being written is not there.

    Raises :class:`SegmentError` for what is no record.
    """
    at, number = len(MAGIC), 0
    while len(head := read_file(at, _HEAD.size)) == _HEAD.size:
        size, kind = _HEAD.unpack(head)
        if not any(head):  # what a disk without power makes of what was never written
            return
        at += _HEAD.size
        if not _TAG <= size <= CHUNK_BYTES + _PLACE.size + _TAG or kind not in set(RecordKind):
            raise SegmentError("not a record")
        if len(read_file(at + size - 1, 1)) == 0:
            return
        yield Head(number, RecordKind(kind), at, size)
        at, number = at + size, number + 1


@dataclass(slots=True)
class _Chunk:
    number: int
    at: int
    """Where its ciphertext begins in the file."""
    size: int
    """Of its ciphertext."""
    place: int
    """Where its plain bytes stand."""


@dataclass(slots=True)
class Segment:
    """What was sealed, opened. Nothing is believed that its key does not vouch for."""

    read_file: Callable[[int, int], bytes]
    """So many bytes of the file from a place on; fewer where it ends."""
    key: bytes = field(repr=False)
    name: SegmentName
    length: int = 0
    is_whole: bool = False
    """Its end was written; without one the rest was lost in a crash, or cut off."""
    _chunks: list[_Chunk] = field(default_factory=list)
    _patches: list[tuple[int, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.read_file(0, len(MAGIC)) != MAGIC:
            raise SegmentError("not a segment")
        self._scan()

    def read(self, start: int, stop: int) -> bytes:
        """The plain bytes from ``start`` to before ``stop``.

        Raises :class:`SegmentError` where a record does not open.
        """
        start, stop = max(0, start), min(stop, self.length)
        if start >= stop:
            return b""
        first = bisect_right(self._chunks, start, key=lambda chunk: chunk.place) - 1
        found = bytearray()
        for chunk in self._chunks[first:]:
            if chunk.place >= stop:
                break
            found += self._open(chunk.number, RecordKind.DATA, chunk.at, chunk.size)
        base = self._chunks[first].place
        for place, data in self._patches:
            lay(found, place - base, data)
        return bytes(found[start - base : stop - base])

    def check(self) -> int:
        """Open every chunk, and return how many there are.

        Raises :class:`SegmentError` at the first that does not open.
        """
        for chunk in self._chunks:
            self._open(chunk.number, RecordKind.DATA, chunk.at, chunk.size)
        return len(self._chunks)

    def cut(self, length: int) -> None:
        """Have no more than so many bytes of it, up to the end of a chunk.

        What was patched in at its end spoke of all of it, and is not so any more.
        """
        while self._chunks and self._chunks[-1].place >= length:
            self.length = self._chunks.pop().place
            self.is_whole = False
            self._patches.clear()

    def keep_what_opens(self) -> None:
        """Have all that stands before the first chunk that does not open, and not what is behind.

        Raises :class:`SegmentError` where that is nothing: then it is none of ours.
        """
        for chunk in list(self._chunks):
            try:
                self._open(chunk.number, RecordKind.DATA, chunk.at, chunk.size)
            except SegmentError:
                if chunk.place == 0:
                    raise
                self.cut(chunk.place)
                return

    def _scan(self) -> None:
        """Find where each record lies. Patches and the end are opened: they say what all is."""
        end = len(MAGIC)
        for head in heads(self.read_file):
            if self.is_whole:
                break
            self._take(head.number, head.kind, head.at, head.size)
            end = head.at + head.size
        if self.is_whole and self.read_file(end, 1):
            raise SegmentError("something stands behind the end")
        if not self.is_whole:
            self._drop_torn()

    def _drop_torn(self) -> None:
        """A crash may leave a last chunk whose bytes never came to the disk, though its length did.

        A first one that does not open is none of ours.
        """
        if not self._chunks[1:]:
            return
        last = self._chunks[-1]
        try:
            self._open(last.number, RecordKind.DATA, last.at, last.size)
        except SegmentError:
            self._chunks.pop()
            self.length = last.place

    def _take(self, number: int, kind: RecordKind, at: int, size: int) -> None:
        if kind is RecordKind.DATA:
            self._chunks.append(_Chunk(number, at, size, self.length))
            self.length += size - _TAG
            return
        plain = self._open(number, kind, at, size)
        (place,) = _PLACE.unpack_from(plain)
        if kind is RecordKind.PATCH:
            self._patches.append((place, plain[_PLACE.size :]))
            return
        if place != self.length:
            raise SegmentError("the end is not where it says")
        self.is_whole = True

    def _open(self, number: int, kind: RecordKind, at: int, size: int) -> bytes:
        name = self.name
        try:
            return AESGCM(self.key).decrypt(
                name.nonce(number), self.read_file(at, size), name.bound(number, kind)
            )
        except (InvalidTag, ValueError):
            raise SegmentError(f"record {number} does not open") from None


def lay(found: bytearray, place: int, data: bytes) -> None:
    """Lay bytes over what they meet of ``found``."""
    start, stop = max(place, 0), min(place + len(data), len(found))
    if start < stop:
        found[start:stop] = data[start - place : stop - place]

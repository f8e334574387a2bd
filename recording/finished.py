"""A file that was cut off, read as if its writer had come to the end.

Its index is made when it is first opened, for that takes reading all of it, and kept beside it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from recording.beside import open_beside, seal_beside
from recording.index import Index, index_of
from recording.keys import index_key
from recording.sealing import Segment, SegmentError, lay
from recording.store import FileName, Store

MAGIC: Final = b"QRINDX1\n"
_PIECE: Final = 1 << 20
_MOST: Final = 1 << 24
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Index)


class Readable(Protocol):
    """The plain bytes of a file."""

    @property
    def length(self) -> int:
        """Of all of it."""

    def read(self, start: int, stop: int) -> bytes:
        """From one place to before another. Raises :class:`SegmentError` where it does not open."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A segment under its index."""

    segment: Segment
    index: Index

    @property
    def length(self) -> int:
        """Of all of it."""
        return self.index.length + len(self.index.tail)

    def read(self, start: int, stop: int) -> bytes:
        """From one place to before another. Raises :class:`SegmentError` where it does not open."""
        index, start = self.index, max(0, start)
        found = bytearray(self.segment.read(start, min(stop, index.length)))
        for place, data in index.patches:
            lay(found, place - start, data)
        behind = max(0, start - index.length), max(0, stop - index.length)
        return bytes(found) + index.tail[slice(*behind)]


def finished(store: Store, file: FileName, part_key: bytes, segment: Segment) -> Readable:
    """Return it as a player wants it. Raises as :meth:`Segment.read`, or :class:`OSError`."""
    if segment.is_whole:
        return segment
    index = _kept(store, file, part_key, segment)
    if index is None or index.of != segment.length:
        index = _made(store, file, part_key, segment)
    return segment if index is None else Finished(segment, index)


class ReadAhead:
    """A container is looked through in small steps."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._from = 0
        self._held = b""

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from one place to before another."""
        if not self._from <= start <= stop <= self._from + len(self._held):
            self._from = start
            self._held = self._segment.read(start, max(stop, start + _PIECE))
        return self._held[start - self._from : stop - self._from]


def _kept(store: Store, file: FileName, part_key: bytes, segment: Segment) -> Index | None:
    name = segment.name
    try:
        data = store.read(name.recording, file._replace(kind="index"), 0, _MOST)
        return _decoder.decode(open_beside(MAGIC, data, index_key(part_key, name), name))
    except (FileNotFoundError, SegmentError, msgspec.MsgspecError):
        return None


def _made(store: Store, file: FileName, part_key: bytes, segment: Segment) -> Index | None:
    name = segment.name
    try:
        index = index_of(ReadAhead(segment).read, segment.length)
    except SegmentError:  # what opens of it is still good
        return None
    if index is not None:
        data = seal_beside(MAGIC, _encoder.encode(index), index_key(part_key, name), name)
        # Where it cannot be kept it is made again.
        with contextlib.suppress(OSError):
            store.replace(name.recording, file._replace(kind="index"), data)
    return index

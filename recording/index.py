"""What the end of a container would have said, made for one that was cut off. Pure.

Without it players show a file from its beginning on, but find no place in it and do not know how
long it is. RFC 9559: Cues (section 5.1.5), SeekHead (5.1.1), Duration (5.1.2); what the writer has
kept free for the last two is used (:mod:`recording.muxer`).

Rule: the file stays as it was sealed. What is made here is laid over it for who reads it.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

from recording import ebml
from recording.ebml import Element, ReadBytes, element

SEEK_HEAD: Final = 0x114D9B74
SEEK: Final = 0x4DBB
SEEK_ID: Final = 0x53AB
SEEK_PLACE: Final = 0x53AC
DURATION: Final = 0x4489
VOID: Final = 0xEC
CUES: Final = 0x1C53BB6B
CUE: Final = 0xBB
CUE_TIME: Final = 0xB3
CUE_PLACES: Final = 0xB7
CUE_TRACK: Final = 0xF7
CUE_CLUSTER: Final = 0xF1
EVERY_MS: Final = 1000
"""A place to go to is kept so often; of a picture only where a frame stands alone."""
SOUND_MS: Final = 20
LONGEST_FRAME_MS: Final = 100
"""The last picture stands as long as the one before, and not for longer than this."""
_WIDE: Final = 8
_DURATION_ROOM: Final = 11
"""Name, size and a number of eight bytes."""
_SMALLEST_VOID: Final = 9
MOST_CUES: Final = 1 << 16
"""Of one file. A longer one has them further apart, for an index must have an end."""


class Index(msgspec.Struct, frozen=True, array_like=True):
    """The first ``length`` bytes of a file, with ``patches`` over them and ``tail`` behind.

    ``of`` is how long the file was for which it was made.
    """

    of: int
    length: int
    patches: tuple[tuple[int, bytes], ...]
    tail: bytes


class _Found:
    """What is to be known of a file, element by element."""

    def __init__(self) -> None:
        self.segment: Element | None = None
        self.seek_room: Element | None = None
        self.duration_room: Element | None = None
        self.heads: dict[int, Element] = {}
        self.is_picture = False
        self.cluster: Element | None = None
        self.ended = 0
        """Where the last whole block does."""
        self.cut_cluster: Element | None = None
        """The one that it is in."""
        self.base = self.last = self.step = 0
        self.cues: list[tuple[int, int]] = []
        self.every_ms = EVERY_MS

    def take(self, read: ReadBytes, each: Element) -> None:
        """In the order in which they lie."""
        if each.name == ebml.SEGMENT:
            self._take_segment(each)
        elif each.name in {ebml.INFO, ebml.TRACKS}:
            self.heads[each.name] = each
        elif each.name == VOID:
            self._take_room(each)
        elif each.name == ebml.KIND:
            self.is_picture = ebml.number(read, each) == ebml.PICTURE[0]
        elif each.name == ebml.CLUSTER:
            self.cluster = each
        elif each.name == ebml.CLUSTER_TIME:
            self.base = ebml.number(read, each)
        elif each.name in {ebml.BLOCK, ebml.BLOCK_GROUP}:
            self._take_block(read, each)

    def _take_segment(self, each: Element) -> None:
        if self.segment is not None:  # what is told of places would be of another one
            raise NotOursError
        self.segment = each

    def _take_room(self, each: Element) -> None:
        if ebml.INFO not in self.heads:
            self.seek_room = self.seek_room or each
        elif each.at + each.size - each.start == _DURATION_ROOM:
            self.duration_room = self.duration_room or each

    def _take_block(self, read: ReadBytes, each: Element) -> None:
        if self.cluster is None:
            raise NotOursError
        head = ebml.block_head(read, each)
        at = self.base + head.offset
        self.step, self.last = at - self.last, at
        self.ended, self.cut_cluster = each.at + each.size, self.cluster
        if at < 0:
            raise NotOursError
        is_due = not self.cues or at - self.cues[-1][0] >= self.every_ms
        if is_due and (head.is_key or not self.is_picture):
            self.cues.append((at, self.cluster.start))
        if len(self.cues) > MOST_CUES:
            self.cues = self.cues[::2]
            self.every_ms *= 2


class NotOursError(Exception):
    """Something stands in a file that none of our writers puts there."""


def index_of(read: ReadBytes, length: int) -> Index | None:
    """Make one; None for a file without a frame, and one that none of ours has written."""
    try:
        return _index_of(read, length)
    except (NotOursError, ebml.AbsurdError):
        return None


def _index_of(read: ReadBytes, length: int) -> Index | None:
    found = _Found()
    for each in ebml.walk(read, length):
        found.take(read, each)
    segment, cluster, seek_room = found.segment, found.cut_cluster, found.seek_room
    if segment is None or cluster is None or seek_room is None or found.duration_room is None:
        return None
    base = segment.at
    tail = element(CUES, *(_cue(at, place - base) for at, place in found.cues))
    seeks = [_seek(name, each.start - base) for name, each in found.heads.items()]
    head = _filled(element(SEEK_HEAD, *seeks, _seek(CUES, found.ended - base)), seek_room)
    if head is None:
        return None
    step = max(0, min(found.step, LONGEST_FRAME_MS)) if found.is_picture else SOUND_MS
    duration = element(DURATION, struct.pack(">d", found.last + step))
    patches = (
        _resized(segment, found.ended + len(tail)),
        (seek_room.start, head),
        (found.duration_room.start, duration),
        _resized(cluster, found.ended),
    )
    return Index(length, found.ended, patches, tail)


def _cue(at: int, place: int) -> bytes:
    where = element(CUE_PLACES, element(CUE_TRACK, b"\1"), element(CUE_CLUSTER, _number(place)))
    return element(CUE, element(CUE_TIME, _number(at)), where)


def _seek(name: int, place: int) -> bytes:
    return element(SEEK, element(SEEK_ID, _number(name)), element(SEEK_PLACE, _number(place)))


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def _filled(data: bytes, room: Element) -> bytes | None:
    """So that nothing is left of what was kept free; None where there is too little of it."""
    left = room.at + room.size - room.start - len(data)
    if left < _SMALLEST_VOID:
        return None
    return data + b"\xec" + ebml.sized(left - _SMALLEST_VOID, _WIDE) + bytes(left - _SMALLEST_VOID)


def _resized(each: Element, stop: int) -> tuple[int, bytes]:
    """An element's size, as it ends here."""
    name_bytes = (each.name.bit_length() + 7) // 8
    width = each.at - each.start - name_bytes
    return each.start + name_bytes, ebml.sized(stop - each.at, width)

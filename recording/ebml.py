"""Just enough of Matroska to say what a track is, and to walk through a file that may be cut. Pure.

Sources: RFC 8794 (EBML) and RFC 9559 (Matroska). The containers themselves PyAV writes; here is
what it cannot be told otherwise, and what need not be parsed by C to be known.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

EBML: Final = 0x1A45DFA3
DOC_TYPE: Final = 0x4282
SEGMENT: Final = 0x18538067
INFO: Final = 0x1549A966
SCALE: Final = 0x2AD7B1
TRACKS: Final = 0x1654AE6B
TRACK: Final = 0xAE
NUMBER: Final = 0xD7
TRACK_UID: Final = 0x73C5
KIND: Final = 0x83
CODEC: Final = 0x86
SETUP: Final = 0x63A2
VIDEO: Final = 0xE0
WIDTH: Final = 0xB0
HEIGHT: Final = 0xBA
AUDIO: Final = 0xE1
RATE: Final = 0xB5
CHANNELS: Final = 0x9F
CLUSTER: Final = 0x1F43B675
CLUSTER_TIME: Final = 0xE7
BLOCK: Final = 0xA3
BLOCK_GROUP: Final = 0xA0
PICTURE: Final = b"\x01"
SOUND: Final = b"\x02"
_LONGEST_ID: Final = 4
_LONGEST_SIZE: Final = 8
_HEAD: Final = _LONGEST_ID + _LONGEST_SIZE
_INSIDE: Final = frozenset({SEGMENT, INFO, TRACKS, TRACK, CLUSTER})
"""What is looked into."""
ReadBytes = Callable[[int, int], bytes]
"""The bytes from one place to before another."""


class AbsurdError(Exception):
    """An element says what cannot be: a number of more bytes, or a size that its head cannot hold.

    What is opened here was sealed by us, so this is a fault of ours, and not a way in. All the same
    nobody reads as much as is claimed.
    """


class Element(NamedTuple):
    """Where an element lies: its head from ``start``, what is in it from ``at``."""

    name: int
    start: int
    at: int
    size: int


def element(name: int, *parts: bytes) -> bytes:
    """One element with all that is in it."""
    body = b"".join(parts)
    width = next(width for width in range(1, 9) if len(body) < (1 << 7 * width) - 1)
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + sized(len(body), width) + body


def sized(size: int, width: int) -> bytes:
    """An element's size in so many bytes. Raises :class:`AbsurdError` where it has no room."""
    if width < 1 or not 0 <= size < (1 << 7 * width) - 1:
        raise AbsurdError
    return (size | 1 << 7 * width).to_bytes(width, "big")


def head_of_picture(codec: str, setup: bytes, size: tuple[int, int]) -> bytes:
    """A file without a single frame, that says what a picture track is."""
    width, height = (each.to_bytes(4, "big") for each in size)
    video = element(VIDEO, element(WIDTH, width), element(HEIGHT, height))
    return _head(PICTURE, codec, setup, video)


def head_of_sound(codec: str, setup: bytes) -> bytes:
    """The same of a sound track, of 48 kHz and two channels."""
    rate = bytes.fromhex("40e7700000000000")
    return _head(SOUND, codec, setup, element(AUDIO, element(RATE, rate), element(CHANNELS, b"\2")))


def _head(kind: bytes, codec: str, setup: bytes, medium: bytes) -> bytes:
    track = element(
        TRACK,
        element(NUMBER, b"\1"),
        element(TRACK_UID, b"\1"),
        element(KIND, kind),
        element(CODEC, codec.encode()),
        *([element(SETUP, setup)] if setup else []),
        medium,
    )
    info = element(INFO, element(SCALE, (1_000_000).to_bytes(4, "big")))
    start = element(EBML, element(DOC_TYPE, b"matroska"))
    cluster = element(CLUSTER, element(CLUSTER_TIME, b"\0"))
    return start + element(SEGMENT, info, element(TRACKS, track), cluster)


def last_block_ms(read: ReadBytes, length: int) -> int:
    """Return the time of the last whole block of a file that may be cut anywhere; 0 without one.

    What stands behind something absurd does not count.
    """
    last = base = 0
    with contextlib.suppress(AbsurdError):
        for each in walk(read, length):
            if each.name == CLUSTER_TIME:
                base = number(read, each)
            elif each.name in {BLOCK, BLOCK_GROUP}:
                last = max(last, base + block_head(read, each).offset)
    return last


class BlockHead(NamedTuple):
    """When a frame is, from its cluster's time, and whether it stands alone."""

    offset: int
    is_key: bool


def block_head(read: ReadBytes, block: Element) -> BlockHead:
    """Of a simple block, or of the block of a group: there it is not said that it stands alone."""
    at = block.at if block.name == BLOCK else block.at + 2
    # The track (one byte, as there is one track), the time, and flags.
    head = read(at, at + 4)
    offset = int.from_bytes(head[1:3], "big", signed=True)
    return BlockHead(offset, block.name == BLOCK and bool(head[3:] and head[3] & 0x80))


def number(read: ReadBytes, found: Element) -> int:
    """What an element of a number says. Raises :class:`AbsurdError`: it is too long to be one."""
    if found.size > _LONGEST_SIZE:
        raise AbsurdError
    return int.from_bytes(read(found.at, found.at + found.size), "big")


def walk(read: ReadBytes, length: int) -> Iterator[Element]:
    """Every whole element, and those that are looked into, of which the last may be cut."""
    at = 0
    while at < length:
        found = _parse(read(at, min(at + _HEAD, length)))
        if found is None:
            return
        name, head, size = found
        start, at = at, at + head
        if name not in _INSIDE and at + size > length:
            return
        yield Element(name, start, at, size)
        if name not in _INSIDE:
            at += size


def _parse(head: bytes) -> tuple[int, int, int] | None:
    """Name, bytes of the head, and size; None where it is cut or is none."""
    if not head or not head[0]:
        return None
    id_size = 9 - head[0].bit_length()
    if id_size > _LONGEST_ID or len(head) <= id_size or not head[id_size]:
        return None
    size_bytes = 9 - head[id_size].bit_length()
    if len(head) < id_size + size_bytes:
        return None
    raw = int.from_bytes(head[id_size : id_size + size_bytes], "big")
    size = raw & ((1 << 7 * size_bytes) - 1)
    return int.from_bytes(head[:id_size], "big"), id_size + size_bytes, size

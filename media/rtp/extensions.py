"""RTP header extension blocks, one-byte and two-byte form (RFC 8285 sections 4.2 and 4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Final

from media.errors import PacketError

ONE_BYTE: Final = 0xBEDE
TWO_BYTE: Final = 0x1000
TWO_BYTE_MASK: Final = 0xFFF0
"""The low four bits of the two-byte profile are the application's ("appbits") and mean nothing."""

_ONE_BYTE_STOP: Final = 15
_ONE_BYTE_LONGEST: Final = 16
_ONE_BYTE_LAST_ID: Final = 14

_HEAD = Struct("!HH").pack
PADDING: Final = (b"", b"\0\0\0", b"\0\0", b"\0")
"""What brings ``length & 3`` bytes to a whole word."""


def parse(packet: bytes, profile: int, start: int, end: int) -> dict[int, bytes]:
    """Return the elements between ``start`` and ``end`` by id; the last of a repeated id wins.

    A profile that is neither form has no elements we know: an empty result, not an error. Raises
    :class:`PacketError` when an element runs past the block.
    """
    if profile == ONE_BYTE:
        return _parse_one_byte(packet, start, end)
    if profile & TWO_BYTE_MASK == TWO_BYTE:
        return _parse_two_byte(packet, start, end)
    return {}


def _parse_one_byte(packet: bytes, start: int, end: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = start
    while at < end:
        head = packet[at]
        at += 1
        if head == 0:
            continue
        ident = head >> 4
        # "If such an element is encountered ... processing of the entire extension MUST terminate":
        # id 0 with a length, and the reserved id 15 (section 4.2).
        if ident in (0, _ONE_BYTE_STOP):
            break
        after = at + (head & 0x0F) + 1
        if after > end:
            raise PacketError("extension element past its block")
        found[ident] = packet[at:after]
        at = after
    return found


def _parse_two_byte(packet: bytes, start: int, end: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = start
    while at < end:
        ident = packet[at]
        at += 1
        if ident == 0:
            continue
        if at >= end or at + 1 + packet[at] > end:
            raise PacketError("extension element past its block")
        after = at + 1 + packet[at]
        found[ident] = packet[at + 1 : after]
        at = after
    return found


def fits_one_byte(ident: int, value: bytes) -> bool:
    """Say whether an element can be written in the one-byte form."""
    return ident <= _ONE_BYTE_LAST_ID and 0 < len(value) <= _ONE_BYTE_LONGEST


def build(elements: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the whole block, its four-byte head included; nothing for no elements.

    The one-byte form where every element fits it, else the two-byte form. Ids are 1 to 255 and
    values at most 255 bytes: more is a mistake of ours, not of a peer.
    """
    pairs = list(elements)
    if not pairs:
        return b""
    if all(fits_one_byte(ident, value) for ident, value in pairs):
        body = b"".join(bytes((ident << 4 | len(value) - 1,)) + value for ident, value in pairs)
        return wrap(ONE_BYTE, body)
    body = b"".join(bytes((ident, len(value))) + value for ident, value in pairs)
    return wrap(TWO_BYTE, body)


def wrap(profile: int, body: bytes) -> bytes:
    """Return ``body`` padded to whole words under the head of ``profile``."""
    return _HEAD(profile, (len(body) + 3) >> 2) + body + PADDING[len(body) & 3]

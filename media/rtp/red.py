"""Redundant audio payloads (RFC 2198): where the blocks are. What is in them is never read.

Section 3: a four-byte head for each redundant block (payload type, timestamp offset, length), one
byte for the primary, which comes last and takes what is left.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from media.errors import PacketError

MAX_BLOCKS: Final = 8
"""Browsers send one or two redundant blocks; nine would say everything ten times."""
_FOLLOWS: Final = 0x80
_HEAD_BYTES: Final = 4


class Block(NamedTuple):
    """A block between ``start`` and ``end``, ``offset`` clock units older than the packet."""

    payload_type: int
    offset: int
    start: int
    end: int


def parse(payload: bytes, end: int) -> tuple[Block, ...]:
    """Return the blocks, oldest first and the primary last, of a payload that ends at ``end``.

    Raises :class:`PacketError` for heads or blocks past the end, or too many of them.
    """
    heads: list[tuple[int, int, int]] = []
    at = 0
    while at < end and payload[at] & _FOLLOWS:
        if at + _HEAD_BYTES > end or len(heads) == MAX_BLOCKS:
            raise PacketError("RED heads past the payload, or too many")
        word = int.from_bytes(payload[at : at + _HEAD_BYTES], "big")
        heads.append((word >> 24 & 0x7F, word >> 10 & 0x3FFF, word & 0x3FF))
        at += _HEAD_BYTES
    if at >= end:
        raise PacketError("RED without a primary block")
    primary_type = payload[at]
    at += 1
    blocks = []
    for payload_type, offset, size in heads:
        blocks.append(Block(payload_type, offset, at, at + size))
        at += size
    if at > end:
        raise PacketError("RED blocks past the payload")
    blocks.append(Block(primary_type, 0, at, end))
    return tuple(blocks)

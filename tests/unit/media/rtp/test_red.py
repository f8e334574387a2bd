from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import PacketError
from media.rtp.red import MAX_BLOCKS, Block, parse
from tests.support.packets import red_payload

PARSED = [
    (b"\x6fvoice", 6, (Block(111, 0, 1, 6),)),
    (b"\x6f", 1, (Block(111, 0, 1, 1),)),
    (
        bytes((0x80 | 111, 960 >> 6, (960 & 0x3F) << 2, 3)) + b"\x6foldnew!",
        12,
        (Block(111, 960, 5, 8), Block(111, 0, 8, 12)),
    ),
    (  # the end may come before the payload's: padding is no voice
        b"\x6fvoice\0\0\x03", 6, (Block(111, 0, 1, 6),)
    ),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "end", "blocks"), PARSED)
def test_blocks_are_found(payload: bytes, end: int, blocks: tuple[Block, ...]) -> None:
    assert parse(payload, end) == blocks


BROKEN = [
    b"",
    b"\xef",  # a head cut short
    b"\xef\x00\x00",
    b"\xef\x00\x00\x00",  # no primary after it
    b"\xef\x00\x00\x05\x6fabc",  # a block past the end
    b"\xef\x00\x00\x00" * (MAX_BLOCKS + 1) + b"\x6fx",
]


@pytest.mark.parametrize("payload", BROKEN)
def test_what_its_heads_do_not_fit_is_refused(payload: bytes) -> None:
    with pytest.raises(PacketError):
        parse(payload, len(payload))


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=20)), max_size=MAX_BLOCKS))
def test_what_was_put_together_comes_apart(older: list[tuple[int, bytes]]) -> None:
    payload = red_payload(b"primary", older)
    *found, primary = parse(payload, len(payload))
    assert [(b.offset, payload[b.start : b.end]) for b in found] == older
    assert payload[primary.start : primary.end] == b"primary"


@given(st.binary(max_size=60), st.integers(0, 60))
def test_arbitrary_bytes_give_blocks_inside_or_an_error(payload: bytes, end: int) -> None:
    end = min(end, len(payload))
    try:
        blocks = parse(payload, end)
    except PacketError:
        return
    at = blocks[0].start
    for block in blocks:
        assert block.start == at
        at = block.end
    assert at == end

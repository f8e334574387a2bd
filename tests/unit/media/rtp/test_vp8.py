from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.vp8 import NARROW_BITS, WIDE_BITS, Picture, parse, renumber
from tests.support.packets import vp8

PARSED: list[tuple[bytes, Picture | None]] = [
    (b"", None),
    (b"\x10\x01", None),  # nothing extended
    (b"\x10\x01\x02\x03", None),
    (b"\x90\x80\x85\x00", (0x0500, 15, 2, -1, 0, -1, False)),
    (b"\x90\x80\x05\x00", (5, 7, 2, -1, 0, -1, False)),
    (b"\x90\xe0\x81\x02\x09\x60rest", (0x0102, 15, 2, 9, 4, 1, True)),
    (b"\x90\xe0\x81\x02\x09\x80rest", (0x0102, 15, 2, 9, 4, 2, False)),
    (b"\x90\x10\x05rest", (-1, 7, 0, -1, 0, -1, False)),  # a key index alone
    (b"\x90\x40\x07", (-1, 7, 0, 7, 2, -1, False)),
    (b"\x90\x80\x85", None),  # cut short, in each field
    (b"\x90\xc0\x05", None),
    (b"\x90\xa0\x05", None),
]


@pytest.mark.parametrize(("payload", "picture"), PARSED)
def test_the_descriptor_is_read(payload: bytes, picture: Picture | None) -> None:
    assert parse(payload) == picture


@given(st.integers(0, 0x7FFF), st.integers(0, 255), st.integers(0, 3), st.booleans(), st.booleans())
def test_what_was_written_is_read_and_renumbered_in_place(
    number: int, tl0: int, layer: int, sync: bool, wide: bool
) -> None:
    number = number if wide else number & 0x7F
    payload = vp8(number, tl0=tl0, layer=layer, sync=sync, wide=wide, body=b"\x01secret")
    picture = parse(payload)
    assert picture is not None
    assert picture[:2] == (number, WIDE_BITS if wide else NARROW_BITS)
    assert (picture[3], picture[5], picture[6]) == (tl0, layer, sync)
    other = renumber(payload, picture, number + 40_000, tl0 + 300)
    again = parse(other)
    assert again is not None
    assert again[0] == number + 40_000 & (0x7FFF if wide else 0x7F)
    assert again[3] == tl0 + 300 & 0xFF
    assert again[1:3] + again[4:] == picture[1:3] + picture[4:]
    assert other[-7:] == payload[-7:]


@given(st.binary(max_size=8))
def test_arbitrary_bytes_give_fields_inside_or_nothing(payload: bytes) -> None:
    picture = parse(payload)
    if picture is not None:
        assert len(renumber(payload, picture, 1, 1)) == len(payload)

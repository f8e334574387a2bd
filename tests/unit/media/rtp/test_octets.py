from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.strings import BytesWriter

from media.rtp.octets import put_16, put_32, read_16, read_32


@given(st.integers(0, (1 << 40) - 1))
def test_the_low_bits_are_written_and_read_again(value: int) -> None:
    out = BytesWriter()
    put_32(out, value)
    put_16(out, value)
    written = out.getvalue()
    assert written == (value & 0xFFFFFFFF).to_bytes(4, "big") + (value & 0xFFFF).to_bytes(2, "big")
    assert (read_32(written, 0), read_16(written, 4)) == (value & 0xFFFFFFFF, value & 0xFFFF)


def test_nothing_is_read_past_the_end() -> None:
    for read in (read_16, read_32):
        with pytest.raises(IndexError):
            read(b"\x00\x01\x02", 2)

"""AV1: elements to OBUs with their sizes, sequence headers of every shape."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media.errors import PacketError
from recording.samples.av1 import Av1, elements, obus, with_size
from recording.samples.bits import Bits, leb128, read_leb128
from recording.samples.sequence_header import SequenceHeader, av1c, is_key, parse_sequence


def bits(text: str) -> bytes:
    body = text.replace(" ", "")
    body += "0" * (-len(body) % 8)
    return int(body, 2).to_bytes(len(body) // 8, "big")


PLAIN = SequenceHeader(0, 8, 0, (320, 240), 0, False, 3, 0, False)
SIZE = f"1000 0111 {319:09b} {239:08b}"
TOOLS = "000 0000 0 1 1 000"
COLOUR = "0 0 0 0 00"
HEAD = "000 0 0 0 0 00000 000000000000 01000 0"
SEQUENCE = bits(f"{HEAD} {SIZE} 0 {TOOLS} {COLOUR} 0 0")
KEY, DELTA = b"\x10picture", b"\x30delta"


def obu(kind: int, body: bytes) -> bytes:
    return bytes((kind << 3,)) + body


def sized(kind: int, body: bytes) -> bytes:
    return bytes((kind << 3 | 2,)) + leb128(len(body)) + body


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (b"\x00\x02ab\x01c", [b"ab", b"c"]), (b"\x10abc", [b"abc"]),
        (b"\x20\x01abc", [b"a", b"bc"]),
        (b"\x30\x01a\x01bc", [b"a", b"b", b"c"]), (b"\x00\x81\x00a", [b"a"]),
    ],
)  # fmt: skip
def test_elements(payload: bytes, found: list[bytes]) -> None:
    assert elements(payload) == found


@pytest.mark.parametrize(
    "payload",
    [b"\x00", b"\x10", b"\x00\x00", b"\x00\x03ab", b"\x20\x02ab", b"\x30\x01a", b"\x00\x80",
     b"\x00" + b"\xff" * 9],
)  # fmt: skip
def test_bad_elements(payload: bytes) -> None:
    with pytest.raises(PacketError):
        elements(payload)


def test_obus_go_on_in_the_next_packet() -> None:
    assert obus([b"\x50ab", b"\xd0cd", b"\xa0\x01efg"]) == [b"abcde", b"fg"]
    for bad in ([b"\x50ab"], [b"\x90ab"], [b"\x50ab", b"\x10cd"]):
        with pytest.raises(PacketError):
            obus(bad)


def test_sizes_are_added_and_kept() -> None:
    assert with_size(obu(6, b"abc")) == (6, b"\x32\x03abc", 2)
    assert with_size(b"\x34\x08abc") == (6, b"\x36\x08\x03abc", 3)
    assert with_size(b"\x32\x02abc") == (6, b"\x32\x02ab", 2)
    for bad in (b"\x80", b"\x34", b"\x32\x05ab", b"\x32"):
        with pytest.raises(PacketError):
            with_size(bad)


def test_numbers_of_seven_bits_a_byte() -> None:
    for value in (0, 127, 128, 5000, 2**40):
        assert read_leb128(b"x" + leb128(value), 1) == (value, 1 + len(leb128(value)))


def unit(*parts: bytes, new: bool = True) -> list[bytes]:
    body = b"".join(leb128(len(part)) + part for part in parts)
    return [(b"\x08" if new else b"\x00") + body]


def test_keyframe_says_its_size_and_setup_once() -> None:
    codec = Av1()
    whole = unit(obu(2, b""), obu(1, SEQUENCE), obu(5, b"meta"), obu(6, KEY), obu(15, b"pad"))
    found = codec.build(whole)
    assert found is not None
    assert found.data == sized(1, SEQUENCE) + sized(5, b"meta") + sized(6, KEY)
    assert (found.keyframe, found.size) == (True, (320, 240))
    assert found.setup == b"\x81\x08\x0c\x00" + sized(1, SEQUENCE)
    again = codec.build(whole)
    assert again is not None
    assert (again.keyframe, again.setup) == (True, b"")
    delta = codec.build(unit(obu(3, DELTA), obu(4, b"tiles"), new=False))
    assert delta is not None
    assert not delta.keyframe


def test_what_is_no_keyframe() -> None:
    for parts in ([obu(6, KEY)], [obu(1, SEQUENCE), obu(6, DELTA)],
                  [obu(1, SEQUENCE), obu(6, b"\x80")]):  # fmt: skip
        found = Av1().build(unit(*parts))
        assert found is not None
        assert not found.keyframe
    assert Av1().build(unit(obu(2, b""))) is None


@pytest.mark.parametrize(
    ("payload", "begins"), [(b"\x08x", True), (b"\x88x", False), (b"\x00x", False), (b"", False)]
)
def test_beginnings(payload: bytes, begins: bool) -> None:
    assert Av1().begins(payload) == begins


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEAD} {SIZE} 0 {TOOLS} {COLOUR}", PLAIN),
        # A still picture.
        (f"000 0 1 00100 {SIZE} 000 000 {COLOUR}", replace(PLAIN, level=4, reduced=True)),
        # Timing, a decoder model, delays, two operating points, frame ids.
        (f"000 0 0 1 {0:064b} 1 00100 1 00011 {0:042b} 1 00001"
         f" 000000000000 01001 1 1 {0:09b} 1 0000 000000000000 00000 0 0 {SIZE} 1 0000000"
         f" 000 0000 1 00 0 1 0 1 000 000 {COLOUR}", replace(PLAIN, level=9, tier=1)),
        (f"000 0 0 1 {0:064b} 0 0 0 00000 000000000000 01000 0 {SIZE} 0 {TOOLS} {COLOUR}", PLAIN),
        # Screen content tools chosen, integer vectors not; and no screen content tools.
        (f"{HEAD} {SIZE} 0 000 0000 0 1 0 1 000 {COLOUR}", PLAIN),
        (f"{HEAD} {SIZE} 0 000 0000 0 0 0 000 {COLOUR}", PLAIN),
        (f"{HEAD} {SIZE} 0 000 0000 0 0 1 1 000 {COLOUR}", PLAIN),
        # Ten bits, described; one plane; a position of samples.
        (f"{HEAD} {SIZE} 0 {TOOLS} 1 0 1 {1:08b} {1:08b} {1:08b} 0 01",
         replace(PLAIN, depth=1, position=1)),
        (f"{HEAD} {SIZE} 0 {TOOLS} 0 1 0 0", replace(PLAIN, mono=True)),
        # Other profiles: 4:4:4, 4:2:2, RGB, twelve bits.
        ("001" + f"{HEAD} {SIZE} 0 {TOOLS} 0 0 0"[3:], replace(PLAIN, profile=1, subsampling=0)),
        ("001" + f"{HEAD} {SIZE} 0 {TOOLS} 0 1 {1:08b} {13:08b} {0:08b}"[3:],
         replace(PLAIN, profile=1, subsampling=0)),
        ("010" + f"{HEAD} {SIZE} 0 {TOOLS} 0 0 0 0"[3:], replace(PLAIN, profile=2, subsampling=2)),
        ("010" + f"{HEAD} {SIZE} 0 {TOOLS} 1 1 0 0 0 1 1 10"[3:],
         replace(PLAIN, profile=2, depth=3, position=2)),
        ("010" + f"{HEAD} {SIZE} 0 {TOOLS} 1 1 0 0 0 0"[3:],
         replace(PLAIN, profile=2, depth=3, subsampling=0)),
    ],
)  # fmt: skip
def test_sequence_headers_of_every_shape(text: str, expected: SequenceHeader) -> None:
    assert parse_sequence(bits(text)) == expected


@pytest.mark.parametrize("payload", [b"", b"\x60" + bytes(40), SEQUENCE[:6]])
def test_bad_sequence_headers(payload: bytes) -> None:
    with pytest.raises(PacketError):
        parse_sequence(payload)


def test_setup_says_the_shape() -> None:
    odd = SequenceHeader(2, 13, 1, (8, 8), 3, True, 3, 2, False)
    assert av1c(odd, b"obu") == b"\x81\x4d\xfe\x00obu"
    assert is_key(replace(PLAIN, reduced=True), b"\x80")


def test_bits_end() -> None:
    reader = Bits(b"\x80\x00\x00\x00\x00")
    assert reader.golomb() == 0
    with pytest.raises(PacketError):
        reader.golomb()

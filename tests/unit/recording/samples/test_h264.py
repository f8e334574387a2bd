"""H.264: its packets, its parameter sets, and what a container is told of them."""

from __future__ import annotations

import struct

import pytest

from media.errors import PacketError
from recording.samples.h264 import H264, aggregated, nal_units
from recording.samples.sps import Sps, parse_sps, pps_id
from tests.support.bitstreams import pictures

SPS = bytes.fromhex("6742c01fda014016e9b808080a000003000200000300651e306540")
"""1280x720, constrained baseline, as a browser's encoder writes it."""
PPS = bytes.fromhex("68ce3c80")
IDR, SLICE, SEI, AUD = b"\x65\x88picture", b"\x41\x9adelta", b"\x06info", b"\x09\x10"


def aggregate(*units: bytes) -> bytes:
    return b"\x78" + b"".join(struct.pack("!H", len(unit)) + unit for unit in units)


def fu(unit: bytes, size: int = 4) -> list[bytes]:
    parts = [unit[at : at + size] for at in range(1, len(unit), size)]
    return [
        bytes((
            unit[0] & 0xE0 | 28,
            unit[0] & 31 | (0x80 if n == 0 else 0) | (0x40 if n == len(parts) - 1 else 0),
        )) + part
        for n, part in enumerate(parts)
    ]  # fmt: skip


def bits(text: str) -> bytes:
    """An SPS from its bits."""
    body = text.replace(" ", "") + "1"
    body += "0" * (-len(body) % 8)
    return b"\x67" + int(body, 2).to_bytes(len(body) // 8, "big")


def sized(unit: bytes) -> bytes:
    return struct.pack("!I", len(unit)) + unit


def test_units_come_out_of_every_packet() -> None:
    assert nal_units([IDR]) == [IDR]
    assert nal_units([aggregate(SPS, PPS), *fu(IDR), SEI]) == [SPS, PPS, IDR, SEI]
    assert list(aggregated(aggregate(AUD))) == [AUD]


@pytest.mark.parametrize(
    "payloads",
    [
        [b"\x00x"], [b"\x79xx"], [b"\x7d\x80xx"], [b"\x7c"], [b"\x7c\x80"], [b"\x7c\xc5"],
        fu(IDR)[1:], fu(IDR)[:-1], [*fu(IDR)[:-1], SLICE], [fu(IDR)[0], *fu(IDR)],
        [fu(IDR)[0], b"\x7c"], [b"\x78\x00\x00"], [b"\x78\x00\x09abc"], [b"\x78\x00"],
    ],
)  # fmt: skip
def test_packets_that_do_not_fit_are_refused(payloads: list[bytes]) -> None:
    with pytest.raises(PacketError):
        nal_units(payloads)


def test_keyframe_says_its_size_and_setup_once() -> None:
    codec = H264()
    found = codec.build([AUD, aggregate(SPS, PPS, SEI), *fu(IDR)])
    assert found is not None
    assert found.keyframe
    assert found.size == (1280, 720)
    assert found.data == sized(SPS) + sized(PPS) + sized(SEI) + sized(IDR)
    avcc = b"\x01\x42\xc0\x1f\xff\xe1" + struct.pack("!H", len(SPS)) + SPS
    assert found.setup == avcc + b"\x01" + struct.pack("!H", len(PPS)) + PPS
    again = codec.build([aggregate(SPS, PPS), IDR])
    assert again is not None
    assert (again.keyframe, again.setup, again.size) == (True, b"", (1280, 720))
    plain = codec.build([IDR])
    assert plain is not None
    assert plain.keyframe
    other = codec.build([SPS, PPS + b"\0", IDR])
    assert other is not None
    assert other.setup


def test_what_is_no_keyframe() -> None:
    codec = H264()
    for payloads in ([IDR], [SLICE], [SPS, IDR], [SPS, SLICE]):
        found = codec.build(payloads)
        assert found is not None
        assert not found.keyframe
    assert codec.build([PPS]) is None
    assert codec.build([AUD, b"\x0c\xff"]) is None


def golomb(value: int) -> str:
    return "0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}"


def signed(value: int) -> str:
    return golomb(2 * value - 1 if value > 0 else -2 * value)


def test_number_of_parameter_sets_is_bounded() -> None:
    codec = H264()
    for ident in range(32):
        sps = bits(f"{66:08b} {0:08b} {31:08b} {golomb(ident)} {TAIL} {SIZE} 0")
        codec.build([sps, *(b"\x68" + bits(golomb(each))[1:] for each in range(40))])
    found = codec.build([IDR])
    assert found is not None
    assert found.setup[5] & 31 <= 16
    assert len(found.setup) < 1000


HIGH = f"{100:08b} {0:08b} {31:08b} {golomb(1)}"
TAIL = f"{golomb(0)} {golomb(0)} {golomb(4)} {golomb(1)} 0"
CHROMA = f"{golomb(1)} {golomb(0)} {golomb(0)} 0 0"
CROP = f"1 {golomb(1)} {golomb(2)} {golomb(3)} {golomb(4)}"
SIZE = f"{golomb(9)} {golomb(4)} 1 1"
LISTS = "1" + " ".join(signed(1) for _ in range(15)) + signed(-1) + "1" + signed(-8) + "0" * 6


@pytest.mark.parametrize(
    ("unit", "chroma", "depths", "size"),
    [
        (bits(f"{HIGH} {CHROMA} {TAIL} {SIZE} 0"), 1, (0, 0), (160, 80)),
        (bits(f"{HIGH} {golomb(2)} {golomb(2)} {golomb(1)} 0 0 {TAIL} {SIZE} {CROP}"),
         2, (2, 1), (154, 73)),
        (bits(f"{HIGH} {golomb(3)} 1 {golomb(0)} {golomb(0)} 0 0 {TAIL} {SIZE} {CROP}"),
         3, (0, 0), (157, 73)),
        (bits(f"{HIGH} {golomb(3)} 0 {golomb(0)} {golomb(0)} 0 1 {'0' * 12} {TAIL} {SIZE} 0"),
         3, (0, 0), (160, 80)),
        (bits(f"{HIGH} {golomb(1)} {golomb(0)} {golomb(0)} 0 1 {LISTS} {TAIL} {SIZE} 0"),
         1, (0, 0), (160, 80)),
        (bits(f"{HIGH} {CHROMA} {golomb(0)} {golomb(1)} 0 {signed(-3)} {signed(2)} {golomb(2)} "
              f"{signed(1)} {signed(-1)} {golomb(1)} 0 {golomb(9)} {golomb(4)} 0 1 1 1 "
              f"{golomb(0)} {golomb(0)} {golomb(0)} {golomb(2)}"),
         1, (0, 0), (160, 152)),
        (bits(f"{HIGH} {CHROMA} {golomb(0)} {golomb(2)} {golomb(1)} 0 {SIZE} 0"),
         1, (0, 0), (160, 80)),
    ],
)  # fmt: skip
def test_sps_of_every_shape(
    unit: bytes, chroma: int, depths: tuple[int, int], size: tuple[int, int]
) -> None:
    assert parse_sps(unit) == Sps(1, b"\x64\x00\x1f", chroma, *depths, size)


@pytest.mark.parametrize(
    "unit",
    [
        b"\x67", b"\x67\x42\xc0\x1f\x00\x00\x00\x00\x00", b"\x67" + bytes(70_000), SPS[:8],
        bits(f"{HIGH} {golomb(4)} {golomb(0)} {golomb(0)} 0 0 {TAIL} {SIZE} 0"),
        bits(f"{HIGH} {golomb(1)} {golomb(7)} {golomb(0)} 0 0 {TAIL} {SIZE} 0"),
        bits(f"{HIGH} {CHROMA} {golomb(0)} {golomb(1)} 0 1 1 {golomb(256)} {'1' * 600}"),
        bits(f"{HIGH} {CHROMA} {TAIL} {SIZE} 1 {golomb(80)} {golomb(0)} {golomb(0)} {golomb(0)}"),
        bits(f"{HIGH} {CHROMA} {TAIL} {golomb(2000)} {golomb(4)} 1 1 0"),
        bits(f"{66:08b} {0:08b} {31:08b} {golomb(32)} {TAIL} {SIZE} 0"),
    ],
)  # fmt: skip
def test_bad_sps_is_refused(unit: bytes) -> None:
    with pytest.raises(PacketError):
        parse_sps(unit)


def test_pps_number() -> None:
    assert pps_id(PPS) == 0
    with pytest.raises(PacketError):
        pps_id(b"\x68\x00\x80\x80")


@pytest.mark.parametrize(
    ("payload", "begins"),
    [
        (SPS, True), (AUD + b"x", True), (aggregate(SPS, PPS), True), (aggregate(PPS, SPS), False),
        (SLICE, True), (b"\x41\x1adelta", False), (fu(SLICE)[0], True), (fu(SLICE)[1], False),
        (IDR, False), (fu(IDR)[0], False), (b"", False), (b"\x78\x00\x01", False), (SEI, False),
    ],
)  # fmt: skip
def test_beginnings(payload: bytes, begins: bool) -> None:
    assert H264().begins(payload) == begins


def test_high_profile_says_its_chroma_in_the_setup() -> None:
    sps = bits(f"{HIGH} {CHROMA} {TAIL} {SIZE} 0")
    found = H264().build([sps, PPS, IDR])
    assert found is not None
    assert found.setup.endswith(PPS + b"\xfd\xf8\xf8\x00")
    real = pictures("h264")[0]
    assert b"\x67" in real

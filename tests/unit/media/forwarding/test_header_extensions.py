from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.strings import BytesWriter

from media.errors import PacketError
from media.forwarding.header_extensions import (
    ExtensionReader,
    ExtensionWriter,
    read_number,
    renumber,
)
from media.plan import Extension
from media.rtp import extensions
from media.rtp.extensions import ONE_BYTE, TWO_BYTE
from media.rtp.packet import pack_fixed, wrap_rtx
from tests.support.packets import IDS, NUMBERED_SLOT_IDS, SLOT_IDS

READER = ExtensionReader(IDS, transport_cc=True)
NOW = 1.5
STAMP = int(1.5 * (1 << 18)).to_bytes(3, "big")


def read(profile: int, body: bytes, reader: ExtensionReader = READER) -> tuple[object, ...]:
    return reader.read(body, profile, 0, len(body))


@pytest.mark.parametrize(
    ("profile", "body", "found"),
    [
        (ONE_BYTE, b"", (-1, None, None, None)),
        (ONE_BYTE, b"\x10\x85\x31\x12\x34\x00\x00", (0x1234, b"\x85", None, None)),
        (ONE_BYTE, b"\xc2abc\x40v", (-1, None, b"abc", None)),
        (ONE_BYTE, b"\x11\x85\x00\x30\x01", (-1, None, None, None)),  # sizes that are not theirs
        (ONE_BYTE, b"\xf0\x00\x10\x85", (-1, None, None, None)),
        (ONE_BYTE, b"\x01\x00\x10\x85", (-1, None, None, None)),
        (
            TWO_BYTE,
            b"\x03\x02\x12\x34\x01\x01\x85\x0c\x11" + bytes(17),
            (0x1234, b"\x85", bytes(17), None),
        ),
        (TWO_BYTE, b"\x03\x01\x12\x01\x02\x85\x85", (-1, None, None, None)),
        (ONE_BYTE, b"\x77captured", (-1, None, None, b"captured")),
        (TWO_BYTE, b"\x07\x08captured", (-1, None, None, b"captured")),
        (0x1234, b"\x10\x85", (-1, None, None, None)),
    ],
)
def test_reads_what_is_passed_on(profile: int, body: bytes, found: tuple[object, ...]) -> None:
    assert read(profile, body) == found


def test_reads_no_transport_number_where_none_was_agreed() -> None:
    reader = ExtensionReader(IDS, transport_cc=False)
    assert read(ONE_BYTE, b"\x31\x12\x34", reader) == (-1, None, None, None)


@given(profile=st.sampled_from([ONE_BYTE, TWO_BYTE, 5]), body=st.binary(max_size=60))
def test_reads_what_the_parser_finds(profile: int, body: bytes) -> None:
    try:
        elements = extensions.parse(body, profile, 0, len(body))
    except PacketError:
        with pytest.raises(PacketError):
            read(profile, body)
        return
    _, level, descriptor, capture = read(profile, body)
    assert level in (None, elements.get(1)) or profile == ONE_BYTE  # of repeats, a valid one
    assert descriptor == elements.get(12)
    assert capture == elements.get(7)


def write(
    writer: ExtensionWriter, *args: bytes | None, now: float = NOW, number: int = 0, mid: bool
) -> bytes:
    out = BytesWriter()
    level, descriptor, capture = (*args, None)[:3]
    there = writer.put(out, level, descriptor, capture, now, number, with_mid=mid)
    assert there is (len(out) > 0)
    return out.getvalue()


def written(
    writer: ExtensionWriter, *args: bytes | None, with_mid: bool = False
) -> dict[int, bytes]:
    block = write(writer, *args, mid=with_mid)
    assert len(block) % 4 == 0
    profile = int.from_bytes(block[:2], "big")
    return extensions.parse(block, profile, 4, len(block)) if block else {}


def test_writes_under_the_subscriber_s_ids() -> None:
    writer = ExtensionWriter(SLOT_IDS, "rv0", transport_cc=False)
    assert written(writer, b"\x85", b"dd", with_mid=True) == {
        9: b"rv0", 5: STAMP, 6: b"\x85", 8: b"dd"
    }  # fmt: skip
    assert written(writer, None, None) == {5: STAMP}


def test_writes_nothing_that_was_not_agreed() -> None:
    writer = ExtensionWriter({}, "rv0", transport_cc=False)
    assert write(writer, b"\x85", b"dd", mid=True) == b""
    only_level = ExtensionWriter({Extension.AUDIO_LEVEL: 1}, "rv0", transport_cc=False)
    assert written(only_level, b"\x85", b"dd", with_mid=True) == {1: b"\x85"}
    assert write(only_level, None, None, mid=False) == b""


@pytest.mark.parametrize("length", [1, 16, 17, 255])
def test_a_long_descriptor_takes_the_two_byte_form_untouched(length: int) -> None:
    descriptor = bytes(range(length))
    writer = ExtensionWriter(SLOT_IDS, "rv0", transport_cc=False)
    block = write(writer, None, descriptor, mid=False)
    assert (block[:2] == b"\x10\x00") is (length > 16)
    assert written(writer, None, descriptor)[8] == descriptor


def test_a_long_mid_or_a_high_id_takes_the_two_byte_form() -> None:
    high = ExtensionWriter({**SLOT_IDS, Extension.AUDIO_LEVEL: 200}, "rv0", transport_cc=False)
    assert written(high, b"\x85", b"dd", with_mid=True) == {
        9: b"rv0", 5: STAMP, 200: b"\x85", 8: b"dd"
    }  # fmt: skip
    long = ExtensionWriter({Extension.MID: 9}, "m" * 17, transport_cc=False)
    assert written(long, None, None, with_mid=True) == {9: b"m" * 17}
    assert written(long, b"\x85", b"dd") == {}


def test_send_time_wraps_at_64_seconds() -> None:
    writer = ExtensionWriter({Extension.ABS_SEND_TIME: 5}, "rv0", transport_cc=False)
    first = write(writer, None, None, now=1.0, mid=False)
    assert write(writer, None, None, now=65.0, mid=False) == first


@pytest.mark.parametrize("size", [8, 16])
def test_a_capture_time_passes_untouched(size: int) -> None:
    captured = bytes(range(size))
    writer = ExtensionWriter(SLOT_IDS, "rv0", transport_cc=False)
    assert written(writer, None, None, captured) == {5: STAMP, 10: captured}
    assert written(ExtensionWriter({}, "rv0", transport_cc=False), None, None, captured) == {}


NUMBERED = ExtensionWriter(NUMBERED_SLOT_IDS, "rv0", transport_cc=True)
HEAD = pack_fixed(0x90, 96, 1, 2, 3)


@pytest.mark.parametrize(
    "writer",
    [
        NUMBERED,
        ExtensionWriter(
            {**NUMBERED_SLOT_IDS, Extension.TRANSPORT_CC: 77}, "rv0", transport_cc=True
        ),
        ExtensionWriter({**SLOT_IDS, Extension.TRANSPORT_CC: 7}, "rv0", transport_cc=True),
    ],
    ids=["alone", "two bytes", "beside a send time"],
)
@pytest.mark.parametrize("level", [None, b"\x85"])
@pytest.mark.parametrize("descriptor", [None, b"dd", bytes(30)])
@pytest.mark.parametrize("capture", [None, bytes(8)])
@pytest.mark.parametrize("with_mid", [True, False])
def test_the_number_is_found_again_and_nothing_else_changes(
    writer: ExtensionWriter,
    level: bytes | None,
    descriptor: bytes | None,
    capture: bytes | None,
    with_mid: bool,
) -> None:
    ident = 77 if writer._number == 77 else 7
    blocks = [
        write(writer, level, descriptor, capture, number=number, mid=with_mid)
        for number in (0x54321, 0x1234)
    ]
    one, two = (HEAD + block + b"payload" for block in blocks)
    assert read_number(one, ident) == 0x4321
    assert read_number(two, ident) == 0x1234
    assert renumber(one, ident, 0x71234) == two
    assert renumber(wrap_rtx(one, 97, 4, 9), ident, 0x1234) == wrap_rtx(two, 97, 4, 9)


def test_the_usual_picture_packet_has_the_number_and_no_more() -> None:
    block = write(NUMBERED, None, None, number=0x1FFFE, mid=False)
    assert block == b"\xbe\xde\x00\x01\x71\xff\xfe\x00"
    assert written(NUMBERED, None, None, with_mid=True) == {7: b"\0\0", 9: b"rv0"}
    assert written(NUMBERED, b"\x85", None) == {7: b"\0\0", 6: b"\x85"}
    silent = ExtensionWriter({Extension.TRANSPORT_CC: 7}, "ra0", transport_cc=True)
    assert write(silent, b"\x85", None, number=0x1FFFE, mid=False) == block


@pytest.mark.parametrize(
    "packet",
    [
        pack_fixed(0x80, 96, 1, 2, 3) + b"\xbe\xde\0\1\x71\0\0\0",
        HEAD + b"\xbe\xde\0\1\x72\0\0\0",
        HEAD + b"\xbe\xde\0\1\x61\0\0\0",
        HEAD + b"\x10\0\0\1\x07\x01\0\0",
    ],
)
def test_what_has_no_number_is_left_alone(packet: bytes) -> None:
    assert renumber(packet, 7, 5) is packet
    assert read_number(packet, 7) == -1

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import PacketError
from media.rtp import rtcp, transport_cc
from media.rtp.rtcp import ReportBlock

BLOCK = ReportBlock(7, 128, -3, 70_000, 12, 0xAABBCCDD, 65_536)
SR = rtcp.SenderReport(1, 0x0123456789ABCDEF, 90_000, 10, 11_000, (BLOCK, BLOCK))


def test_reports_round_trip() -> None:
    compound = rtcp.build_sr(SR) + rtcp.build_rr(2, [BLOCK]) + rtcp.build_rr(3)
    assert rtcp.parse(compound) == [
        SR,
        rtcp.ReceiverReport(2, (BLOCK,)),
        rtcp.ReceiverReport(3, ()),
    ]


@pytest.mark.parametrize("cname", [b"", b"a", b"ab", b"abc", b"abcd", bytes(255)])
def test_names_round_trip_at_every_padding(cname: bytes) -> None:
    built = rtcp.build_sdes(9, cname)
    assert len(built) % 4 == 0
    assert rtcp.parse(built) == [rtcp.SourceDescription(9, cname)]


def test_other_items_of_a_description_are_stepped_over() -> None:
    body = struct.pack("!I", 9) + b"\x06\x02hi\x01\x01c\x00" + struct.pack("!I", 8) + bytes(4)
    packet = struct.pack("!BBH", 0x82, rtcp.SDES, len(body) // 4) + body
    assert rtcp.parse(packet) == [rtcp.SourceDescription(9, b"c")]


def test_feedback_round_trips() -> None:
    compound = (
        rtcp.build_bye([1, 2])
        + rtcp.build_pli(1, 2)
        + rtcp.build_fir(1, 2, 300)
        + rtcp.build_feedback(rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, 1, 2, b"info")
    )
    assert rtcp.parse(compound) == [
        rtcp.Bye((1, 2)),
        rtcp.Pli(1, 2),
        rtcp.Fir(1, (2,)),
        rtcp.Feedback(rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, 1, 2, b"info"),
    ]


def test_nack_packs_neighbours_into_one_entry() -> None:
    built = rtcp.build_nack(1, 2, [10, 11, 26, 27])
    assert len(built) == 12 + 2 * 4
    assert rtcp.parse(built) == [rtcp.Nack(1, 2, (10, 11, 26, 27))]


def test_nack_of_extended_numbers_wraps_on_the_wire() -> None:
    assert rtcp.parse(rtcp.build_nack(1, 2, [0x1FFFF, 0x20000])) == [rtcp.Nack(1, 2, (0xFFFF, 0))]


def test_types_and_formats_unknown_are_stepped_over() -> None:
    compound = (
        struct.pack("!BBHI", 0x80, 207, 1, 5)
        + rtcp.build_feedback(rtcp.PSFB, 15, 1, 0, b"REMB")
        + rtcp.build_feedback(rtcp.RTPFB, 3, 1, 0, b"")
        + rtcp.build_pli(1, 2)
    )
    assert rtcp.parse(compound) == [rtcp.Pli(1, 2)]


def test_the_last_packet_may_be_padded() -> None:
    padded = bytearray(rtcp.build_pli(1, 2) + b"\0\0\0\x04")
    padded[0] |= 0x20
    padded[3] += 1
    assert rtcp.parse(rtcp.build_rr(3) + padded) == [rtcp.ReceiverReport(3), rtcp.Pli(1, 2)]


@pytest.mark.parametrize(
    ("message", "information"),
    [
        ("afcd0005" "0000000100000002" "000000010241070020012101", "0000000102410700200121"),
        ("afcd0006" "0000000100000002" "00050003024108022003824c4d000003",
         "00050003024108022003824c4d"),
        ("afcd0006" "0000000100000002" "000100040241070120046c1f584a0002",
         "000100040241070120046c1f584a"),
    ],
)  # fmt: skip
def test_feedback_as_chromium_pads_it(message: str, information: str) -> None:
    """By what is missing to whole words, be it one byte: as a browser sent it, but for SSRCs."""
    packet = bytes.fromhex(message)
    expected = rtcp.Feedback(rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, 1, 2, bytes.fromhex(information))
    assert rtcp.parse(packet) == [expected]
    assert len(transport_cc.parse(expected.information).ticks) >= 1


def padded(tail: bytes, *, after: bytes = b"") -> bytes:
    packet = bytearray(rtcp.build_pli(1, 2) + tail)
    packet[0] |= 0x20
    packet[3] = len(packet) // 4 - 1
    return bytes(packet) + after


def head(first: int, packet_type: int, body: bytes = b"") -> bytes:
    return struct.pack("!BBH", first, packet_type, len(body) // 4) + body


@pytest.mark.parametrize(
    "compound",
    [
        b"",
        b"\x80\xc9\x00",
        rtcp.build_rr(1)[:-1],
        rtcp.build_rr(1) + b"\x80",
        b"\x40" + rtcp.build_rr(1)[1:],
        padded(b"\0\0\0\x04", after=rtcp.build_rr(1)),  # padding not at the end
        padded(b"\0\0\0\x00"),
        padded(b"\0\0\0\x03"),
        padded(b"\0\0\0\x20"),
        head(0xA0, rtcp.RR),  # padded and empty
        head(0x80, rtcp.SR, bytes(20)),
        head(0x81, rtcp.SR, bytes(24)),
        head(0x80, rtcp.RR),
        head(0x81, rtcp.RR, bytes(4)),
        head(0x81, rtcp.SDES),
        head(0x81, rtcp.SDES, bytes(4)),
        head(0x81, rtcp.SDES, bytes(4) + b"\x01\x09ab"),
        head(0x81, rtcp.SDES, bytes(4) + b"\x02\x01a\x01"),
        head(0x82, rtcp.BYE, bytes(4)),
        head(0x81, rtcp.RTPFB, bytes(4)),
        head(0x81, rtcp.PSFB, bytes(4)),
        head(0x84, rtcp.PSFB, bytes(8)),
        head(0x84, rtcp.PSFB, bytes(20)),
    ],
)
def test_refuses_what_contradicts_itself(compound: bytes) -> None:
    with pytest.raises(PacketError):
        rtcp.parse(compound)


@given(st.binary(max_size=120))
def test_arbitrary_bytes_parse_or_are_refused(compound: bytes) -> None:
    try:
        found = rtcp.parse(compound)
    except PacketError:
        return
    assert len(found) <= len(compound)


@given(
    packet_type=st.integers(200, 207),
    count=st.integers(0, 31),
    padding=st.booleans(),
    words=st.integers(0, 12),
    data=st.data(),
)
def test_nearly_valid_bytes_parse_or_are_refused(
    packet_type: int, count: int, padding: bool, words: int, data: st.DataObject
) -> None:
    body = data.draw(st.binary(min_size=4 * words, max_size=4 * words))
    compound = head(0x80 | (0x20 if padding else 0) | count, packet_type, body)
    try:
        found = rtcp.parse(rtcp.build_rr(1) + compound)
    except PacketError:
        return
    assert found[0] == rtcp.ReceiverReport(1)

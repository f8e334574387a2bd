from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import PacketError
from media.rtp.packet import build_padding, parse_header, unwrap_rtx, wrap_rtx
from tests.support.packets import rtp, rtx


def test_reads_the_fixed_header() -> None:
    packet = rtp(0xABCD, payload_type=100, timestamp=0x12345678, ssrc=0xCAFE, marker=True)
    header = parse_header(packet)
    assert header == (0x80, 0x80 | 100, 0xABCD, 0x12345678, 0xCAFE, -1, 12, 12)


def test_reads_the_usual_packet_with_extensions_only() -> None:
    packet = rtp(1, elements={1: b"\x30", 3: b"\x00\x07"}, payload=b"voice")
    _, _, _, _, _, profile, start, payload = parse_header(packet)
    assert (profile, start) == (0xBEDE, 16)
    assert packet[payload:] == b"voice"


def test_steps_over_csrcs_and_padding() -> None:
    packet = rtp(1, elements={1: b"\x30"}, csrcs=3, padding=4, payload=b"voice")
    _, _, _, _, _, _, start, payload = parse_header(packet)
    assert start == 12 + 12 + 4
    assert packet[payload:-4] == b"voice"


def test_accepts_a_packet_without_payload() -> None:
    assert parse_header(rtp(1, payload=b""))[7] == 12


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        rtp(1)[:11],
        b"\x40" + rtp(1)[1:],  # version 1
        b"\x8f" + rtp(1)[1:],  # 15 CSRCs in a short packet
        b"\x90" + rtp(1, payload=b"")[1:],  # an extension without its head
        b"\x90" + rtp(1, payload=b"\xbe\xde\x00\x09____")[1:],  # longer than the packet
        b"\xa0" + rtp(1, payload=b"\x00")[1:],  # padding of no length
        b"\xa0" + rtp(1, payload=b"\x02")[1:],  # padding longer than the payload
        b"\xa0" + rtp(1, payload=b"")[1:],  # padding and no payload
    ],
)
def test_refuses_what_contradicts_itself(packet: bytes) -> None:
    with pytest.raises(PacketError):
        parse_header(packet)


@given(st.binary(max_size=80))
def test_arbitrary_bytes_parse_or_are_refused(packet: bytes) -> None:
    try:
        header = parse_header(packet)
    except PacketError:
        return
    assert 12 <= header[6] <= header[7] <= len(packet)


@given(
    body=st.binary(max_size=40),
    first=st.sampled_from([0x80, 0x90, 0xA0, 0xB0, 0x81]),
)
def test_nearly_valid_bytes_parse_or_are_refused(body: bytes, first: int) -> None:
    try:
        header = parse_header(bytes((first, 96)) + bytes(10) + body)
    except PacketError:
        return
    assert header[7] <= 12 + len(body)


def test_unwraps_a_retransmission() -> None:
    original = rtp(77, timestamp=9, marker=True, payload=b"picture")
    packet = rtx(original, 5)
    assert unwrap_rtx(packet, parse_header(packet), 96, 1000) == original


def test_unwraps_what_it_wrapped_extensions_and_all() -> None:
    original = rtp(77, elements={4: b"v"}, payload=b"picture", marker=True)
    packet = wrap_rtx(original, 97, 1001, 0x1_0005)
    header = parse_header(packet)
    assert (header[1], header[2], header[4]) == (0x80 | 97, 5, 1001)
    assert unwrap_rtx(packet, header, 96, 1000) == original


def test_padding_of_a_retransmission_is_not_the_original_s() -> None:
    packet = rtp(1, payload_type=97, payload=b"\x00\x4dpicture", padding=8)
    assert unwrap_rtx(packet, parse_header(packet), 96, 1000) == rtp(77, payload=b"picture")


@pytest.mark.parametrize(("payload", "padding"), [(b"", 0), (b"", 200), (b"\x01", 7)])
def test_a_probe_has_no_original(payload: bytes, padding: int) -> None:
    packet = rtp(1, payload_type=97, payload=payload, padding=padding)
    assert unwrap_rtx(packet, parse_header(packet), 96, 1000) is None


@pytest.mark.parametrize("size", [0, 1, 40, 255, 1000])
def test_a_probe_of_ours_is_all_padding(size: int) -> None:
    block = b"\xbe\xde\x00\x01\x71\x00\x05\x00"
    packet = build_padding(97, 0x1_0007, 9, 1001, block, size)
    header = parse_header(packet)
    assert (header[1], header[2], header[3], header[4]) == (97, 7, 9, 1001)
    padding = len(packet) - header[7]
    assert padding == packet[-1] == max(1, min(255, size))
    assert unwrap_rtx(packet, header, 96, 1000) is None
    assert parse_header(build_padding(97, 1, 9, 1001, b"", size))[5] == -1

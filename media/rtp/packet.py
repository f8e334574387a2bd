"""RTP packets: the fixed header, and retransmissions in and out of their wrapping.

Sources: RFC 3550 section 5.1, RFC 4588 section 4. A header is a plain tuple, not an object, because
one is made for every packet received (see :data:`Header`); compiled, it is eight machine integers.
"""

from __future__ import annotations

from struct import Struct
from typing import Final, TypeAlias

from mypy_extensions import i64

from media.errors import PacketError
from media.rtp.octets import read_16, read_32

Header: TypeAlias = tuple[i64, i64, i64, i64, i64, i64, i64, i64]
"""First byte, second byte (marker and payload type), sequence number, timestamp, SSRC, extension
profile (-1 without), where the extension elements start, where the payload starts. Without an
extension the two positions are the same."""

HEADER_BYTES: Final = 12
MOST_PADDING: Final = 255
_VERSION: Final = 2
PADDING_BIT: Final = 0x20
EXTENSION_BIT: Final = 0x10

_FIXED = Struct("!BBHII")
_unpack_fixed = _FIXED.unpack_from
pack_fixed = _FIXED.pack
_USUAL_BYTES: Final = 16
_USUAL_FIRST: Final = 0x90
"""What nearly every packet of a browser begins with: version 2, an extension, nothing else."""
_unpack_extension = Struct("!HH").unpack_from
_SEQUENCE = Struct("!H")


def parse_header(packet: bytes) -> Header:
    """Return the header of a whole plain packet. Raises :class:`PacketError`.

    The payload may be empty; padding is checked to lie inside it, and left in place.
    """
    size: i64 = len(packet)
    if size >= _USUAL_BYTES and packet[0] == _USUAL_FIRST:
        payload = _USUAL_BYTES + 4 * read_16(packet, 14)
        if payload <= size:
            return (
                _USUAL_FIRST, packet[1], read_16(packet, 2), read_32(packet, 4),
                read_32(packet, 8), read_16(packet, 12), _USUAL_BYTES, payload,
            )  # fmt: skip
    return _parse_any(packet)


def _parse_any(packet: bytes) -> Header:
    size = len(packet)
    if size < HEADER_BYTES:
        raise PacketError("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _unpack_fixed(packet)
    if first >> 6 != _VERSION:
        raise PacketError("not RTP version 2")
    start = payload = HEADER_BYTES + ((first & 0x0F) << 2)
    profile = -1
    if first & EXTENSION_BIT:
        if start + 4 > size:
            raise PacketError("extension head past the packet")
        profile, words = _unpack_extension(packet, start)
        start += 4
        payload = start + (words << 2)
    if payload > size:
        raise PacketError("header past the packet")
    if first & PADDING_BIT and not 0 < packet[-1] <= size - payload:
        raise PacketError("padding past the payload")
    return first, second, sequence, timestamp, ssrc, profile, start, payload


def unwrap_rtx(packet: bytes, header: Header, payload_type: int, ssrc: int) -> bytes | None:
    """Return the original packet inside a retransmission, under the given type and SSRC.

    The first two bytes of the payload are the original sequence number (RFC 4588 section 4). None
    when there is no payload: browsers probe for bandwidth with padding on this SSRC.
    """
    first, second, _sequence, timestamp, _ssrc, _profile, _start, payload = header
    end = len(packet) - packet[-1] if first & PADDING_BIT else len(packet)
    if end - payload < _SEQUENCE.size:
        return None
    (original,) = _SEQUENCE.unpack_from(packet, payload)
    head = pack_fixed(first & ~PADDING_BIT, second & 0x80 | payload_type, original, timestamp, ssrc)
    return head + packet[HEADER_BYTES:payload] + packet[payload + _SEQUENCE.size : end]


def wrap_rtx(packet: bytes, payload_type: int, ssrc: int, sequence: int) -> bytes:
    """Return ``packet``, one of our own making, as a retransmission with its own numbering."""
    first, second, original, timestamp, _ssrc, _profile, _start, payload = parse_header(packet)
    head = pack_fixed(first, second & 0x80 | payload_type, sequence & 0xFFFF, timestamp, ssrc)
    return head + packet[HEADER_BYTES:payload] + _SEQUENCE.pack(original) + packet[payload:]


def build_padding(
    payload_type: int, sequence: int, timestamp: int, ssrc: int, block: bytes, size: int
) -> bytes:
    """Return a packet of an extension block and about ``size`` bytes of padding, and no payload.

    The last byte says how much padding there is (RFC 3550 section 5.1), so that one packet has 255
    bytes of it at most.
    """
    count = max(1, min(MOST_PADDING, size))
    first = 0x80 | PADDING_BIT | (EXTENSION_BIT if block else 0)
    head = pack_fixed(first, payload_type, sequence & 0xFFFF, timestamp, ssrc)
    return head + block + bytes(count - 1) + bytes((count,))

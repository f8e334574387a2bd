"""RTCP: what browsers send us and what we send them.

Sources: RFC 3550 section 6 and appendix A.2, RFC 4585 section 6 (NACK, PLI), RFC 5104 section 4.3.1
(FIR), RFC 5506 (reduced size: a browser's feedback may come without a report before it).

Rule 1: one malformed packet condemns the whole compound; nothing of it is used.
Rule 2: types and formats not listed are stepped over, for the standard tells us to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from struct import Struct
from typing import Final, NamedTuple, TypeAlias

from media.errors import PacketError

SR: Final = 200
RR: Final = 201
SDES: Final = 202
BYE: Final = 203
RTPFB: Final = 205
PSFB: Final = 206
FMT_NACK: Final = 1
FMT_TRANSPORT_CC: Final = 15
FMT_PLI: Final = 1
FMT_FIR: Final = 4

MAX_BLOCKS: Final = 31
"""The count field has five bits."""

_VERSION: Final = 2
_NACK_MASK_BITS: Final = 16

_HEAD = Struct("!BBH")
_WORD = Struct("!I")
_TWO_WORDS = Struct("!II")
_SENDER = Struct("!QIII")
_BLOCK = Struct("!IIIIII")
_NACK = Struct("!HH")
_FIR = Struct("!IB3x")


class ReportBlock(NamedTuple):
    """What a receiver says of one source (RFC 3550 section 6.4.1).

    ``jitter`` in clock units; ``last_sr`` the middle 32 bits of an NTP time; ``delay`` in
    1/65536 s.
    """

    ssrc: int
    fraction_lost: int
    cumulative_lost: int
    highest: int
    jitter: int
    last_sr: int
    delay: int


class SenderReport(NamedTuple):
    """``ntp`` is the 64-bit NTP time at which the sender's media clock read ``timestamp``."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


class ReceiverReport(NamedTuple):
    """A report of one who only receives."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


class SourceDescription(NamedTuple):
    """One source's canonical name, which ties its streams to one clock."""

    ssrc: int
    cname: bytes


class Bye(NamedTuple):
    """The sources that ended."""

    ssrcs: tuple[int, ...]


class Nack(NamedTuple):
    """Sequence numbers (16 bits) of ``media_ssrc`` that did not arrive."""

    sender_ssrc: int
    media_ssrc: int
    lost: tuple[int, ...]


class Pli(NamedTuple):
    """Picture loss: a keyframe, please."""

    sender_ssrc: int
    media_ssrc: int


class Fir(NamedTuple):
    """Full intra request: a keyframe of each source named."""

    sender_ssrc: int
    ssrcs: tuple[int, ...]


class Feedback(NamedTuple):
    """Feedback read elsewhere (transport-cc): its type, format and control information."""

    packet_type: int
    format: int
    sender_ssrc: int
    media_ssrc: int
    information: bytes


Packet: TypeAlias = (
    SenderReport | ReceiverReport | SourceDescription | Bye | Nack | Pli | Fir | Feedback
)


def parse(compound: bytes) -> list[Packet]:
    """Return the packets of a compound in order. Raises :class:`PacketError`."""
    if not compound:
        raise PacketError("empty RTCP")
    found: list[Packet] = []
    at, size = 0, len(compound)
    while at < size:
        if at + 4 > size:
            raise PacketError("RTCP head past the datagram")
        first, packet_type, words = _HEAD.unpack_from(compound, at)
        end = at + 4 + (words << 2)
        if first >> 6 != _VERSION or end > size:
            raise PacketError("not RTCP, or longer than its datagram")
        body = compound[at + 4 : end]
        if first & 0x20:
            # Appendix A.2: only the last packet of a compound may be padded, by whole words. But
            # the deltas of transport-cc end anywhere, and Chromium pads them by what is missing.
            is_arrivals = packet_type == RTPFB and first & 0x1F == FMT_TRANSPORT_CC
            whole = 0 if is_arrivals else 3
            if end != size or not body or not 0 < body[-1] <= len(body) or body[-1] & whole:
                raise PacketError("RTCP padding")
            body = body[: -body[-1]]
        parser = _PARSERS.get(packet_type)
        if parser is not None:
            found.extend(parser(first & 0x1F, body))
        at = end
    return found


def _need(body: bytes, size: int) -> None:
    if len(body) < size:
        raise PacketError("RTCP packet shorter than its fields")


def _blocks(body: bytes, start: int, count: int) -> tuple[ReportBlock, ...]:
    _need(body, start + count * _BLOCK.size)
    found = []
    for index in range(count):
        ssrc, lost, highest, jitter, last_sr, delay = _BLOCK.unpack_from(
            body, start + index * _BLOCK.size
        )
        cumulative = lost & 0xFFFFFF
        signed = cumulative - 0x1000000 if cumulative & 0x800000 else cumulative
        found.append(ReportBlock(ssrc, lost >> 24, signed, highest, jitter, last_sr, delay))
    return tuple(found)


def _parse_sr(count: int, body: bytes) -> list[Packet]:
    _need(body, 24)
    (ssrc,) = _WORD.unpack_from(body)
    ntp, timestamp, packets, octets = _SENDER.unpack_from(body, 4)
    return [SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))]


def _parse_rr(count: int, body: bytes) -> list[Packet]:
    _need(body, 4)
    (ssrc,) = _WORD.unpack_from(body)
    return [ReceiverReport(ssrc, _blocks(body, 4, count))]


def _parse_sdes(count: int, body: bytes) -> list[Packet]:
    found: list[Packet] = []
    at = 0
    for _ in range(count):
        _need(body, at + 4)
        (ssrc,) = _WORD.unpack_from(body, at)
        at += 4
        while True:
            _need(body, at + 1)
            item = body[at]
            if item == 0:
                at = (at + 4) & ~3  # the chunk ends on the next word (section 6.5)
                break
            _need(body, at + 2)
            after = at + 2 + body[at + 1]
            _need(body, after)
            if item == 1:
                found.append(SourceDescription(ssrc, body[at + 2 : after]))
            at = after
    return found


def _parse_bye(count: int, body: bytes) -> list[Packet]:
    _need(body, count * 4)
    return [Bye(tuple(_WORD.unpack_from(body, index * 4)[0] for index in range(count)))]


def _parse_rtpfb(fmt: int, body: bytes) -> list[Packet]:
    _need(body, 8)
    sender, media = _TWO_WORDS.unpack_from(body)
    if fmt == FMT_NACK:
        lost: list[int] = []
        for first, mask in _NACK.iter_unpack(body[8:]):
            lost.append(first)
            lost.extend(
                first + bit + 1 & 0xFFFF for bit in range(_NACK_MASK_BITS) if mask >> bit & 1
            )
        return [Nack(sender, media, tuple(lost))]
    if fmt == FMT_TRANSPORT_CC:
        return [Feedback(RTPFB, fmt, sender, media, body[8:])]
    return []


def _parse_psfb(fmt: int, body: bytes) -> list[Packet]:
    _need(body, 8)
    sender, media = _TWO_WORDS.unpack_from(body)
    if fmt == FMT_PLI:
        return [Pli(sender, media)]
    if fmt == FMT_FIR:
        _need(body, 16)
        if (len(body) - 8) % _FIR.size:
            raise PacketError("FIR of part of an entry")
        return [Fir(sender, tuple(ssrc for ssrc, _number in _FIR.iter_unpack(body[8:])))]
    return []


_PARSERS: Final[dict[int, Callable[[int, bytes], list[Packet]]]] = {
    SR: _parse_sr,
    RR: _parse_rr,
    SDES: _parse_sdes,
    BYE: _parse_bye,
    RTPFB: _parse_rtpfb,
    PSFB: _parse_psfb,
}


def _packet(count: int, packet_type: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, packet_type, len(body) >> 2) + body


def _build_blocks(blocks: Sequence[ReportBlock]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            block.ssrc,
            block.fraction_lost << 24 | block.cumulative_lost & 0xFFFFFF,
            block.highest & 0xFFFFFFFF,
            block.jitter & 0xFFFFFFFF,
            block.last_sr,
            block.delay,
        )
        for block in blocks
    )


def build_sr(report: SenderReport) -> bytes:
    """Return a sender report with at most :data:`MAX_BLOCKS` blocks."""
    body = _WORD.pack(report.ssrc) + _SENDER.pack(
        report.ntp, report.timestamp, report.packets & 0xFFFFFFFF, report.octets & 0xFFFFFFFF
    )
    return _packet(len(report.blocks), SR, body + _build_blocks(report.blocks))


def build_rr(ssrc: int, blocks: Sequence[ReportBlock] = ()) -> bytes:
    """Return a receiver report with at most :data:`MAX_BLOCKS` blocks."""
    return _packet(len(blocks), RR, _WORD.pack(ssrc) + _build_blocks(blocks))


def build_sdes(ssrc: int, cname: bytes) -> bytes:
    """Return a source description of one CNAME of at most 255 bytes."""
    item = _WORD.pack(ssrc) + bytes((1, len(cname))) + cname
    return _packet(1, SDES, item + b"\0" * (4 - len(item) % 4))


def build_bye(ssrcs: Sequence[int]) -> bytes:
    """Return a BYE of at most 31 sources."""
    return _packet(len(ssrcs), BYE, b"".join(_WORD.pack(ssrc) for ssrc in ssrcs))


def build_nack(sender_ssrc: int, media_ssrc: int, lost: Iterable[int]) -> bytes:
    """Return a NACK of ``lost``: sequence numbers ascending in sending order, extended or not."""
    entries: list[list[int]] = []
    for number in lost:
        if entries and 0 < number - entries[-1][0] <= _NACK_MASK_BITS:
            entries[-1][1] |= 1 << (number - entries[-1][0] - 1)
        else:
            entries.append([number, 0])
    information = b"".join(_NACK.pack(first & 0xFFFF, mask) for first, mask in entries)
    return build_feedback(RTPFB, FMT_NACK, sender_ssrc, media_ssrc, information)


def build_pli(sender_ssrc: int, media_ssrc: int) -> bytes:
    """Return a picture loss indication."""
    return build_feedback(PSFB, FMT_PLI, sender_ssrc, media_ssrc, b"")


def build_fir(sender_ssrc: int, ssrc: int, number: int) -> bytes:
    """Return a full intra request; ``number`` (8 bits) goes up with each new request."""
    return build_feedback(PSFB, FMT_FIR, sender_ssrc, 0, _FIR.pack(ssrc, number & 0xFF))


def build_feedback(
    packet_type: int, fmt: int, sender_ssrc: int, media_ssrc: int, information: bytes
) -> bytes:
    """Return a feedback packet; ``information`` must be whole words."""
    return _packet(fmt, packet_type, _TWO_WORDS.pack(sender_ssrc, media_ssrc) + information)

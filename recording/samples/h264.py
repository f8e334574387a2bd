"""H.264 access units from their packets, packetization mode 1 (RFC 6184). Pure.

Rule 1: parameter sets come in the stream. They stay in it, and a keyframe for which they are new
has them as avcC too (ISO/IEC 14496-15 section 5.3.3).
Rule 2: a keyframe is an access unit with an IDR slice whose parameter sets are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from media.errors import PacketError
from recording.samples.picture import NOWHERE, Picture, Place
from recording.samples.sps import Sps, parse_sps, pps_id

_SLICE: Final = 1
_IDR: Final = 5
_SPS: Final = 7
_PPS: Final = 8
_DELIMITER: Final = 9
_FILLER: Final = 12
_STAP_A: Final = 24
_FU_A: Final = 28
_KIND: Final = 0x1F
_START: Final = 0x80
_END: Final = 0x40
_LAST_SINGLE: Final = 23
_FIRST_MACROBLOCK: Final = 0x80
"""The first number of a slice header is a single set bit where it is 0."""
_MOST_SETS: Final = 16
"""Browsers send one of each."""
_HIGH: Final = frozenset((100, 110, 122, 144))


def aggregated(payload: bytes) -> Iterator[bytes]:
    """Return the NAL units of a STAP-A (section 5.7.1). Raises :class:`PacketError`."""
    at = 1
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        at += 2
        if not 0 < size <= len(payload) - at:
            raise PacketError("NAL unit past its packet")
        yield payload[at : at + size]
        at += size


def nal_units(payloads: Sequence[bytes]) -> list[bytes]:
    """Return the NAL units in these packets. Raises :class:`PacketError`."""
    units: list[bytes] = []
    fragments: list[bytes] = []
    for payload in payloads:
        kind = payload[0] & _KIND
        if bool(fragments) != (kind == _FU_A and len(payload) > 1 and not payload[1] & _START):
            raise PacketError("fragment of no NAL unit, or one that does not end")
        if kind == _FU_A:
            _add_fragment(payload, fragments)
            if payload[1] & _END:
                units.append(b"".join(fragments))
                fragments.clear()
        elif kind == _STAP_A:
            units.extend(aggregated(payload))
        elif 0 < kind <= _LAST_SINGLE:
            units.append(payload)
        else:
            raise PacketError("H.264 packet of another mode")
    if fragments:
        raise PacketError("NAL unit without its end")
    return units


def _add_fragment(payload: bytes, fragments: list[bytes]) -> None:
    if len(payload) < 3:  # noqa: PLR2004  indicator, header, and a byte of the unit
        raise PacketError("fragment without a payload")
    if not fragments:
        fragments.append(bytes((payload[0] & ~_KIND | payload[1] & _KIND,)))
    fragments.append(payload[2:])


class H264:
    """The codec of one source."""

    def __init__(self) -> None:
        self._sps: dict[int, bytes] = {}
        self._pps: dict[int, bytes] = {}
        self._facts: Sps | None = None
        self._said = b""

    def begins(self, payload: bytes) -> bool:
        """A delimiter, an SPS, or a slice that starts with the first macroblock and is no IDR's.

        An IDR slice may have lost what it needs: browsers send an SPS before each.
        """
        if len(payload) < 3:  # noqa: PLR2004  the shortest that tells
            return False
        kind, body = payload[0] & _KIND, payload[1:]
        if kind == _STAP_A:
            # Behind the indicator and the length of the first unit stands that unit's own header.
            kind, body = payload[3] & _KIND if len(payload) > 3 else 0, b""  # noqa: PLR2004
        elif kind == _FU_A and payload[1] & _START:
            kind, body = payload[1] & _KIND, payload[2:]
        if kind == _SLICE:
            return bool(body) and bool(body[0] & _FIRST_MACROBLOCK)
        return kind in (_SPS, _DELIMITER)

    def place(self, payloads: Sequence[bytes]) -> Place:
        """RTP says nothing of it: after a loss, an IDR picture is waited for."""
        return NOWHERE

    def build(self, payloads: Sequence[bytes]) -> Picture | None:
        """Return the access unit; None where there is no slice in it."""
        is_keyframe = has_slice = False
        data = bytearray()
        for unit in nal_units(payloads):
            kind = unit[0] & _KIND
            if kind in (_DELIMITER, _FILLER):
                continue
            if kind == _SPS:
                self._learn_sps(unit)
            elif kind == _PPS:
                self._learn_pps(unit)
            has_slice = has_slice or _SLICE <= kind <= _IDR
            is_keyframe = is_keyframe or kind == _IDR
            data += len(unit).to_bytes(4, "big") + unit
        if not has_slice:
            return None
        if not is_keyframe or self._facts is None or not self._pps:
            return Picture(bytes(data), keyframe=False)
        return Picture(
            bytes(data), keyframe=True, size=self._facts.size, setup=self._setup(self._facts)
        )

    def _learn_sps(self, unit: bytes) -> None:
        facts = parse_sps(unit)
        if self._sps.get(facts.ident) != unit:
            if len(self._sps) == _MOST_SETS:
                self._sps.clear()
            self._sps[facts.ident] = unit
            self._pps.clear()  # they were of the old one, and come after a new one
        self._facts = facts

    def _learn_pps(self, unit: bytes) -> None:
        ident = pps_id(unit)
        if len(self._pps) == _MOST_SETS and ident not in self._pps:
            self._pps.clear()
        self._pps[ident] = unit

    def _setup(self, facts: Sps) -> bytes:
        made = avcc(facts, list(self._sps.values()), list(self._pps.values()))
        if made == self._said:
            return b""
        self._said = made
        return made


def avcc(facts: Sps, sps: Sequence[bytes], pps: Sequence[bytes]) -> bytes:
    """Return an AVCDecoderConfigurationRecord with four bytes of length."""
    made = bytearray(b"\x01" + facts.profile + b"\xff" + bytes((0xE0 | len(sps),)))
    for unit in sps:
        made += len(unit).to_bytes(2, "big") + unit
    made.append(len(pps))
    for unit in pps:
        made += len(unit).to_bytes(2, "big") + unit
    if facts.profile[0] in _HIGH:
        made += bytes((0xFC | facts.chroma, 0xF8 | facts.luma_depth, 0xF8 | facts.chroma_depth, 0))
    return bytes(made)

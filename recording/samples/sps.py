"""What a container wants to know of H.264 parameter sets (ITU-T H.264 section 7.3.2.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from media.errors import PacketError
from recording.samples.bits import Bits

_HIGH: Final = frozenset((44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244))
"""Profiles whose SPS says more of chroma."""
_MOST_IDENT: Final = 31
_MOST_PPS: Final = 255
_COLOURS: Final = 3
_MOST_CYCLE: Final = 255
_MOST_SIZE: Final = 16_384
_MOST_DEPTH: Final = 6
_LONGEST: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Sps:
    """What is read of it."""

    ident: int
    profile: bytes
    """Profile, constraints and level: three bytes."""
    chroma: int
    luma_depth: int
    chroma_depth: int
    size: tuple[int, int]


def plain(unit: bytes) -> bytes:
    """Return the bytes after the unit's first without emulation prevention (section 7.4.1)."""
    if len(unit) > _LONGEST:
        raise PacketError("parameter set too long")
    return unit[1:].replace(b"\0\0\3", b"\0\0")


def pps_id(unit: bytes) -> int:
    """Return a PPS's number. Raises :class:`PacketError`."""
    ident = Bits(plain(unit)).golomb()
    if ident > _MOST_PPS:
        raise PacketError("PPS of no such number")
    return ident


def parse_sps(unit: bytes) -> Sps:
    """Return what an SPS says. Raises :class:`PacketError`."""
    body = plain(unit)
    bits = Bits(body)
    profile = bits.take(24).to_bytes(3, "big")
    ident = bits.golomb()
    chroma, depths, separate = 1, (0, 0), False
    if profile[0] in _HIGH:
        chroma = bits.golomb()
        separate = bits.flag() if chroma == _COLOURS else False
        depths = bits.golomb(), bits.golomb()
        bits.take(1)
        if bits.flag():
            _skip_scaling(bits, 8 if chroma != _COLOURS else 12)
    if ident > _MOST_IDENT or chroma > _COLOURS or max(depths) > _MOST_DEPTH:
        raise PacketError("SPS out of its ranges")
    bits.golomb()
    _skip_order(bits)
    bits.golomb()
    bits.take(1)
    return Sps(ident, profile, chroma, *depths, _size(bits, 0 if separate else chroma))


def _skip_scaling(bits: Bits, lists: int) -> None:
    for each in range(lists):
        if not bits.flag():
            continue
        last = following = 8
        for _ in range(16 if each < 6 else 64):  # noqa: PLR2004  section 7.3.2.1.1.1
            if following:
                following = (last + bits.signed_golomb()) % 256
            last = following or last


def _skip_order(bits: Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.signed_golomb()
        bits.signed_golomb()
        count = bits.golomb()
        if count > _MOST_CYCLE:
            raise PacketError("SPS out of its ranges")
        for _ in range(count):
            bits.signed_golomb()


def _size(bits: Bits, chroma: int) -> tuple[int, int]:
    """Return width and height as shown: whole macroblocks less the crop (section 7.4.2.1.1)."""
    across, down = bits.golomb() + 1, bits.golomb() + 1
    fields = 1 if bits.flag() else 2
    if fields == 2:  # noqa: PLR2004  frame_mbs_only_flag is 0: interlaced
        bits.take(1)  # mb_adaptive_frame_field_flag
    bits.take(1)
    width, height = across * 16, down * 16 * fields
    if bits.flag():
        unit_x = 2 if chroma in (1, 2) else 1
        unit_y = (2 if chroma == 1 else 1) * fields
        width -= unit_x * (bits.golomb() + bits.golomb())
        height -= unit_y * (bits.golomb() + bits.golomb())
    if not (0 < width <= _MOST_SIZE and 0 < height <= _MOST_SIZE):
        raise PacketError("SPS of no size")
    return width, height

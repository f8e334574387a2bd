"""What a container wants to know of an AV1 sequence header. Pure.

Section numbers are of the AV1 bitstream specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from media.errors import PacketError
from recording.samples.bits import Bits

_TIERED: Final = 7
"""Levels above this one say their tier."""
_PROFESSIONAL: Final = 2
_RGB: Final = (1, 13, 0)
"""BT.709 primaries, sRGB transfer, identity matrix: no subsampling."""
_UNSPECIFIED: Final = (2, 2, 2)
_CHOOSE: Final = 2


@dataclass(frozen=True, slots=True)
class SequenceHeader:
    """What is read of it."""

    profile: int
    level: int
    tier: int
    size: tuple[int, int]
    depth: int
    """1 for more than eight bits, 3 for twelve."""
    mono: bool
    subsampling: int
    """Two bits: across and down."""
    position: int
    reduced: bool
    """Of a still picture: its frame headers are short."""


def parse_sequence(payload: bytes) -> SequenceHeader:
    """Return what a sequence header says. Raises :class:`PacketError`."""
    bits = Bits(payload)
    profile = bits.take(3)
    if profile > _PROFESSIONAL:
        raise PacketError("AV1 profile there is none of")
    bits.take(1)
    reduced = bits.flag()
    level, tier = (bits.take(5), 0) if reduced else _first_point(bits)
    wide, high = bits.take(4) + 1, bits.take(4) + 1
    size = bits.take(wide) + 1, bits.take(high) + 1
    if not reduced and bits.flag():
        bits.take(7)
    bits.take(3)
    if not reduced:
        _skip_tools(bits)
    bits.take(3)
    depth, mono, subsampling, position = _colour(bits, profile)
    return SequenceHeader(
        profile, level, tier, size, depth, mono, subsampling, position, reduced
    )  # fmt: skip


def _first_point(bits: Bits) -> tuple[int, int]:
    """Return level and tier of the first operating point; step over the others."""
    delay = 0
    has_model = False
    if bits.flag():  # timing_info
        bits.take(64)
        if bits.flag():
            bits.golomb()
        has_model = bits.flag()
        if has_model:
            delay = bits.take(5) + 1
            bits.take(42)
    has_delay = bits.flag()
    levels: list[tuple[int, int]] = []
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        level = bits.take(5)
        levels.append((level, bits.take(1) if level > _TIERED else 0))
        if has_model and bits.flag():
            bits.take(2 * delay + 1)
        if has_delay and bits.flag():
            bits.take(4)
    return levels[0]


def _skip_tools(bits: Bits) -> None:
    bits.take(4)
    has_order = bits.flag()
    if has_order:
        bits.take(2)
    forced = _CHOOSE if bits.flag() else bits.take(1)
    if forced and not bits.flag():
        bits.take(1)
    if has_order:
        bits.take(3)


def _colour(bits: Bits, profile: int) -> tuple[int, bool, int, int]:
    """Return depth, mono, subsampling and sample position (section 5.5.2)."""
    is_deep = bits.flag()
    is_twelve = profile == _PROFESSIONAL and is_deep and bits.flag()
    mono = profile != 1 and bits.flag()
    described = (bits.take(8), bits.take(8), bits.take(8)) if bits.flag() else _UNSPECIFIED
    depth = is_deep | is_twelve << 1
    if mono:
        bits.take(1)
        return depth, mono, 3, 0
    if described == _RGB:
        return depth, mono, 0, 0
    bits.take(1)
    subsampling = (3, 0, 2)[profile]
    if is_twelve:
        across = bits.take(1)
        subsampling = across << 1 | (bits.take(1) if across else 0)
    position = bits.take(2) if subsampling == 3 else 0  # noqa: PLR2004  4:2:0
    return depth, mono, subsampling, position


def is_key(sequence: SequenceHeader | None, frame: bytes) -> bool:
    """Whether a frame's header says it is a keyframe (section 5.9.2)."""
    if sequence is not None and sequence.reduced:
        return True
    # show_existing_frame, then frame_type
    return Bits(frame).take(3) == 0


def av1c(sequence: SequenceHeader, obu: bytes) -> bytes:
    """Return an AV1CodecConfigurationRecord (AV1 in ISOBMFF section 2.3) with its header OBU."""
    shape = (
        sequence.tier << 7
        | (sequence.depth & 1) << 6
        | sequence.depth >> 1 << 5
        | sequence.mono << 4
        | sequence.subsampling << 2
        | sequence.position
    )
    return bytes((0x81, sequence.profile << 5 | sequence.level, shape, 0)) + obu

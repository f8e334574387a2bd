"""VP9 pictures from their packets (RFC 9628). Pure.

The spatial layers of a picture become one superframe with its index (VP9 bitstream specification,
annex B), of which a decoder shows the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from media.errors import PacketError
from recording.samples.bits import Bits
from recording.samples.picture import Picture, Place

_ID: Final = 0x80
_PREDICTED: Final = 0x40
_LAYERS: Final = 0x20
_FLEXIBLE: Final = 0x10
_BEGIN: Final = 0x08
_END: Final = 0x04
_STRUCTURE: Final = 0x02
_MOST_REFERENCES: Final = 3
_MOST_FRAMES: Final = 8
_SYNC: Final = 0x498342
_RGB: Final = 7


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What stands before the bytes of a packet (section 4.2)."""

    flags: int
    place: Place
    spatial: int
    sizes: tuple[tuple[int, int], ...]
    """Of the spatial layers, where the scalability structure says them."""
    end: int


def parse(payload: bytes) -> Descriptor:
    """Return the descriptor. Raises :class:`PacketError`."""
    bits = Bits(payload)
    flags = bits.take(8)
    number, width = -1, 15
    if flags & _ID:
        width = 15 if bits.flag() else 7
        number = bits.take(width)
    layer = tl0 = -1
    spatial, opens = 0, False
    if flags & _LAYERS:
        layer, opens = bits.take(3), bits.flag()
        spatial = bits.take(4) >> 1
        if not flags & _FLEXIBLE:
            tl0 = bits.take(8)
    references: tuple[int, ...] | None = None
    if flags & _FLEXIBLE and number >= 0:
        references = _references(bits, number, 1 << width) if flags & _PREDICTED else ()
    elif flags & _FLEXIBLE:
        raise PacketError("VP9 flexible mode without picture ids")
    sizes = _structure(bits) if flags & _STRUCTURE else ()
    end = bits.bytes_read
    if end >= len(payload):
        raise PacketError("VP9 descriptor without a payload")
    place = Place(number, width, tl0, layer, opens_above=opens, references=references)
    return Descriptor(flags, place, spatial, sizes, end)


def _references(bits: Bits, number: int, turn: int) -> tuple[int, ...]:
    found: list[int] = []
    more = True
    while more:
        if len(found) == _MOST_REFERENCES:
            raise PacketError("VP9 picture with four references")
        found.append((number - bits.take(7)) % turn)
        more = bits.flag()
    return tuple(found)


def _structure(bits: Bits) -> tuple[tuple[int, int], ...]:
    count, has_sizes, has_group = bits.take(3) + 1, bits.flag(), bits.flag()
    bits.take(3)
    sizes = tuple((bits.take(16), bits.take(16)) for _ in range(count)) if has_sizes else ()
    if has_group:
        for _ in range(bits.take(8)):
            bits.take(4)
            references = bits.take(2)
            bits.take(2 + 8 * references)
    return sizes


def keyframe_size(frame: bytes) -> tuple[int, int] | None:
    """Return a keyframe's width and height, None of other frames (specification section 6.2).

    Raises :class:`PacketError`.
    """
    bits = Bits(frame)
    if bits.take(2) != 2:  # noqa: PLR2004  frame_marker
        raise PacketError("not a VP9 frame")
    profile = bits.take(1) | bits.take(1) << 1
    if profile == 3:  # noqa: PLR2004  a reserved bit follows, there alone
        bits.take(1)
    if bits.flag():  # show_existing_frame
        return None
    if bits.take(3) >> 2:  # frame_type, then show_frame and error_resilient_mode
        return None
    if bits.take(24) != _SYNC:
        raise PacketError("VP9 keyframe without its sync code")
    if profile > 1:
        bits.take(1)  # ten or twelve bits
    if bits.take(3) != _RGB:
        bits.take(3 + 1 if profile & 1 else 1)
    else:
        bits.take(profile & 1)
    return bits.take(16) + 1, bits.take(16) + 1


def superframe(frames: Sequence[bytes]) -> bytes:
    """Return frames of one picture as a decoder takes them; a single one is left as it is."""
    if len(frames) == 1:
        return frames[0]
    width = (max(map(len, frames)).bit_length() + 7) // 8
    mark = bytes((0xC0 | width - 1 << 3 | len(frames) - 1,))
    sizes = b"".join(len(frame).to_bytes(width, "little") for frame in frames)
    return b"".join(frames) + mark + sizes + mark


class Vp9:
    """The codec of one source."""

    def begins(self, payload: bytes) -> bool:
        """B set, in the lowest spatial layer."""
        try:
            descriptor = parse(payload)
        except PacketError:
            return False
        return bool(descriptor.flags & _BEGIN) and descriptor.spatial == 0

    def place(self, payloads: Sequence[bytes]) -> Place:
        """Of the picture: what any of its layers needs it needs."""
        descriptors = [parse(payload) for payload in payloads]
        first = descriptors[0].place
        if first.references is None:
            return first
        needed = [each for one in descriptors for each in one.place.references or ()]
        return Place(first.number, first.bits, references=tuple(dict.fromkeys(needed)))

    def build(self, payloads: Sequence[bytes]) -> Picture:
        """Layer after layer, each from its B to its E."""
        frames: list[list[bytes]] = []
        sizes: tuple[tuple[int, int], ...] = ()
        spatial, is_open = -1, False
        for payload in payloads:
            descriptor = parse(payload)
            begins = bool(descriptor.flags & _BEGIN)
            if begins:
                frames.append([])
            if begins == is_open or begins != (descriptor.spatial > spatial):
                raise PacketError("VP9 layers that do not follow each other")
            spatial = descriptor.spatial
            is_open = not descriptor.flags & _END
            frames[-1].append(payload[descriptor.end :])
            sizes = sizes or descriptor.sizes
        if is_open or len(frames) > _MOST_FRAMES:
            raise PacketError("VP9 layer without its end, or too many")
        whole = [b"".join(parts) for parts in frames]
        size = keyframe_size(whole[0])
        if size is None:
            return Picture(superframe(whole), keyframe=False)
        if len(whole) > 1 and spatial < len(sizes):
            size = sizes[spatial]
        return Picture(superframe(whole), keyframe=True, size=size)

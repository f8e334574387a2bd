"""The VP8 payload descriptor (RFC 7741 section 4.2): picture ids and temporal layers.

A picture is a plain tuple, as one is made for every packet of a layered track.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Picture: TypeAlias = tuple[int, int, int, int, int, int, bool]
"""Picture id (-1 without), its bits (7 or 15) and where it stands; TL0PICIDX (-1 without) and
where it stands; temporal layer (-1 without); whether the picture needs only the base layer (Y)."""

_EXTENDED: Final = 0x80
_HAS_ID: Final = 0x80
_HAS_TL0: Final = 0x40
_HAS_LAYER: Final = 0x20
_HAS_KEY: Final = 0x10
_WIDE: Final = 0x80
_SYNC: Final = 0x20
WIDE_BITS: Final = 15
NARROW_BITS: Final = 7


def parse(payload: bytes) -> Picture | None:  # noqa: C901  one walk over the optional fields
    """Return what the descriptor tells of its picture, None without, or where it is cut short."""
    size = len(payload)
    if size < 3 or not payload[0] & _EXTENDED:  # noqa: PLR2004  the shortest that tells anything
        return None
    flags = payload[1]
    at = 2
    picture_id = tl0 = layer = -1
    bits = NARROW_BITS
    id_at = tl0_at = 0
    if flags & _HAS_ID:
        id_at = at
        picture_id = payload[at]
        at += 1
        if picture_id & _WIDE:
            if at >= size:
                return None
            picture_id = (picture_id & ~_WIDE) << 8 | payload[at]
            bits = WIDE_BITS
            at += 1
    if flags & _HAS_TL0:
        if at >= size:
            return None
        tl0_at, tl0 = at, payload[at]
        at += 1
    sync = False
    if flags & (_HAS_LAYER | _HAS_KEY):
        if at >= size:
            return None
        if flags & _HAS_LAYER:
            layer = payload[at] >> 6
            sync = bool(payload[at] & _SYNC)
    return picture_id, bits, id_at, tl0, tl0_at, layer, sync


def renumber(payload: bytes, picture: Picture, picture_id: int, tl0: int) -> bytes:
    """Return the payload with another picture id and TL0PICIDX, where it has them.

    Both wrap to their widths, which do not change.
    """
    made = bytearray(payload)
    if picture[0] >= 0:
        at = picture[2]
        if picture[1] == WIDE_BITS:
            made[at] = _WIDE | picture_id >> 8 & 0x7F
            made[at + 1] = picture_id & 0xFF
        else:
            made[at] = picture_id & 0x7F
    if picture[3] >= 0:
        made[picture[4]] = tl0 & 0xFF
    return bytes(made)

"""VP8 pictures from their packets (RFC 7741). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from media.errors import PacketError
from media.rtp import vp8
from recording.samples.picture import NOWHERE, Picture, Place

_START: Final = 0x10
_PARTITION: Final = 0x0F
_EXTENDED: Final = 0x80
_WIDE: Final = 0x80
_CODE: Final = b"\x9d\x01\x2a"
_KEY_BYTES: Final = 10
_SIZE: Final = 0x3FFF


def body_at(payload: bytes) -> int:
    """Return where the descriptor ends (section 4.2). Raises :class:`PacketError`."""
    at = 1
    if payload[0] & _EXTENDED:
        flags = payload[1] if len(payload) > 1 else 0
        at = 2
        if flags & 0x80:
            at += 2 if len(payload) > at and payload[at] & _WIDE else 1
        at += bool(flags & 0x40) + bool(flags & 0x30)
    if at >= len(payload):
        raise PacketError("VP8 descriptor without a payload")
    return at


class Vp8:
    """The codec of one source."""

    def begins(self, payload: bytes) -> bool:
        """S set, and the first partition."""
        return bool(payload) and payload[0] & (_START | _PARTITION) == _START

    def place(self, payloads: Sequence[bytes]) -> Place:
        """By picture id, TL0PICIDX, TID and Y."""
        picture = vp8.parse(payloads[0])
        if picture is None:
            return NOWHERE
        number, bits, _, tl0, _, layer, sync = picture
        return Place(number, bits, tl0, layer, needs_base_only=sync)

    def build(self, payloads: Sequence[bytes]) -> Picture:
        """The frame is its partitions' bytes, one after the other."""
        if not self.begins(payloads[0]) or any(map(self.begins, payloads[1:])):
            raise PacketError("VP8 frame without its beginning, or with two")
        data = b"".join([payload[body_at(payload) :] for payload in payloads])
        if data[0] & 1:
            return Picture(data, keyframe=False)
        if len(data) < _KEY_BYTES or data[3:6] != _CODE:
            raise PacketError("VP8 keyframe without its start code")
        width = int.from_bytes(data[6:8], "little") & _SIZE
        height = int.from_bytes(data[8:10], "little") & _SIZE
        if not width or not height:
            raise PacketError("VP8 keyframe of no size")
        return Picture(data, keyframe=True, size=(width, height))

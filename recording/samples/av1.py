"""AV1 temporal units from their packets (AOM's RTP payload format for AV1). Pure.

Each packet begins with a byte of Z, Y, W and N: whether its first element goes on from the packet
before, whether its last goes on in the next, how many there are, and whether a new coded video
sequence begins. An element is an OBU, or a part of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from media.errors import PacketError
from recording.samples.bits import leb128, read_leb128
from recording.samples.picture import NOWHERE, Picture, Place
from recording.samples.sequence_header import SequenceHeader, av1c, is_key, parse_sequence

_GOES_ON: Final = 0x80
_OPEN: Final = 0x40
_NEW: Final = 0x08
_SEQUENCE: Final = 1
_DELIMITER: Final = 2
_FRAME_HEADER: Final = 3
_FRAME: Final = 6
_TILES: Final = 8
_PADDING: Final = 15
_EXTENSION: Final = 0x04
_HAS_SIZE: Final = 0x02
_DROPPED: Final = frozenset((_DELIMITER, _TILES, _PADDING))


def elements(payload: bytes) -> list[bytes]:
    """Return the elements of a packet. Raises :class:`PacketError`."""
    count = payload[0] >> 4 & 3
    found: list[bytes] = []
    at = 1
    while at < len(payload):
        size = len(payload) - at
        if len(found) + 1 != count:
            size, at = read_leb128(payload, at)
        if not 0 < size <= len(payload) - at:
            raise PacketError("OBU element of no length, or past its packet")
        found.append(payload[at : at + size])
        at += size
    if not found or (count and len(found) != count):
        raise PacketError("OBU elements missing")
    return found


def obus(payloads: Sequence[bytes]) -> list[bytes]:
    """Return the OBUs of a temporal unit as they came. Raises :class:`PacketError`."""
    found: list[bytes] = []
    open_part: list[bytes] = []
    for payload in payloads:
        parts = elements(payload)
        if bool(open_part) != bool(payload[0] & _GOES_ON):
            raise PacketError("part of no OBU, or an OBU that does not go on")
        for each, part in enumerate(parts, 1):
            open_part.append(part)
            if each < len(parts) or not payload[0] & _OPEN:
                found.append(b"".join(open_part))
                open_part = []
    if open_part:
        raise PacketError("OBU without its end")
    return found


def with_size(obu: bytes) -> tuple[int, bytes, int]:
    """Return an OBU's kind, the OBU with its size in it, and where its payload begins there."""
    head = obu[0]
    if head & 0x80:
        raise PacketError("OBU with its forbidden bit")
    at = 2 if head & _EXTENSION else 1
    if at > len(obu):
        raise PacketError("OBU without its extension")
    body = obu[at:]
    if head & _HAS_SIZE:
        size, start = read_leb128(obu, at)
        if size > len(obu) - start:
            raise PacketError("OBU past its end")
        body = obu[start : start + size]
    front = bytes((head | _HAS_SIZE,)) + obu[1:at] + leb128(len(body))
    return head >> 3 & 0x0F, front + body, len(front)


class Av1:
    """The codec of one source."""

    def __init__(self) -> None:
        self._sequence: SequenceHeader | None = None
        self._said = b""

    def begins(self, payload: bytes) -> bool:
        """N set: of other packets nobody can tell."""
        return bool(payload) and payload[0] & (_GOES_ON | _NEW) == _NEW

    def place(self, payloads: Sequence[bytes]) -> Place:
        """The payload says nothing of it: after a loss, a keyframe is waited for."""
        return NOWHERE

    def build(self, payloads: Sequence[bytes]) -> Picture | None:
        """Return the temporal unit; None where there is no frame in it."""
        data = bytearray()
        setup = b""
        is_keyframe: bool | None = None
        for obu in obus(payloads):
            kind, sized, start = with_size(obu)
            if kind in _DROPPED:
                continue
            data += sized
            if kind == _SEQUENCE:
                self._sequence = parse_sequence(sized[start:])
                setup = av1c(self._sequence, sized)
            elif kind in (_FRAME, _FRAME_HEADER) and is_keyframe is None:
                is_keyframe = bool(setup) and is_key(self._sequence, sized[start:])
        if is_keyframe is None:
            return None
        if not is_keyframe or self._sequence is None:
            return Picture(bytes(data), keyframe=False)
        if setup == self._said:
            setup = b""
        else:
            self._said = setup
        return Picture(bytes(data), keyframe=True, size=self._sequence.size, setup=setup)

"""Headers that are read bit by bit, most significant first. Pure."""

from __future__ import annotations

from typing import Final

from media.errors import PacketError

_LONGEST: Final = 32
_LEB_BYTES: Final = 8


class Bits:
    """A reader of some bytes. Everything raises :class:`PacketError` past the end."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data) * 8

    @property
    def bytes_read(self) -> int:
        """How many bytes have been begun."""
        return (self._at + 7) >> 3

    def take(self, count: int) -> int:
        """Return the next ``count`` bits as a number."""
        at, after = self._at, self._at + count
        if after > self._end:
            raise PacketError("header past its end")
        self._at = after
        last = (after + 7) >> 3
        return int.from_bytes(self._data[at >> 3 : last]) >> (last * 8 - after) & (1 << count) - 1

    def flag(self) -> bool:
        """Return the next bit."""
        return bool(self.take(1))

    def golomb(self) -> int:
        """Return an unsigned Exp-Golomb number (H.264 section 9.1), AV1's uvlc too."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros == _LONGEST:
                raise PacketError("Exp-Golomb number too long")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        """Return a signed Exp-Golomb number (H.264 section 9.1.1)."""
        value = self.golomb()
        return (value + 1) >> 1 if value & 1 else -(value >> 1)


def read_leb128(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at a byte, and where it ends (AV1 section 4.10.5)."""
    value = 0
    for place in range(_LEB_BYTES):
        if at + place >= len(data):
            break
        value |= (data[at + place] & 0x7F) << 7 * place
        if not data[at + place] & 0x80:
            return value, at + place + 1
    raise PacketError("length past its end")


def leb128(value: int) -> bytes:
    """Return a number as AV1 writes it, in as few bytes as it takes."""
    made = bytearray()
    while value > 0x7F:  # noqa: PLR2004  seven bits a byte
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)

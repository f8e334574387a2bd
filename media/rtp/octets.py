"""Unsigned numbers in network order, as the wire has them, without a Struct's tuple and objects."""

from __future__ import annotations

from librt.strings import BytesWriter, read_i16_be, read_i32_be, write_i16_be, write_i32_be
from mypy_extensions import i16, i32, i64


def read_16(packet: bytes, at: i64) -> i64:
    """Return the 16 bits that begin at a byte. Raises :class:`IndexError` past the end."""
    return i64(read_i16_be(packet, at)) & 0xFFFF


def read_32(packet: bytes, at: i64) -> i64:
    """Return the 32 bits that begin at a byte. Raises :class:`IndexError` past the end."""
    return i64(read_i32_be(packet, at)) & 0xFFFFFFFF


def put_16(out: BytesWriter, value: i64) -> None:
    """Write the low 16 bits."""
    write_i16_be(out, i16(((value & 0xFFFF) ^ 0x8000) - 0x8000))


def put_32(out: BytesWriter, value: i64) -> None:
    """Write the low 32 bits."""
    write_i32_be(out, i32(((value & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000))

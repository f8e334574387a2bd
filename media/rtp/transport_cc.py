"""Transport-wide feedback messages (draft-holmer-rmcat-transport-wide-cc-extensions-01).

Section 3.1: a base number, a count, a reference time of 64 ms steps, then a status for each packet
(run-length or vector chunks) and an arrival delta of 250 us steps for each that came.

A message goes both ways ten times a second for every person, so both ways are written for the
compiler: machine integers side by side, and no object for each packet.
"""

from __future__ import annotations

from struct import Struct
from typing import Final, final

from librt.strings import BytesWriter, read_i16_be
from librt.vecs import append, vec
from mypy_extensions import i64, u8

from media.errors import PacketError
from media.rtp.octets import put_16

TICKS_PER_S: Final = 4000
TICKS_PER_REFERENCE: Final = 256
REFERENCE_MODULUS: Final = 1 << 24
DELTA_MIN: Final = -0x8000
DELTA_MAX: Final = 0x7FFF
LOST: Final = -(1 << 62)
"""Stands for the arrival of a packet that has not come."""

NOT_RECEIVED: Final = 0
SMALL: Final = 1
LARGE: Final = 2
_RESERVED: Final = 3
_SMALL_MAX: Final = 0xFF

_RUN_MAX: Final = 0x1FFF
_ONE_BIT: Final = 14
_TWO_BIT: Final = 7

_HEAD = Struct("!HHI")
_RESERVED_STATUS: Final = "transport feedback status that is reserved"


@final
class Arrivals:
    """One message. ``number`` counts messages.

    For each packet from ``base`` (16 bits), its arrival in ticks of 250 us counted from
    ``reference`` (64 ms steps, 24 bits), or :data:`LOST`.
    """

    __slots__ = ("base", "number", "reference", "ticks")

    def __init__(self, base: int, reference: int, number: int, ticks: vec[i64]) -> None:
        self.base = base
        self.reference = reference
        self.number = number
        self.ticks = ticks


def build(arrivals: Arrivals) -> bytes:
    """Return the control information, padded to whole words.

    ``ticks`` must be at least one long, and two arrivals next to each other within
    :data:`DELTA_MIN` and :data:`DELTA_MAX` of each other: who cuts the messages sees to it.
    """
    ticks = arrivals.ticks
    size: i64 = len(ticks)
    symbols = vec[u8](capacity=size)
    deltas = BytesWriter()
    last: i64 = 0
    for tick in ticks:
        if tick == LOST:
            symbols = append(symbols, NOT_RECEIVED)
            continue
        delta = tick - last
        last = tick
        if 0 <= delta <= _SMALL_MAX:
            symbols = append(symbols, SMALL)
            deltas.append(delta)
        else:
            symbols = append(symbols, LARGE)
            put_16(deltas, delta)
    reference = arrivals.reference % REFERENCE_MODULUS
    out = BytesWriter()
    out.write(_HEAD.pack(arrivals.base & 0xFFFF, size, reference << 8 | arrivals.number & 0xFF))
    _put_chunks(out, symbols)
    out.write(deltas.getvalue())
    while len(out) & 3:
        out.append(0)
    return out.getvalue()


def _put_chunks(out: BytesWriter, symbols: vec[u8]) -> None:
    at: i64 = 0
    size: i64 = len(symbols)
    while at < size:
        symbol = i64(symbols[at])
        run: i64 = 1
        while at + run < size and run < _RUN_MAX and symbols[at + run] == symbol:
            run += 1
        # A vector of two-bit symbols holds seven: from there on a run is never longer to write.
        if run >= _TWO_BIT or at + run == size:
            put_16(out, symbol << 13 | run)
            at += run
        elif _has_large(symbols, at):
            put_16(out, 0xC000 | _vector(symbols, at, 2, _TWO_BIT))
            at += _TWO_BIT
        else:
            put_16(out, 0x8000 | _vector(symbols, at, 1, _ONE_BIT))
            at += _ONE_BIT


def _has_large(symbols: vec[u8], at: i64) -> bool:
    end = min(at + _ONE_BIT, len(symbols))
    while at < end:
        if symbols[at] == LARGE:
            return True
        at += 1
    return False


def _vector(symbols: vec[u8], at: i64, bits: i64, places: i64) -> i64:
    value: i64 = 0
    size: i64 = len(symbols)
    for place in range(at, at + places):
        value <<= bits
        if place < size:
            value |= i64(symbols[place])
    return value


def parse_head(information: bytes) -> tuple[int, int]:
    """Return a message's base number and how many packets it speaks of: what reading it will cost.

    A run of 8,191 takes two bytes, so a short message may speak of 65,535. Raises
    :class:`PacketError`.
    """
    if len(information) < _HEAD.size:
        raise PacketError("transport feedback without its head")
    base = information[0] << 8 | information[1]
    count = information[2] << 8 | information[3]
    if count == 0:
        raise PacketError("transport feedback of no packet")
    return base, count


def parse(information: bytes) -> Arrivals:
    """Return a message from its control information. Raises :class:`PacketError`."""
    base, count = parse_head(information)
    rest: int = _HEAD.unpack_from(information)[2]
    symbols = vec[u8]([0] * count)
    at = _read_chunks(information, symbols)
    ticks = vec[i64]([LOST] * count)
    size: i64 = len(information)
    last: i64 = 0
    for place in range(len(symbols)):
        symbol = symbols[place]
        if symbol == NOT_RECEIVED:
            continue
        after = at + (1 if symbol == SMALL else 2)
        if after > size:
            raise PacketError("transport feedback deltas past their end")
        last += information[at] if symbol == SMALL else i64(read_i16_be(information, at))
        ticks[place] = last
        at = after
    return Arrivals(base, rest >> 8, rest & 0xFF, ticks)


def _read_chunks(information: bytes, symbols: vec[u8]) -> i64:
    """Write the packets' statuses into ``symbols``; returns where the deltas begin."""
    at: i64 = _HEAD.size
    done: i64 = 0
    size: i64 = len(symbols)
    while done < size:
        if at + 2 > len(information):
            raise PacketError("transport feedback chunks past their end")
        chunk: i64 = information[at] << 8 | information[at + 1]
        at += 2
        if not chunk & 0x8000:
            done = _read_run(chunk, symbols, done)
        elif chunk & 0x4000:
            done = _read_vector(chunk, 2, _TWO_BIT, symbols, done)
        else:
            done = _read_vector(chunk, 1, _ONE_BIT, symbols, done)
    return at


def _read_run(chunk: i64, symbols: vec[u8], done: i64) -> i64:
    run = chunk & _RUN_MAX
    if not run:
        raise PacketError("transport feedback run of no length")
    symbol = chunk >> 13
    if symbol == _RESERVED:
        raise PacketError(_RESERVED_STATUS)
    after = min(done + run, len(symbols))
    while done < after:
        symbols[done] = u8(symbol)
        done += 1
    return after


def _read_vector(chunk: i64, bits: i64, places: i64, symbols: vec[u8], done: i64) -> i64:
    after = min(done + places, len(symbols))
    shift = places * bits
    while done < after:
        shift -= bits
        symbol = chunk >> shift & (1 << bits) - 1
        if symbol == _RESERVED:
            raise PacketError(_RESERVED_STATUS)
        symbols[done] = u8(symbol)
        done += 1
    return after

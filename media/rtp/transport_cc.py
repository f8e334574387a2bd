"""Transport-wide feedback messages (draft-holmer-rmcat-transport-wide-cc-extensions-01).

Section 3.1: a base number, a count, a reference time of 64 ms steps, then a status for each packet
(run-length or vector chunks) and an arrival delta of 250 us steps for each that came.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

from media.errors import PacketError
from media.rtp.sequence import CYCLE

TICKS_PER_S: Final = 4000
TICKS_PER_REFERENCE: Final = 256
REFERENCE_MODULUS: Final = 1 << 24
DELTA_MIN: Final = -0x8000
DELTA_MAX: Final = 0x7FFF

NOT_RECEIVED: Final = 0
SMALL: Final = 1
LARGE: Final = 2
_RESERVED: Final = 3
_SMALL_MAX: Final = 0xFF

_RUN_MAX: Final = 0x1FFF
_ONE_BIT: Final = 14
_TWO_BIT: Final = 7

_HEAD = Struct("!HHI")
_CHUNK = Struct("!H")
_LARGE_DELTA = Struct("!h")


class Arrivals(NamedTuple):
    """One message. ``number`` counts messages.

    For each packet from ``base`` (16 bits), its arrival in ticks of 250 us counted from
    ``reference`` (64 ms steps, 24 bits), or None for one that has not come.
    """

    base: int
    reference: int
    number: int
    ticks: tuple[int | None, ...]


def build(arrivals: Arrivals) -> bytes:
    """Return the control information, padded to whole words.

    ``ticks`` must be at least one long, and two arrivals next to each other within
    :data:`DELTA_MIN` and :data:`DELTA_MAX` of each other: who cuts the messages sees to it.
    """
    symbols: list[int] = []
    deltas = bytearray()
    last = 0
    for tick in arrivals.ticks:
        if tick is None:
            symbols.append(NOT_RECEIVED)
            continue
        delta, last = tick - last, tick
        if 0 <= delta <= _SMALL_MAX:
            symbols.append(SMALL)
            deltas.append(delta)
        else:
            symbols.append(LARGE)
            deltas += _LARGE_DELTA.pack(delta)
    reference = arrivals.reference % REFERENCE_MODULUS
    head = _HEAD.pack(arrivals.base & 0xFFFF, len(symbols), reference << 8 | arrivals.number & 0xFF)
    body = head + b"".join(_CHUNK.pack(chunk) for chunk in _chunks(symbols)) + deltas
    return body + b"\0" * (-len(body) % 4)


def _chunks(symbols: Sequence[int]) -> list[int]:
    chunks: list[int] = []
    at, size = 0, len(symbols)
    while at < size:
        run = 1
        while at + run < size and run < _RUN_MAX and symbols[at + run] == symbols[at]:
            run += 1
        # A vector of two-bit symbols holds seven: from there on a run is never longer to write.
        if run >= _TWO_BIT or at + run == size:
            chunks.append(symbols[at] << 13 | run)
            at += run
        elif LARGE in symbols[at : at + _ONE_BIT]:
            chunks.append(0xC000 | _vector(symbols[at : at + _TWO_BIT], 2, _TWO_BIT))
            at += _TWO_BIT
        else:
            chunks.append(0x8000 | _vector(symbols[at : at + _ONE_BIT], 1, _ONE_BIT))
            at += _ONE_BIT
    return chunks


def _vector(symbols: Sequence[int], bits: int, places: int) -> int:
    value = 0
    for symbol in symbols:
        value = value << bits | symbol
    return value << bits * (places - len(symbols))


def parse_head(information: bytes) -> tuple[int, int]:
    """Return a message's base number and how many packets it speaks of: what reading it will cost.

    A run of 8,191 takes two bytes, so a short message may speak of 65,535. Raises
    :class:`PacketError`.
    """
    if len(information) < _HEAD.size:
        raise PacketError("transport feedback without its head")
    base, count, _ = _HEAD.unpack_from(information)
    if count == 0:
        raise PacketError("transport feedback of no packet")
    return base, count


def parse(information: bytes) -> Arrivals:
    """Return a message from its control information. Raises :class:`PacketError`."""
    base, count = parse_head(information)
    rest: int = _HEAD.unpack_from(information)[2]
    symbols, at = _parse_chunks(information, count)
    ticks: list[int | None] = []
    last = 0
    for symbol in symbols:
        if symbol == NOT_RECEIVED:
            ticks.append(None)
            continue
        size = 1 if symbol == SMALL else 2
        if at + size > len(information):
            raise PacketError("transport feedback deltas past their end")
        last += information[at] if size == 1 else _LARGE_DELTA.unpack_from(information, at)[0]
        at += size
        ticks.append(last)
    return Arrivals(base % CYCLE, rest >> 8, rest & 0xFF, tuple(ticks))


def _parse_chunks(information: bytes, count: int) -> tuple[list[int], int]:
    symbols: list[int] = []
    at = _HEAD.size
    while len(symbols) < count:
        if at + _CHUNK.size > len(information):
            raise PacketError("transport feedback chunks past their end")
        (chunk,) = _CHUNK.unpack_from(information, at)
        at += _CHUNK.size
        if not chunk & 0x8000:
            symbols.extend([chunk >> 13] * min(chunk & _RUN_MAX, count - len(symbols)))
            if not chunk & _RUN_MAX:
                raise PacketError("transport feedback run of no length")
        elif chunk & 0x4000:
            symbols.extend(chunk >> 2 * place & 3 for place in range(_TWO_BIT - 1, -1, -1))
        else:
            symbols.extend(chunk >> place & 1 for place in range(_ONE_BIT - 1, -1, -1))
    del symbols[count:]
    if _RESERVED in symbols:
        raise PacketError("transport feedback status that is reserved")
    return symbols, at

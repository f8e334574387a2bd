"""Transport-cc messages as tests write and compare them: None for what has not come."""

from __future__ import annotations

from librt.vecs import vec
from mypy_extensions import i64

from media.rtp.transport_cc import LOST, Arrivals

Ticks = tuple[int | None, ...]
Facts = tuple[int, int, int, Ticks]


def arrivals(base: int, reference: int, number: int, ticks: Ticks) -> Arrivals:
    """Make a message."""
    return Arrivals(
        base, reference, number, vec[i64]([LOST if tick is None else tick for tick in ticks])
    )


def ticks_of(message: Arrivals) -> Ticks:
    """Return the arrivals it tells."""
    return tuple(None if tick == LOST else tick for tick in message.ticks)


def facts(message: Arrivals) -> Facts:
    """Return all it says, to compare."""
    return message.base, message.reference, message.number, ticks_of(message)

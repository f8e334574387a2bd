"""What one feedback message said of the packets sent: what the estimator of the line lives on.

Written by :mod:`media.forwarding.sent_log`, which alone matches numbers with what was sent.
"""

from __future__ import annotations

import math
from typing import TypeAlias, final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from media.clock import Instant

Reported: TypeAlias = tuple[int, Instant, int, float | None]
"""One packet's fate: its extended number; when it was sent; the bytes of the plain packet; when it
arrived, in seconds of the endpoint's clock, whose zero means nothing, or None where it was lost."""


@final
class Report:
    """What one message said that was news, by number: four columns, and no object for a packet.

    ``arrived_at`` is not a number where the packet was lost. ``jumped`` says that the endpoint's
    clock is not the one before: arrivals on either side of it cannot be compared.
    """

    __slots__ = ("arrived_at", "at", "jumped", "numbers", "sent_at", "sizes")

    def __init__(self, at: Instant, room: int) -> None:
        self.at = at
        self.jumped = False
        self.numbers = vec[i64](capacity=room)
        self.sent_at = vec[float](capacity=room)
        self.sizes = vec[i32](capacity=room)
        self.arrived_at = vec[float](capacity=room)

    def add(self, number: i64, sent_at: Instant, size: i32, arrived_at: float) -> None:
        """Take one packet's fate."""
        self.numbers = append(self.numbers, number)
        self.sent_at = append(self.sent_at, sent_at)
        self.sizes = append(self.sizes, size)
        self.arrived_at = append(self.arrived_at, arrived_at)

    @property
    def packets(self) -> tuple[Reported, ...]:
        """The same, a row for each packet."""
        rows = zip(self.numbers, self.sent_at, self.sizes, self.arrived_at, strict=True)
        return tuple(
            (number, sent_at, size, None if math.isnan(arrived_at) else arrived_at)
            for number, sent_at, size, arrived_at in rows
        )

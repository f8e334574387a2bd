"""Values counted by size, durations most of all: cheap to add to, small to read."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from media.clock import Instant
from media.stats import Distribution

BOUNDS_S: Final[tuple[Instant, ...]] = (
    0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
)  # fmt: skip
"""From what one packet costs to what an ear hears: 1 ms and 5 ms are the bars for voice."""


class Histogram:
    """Counts of values by upper bound; the last count is of those above every bound."""

    __slots__ = ("bounds", "counts", "total_s")

    def __init__(self, bounds: tuple[float, ...] = BOUNDS_S) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total_s = 0.0

    def add(self, seconds: float, times: int = 1) -> None:
        """Count a duration, ``times`` over."""
        self.counts[bisect_left(self.bounds, seconds)] += times
        self.total_s += seconds * times

    @property
    def count(self) -> int:
        """How many durations were counted."""
        return sum(self.counts)

    def quantile(self, share: float) -> float:
        """The bound under which ``share`` of the durations lie; infinite above the last one."""
        wanted, seen = share * self.count, 0
        for bound, count in zip(self.bounds, self.counts, strict=False):
            seen += count
            if seen >= wanted:
                return bound
        return float("inf")

    def read(self) -> Distribution:
        """What was counted so far, as a value."""
        return Distribution(tuple(self.counts), self.total_s)

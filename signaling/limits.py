"""How often is too often: a token bucket, and one for each of many keys."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``burst`` at once and ``per_second`` over time."""

    per_second: float
    burst: int


class Bucket:
    """One token bucket (as in RFC 2697, one rate), full at the start."""

    __slots__ = ("_at", "_level", "_rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._level = float(rate.burst)
        self._at = now

    def has(self, now: float) -> bool:
        """Whether there is one left."""
        passed = max(0.0, now - self._at)
        self._at = now
        self._level = min(float(self._rate.burst), self._level + passed * self._rate.per_second)
        return self._level >= 1

    def take(self, now: float) -> bool:
        """Take one; False when there is none left."""
        if not self.has(now):
            return False
        self._level -= 1
        return True


class BucketsByKey:
    """A bucket for each key, held in memory only; the longest unused is forgotten when full.

    Whoever floods with ever new keys (addresses) thereby empties nobody's bucket but their own.
    """

    def __init__(self, rate: Rate, max_keys: int = 10_000) -> None:
        self._rate = rate
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def has(self, key: str, now: float) -> bool:
        """Whether the key's bucket has one left."""
        bucket = self._buckets.get(key)
        return bucket is None or bucket.has(now)

    def take(self, key: str, now: float) -> bool:
        """Take one from the key's bucket; False when there is none left."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, now)
            if len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        return bucket.take(now)

"""Which numbers of a source were left out on purpose, so that those after them close up.

Rule: a number left out leaves no gap only while nothing after it has been numbered; who left out
must ask first (see the rewriter and the picture ids, which both number by this).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import Final

CAPACITY: Final = 1024
"""Twice the window in which a late packet is still taken: older ones are never asked about."""


class Skipped:
    """The extended numbers left out since :meth:`clear`."""

    __slots__ = ("_numbers", "newest")

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self.newest = -1
        """The highest of them. What is above it needs no look-up."""

    def add(self, number: int) -> None:
        """Leave this one out."""
        insort(self._numbers, number)
        self.newest = self._numbers[-1]
        if len(self._numbers) > CAPACITY:
            del self._numbers[: CAPACITY // 2]

    def after(self, number: int) -> int:
        """Return how many above ``number`` were left out."""
        return len(self._numbers) - bisect_right(self._numbers, number)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._numbers, number)
        return at > 0 and self._numbers[at - 1] == number

    @property
    def floor(self) -> int:
        """Below this nothing is known any more; 0 while all is."""
        return self._numbers[0] if len(self._numbers) >= CAPACITY // 2 else 0

    def clear(self) -> None:
        """Begin anew, with another numbering."""
        self._numbers.clear()
        self.newest = -1

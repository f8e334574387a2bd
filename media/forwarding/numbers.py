"""Where outgoing sequence numbers and timestamps begin.

RFC 3550 section 5.1 wants both to start at a random value. The randomness is the caller's seed;
this only spreads it, so that a run with the same seed is the same run.
"""

from __future__ import annotations

from typing import Final

_MULTIPLIER: Final = 6364136223846793005
_INCREMENT: Final = 1442695040888963407
_MASK: Final = (1 << 64) - 1


class Numbers:
    """A linear congruential generator (Knuth's MMIX constants). Not for secrets."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK
        self.bits(16)  # neighbouring seeds part in the first step

    def bits(self, count: int) -> int:
        """Return the next ``count`` bits, at most 32: the high ones, for the low ones cycle."""
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        return self._state >> (64 - count)

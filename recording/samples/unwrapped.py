"""Timestamps of one track beyond their 32 bits. Pure."""

from __future__ import annotations

from typing import Final

TURN: Final = 1 << 32
HALF: Final = TURN >> 1


class Unwrapped:
    """The clock of packets in their order: it never goes back.

    What is earlier than the one before counts as nearly a whole turn later. So frames stay in their
    order whatever a sender writes, and the low 32 bits stay what the wire had: the timeline looks
    at those alone.
    """

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last = -1

    def extend(self, timestamp: int) -> int:
        """Return a packet's time."""
        if self.last < 0:
            self.last = TURN + timestamp
        self.last += (timestamp - self.last) % TURN
        return self.last

    def is_behind(self, timestamp: int) -> bool:
        """Whether a timestamp is the last one, or before it by the shorter way round."""
        return self.last >= 0 and not 0 < (timestamp - self.last) % TURN < HALF

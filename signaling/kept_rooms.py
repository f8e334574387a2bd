"""Which rooms that nobody is in stay in memory: their text waits for those who come back.

Rule: all of them together are kept within a bound. When one more would pass it, the longest
deserted are forgotten first, the newcomer itself last. A room that somebody is in never counts and
is never forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

LINE_CHARS: Final = 300
"""What a line costs beside its characters, and a room as ten of them: an estimate of Python's
objects, so that many short lines are not taken for little."""


def cost(lines: int, chars: int) -> int:
    """Return what a room's text weighs, in characters."""
    return chars + LINE_CHARS * (lines + 10)


class KeptRooms:
    """The deserted rooms of a gateway by session id, the longest deserted first."""

    def __init__(self, max_chars: int) -> None:
        self._max_chars = max_chars
        self._rooms: OrderedDict[str, int] = OrderedDict()
        self.chars = 0
        """What is kept now."""

    def __len__(self) -> int:
        return len(self._rooms)

    def desert(self, session: str, chars: int) -> list[str]:
        """Nobody is in this room any more; returns the sessions whose rooms are to be forgotten."""
        self.enter(session)
        self._rooms[session] = chars
        self.chars += chars
        forgotten: list[str] = []
        while self.chars > self._max_chars:
            oldest, weight = self._rooms.popitem(last=False)
            self.chars -= weight
            forgotten.append(oldest)
        return forgotten

    def enter(self, session: str) -> None:
        """Somebody is in this room again, or it is gone."""
        self.chars -= self._rooms.pop(session, 0)

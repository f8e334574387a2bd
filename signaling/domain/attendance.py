"""What the presence in a room says of its hour: that the two met, that a line is cut. Pure.

Rule 1: an hour is interrupted when the two have not been together for :data:`CUT_AFTER_S`; shorter
gaps are the line's affair, which is mended without anybody deciding anything.
Rule 2: what was asked for is asked for again until the hour has followed.
"""

from __future__ import annotations

from typing import Final

from signaling.domain.life import Stage, Turn

CUT_AFTER_S: Final = 180.0


class Attendance:
    """Of one hour. ``now`` is in monotonic seconds."""

    __slots__ = ("_apart_since",)

    def __init__(self) -> None:
        self._apart_since: float | None = None

    def handle(self, stage: Stage, now: float, *, together: bool) -> Turn | None:
        """Take who is there now; returns what the hour is to do."""
        if together:
            self._apart_since = None
            return Turn.MEET if stage in {Stage.ADMITTED, Stage.INTERRUPTED} else None
        if self._apart_since is None:
            self._apart_since = now
        is_cut = stage is Stage.IN_SESSION and now >= self._apart_since + CUT_AFTER_S
        return Turn.CUT if is_cut else None

    def next_deadline(self, stage: Stage) -> float | None:
        """Return when :meth:`handle` has something to say though nobody came or went."""
        if stage is not Stage.IN_SESSION or self._apart_since is None:
            return None
        return self._apart_since + CUT_AFTER_S

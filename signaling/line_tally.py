"""What the lines of one hour did and how the two met, in seconds: no word and no sound. Pure.

Rule: only time in which both were in the room is counted, so that a wait is no conversation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from media.rungs import Rung
from signaling.domain.events import LinkView, Presence
from signaling.domain.grants import Role
from signaling.domain.participant import Participant
from signaling.storage.change_store import LineKept

LONGEST_S: Final = 60.0
"""A room says something of itself more often than that; more is a machine that slept."""


class LineTally:
    """Of one room. ``now`` is in monotonic seconds."""

    def __init__(self) -> None:
        self._at: float | None = None
        self._how = ""
        self._rung = Rung.CLEAR
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._rungs: defaultdict[str, float] = defaultdict(float)
        self._cuts = 0
        self._up: set[Role] = set()
        self._gaps = (0, 0.0)

    def handle(self, participants: Sequence[Participant], now: float) -> None:
        """Take how it is from now on; what was until now is counted."""
        if self._at is not None and self._how:
            spent = min(LONGEST_S, max(0.0, now - self._at))
            self._seconds[self._how] += spent
            self._rungs[self._rung.value] += spent
        here = {p.role: p for p in participants if p.inside and p.presence is Presence.PRESENT}
        up = {role for role, p in here.items() if p.link is LinkView.CONNECTED}
        gone = {p.role for p in participants if p.presence in {Presence.AWAY, Presence.OFFLINE}}
        broken = {role for role, p in here.items() if p.link is LinkView.DISCONNECTED}
        self._cuts += len(self._up & (gone | broken))
        self._up = up
        self._at, self._how = now, _how(here)
        if Role.CLIENT in here:
            self._rung = here[Role.CLIENT].rung

    def take(self, gaps: int, gap_s: float) -> LineKept:
        """Return what was counted since the last call; ``gaps`` are those of the whole room."""
        before = self._gaps
        self._gaps = (gaps, gap_s)
        kept = LineKept(
            round(self._seconds["video"]), round(self._seconds["voice"]),
            round(self._seconds["text"]), gaps - before[0], round(gap_s - before[1], 1),
            self._cuts, {rung: round(spent) for rung, spent in self._rungs.items() if spent >= 1},
        )  # fmt: skip
        self._seconds.clear()
        self._rungs.clear()
        self._cuts = 0
        return kept


def _how(here: dict[Role, Participant]) -> str:
    """By what the two meet: the most that is on; nothing while they are not both there."""
    if len(here) < len(Role):
        return ""
    if any(p.camera for p in here.values()):
        return "video"
    return "voice" if any(p.microphone for p in here.values()) else "text"

"""Media from an address that no check has proved: whose it may be, and what work that is worth.

Rule 1: a stray is looked up by SSRC among the lanes that have authenticated media of that SSRC. The
SSRC only narrows the search; what authenticates decides.
Rule 2: a trial costs a decryption, so trials are rationed: for each lane, and for all together. Who
does not know an SSRC in use costs one lookup.
Rule 3: a path over which media has authenticated is remembered, a few for each lane, so that what
follows needs no trial. It is still never sent media to.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from media.clock import Instant
from media.ice import Path

LANES_OF_AN_SSRC: Final = 4
"""SSRCs are 32 random bits: two lanes with one are chance, five are somebody's intent."""
PATHS_OF_A_LANE: Final = 4
LANE_RATE, LANE_BURST = 20.0, 40
"""Trials of one lane: a phone that moves needs one, or a few when the first packets are lost."""
TOTAL_RATE, TOTAL_BURST = 1000.0, 1000
"""Trials of all: about 5 ms of work a second."""

LaneT = TypeVar("LaneT")
LegT = TypeVar("LegT")


class Budget:
    """A token bucket."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._at: Instant | None = None

    def take(self, now: Instant) -> bool:
        """Take one, if there is one."""
        if self._at is not None:
            self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Strays(Generic[LaneT, LegT]):
    """SSRCs and their lanes, and the stray paths that have authenticated."""

    def __init__(self) -> None:
        self._lanes_of: dict[bytes, list[LaneT]] = {}
        self._ssrcs_of: dict[LaneT, set[bytes]] = {}
        self._budgets: dict[LaneT, Budget] = {}
        self._total = Budget(TOTAL_RATE, TOTAL_BURST)
        self._legs: dict[Path, LegT] = {}
        self._paths_of: dict[LaneT, list[Path]] = {}

    def learn(self, ssrc: bytes, lane: LaneT) -> None:
        """The lane has authenticated media of this SSRC."""
        lanes = self._lanes_of.setdefault(ssrc, [])
        if lane not in lanes and len(lanes) < LANES_OF_AN_SSRC:
            lanes.append(lane)
            self._ssrcs_of.setdefault(lane, set()).add(ssrc)

    def candidates(self, ssrc: bytes, now: Instant) -> list[LaneT]:
        """The lanes a stray of this SSRC is worth trying with now."""
        found = []
        for lane in self._lanes_of.get(ssrc, ()):
            budget = self._budgets.get(lane)
            if budget is None:
                budget = self._budgets[lane] = Budget(LANE_RATE, LANE_BURST)
            if budget.take(now) and self._total.take(now):
                found.append(lane)
        return found

    def find(self, path: Path) -> LegT | None:
        """The stray leg of this path, if media has authenticated over it."""
        return self._legs.get(path)

    def keep(self, path: Path, leg: LegT, lane: LaneT) -> None:
        """Media of the lane has authenticated over this path."""
        paths = self._paths_of.setdefault(lane, [])
        paths.append(path)
        self._legs[path] = leg
        if len(paths) > PATHS_OF_A_LANE:
            self._legs.pop(paths.pop(0), None)

    def drop(self, path: Path, lane: LaneT) -> None:
        """The path is a stray no more: it was proved."""
        if self._legs.pop(path, None) is not None and path in self._paths_of.get(lane, ()):
            self._paths_of[lane].remove(path)

    def forget(self, lane: LaneT) -> None:
        """The lane is gone."""
        for ssrc in self._ssrcs_of.pop(lane, ()):
            lanes = self._lanes_of[ssrc]
            lanes.remove(lane)
            if not lanes:
                del self._lanes_of[ssrc]
        for path in self._paths_of.pop(lane, ()):
            self._legs.pop(path, None)
        self._budgets.pop(lane, None)

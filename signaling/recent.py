"""How often each of a few things has happened lately. Pure; bounded by time and by the keys."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

STEP_S: Final = 60.0
"""Counts are forgotten a minute at a time: nobody reads a quarter of an hour to the second."""


class Recent:
    """Counts by key over the last ``window_s`` seconds. Keys come from closed lists."""

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self._steps: deque[tuple[float, Counter[str]]] = deque()

    def add(self, key: str, now: float) -> None:
        """One more."""
        self._forget(now)
        if not self._steps or now - self._steps[-1][0] >= STEP_S:
            self._steps.append((now, Counter()))
        self._steps[-1][1][key] += 1

    def counts(self, now: float) -> dict[str, int]:
        """Return what was counted in the window; what was not is not there."""
        self._forget(now)
        total: Counter[str] = Counter()
        for _, step in self._steps:
            total.update(step)
        return dict(total)

    def _forget(self, now: float) -> None:
        while self._steps and now - self._steps[0][0] > self.window_s:
            self._steps.popleft()

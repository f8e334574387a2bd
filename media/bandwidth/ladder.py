"""Which rung of the ladder a line stands on: down soon, up slowly, and each change said once.

Rule 1: down when the estimate has been under the rung for :data:`FALLS_S`, at once to where it is.
A shorter dip costs the picture some of its rate (the allocation follows the estimate without delay)
and nobody needs to be told of it. By one rung from the clear picture and from stills it takes
longer (:data:`SHORT_FALL_S`).
Rule 2: up when the line has carried more for :data:`CLIMBS_S` without a break, and as far as the
last burst of padding showed that it still does. Each climb that does
not last makes the next wait twice as long, so that a line at the edge of a rung does not swing.
Rule 3: not judged while it is being measured for the first time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from media.clock import Instant
from media.rungs import ORDER, Rung

BOUNDS_BPS: Final[Mapping[Rung, float]] = {
    Rung.CLEAR: 700_000.0,
    Rung.SAVING: 120_000.0,
    Rung.SLOW: 45_000.0,
    Rung.VOICE: 15_000.0,
    Rung.TEXT: 0.0,
}
"""The least a line must carry for a rung, counted in plain packets: 50 packets of voice a second
have 18 kbit/s of headers beside it. Saving: voice of 40 kbit/s, and the 80 below which a face is no
longer one. Slow: voice at 24 kbit/s, and a still of 4 kB every 2.5 s; a line of 80 kbit/s in all
has that. Voice: Opus at 12 kbit/s in packets of 60 ms; a line of 30 kbit/s in all."""
CLIMB_FACTOR: Final = 1.15
"""A rung is climbed to with so much to spare."""
FALLS_S: Final = 2.0
SHORT_FALL_S: Final[Mapping[Rung, float]] = {Rung.CLEAR: 4.0, Rung.SLOW: 5.0}
"""By one rung. A clear picture: a path that became longer looks like a queue, and bursts of padding
find within this that it is none. Stills: little is sent, and after a drop the estimate is 85 % of
that; it takes some seconds to find again what the line has. Each such fall took 20 to be undone."""
CLIMBS_S: Final = 20.0
MOST_CLIMBS_S: Final = 160.0
RISE_S: Final = 5.0
"""A line that comes back is found to carry more and more for so long: one climb, not two."""
LASTS_S: Final = 60.0
"""A fall within so long after a climb says that the climb was a mistake."""
MEASURED_S: Final = 3.0
"""Probing finds out what a good line carries in a second or two."""


NEVER: Final = float("inf")


def rung_of(bps: float) -> Rung:
    """Return the best rung a line of this many bits per second can stand on."""
    return next(rung for rung, least in BOUNDS_BPS.items() if bps >= least)


class Ladder:
    """The ladder of one direction of a line."""

    __slots__ = ("_below", "_below_since", "_climbed_at", "_first_at", "_hold_s", "_since", "rung")

    def __init__(self) -> None:
        self.rung = Rung.CLEAR
        self._first_at: Instant | None = None
        self._below_since: Instant | None = None
        self._below = 0
        """The best reached in the later half of a fall: what came before is the way down."""
        self._since: list[Instant] = [NEVER] * len(ORDER)
        """For each rung, since when the line has carried it without a break."""
        self._climbed_at: Instant = -NEVER
        self._hold_s = CLIMBS_S

    def handle_estimate(self, bps: float, now: Instant, shown_bps: float = NEVER) -> bool:
        """Take what the line carries now, and what a burst has shown lately; infinite is no burst.

        Says whether the rung changed.
        """
        if self._first_at is None:
            self._first_at = now
        if now - self._first_at < MEASURED_S:
            return False
        carried = ORDER.index(rung_of(bps / CLIMB_FACTOR))
        for place, since in enumerate(self._since):
            if place < carried:
                self._since[place] = NEVER
            elif since == NEVER:
                self._since[place] = now
        here, reached = ORDER.index(self.rung), ORDER.index(rung_of(bps))
        if reached > here:
            return self._fall(reached, now)
        self._below_since = None
        return self._climb(here, shown_bps, now)

    def interrupt(self) -> None:
        """Nothing is known of the line for a while: what was begun is not counted on."""
        self._below_since = None
        self._since = [NEVER] * len(ORDER)

    def _fall(self, reached: int, now: Instant) -> bool:
        if self._below_since is None:
            self._below_since = now
        if now - self._below_since <= FALLS_S / 2:
            self._below = reached
        self._below = min(self._below, reached)
        short = self._below == ORDER.index(self.rung) + 1
        falls_s = SHORT_FALL_S.get(self.rung, FALLS_S) if short else FALLS_S
        if now - self._below_since < falls_s:
            return False
        lasted = now - self._climbed_at >= LASTS_S
        self._hold_s = CLIMBS_S if lasted else min(2 * self._hold_s, MOST_CLIMBS_S)
        self.rung, self._below_since = ORDER[self._below], None
        return True

    def _climb(self, here: int, shown_bps: float, now: Instant) -> bool:
        if here == 0 or now - self._since[here - 1] < self._hold_s:
            return False
        enough_s = self._hold_s - RISE_S
        best = next(place for place in range(here) if now - self._since[place] >= enough_s)
        best = max(best, ORDER.index(rung_of(shown_bps)))
        if best >= here:
            return False
        self.rung, self._climbed_at = ORDER[best], now
        self._since = [since if since == NEVER else now for since in self._since]
        return True

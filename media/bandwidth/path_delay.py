"""How long packets wait on the way, and how long a round takes.

The draft needs only how the delay changes. We also keep how far it stands above its least: a queue
that no longer grows has no gradient, yet everything in it is late.

Clocks differ by an unknown amount, so that a delay is only known against the least of the last
:data:`BASE_S`. A path that became longer for good is a queue until then; and a queue that is never
quite empty becomes the path, as the two cannot be told apart.
"""

from __future__ import annotations

from collections import deque
from typing import Final, final

from media.clock import Instant

BASE_S: Final = 15.0
"""How long a least delay counts. Clocks drift 1 ms in this; a queue is drained in less."""
STEP_S: Final = 1.0
MOST_S: Final = 10.0
SMOOTHING: Final = 0.5
"""A report's least delay already is the quiet one of its packets."""
SPREAD_SMOOTHING: Final = 0.1
RTT_SMOOTHING: Final = 0.2
_NONE: Final = float("inf")


@final
class PathDelay:
    """Call :meth:`add` for each packet of a report that came, then :meth:`close` once."""

    __slots__ = (
        "_least_round_s",
        "_least_s",
        "_leasts",
        "_most_s",
        "_waited_s",
        "falls",
        "queue_s",
        "rtt_s",
        "spread_s",
    )

    def __init__(self) -> None:
        self._leasts: deque[tuple[Instant, float]] = deque()
        """The least of each step of time, oldest first."""
        self._least_s = _NONE
        self._most_s = -_NONE
        self._least_round_s = _NONE
        self.spread_s = 0.0
        """How much the delays of one report differ: the line's unrest, smoothed."""
        self._waited_s = 0.0
        """The same as the next, without a bound: an outage makes waits of any length."""
        self.queue_s = 0.0
        """How long the last packets waited, at least."""
        self.falls = False
        """Whether the last ones waited less than those before."""
        self.rtt_s: float | None = None
        """From sending a packet to the feedback on it, smoothed; None until there was one."""

    def reset(self) -> None:
        """Forget the least delay: the clocks are others now. The round is ours alone, and stays."""
        self._leasts.clear()
        self._least_s = self._least_round_s = _NONE
        self._most_s = -_NONE
        self.queue_s = self._waited_s = 0.0

    def rebase(self) -> None:
        """Take the delay of now for the path's own."""
        self._leasts.clear()
        self.queue_s = self._waited_s = 0.0

    def add(self, sent_at: Instant, arrived_at: float, reported_at: Instant) -> None:
        """Take a packet that came."""
        delay = arrived_at - sent_at
        self._least_s = min(self._least_s, delay)
        self._most_s = max(self._most_s, delay)
        # The last packet before the message has waited least for it.
        self._least_round_s = min(self._least_round_s, reported_at - sent_at)

    def close(self, now: Instant) -> None:
        """End a report's packets."""
        if self._least_s == _NONE:
            return
        delay, most = self._least_s, self._most_s
        self._least_s, self._most_s = _NONE, -_NONE
        self.spread_s += SPREAD_SMOOTHING * (min(MOST_S, most - delay) - self.spread_s)
        self._note_round(max(0.0, min(MOST_S, self._least_round_s)))
        leasts = self._leasts
        if leasts and now - leasts[-1][0] < STEP_S:
            leasts[-1] = (leasts[-1][0], min(leasts[-1][1], delay))
        else:
            leasts.append((now, delay))
            while now - leasts[0][0] > BASE_S:
                leasts.popleft()
        base = delay
        for _, least in leasts:
            base = min(base, least)
        waited = delay - base
        self.falls = waited < self._waited_s
        self._waited_s += SMOOTHING * (waited - self._waited_s)
        self.queue_s += SMOOTHING * (min(MOST_S, waited) - self.queue_s)

    def _note_round(self, round_s: float) -> None:
        self._least_round_s = _NONE
        before = self.rtt_s
        self.rtt_s = round_s if before is None else before + RTT_SMOOTHING * (round_s - before)

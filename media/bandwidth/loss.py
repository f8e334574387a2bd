"""What rate follows from lost packets: one that tells the line's own loss from that of a full line.

draft-ietf-rmcat-gcc-02 section 6 lowers the rate whenever more than 10 % is lost. A radio at the
edge of its range loses 15 % at any rate: there the draft goes down to nothing, and takes the call
with it.

So a loss that is more than the line usually has is put to the test: the rate goes down to what
came. What a full line loses then ends. What remains is the line's own: it is learnt, and the rate
goes back to what it was. What is lost together in a burst proves less than what is lost apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from math import sqrt
from typing import Final, final

from media.clock import Instant

WINDOW_S: Final = 0.5
LEAST_PACKETS: Final = 20
LONGEST_WINDOW_S: Final = 2.0
"""A window ends with enough packets to judge by, or when it has lasted this long. Voice alone makes
25 in 0.5 s."""
OWN_LEAST: Final = 0.02
"""The draft's own bound: below 2 % nobody slows down."""
OWN_MOST: Final = 0.4
"""No line is believed to lose more than this by itself at any rate: calls end before."""
SURE: Final = 2.5
"""Standard deviations above the line's own loss that make a window suspect: chance does it once in
160 windows."""
SHARE_LEFT: Final = 0.5
"""The loss has ended with the rate if less than this is left of it."""
LEAST_TRIAL_PACKETS: Final = 40
TRIAL_S: Final = 0.6
"""After the line has had a round to settle, so long and so many packets is a trial."""
LONGEST_TRIAL_S: Final = 4.0
MARGIN: Final = 0.95
"""Below what came: a full line needs room to drain."""
LEARN_UP: Final = 0.05
LEARN_DOWN: Final = 0.2
"""How fast the line's own loss follows its windows. What grows slowly may be ours."""
GROWTH: Final = 1.1
"""How fast the cap rises again in a second, after a trial has shown that the line was full."""
DEAD: Final = 0.9
"""A window that loses more than this says that nothing passes, and nothing of how much would."""
BURST_LEARN: Final = 0.02
BURST_MOST: Final = 20.0
NO_CAP: Final = float("inf")


class LossState(Enum):
    """What is being done about loss."""

    QUIET = 0
    SETTLING = 1
    TRIAL = 2
    CAPPED = 3


class Verdict(Enum):
    """What a window, or a wait, has shown."""

    USUAL = 0
    SUSPECT = 1
    SETTLED = 2
    OURS = 3
    OWN = 4
    RISEN = 5


TRANSITIONS: Final[Mapping[tuple[LossState, Verdict], LossState]] = {
    (LossState.QUIET, Verdict.USUAL): LossState.QUIET,
    (LossState.QUIET, Verdict.SUSPECT): LossState.SETTLING,
    (LossState.SETTLING, Verdict.SETTLED): LossState.TRIAL,
    (LossState.TRIAL, Verdict.OURS): LossState.CAPPED,
    (LossState.TRIAL, Verdict.OWN): LossState.QUIET,
    (LossState.CAPPED, Verdict.USUAL): LossState.CAPPED,
    (LossState.CAPPED, Verdict.SUSPECT): LossState.SETTLING,
    (LossState.CAPPED, Verdict.RISEN): LossState.QUIET,
}
"""Whatever is not here cannot be asked for in that state."""


@final
class LossControl:
    """``cap_bps`` is what loss allows: ``floor_bps`` at least, infinite while it allows all."""

    __slots__ = (
        "_before_bps",
        "_began_at",
        "_burst",
        "_bytes",
        "_came",
        "_floor_bps",
        "_last_was_lost",
        "_lost",
        "_runs",
        "_suspect",
        "_until",
        "cap_bps",
        "loss",
        "own",
        "state",
    )

    def __init__(self, floor_bps: float) -> None:
        self._floor_bps = floor_bps
        self.state = LossState.QUIET
        self.cap_bps = NO_CAP
        self.own = 0.0
        """The share that the line loses by itself."""
        self.loss = 0.0
        """The share lost lately, 0 to 1."""
        self._burst = 1.0
        """How many are lost together, as a mean."""
        self._last_was_lost = False
        self._suspect = 0.0
        self._before_bps = 0.0
        self._until: Instant = 0.0
        self._began_at: Instant | None = None
        self._lost = self._came = self._bytes = self._runs = 0

    def add_lost(self) -> None:
        """A packet of the report was lost. In their order, as with :meth:`add_come`."""
        self._lost += 1
        if not self._last_was_lost:
            self._runs += 1
            self._last_was_lost = True

    def add_come(self, size_bytes: int) -> None:
        """A packet of the report came."""
        self._came += 1
        self._bytes += size_bytes
        self._last_was_lost = False

    def lift(self, rate_bps: float) -> None:
        """A probe has shown that the line carries this much."""
        self.cap_bps = max(self.cap_bps, rate_bps)

    def reset(self) -> None:
        """After an outage: what was lost in it says nothing of the rate."""
        self._clear(None)
        self.state = LossState.QUIET
        self.cap_bps = NO_CAP

    def close(self, rate_bps: float, rtt_s: float | None, now: Instant) -> None:
        """End a report's packets. ``rate_bps`` is what the rest of the estimator would send."""
        if self._began_at is None:
            self._began_at = now
            return
        passed_s = now - self._began_at
        if self.state is LossState.SETTLING:
            if now >= self._until:
                self._enter(Verdict.SETTLED)
                self._clear(now)
            return
        if not self._is_over(passed_s):
            return
        total = self._lost + self._came
        self._note(total)
        if total:
            self._judge(total, passed_s, rate_bps, rtt_s, now)
        self._clear(now)

    def _is_over(self, passed_s: float) -> bool:
        total = self._lost + self._came
        if self.state is LossState.TRIAL:
            enough = passed_s >= TRIAL_S and total >= LEAST_TRIAL_PACKETS
            return enough or passed_s >= LONGEST_TRIAL_S
        enough = passed_s >= WINDOW_S and total >= LEAST_PACKETS
        return enough or passed_s >= LONGEST_WINDOW_S

    def _note(self, total: int) -> None:
        """Take a window's figures."""
        if total:
            self.loss += (self._lost / total - self.loss) * 0.5
        if self._runs:
            weight = min(0.5, BURST_LEARN * self._runs)
            seen = min(BURST_MOST, self._lost / self._runs)
            self._burst += weight * (seen - self._burst)

    def _judge(
        self, total: int, passed_s: float, rate_bps: float, rtt_s: float | None, now: Instant
    ) -> None:
        loss = self._lost / total
        if self.state is LossState.TRIAL:
            self._end_trial(loss)
            return
        if self._is_suspect(total):
            self._suspect = loss
            self._before_bps = min(rate_bps, self.cap_bps)
            came_bps = self._bytes * 8 / passed_s
            self.cap_bps = max(self._floor_bps, MARGIN * min(came_bps, self._before_bps))
            self._until = now + TRIAL_S / 2 + (rtt_s or 0.0)
            self._enter(Verdict.SUSPECT)
            return
        self._learn(loss)
        if self.state is LossState.CAPPED:
            self.cap_bps *= GROWTH**passed_s
            risen = self.cap_bps > rate_bps
            self._enter(Verdict.RISEN if risen else Verdict.USUAL)
            if risen:
                self.cap_bps = NO_CAP

    def _is_suspect(self, total: int) -> bool:
        usual = max(OWN_LEAST, self.own)
        # A Gilbert channel of mean burst B has 2B - 1 times the variance of independent losses.
        spread = sqrt(total * usual * (1.0 - usual) * (2.0 * self._burst - 1.0))
        return self._lost > total * usual + SURE * spread + 2.0 * self._burst

    def _end_trial(self, loss: float) -> None:
        usual = max(OWN_LEAST, self.own)
        left = (loss - self.own) / max(0.001, self._suspect - self.own)
        if loss <= usual or left < SHARE_LEFT or loss > DEAD:
            self._enter(Verdict.OURS)
            self.own = min(self.own, loss)
            return
        self.own = min(OWN_MOST, loss)
        self.cap_bps = NO_CAP
        self._enter(Verdict.OWN)

    def _learn(self, loss: float) -> None:
        pace = LEARN_UP if loss > self.own else LEARN_DOWN
        self.own = min(OWN_MOST, self.own + pace * (loss - self.own))

    def _enter(self, verdict: Verdict) -> None:
        self.state = TRANSITIONS[self.state, verdict]

    def _clear(self, now: Instant | None) -> None:
        self._began_at = now
        self._lost = self._came = self._bytes = self._runs = 0

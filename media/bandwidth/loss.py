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
from typing import Final, NamedTuple, final

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
SURE: Final = 3.0
"""Standard deviations above the line's own loss that make a window suspect: chance does it once in
700 windows."""
SHARE_LEFT: Final = 0.5
SHARE_MORE: Final = 1.6
"""The loss was ours if less than this is left of it. If there is more than before, by so much, the
trial says nothing."""
LEAST_TRIAL_PACKETS: Final = 40
SETTLE_S: Final = 0.3
TRIAL_S: Final = 0.6
"""After the line has had a round and a little to settle, so long and so many packets is a trial."""
LONGEST_TRIAL_S: Final = 4.0
MARGIN: Final = 0.95
"""Below what came: a full line needs room to drain."""
LEARN: Final = 1 / 400
LEARN_MOST: Final = 0.25
"""How much each packet of a window moves the line's own loss, up and down alike: a mean that lies
too low would suspect every other window."""
GROWTH: Final = 1.1
"""How fast the cap rises again in a second, after a trial has shown that the line was full."""
DEAD: Final = 0.9
"""A window that loses more than this says that nothing passes, and nothing of how much would."""
BURST_FIRST: Final = 2.0
BURST_LEARN: Final = 0.05
BURST_MOST: Final = 20.0
"""How many are lost together: the mean to begin with, how much each burst moves it, its bound."""
LATELY: Final = 1 / 128
"""Weight of a packet in what is said of loss: 2.5 s of voice alone, 0.5 s with a picture."""
NO_CAP: Final = float("inf")
NEVER: Final = float("inf")


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
    UNCLEAR = 5
    RISEN = 6


TRANSITIONS: Final[Mapping[tuple[LossState, Verdict], LossState]] = {
    (LossState.QUIET, Verdict.USUAL): LossState.QUIET,
    (LossState.QUIET, Verdict.SUSPECT): LossState.SETTLING,
    (LossState.SETTLING, Verdict.SETTLED): LossState.TRIAL,
    (LossState.TRIAL, Verdict.OURS): LossState.CAPPED,
    (LossState.TRIAL, Verdict.OWN): LossState.QUIET,
    (LossState.TRIAL, Verdict.UNCLEAR): LossState.SETTLING,
    (LossState.CAPPED, Verdict.USUAL): LossState.CAPPED,
    (LossState.CAPPED, Verdict.SUSPECT): LossState.SETTLING,
    (LossState.CAPPED, Verdict.RISEN): LossState.QUIET,
}
"""Whatever is not here cannot be asked for in that state."""


class Line(NamedTuple):
    """What the rest of the estimator knows when a report ends."""

    rate_bps: float
    """What would be sent if it were not for loss."""
    came_bps: float
    """What came lately, the line's own loss made up for."""
    round_s: float
    queued: bool
    """Whether a queue stands."""


@final
class LossControl:
    """``cap_bps`` is what loss allows: ``floor_bps`` at least, infinite while it allows all."""

    __slots__ = (
        "_began_at",
        "_burst",
        "_came",
        "_floor_bps",
        "_last_was_lost",
        "_lost",
        "_runs",
        "_suspect",
        "_until",
        "answered_until",
        "cap_bps",
        "loss",
        "own",
        "state",
    )

    def __init__(self, floor_bps: float) -> None:
        self._floor_bps = floor_bps
        self.state = LossState.QUIET
        self.cap_bps = NO_CAP
        self.answered_until: Instant = -NEVER
        """What was lost of all that was sent until then has had its answer."""
        self.own = 0.0
        """The share that the line loses by itself."""
        self.loss = 0.0
        """The share lost lately, 0 to 1."""
        self._burst = BURST_FIRST
        """How many are lost together, as a mean."""
        self._last_was_lost = False
        self._suspect = 0.0
        self._until: Instant = 0.0
        self._began_at: Instant | None = None
        self._lost = self._came = self._runs = 0

    def add_lost(self, sent_at: Instant) -> None:
        """A packet of the report was lost. In their order, as with :meth:`add_come`."""
        if sent_at <= self.answered_until:
            return
        self._lost += 1
        self.loss += LATELY * (1.0 - self.loss)
        if not self._last_was_lost:
            self._runs += 1
            self._last_was_lost = True

    def add_come(self, sent_at: Instant) -> None:
        """A packet of the report came."""
        if sent_at <= self.answered_until:
            return
        self._came += 1
        self.loss -= LATELY * self.loss
        self._last_was_lost = False

    def lift(self, rate_bps: float) -> None:
        """A probe has shown that the line carries this much."""
        self.cap_bps = max(self.cap_bps, rate_bps)

    def reset(self) -> None:
        """After an outage: what was lost in it says nothing of the rate."""
        self._clear(None)
        self.state = LossState.QUIET
        self.cap_bps = NO_CAP

    def close(self, line: Line, now: Instant) -> None:
        """End a report's packets."""
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
        self._note_bursts()
        if total:
            self._judge(total, passed_s, line, now)
        self._clear(now)

    def _is_over(self, passed_s: float) -> bool:
        total = self._lost + self._came
        if self.state is LossState.TRIAL:
            enough = passed_s >= TRIAL_S and total >= LEAST_TRIAL_PACKETS
            return enough or passed_s >= LONGEST_TRIAL_S
        enough = passed_s >= WINDOW_S and total >= LEAST_PACKETS
        return enough or passed_s >= LONGEST_WINDOW_S

    def _note_bursts(self) -> None:
        if self._runs:
            weight = min(0.5, BURST_LEARN * self._runs)
            seen = min(BURST_MOST, self._lost / self._runs)
            self._burst += weight * (seen - self._burst)

    def _judge(self, total: int, passed_s: float, line: Line, now: Instant) -> None:
        loss = self._lost / total
        if self.state is LossState.TRIAL:
            self._end_trial(loss, line, now)
            return
        if self._is_suspect(total):
            self._suspect = loss
            self._enter(Verdict.SUSPECT)
            self._lower(line, now)
            return
        pace = min(LEARN_MOST, LEARN * total)
        self.own = min(OWN_MOST, self.own + pace * (loss - self.own))
        if self.state is LossState.CAPPED:
            self.cap_bps *= GROWTH**passed_s
            risen = self.cap_bps > line.rate_bps
            self._enter(Verdict.RISEN if risen else Verdict.USUAL)
            if risen:
                self.cap_bps = NO_CAP

    def _lower(self, line: Line, now: Instant) -> None:
        """Go down to what came, and let the line settle."""
        before_bps = min(line.rate_bps, self.cap_bps)
        # The loss is counted, what came is measured: a hole that one burst left is not believed.
        came_bps = max(line.came_bps, (1.0 - self._suspect) * before_bps)
        self.cap_bps = max(self._floor_bps, MARGIN * min(came_bps, before_bps))
        self._until = now + SETTLE_S + line.round_s

    def _is_suspect(self, total: int) -> bool:
        usual = max(OWN_LEAST, self.own)
        # A Gilbert channel of mean burst B has 2B - 1 times the variance of independent losses.
        spread = sqrt(total * usual * (1.0 - usual) * (2.0 * self._burst - 1.0))
        return self._lost > total * usual + SURE * spread + 2.0 * self._burst

    def _end_trial(self, loss: float, line: Line, now: Instant) -> None:
        usual = max(OWN_LEAST, self.own)
        left = (loss - self.own) / max(0.001, self._suspect - self.own)
        if loss <= usual or left < SHARE_LEFT:
            self._enter(Verdict.OURS)
            self.own = min(self.own, loss)
        elif line.queued or left > SHARE_MORE or loss > DEAD:
            # A line that is full still, or ever fuller, was not given less than it carries.
            self._suspect = loss
            self._enter(Verdict.UNCLEAR)
            self._lower(line, now)
        else:
            self.own = min(OWN_MOST, loss, self.loss)
            self.cap_bps = NO_CAP
            self._enter(Verdict.OWN)

    def _enter(self, verdict: Verdict) -> None:
        self.state = TRANSITIONS[self.state, verdict]

    def _clear(self, now: Instant | None) -> None:
        self._began_at = now
        self._lost = self._came = self._runs = 0

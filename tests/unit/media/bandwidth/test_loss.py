from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest

from media.bandwidth.loss import (
    NO_CAP,
    OWN_MOST,
    TRANSITIONS,
    Line,
    LossControl,
    LossState,
    Verdict,
)

SIZE = 1000
RATE = 1e6
FLOOR = 24_000.0


class Run:
    """A sender at what the control allows, whose packets a line loses as ``loses`` says."""

    def __init__(self, loses: Callable[[float], bool]) -> None:
        self.control = LossControl(FLOOR)
        self.loses = loses
        self.now = 0.0
        self.least = NO_CAP
        self.came = self.came_bps = 0.0
        self.queued = False

    def go(self, seconds: float, rate: float = RATE) -> LossControl:
        end = self.now + seconds
        while self.now < end:
            sends = min(rate, self.control.cap_bps)
            for _ in range(max(1, round(sends / 8 / SIZE / 10))):
                if self.loses(sends):
                    self.control.add_lost(self.now)
                else:
                    self.control.add_come(self.now)
                    self.came += SIZE * 8
            self.now += 0.1
            self.came_bps += 0.3 * (self.came * 10 - self.came_bps)
            self.came = 0.0
            whole = 1 / (1 - self.control.own)
            self.control.close(Line(rate, whole * self.came_bps, 0.1, self.queued), self.now)
            self.least = min(self.least, self.control.cap_bps)
        return self.control


def at_random(share: float, seed: int = 1) -> Callable[[float], bool]:
    chance = random.Random(seed)
    return lambda _: chance.random() < share


def full_at(bps: float, seed: int = 1) -> Callable[[float], bool]:
    chance = random.Random(seed)
    return lambda rate: chance.random() < max(0.0, 1 - bps / rate)


def test_a_line_that_loses_nothing_is_not_capped() -> None:
    run = Run(at_random(0.0))
    control = run.go(10)
    assert (control.cap_bps, control.own, control.loss) == (NO_CAP, 0.0, 0.0)
    assert run.least == NO_CAP


@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
def test_a_loss_that_stays_when_the_rate_falls_is_the_line_s(share: float) -> None:
    run = Run(at_random(share))
    control = run.go(30)
    assert control.own == pytest.approx(share, rel=0.35)
    assert control.loss == pytest.approx(share, rel=0.6)
    assert control.cap_bps > 0.9 * RATE
    assert run.least > (1 - share) * 0.7 * RATE


def test_a_loss_that_ends_with_the_rate_was_ours() -> None:
    run = Run(full_at(4e5))
    run.go(4)
    assert run.control.cap_bps == pytest.approx(4e5, rel=0.25)
    run.go(20)
    assert run.control.cap_bps < 6e5
    assert run.control.own < 0.1


def test_it_rises_again_when_the_line_does() -> None:
    run = Run(full_at(4e5))
    run.go(5)
    run.loses = at_random(0.0)
    assert run.go(20).cap_bps == NO_CAP


def test_everything_lost_caps_at_nearly_nothing_and_is_not_learnt() -> None:
    run = Run(at_random(0.0))
    run.go(3)
    run.loses = at_random(1.0)
    control = run.go(10)
    assert FLOOR <= control.cap_bps < 0.2 * RATE
    assert control.own <= OWN_MOST
    assert 0.5 < control.loss <= 1.0


def test_a_probe_lifts_the_cap() -> None:
    control = Run(full_at(2e5)).go(4)
    assert control.cap_bps < 3e5
    control.lift(8e5)
    assert control.cap_bps == 8e5
    control.lift(1e5)
    assert control.cap_bps == 8e5


def test_a_reset_ends_a_trial_and_keeps_what_the_line_loses() -> None:
    run = Run(at_random(0.15))
    run.go(20)
    own = run.control.own
    run.loses = at_random(1.0)
    while run.control.state is LossState.QUIET:
        run.go(0.1)
    run.control.reset()
    assert run.control.state is LossState.QUIET
    assert run.control.cap_bps == NO_CAP
    assert run.control.own == pytest.approx(own, rel=0.3)


@pytest.mark.parametrize(("state", "verdict"), list(product(LossState, Verdict)))
def test_the_table_leads_nowhere_else(state: LossState, verdict: Verdict) -> None:
    control = LossControl(FLOOR)
    control.state = state
    if (state, verdict) in TRANSITIONS:
        control._enter(verdict)
        assert control.state is TRANSITIONS[state, verdict]
    else:
        with pytest.raises(KeyError):
            control._enter(verdict)
        assert control.state is state

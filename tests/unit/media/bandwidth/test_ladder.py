"""The ladder: down soon, up slowly, and what does not last is said less and less often."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.ladder import (
    BOUNDS_BPS,
    CLIMBS_S,
    FALLS_S,
    MEASURED_S,
    SHORT_FALL_S,
    Ladder,
    rung_of,
)
from media.rungs import ORDER, Rung

STEP_S = 0.1


class Line:
    """A ladder told of its line ten times a second."""

    def __init__(self) -> None:
        self.ladder = Ladder()
        self.now = 0.0
        self.changes: list[tuple[float, Rung]] = []

    def carry(self, bps: float, seconds: float, shown_bps: float = float("inf")) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.now += STEP_S
            if self.ladder.handle_estimate(bps, self.now, shown_bps):
                self.changes.append((self.now, self.ladder.rung))

    @property
    def rungs(self) -> list[Rung]:
        return [rung for _, rung in self.changes]


@pytest.mark.parametrize("rung", ORDER)
def test_each_rung_begins_at_its_bound(rung: Rung) -> None:
    least = BOUNDS_BPS[rung]
    assert rung_of(least) is rung
    if rung is not Rung.TEXT:
        assert ORDER.index(rung_of(least - 1)) == ORDER.index(rung) + 1


def test_the_first_seconds_are_not_judged() -> None:
    line = Line()
    line.carry(30_000, MEASURED_S - 2 * STEP_S)
    line.carry(2_000_000, 10)
    assert line.changes == []


def test_a_line_that_narrows_step_by_step_goes_down_in_order_and_comes_back_at_once() -> None:
    line = Line()
    for bps in (1_500_000, 400_000, 100_000, 30_000, 10_000):
        line.carry(bps, 10)
    assert line.rungs == list(ORDER[1:])
    line.carry(1_500_000, CLIMBS_S + 1)
    assert line.rungs[-1] is Rung.CLEAR
    assert len(line.changes) == 5


def test_a_sudden_fall_is_one_change() -> None:
    line = Line()
    line.carry(1_500_000, 10)
    line.carry(30_000, FALLS_S + 0.3)
    assert line.rungs == [Rung.VOICE]


def test_a_dip_is_nobodys_concern() -> None:
    line = Line()
    for _ in range(20):
        line.carry(1_500_000, 3)
        line.carry(30_000, FALLS_S - 2 * STEP_S)
    assert line.changes == []


@pytest.mark.parametrize(
    ("before", "bps", "falls_s", "to"),
    [
        (1_500_000, 300_000, SHORT_FALL_S[Rung.CLEAR], Rung.SAVING),
        (1_500_000, 100_000, FALLS_S, Rung.SLOW),
        (300_000, 100_000, FALLS_S, Rung.SLOW),
        (100_000, 30_000, SHORT_FALL_S[Rung.SLOW], Rung.VOICE),
        (100_000, 10_000, FALLS_S, Rung.TEXT),
    ],
)
def test_a_short_fall_takes_longer_where_it_may_be_a_mistake(
    before: float, bps: float, falls_s: float, to: Rung
) -> None:
    line = Line()
    line.carry(before, 15)
    stood = list(line.rungs)
    line.carry(bps, falls_s - 2 * STEP_S)
    assert line.rungs == stood
    line.carry(bps, 5 * STEP_S)
    assert line.rungs == [*stood, to]


def test_a_fall_passes_over_the_way_down_and_goes_to_the_best_at_its_end() -> None:
    line = Line()
    line.carry(1_500_000, 5)
    line.carry(300_000, FALLS_S / 2)
    line.carry(30_000, FALLS_S / 4)
    line.carry(100_000, FALLS_S)
    assert line.rungs == [Rung.SLOW]


def test_a_line_that_is_found_to_carry_more_and_more_is_climbed_once() -> None:
    line = Line()
    line.carry(30_000, 10)
    for bps in (100_000, 200_000, 400_000, 1_000_000):
        line.carry(bps, 1)
    line.carry(1_000_000, CLIMBS_S)
    assert line.rungs == [Rung.VOICE, Rung.CLEAR]


def test_a_line_is_climbed_as_far_as_a_burst_shows_that_it_still_carries() -> None:
    line = Line()
    line.carry(100_000, 10)
    line.carry(1_500_000, CLIMBS_S - 1)
    line.carry(1_500_000, 10, shown_bps=100_000)
    assert line.rungs == [Rung.SLOW]
    line.carry(1_500_000, 1, shown_bps=300_000)
    assert line.rungs == [Rung.SLOW, Rung.SAVING]


def test_a_climb_needs_unbroken_time_and_something_to_spare() -> None:
    line = Line()
    line.carry(100_000, 10)
    for _ in range(5):
        line.carry(1_500_000, CLIMBS_S - 1)
        line.carry(100_000, 0.3)
    line.carry(BOUNDS_BPS[Rung.SAVING] * 1.1, 60)
    assert line.rungs == [Rung.SLOW]


def test_a_line_at_the_edge_changes_less_and_less_often() -> None:
    line = Line()
    line.carry(100_000, MEASURED_S + FALLS_S + STEP_S)
    for _ in range(6000):
        line.carry(100_000 if line.ladder.rung is not Rung.SLOW else 1_000_000, STEP_S)
    waits = [
        climbed - fell for (fell, down), (climbed, _) in pairwise(line.changes) if down is Rung.SLOW
    ]
    assert waits[0] == pytest.approx(CLIMBS_S, abs=0.3)
    assert waits[1] == pytest.approx(2 * CLIMBS_S, abs=0.3)
    assert waits[-1] == pytest.approx(8 * CLIMBS_S, abs=0.3)


def test_after_a_climb_that_lasted_the_wait_is_short_again() -> None:
    line = Line()
    for _ in range(4):
        line.carry(100_000, 6)
        line.carry(1_000_000, 100)
    times = [at for at, _ in line.changes]
    assert len(times) == 8
    assert times[7] - times[6] == pytest.approx(CLIMBS_S + 6 - FALLS_S, abs=0.5)


def test_what_was_begun_before_an_interruption_does_not_count() -> None:
    line = Line()
    line.carry(100_000, 10)
    line.carry(1_000_000, CLIMBS_S - 1)
    line.ladder.interrupt()
    line.carry(1_000_000, 2)
    assert line.rungs == [Rung.SLOW]


@given(st.lists(st.tuples(st.floats(0, 5e6), st.integers(1, 80)), max_size=40))
def test_up_never_more_than_three_times_a_minute(steps: list[tuple[float, int]]) -> None:
    line = Line()
    for bps, tenths in steps:
        line.carry(bps, tenths / 10)
    climbs = [
        at
        for (_, before), (at, after) in pairwise([(0.0, Rung.CLEAR), *line.changes])
        if ORDER.index(after) < ORDER.index(before)
    ]
    assert all(later - earlier >= CLIMBS_S - 1e-6 for earlier, later in pairwise(climbs))

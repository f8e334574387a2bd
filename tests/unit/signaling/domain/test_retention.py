"""The clocks: what each is at first, between which it may be, when something has had its time."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from signaling.domain.retention import (
    BOUNDS,
    DAY_MS,
    TEN_YEARS,
    TWO_YEARS,
    Clocks,
    beyond,
    outlives_its_hour,
    over_by,
)

T0 = 1_800_000_000_000
NAMES = [each.name for each in fields(Clocks)]


def test_every_clock_has_bounds_and_keeps_to_them_untouched() -> None:
    assert set(BOUNDS) == set(NAMES)
    assert beyond(Clocks()) is None
    assert not outlives_its_hour(Clocks())
    assert (TWO_YEARS, TEN_YEARS) == (2 * 365, 10 * 365 + 3)


@pytest.mark.parametrize("name", NAMES)
def test_a_clock_may_be_at_its_bounds_and_not_a_day_beyond(name: str) -> None:
    bounds = BOUNDS[name]
    assert 0 < bounds.floor < getattr(Clocks(), name) < bounds.ceiling
    for days in (bounds.floor, bounds.ceiling):
        assert beyond(replace(Clocks(), **{name: days})) is None
    for days in (bounds.floor - 1, bounds.ceiling + 1, 0, -1):
        assert beyond(replace(Clocks(), **{name: days})) == name


def test_what_stays_of_an_hour_goes_with_it_at_the_latest() -> None:
    assert not outlives_its_hour(Clocks(hours_days=365, change_days=365))
    assert not outlives_its_hour(Clocks(hours_days=365, change_days=364))
    assert outlives_its_hour(Clocks(hours_days=365, change_days=366))


def test_every_row_of_an_hour_outlasts_what_is_given_for_a_day() -> None:
    """The day's own key and the note's go by other clocks, and must not find their hour gone."""
    assert BOUNDS["hours_days"].floor > 2


@pytest.mark.parametrize("days", [1, 30, TWO_YEARS, TEN_YEARS])
def test_nothing_goes_a_moment_early(days: int) -> None:
    ended = T0
    gone = T0 + days * DAY_MS
    assert over_by(gone, days) == ended
    assert over_by(gone - 1, days) < ended

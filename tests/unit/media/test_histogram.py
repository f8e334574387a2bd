"""Durations counted by size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.histogram import BOUNDS_S, Histogram
from media.stats import Distribution


def test_a_quantile_is_the_bound_above_it():
    made = Histogram()
    made.add(0.0003, 98)
    made.add(0.004)
    made.add(0.5)
    assert made.count == 100
    assert made.quantile(0.5) == 0.0005
    assert made.quantile(0.99) == 0.005
    assert made.quantile(1.0) == float("inf")


@given(st.lists(st.floats(0, 1), min_size=1))
def test_every_duration_is_counted_once_and_no_quantile_is_too_small(durations: list[float]):
    made = Histogram()
    for each in durations:
        made.add(each)
    assert made.count == len(durations)
    assert made.quantile(1.0) >= min(max(durations), BOUNDS_S[-1])


def test_other_bounds_and_what_was_read_does_not_change() -> None:
    made = Histogram((0.0, 0.5))
    for share in (0.0, 0.25, 0.5, 1.0):
        made.add(share)
    read = made.read()
    made.add(0.0)
    assert read == Distribution((1, 2, 1), 1.75)
    assert made.read() == Distribution((2, 2, 1), 1.75)

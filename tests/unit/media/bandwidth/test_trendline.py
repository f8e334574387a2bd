from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.trendline import (
    FIRST_THRESHOLD_MS,
    LEAST_THRESHOLD_MS,
    MOST_THRESHOLD_MS,
    WINDOW,
    Signal,
    Trendline,
)

STEP_S = 0.02


def fed(slope: float, count: int, trend: Trendline | None = None) -> Trendline:
    """Groups 20 ms apart whose delay grows by ``slope`` seconds a second."""
    trend = trend or Trendline()
    for _ in range(count):
        trend.handle_group(STEP_S, STEP_S * (1 + slope))
    return trend


@pytest.mark.parametrize(
    ("slope", "signal"),
    [(0.0, Signal.NORMAL), (0.2, Signal.OVER), (-0.2, Signal.UNDER), (0.01, Signal.NORMAL)],
)
def test_the_signal_follows_the_slope(slope: float, signal: Signal) -> None:
    assert fed(slope, 60).signal is signal


def test_nothing_is_said_before_the_window_is_full() -> None:
    assert fed(2.0, WINDOW - 1).signal is Signal.NORMAL
    assert fed(2.0, WINDOW + 2).signal is Signal.OVER


def test_one_late_burst_is_no_overuse() -> None:
    trend = fed(0.0, 60)
    signals = []
    for extra in (0.03, -0.03, 0.0, 0.0, 0.0):
        trend.handle_group(STEP_S, max(0.0, STEP_S + extra))
        signals.append(trend.signal)
    assert Signal.OVER not in signals


def test_a_queue_that_grows_no_longer_is_no_overuse() -> None:
    trend = fed(0.3, 60)
    assert trend.signal is Signal.OVER
    assert fed(0.0, 2 * WINDOW, trend).signal is not Signal.OVER


def test_the_threshold_adapts_to_unrest_and_back() -> None:
    unrest = Trendline()
    assert unrest.threshold_ms == FIRST_THRESHOLD_MS
    for _ in range(20):
        fed(0.1, 25, unrest)
        fed(-0.1, 20, unrest)
    restless = unrest.threshold_ms
    fed(0.0, 200, unrest)
    assert unrest.threshold_ms == LEAST_THRESHOLD_MS < restless


def test_a_reset_forgets_the_delay_and_keeps_what_it_learnt_of_the_line() -> None:
    trend = fed(0.3, 60)
    threshold = trend.threshold_ms
    trend.reset()
    assert trend.signal is Signal.NORMAL
    assert trend.threshold_ms == threshold
    assert fed(0.0, WINDOW, trend).signal is Signal.NORMAL


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), min_size=WINDOW, max_size=60))
def test_the_threshold_stays_in_its_bounds(deltas: list[tuple[float, float]]) -> None:
    trend = Trendline()
    for sent, arrived in deltas:
        trend.handle_group(sent, arrived)
    assert LEAST_THRESHOLD_MS <= trend.threshold_ms <= MOST_THRESHOLD_MS

from __future__ import annotations

from itertools import product
from math import inf

import pytest

from media.bandwidth.aimd import (
    ACKED_MOST,
    AGAIN_S,
    AT_ONCE,
    BETA,
    ETA,
    TRANSITIONS,
    Aimd,
    Capacity,
    State,
)
from media.bandwidth.trendline import Signal

FLOOR, CEILING = 24_000.0, 8e6


def at(rate_bps: float) -> Aimd:
    return Aimd(rate_bps, FLOOR, CEILING)


def run(aimd: Aimd, signal: Signal, acked: float, begin: float, end: float) -> None:
    """Signals every 100 ms, in a line whose round takes 100 ms."""
    for step in range(round((end - begin) * 10) + 1):
        aimd.handle_signal(signal, acked, inf, 0.1, begin + step / 10)


@pytest.mark.parametrize(("state", "signal"), list(product(State, Signal)))
def test_the_table_is_whole_and_what_happens(state: State, signal: Signal) -> None:
    aimd = at(1e6)
    aimd.state = state
    aimd.handle_signal(signal, 1e6, inf, 0.1, 1.0)
    assert aimd.state is TRANSITIONS[state, signal]
    lower = aimd.state is State.DECREASE
    assert aimd.rate_bps == pytest.approx(BETA * 1e6 if lower else 1e6)


def test_grows_by_a_share_where_the_end_is_not_known() -> None:
    aimd = at(1e6)
    run(aimd, Signal.NORMAL, 1e6, 0.0, 5.0)
    assert aimd.rate_bps == pytest.approx(1e6 * ETA**5, rel=0.01)


def test_grows_by_packets_where_the_line_was_full() -> None:
    aimd = at(1e6)
    run(aimd, Signal.OVER, 1e6, 0.0, 0.0)
    aimd.set_rate(0.97e6, 0.0)
    run(aimd, Signal.NORMAL, 0.97e6, 0.1, 1.0)
    assert aimd.state is State.INCREASE
    assert aimd.rate_bps - 0.97e6 == pytest.approx(0.9 * 4400 / 0.2, rel=0.01)


def test_forgets_where_the_line_was_full_when_more_comes() -> None:
    aimd = at(1e6)
    run(aimd, Signal.OVER, 1e6, 0.0, 0.0)
    run(aimd, Signal.NORMAL, 1.5e6, 0.1, 0.2)
    assert aimd.capacity.mean_bps == 0.0


def test_does_not_grow_past_what_is_given_and_does_not_fall_for_it() -> None:
    aimd = at(1e6)
    for step in range(100):
        aimd.handle_signal(Signal.NORMAL, 4e5, ACKED_MOST * 8e5, 0.1, step / 10)
    assert aimd.rate_bps == pytest.approx(1.2e6)
    aimd.handle_signal(Signal.NORMAL, 4e5, 5e5, 0.1, 11.0)
    assert aimd.rate_bps == pytest.approx(1.2e6)


def test_falls_once_a_round() -> None:
    aimd = at(1e6)
    aimd.handle_signal(Signal.OVER, 1e6, inf, 0.0, 1.0)
    aimd.handle_signal(Signal.OVER, 5e5, inf, 0.0, 1.0 + AGAIN_S / 2)
    assert aimd.rate_bps == pytest.approx(BETA * 1e6)
    aimd.handle_signal(Signal.OVER, 5e5, inf, 0.0, 1.0 + 1.1 * AGAIN_S)
    assert aimd.rate_bps == pytest.approx(BETA * 5e5)


def test_does_not_wait_where_the_line_fell_away() -> None:
    aimd = at(1e6)
    aimd.handle_signal(Signal.OVER, 1e6, inf, 0.0, 1.0)
    acked = 0.9 * AT_ONCE * aimd.rate_bps
    aimd.handle_signal(Signal.OVER, acked, inf, 0.0, 1.01)
    assert aimd.rate_bps == pytest.approx(BETA * acked)


def test_an_overuse_never_raises() -> None:
    aimd = at(3e5)
    aimd.handle_signal(Signal.OVER, 1e6, inf, 0.1, 1.0)
    assert aimd.rate_bps == 3e5


@pytest.mark.parametrize("acked", [0.0, 1.0, 1e12])
def test_bounds_hold(acked: float) -> None:
    aimd = at(1e6)
    run(aimd, Signal.OVER, acked, 0.0, 10.0)
    assert FLOOR <= aimd.rate_bps <= CEILING
    run(aimd, Signal.NORMAL, acked, 10.1, 200.0)
    assert aimd.rate_bps == CEILING
    aimd.set_rate(1e12, 200.0)
    assert aimd.rate_bps == CEILING
    aimd.set_rate(0.0, 200.0)
    assert aimd.rate_bps == FLOOR


def test_the_capacity_is_a_mean_until_it_is_another_line_s() -> None:
    capacity = Capacity()
    for rate in (1e6, 1.02e6, 0.98e6):
        capacity.note(rate)
    assert capacity.mean_bps == pytest.approx(1e6, rel=0.01)
    assert capacity.is_near(1.05e6)
    assert not capacity.is_near(1.4e6)
    capacity.note(3e5)
    assert capacity.mean_bps == 3e5

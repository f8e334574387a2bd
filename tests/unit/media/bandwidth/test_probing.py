from __future__ import annotations

from itertools import product
from math import nan

import pytest

from media.bandwidth.probing import (
    AGAIN_S,
    ENOUGH,
    INTERVAL_S,
    KEPT,
    MOST_BLANKS,
    MOST_WAIT_S,
    PATIENCE_S,
    ROOM,
    SHOWN_S,
    TRANSITIONS,
    Burst,
    ProbeEvent,
    ProbeMeter,
    Prober,
    ProbeState,
)

ESTIMATE = 5e5


def measured(
    gap_s: float, *, count: int = 6, come: int = 6, sent_gap_s: float = 0.004, size: int = 1000
) -> float:
    meter = ProbeMeter()
    meter.start(1.0)
    meter.end_at(count)
    for number in range(count):
        arrived = 50 + number * gap_s if number < come else nan
        meter.add(number, 1.0 + number * sent_gap_s, size, arrived)
    assert meter.done
    return meter.rate_bps(2e6)


def test_a_burst_shows_the_rate_at_which_it_came() -> None:
    assert measured(0.004) == pytest.approx(2e6)
    assert measured(0.008) == pytest.approx(1e6)


def test_it_shows_no_more_than_was_sent_and_asked() -> None:
    assert measured(0.0) == pytest.approx(2e6)
    assert measured(0.0, sent_gap_s=0.016) == pytest.approx(5e5)
    assert measured(0.0, sent_gap_s=0.0) == 2e6
    assert measured(-0.01) <= 2e6


@pytest.mark.parametrize(("count", "come"), [(6, 3), (3, 2), (6, 0)])
def test_too_few_tell_nothing(count: int, come: int) -> None:
    assert measured(0.004, count=count, come=come) == 0.0


def test_a_lost_packet_or_two_do_not_spoil_it() -> None:
    assert measured(0.004, come=4) == pytest.approx(2e6)


def test_only_the_burst_counts_and_feedback_past_it_ends_it() -> None:
    meter = ProbeMeter()
    meter.start(1.0)
    meter.add(9, 0.9, 1000, 50.0)
    for number in range(10, 14):
        meter.add(number, 1.0 + number * 0.004, 1000, 50 + number * 0.004)
    assert not meter.done
    meter.end_at(14)
    meter.add(15, 1.1, 1000, 60.0)
    assert meter.done
    assert meter.rate_bps(9e6) == pytest.approx(2e6)


def taken(prober: Prober, rate: float, now: float) -> Burst:
    prober.want(rate)
    burst = prober.take(ESTIMATE, 0.0, now)
    assert burst is not None
    return burst


def tell(prober: Prober, now: float, gap_s: float, *, first: int = 0) -> None:
    """Have a burst of six sent and reported."""
    for number in range(first, first + 6):
        prober.add(number, now + (number - first) * 0.004, 1000, 50 + number * gap_s)
    prober.close(now + 0.2)


def test_a_burst_goes_out_once_and_comes_back_as_a_rate() -> None:
    prober = Prober()
    burst = taken(prober, 2e6, 1.0)
    assert burst.rate_bps == 2e6
    assert prober.take(ESTIMATE, 0.0, 1.0) is None
    assert prober.watching
    prober.sent(burst, 6, ESTIMATE, 0.1, 1.02)
    tell(prober, 1.0, 0.008)
    assert prober.take_found() == pytest.approx(KEPT * 1e6)
    assert prober.take_found() == 0.0
    assert prober.state is ProbeState.RESTING
    assert prober.shown_bps(1.2 + SHOWN_S / 2) == pytest.approx(1e6)
    assert prober.shown_bps(1.2 + SHOWN_S) == float("inf")


def test_feedback_before_the_end_is_not_lost() -> None:
    prober = Prober()
    burst = taken(prober, 2e6, 1.0)
    for number in range(4):
        prober.add(number, 1.0 + number * 0.004, 1000, 50 + number * 0.004)
    prober.close(1.02)
    prober.sent(burst, 6, ESTIMATE, 0.1, 1.03)
    for number in range(4, 6):
        prober.add(number, 1.0 + number * 0.004, 1000, 50 + number * 0.004)
    prober.close(1.1)
    assert prober.take_found() == pytest.approx(KEPT * 2e6)


@pytest.mark.parametrize("estimate", [3e4, 1e5, 5e5, 5e6])
def test_a_burst_is_short(estimate: float) -> None:
    prober = Prober()
    prober.want(2 * estimate)
    burst = prober.take(estimate, 0.0, 1.0)
    assert burst is not None
    assert burst.size_bytes <= max(800, MOST_WAIT_S * estimate / 8)


def test_a_burst_lasts_longer_where_delays_differ() -> None:
    sizes = []
    for spread in (0.0, 0.02, 5.0):
        prober = Prober()
        prober.want(2e6)
        burst = prober.take(1e6, spread, 1.0)
        assert burst is not None
        sizes.append(burst.size_bytes)
    assert sizes[0] < sizes[1] < sizes[2] <= MOST_WAIT_S * 1e6 / 8


def test_success_goes_on_at_once_and_failure_waits() -> None:
    prober = Prober()
    burst = taken(prober, 2e6, 1.0)
    prober.sent(burst, 6, ESTIMATE, 0.1, 1.02)
    tell(prober, 1.0, 0.004)
    prober.review(KEPT * 2e6, 9e6, 1.3)
    assert prober.state is ProbeState.WANTED
    burst = taken(prober, 4e6, 1.3)
    prober.sent(burst, 12, ESTIMATE, 0.1, 1.32)
    tell(prober, 1.3, 0.004, first=6)
    assert ENOUGH * 4e6 > 2e6
    prober.review(2e6, 9e6, 1.7)
    assert prober.state is ProbeState.RESTING
    prober.review(2e6, 9e6, 1.7 + INTERVAL_S)
    assert prober.state is ProbeState.WANTED


def test_nothing_is_asked_for_that_nobody_wants() -> None:
    prober = Prober()
    prober.review(1e6, 1e6, 1.0)
    assert prober.take(1e6, 0.0, 1.0) is None
    prober.review(1e6, 1.5e6, 1.0)
    burst = prober.take(1e6, 0.0, 1.0)
    assert burst is not None
    assert burst.rate_bps == pytest.approx(ROOM * 1.5e6)


def test_a_wish_that_the_estimate_has_reached_is_dropped() -> None:
    prober = Prober()
    prober.want(1e6)
    assert prober.take(2e6, 0.0, 1.0) is None
    assert prober.state is ProbeState.RESTING


def test_a_burst_that_tells_nothing_is_tried_again_but_not_for_ever() -> None:
    prober, now, waits = Prober(), 1.0, []
    for _ in range(MOST_BLANKS):
        taken(prober, 2e6, now)
        now = prober.next_at()
        prober.handle_timeout(now)
        since = now
        while prober.state is ProbeState.RESTING:
            now += 0.1
            prober.review(ESTIMATE, 2e6, now)
        waits.append(now - since)
    assert waits == [pytest.approx(AGAIN_S, abs=0.11)] * (MOST_BLANKS - 1) + [
        pytest.approx(INTERVAL_S, abs=0.11)
    ]


@pytest.mark.parametrize("sent", [False, True])
def test_a_burst_that_is_never_sent_or_told_of_is_given_up(sent: bool) -> None:
    prober = Prober()
    burst = taken(prober, 2e6, 1.0)
    if sent:
        prober.sent(burst, 6, ESTIMATE, 0.1, 1.0)
    prober.handle_timeout(1.0 + PATIENCE_S / 2)
    assert prober.watching
    prober.handle_timeout(prober.next_at())
    assert not prober.watching
    assert prober.take_found() == 0.0
    prober.sent(burst, 6, ESTIMATE, 0.1, 3.0)
    assert prober.state is ProbeState.RESTING


def test_an_overused_line_is_not_asked() -> None:
    prober = Prober()
    prober.want(2e6)
    prober.hold_off(1.0)
    assert prober.take(ESTIMATE, 0.0, 1.0) is None
    prober.review(ESTIMATE, 2e6, 1.5)
    assert prober.state is ProbeState.RESTING


@pytest.mark.parametrize(("state", "event"), list(product(ProbeState, ProbeEvent)))
def test_the_table_leads_nowhere_else(state: ProbeState, event: ProbeEvent) -> None:
    prober = Prober()
    prober.state = state
    if (state, event) in TRANSITIONS:
        prober._enter(event)
        assert prober.state is TRANSITIONS[state, event]
    else:
        with pytest.raises(KeyError):
            prober._enter(event)
        assert prober.state is state

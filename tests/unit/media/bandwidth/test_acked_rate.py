from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.acked_rate import LONG_S, SHORT_S, AckedRate


def told(
    rate: AckedRate, begin: float, count: int, *, every_s: float = 0.01, size: int = 1250,
    stretch: float = 1.0, follows: bool = True,
) -> None:  # fmt: skip
    """One report: ``count`` packets sent every ``every_s``, come ``stretch`` as far apart."""
    for index in range(count):
        sent_at = begin + index * every_s
        rate.add(sent_at, 500 + sent_at * stretch, size)
    rate.close(follows=follows)


def test_nothing_is_known_of_nothing_and_of_a_lump() -> None:
    rate = AckedRate()
    assert rate.rate_bps(LONG_S) == 0.0
    told(rate, 0.0, 3)
    assert rate.rate_bps(LONG_S) == 0.0


def test_a_steady_stream_is_what_it_is() -> None:
    rate = AckedRate()
    for report in range(30):
        told(rate, report * 0.1, 10)
    assert rate.rate_bps(SHORT_S) == pytest.approx(1e6)
    assert rate.rate_bps(LONG_S) == pytest.approx(1e6)


def test_the_short_window_follows_a_fall_and_the_long_one_takes_its_time() -> None:
    rate = AckedRate()
    for report in range(20):
        told(rate, report * 0.1, 10)
    for report in range(20, 23):
        told(rate, report * 0.1, 10, size=250)
    assert rate.rate_bps(SHORT_S) == pytest.approx(2e5)
    assert 5e5 < rate.rate_bps(LONG_S) < 9e5


def test_a_queue_shows_what_the_line_carries() -> None:
    rate = AckedRate()
    for report in range(5):
        told(rate, report * 0.1, 10, stretch=2.0)
    assert rate.rate_bps(SHORT_S) == pytest.approx(5e5)


def test_no_clock_makes_it_more_than_was_sent() -> None:
    rate = AckedRate()
    for report in range(5):
        told(rate, report * 0.1, 10, stretch=0.001)
    assert rate.rate_bps(SHORT_S) == pytest.approx(1e6, rel=0.01)


def test_packets_nobody_spoke_of_are_no_pause() -> None:
    rate = AckedRate()
    for report in (0, 1, 2, 5, 6, 9):  # the messages between were lost
        told(rate, report * 0.1, 10, follows=report not in {5, 9})
    assert rate.rate_bps(LONG_S) == pytest.approx(1e6)


def test_a_pause_of_the_sender_is_one() -> None:
    rate = AckedRate()
    told(rate, 0.0, 10)
    told(rate, 0.5, 10)
    assert rate.rate_bps(LONG_S) == pytest.approx(1e6 * 19 / 59)


def test_a_reset_forgets() -> None:
    rate = AckedRate()
    told(rate, 0.0, 10)
    rate.reset()
    assert rate.rate_bps(LONG_S) == 0.0


@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 60), st.floats(-1e9, 1e9), st.integers(1, 1500))),
        max_size=8,
    ),
    st.booleans(),
)
def test_it_is_a_rate_whatever_comes(
    reports: list[list[tuple[float, float, int]]], follows: bool
) -> None:
    rate = AckedRate()
    for packets in reports:
        for sent_at, arrived_at, size in packets:
            rate.add(sent_at, arrived_at, size)
        rate.close(follows=follows)
        for window in (SHORT_S, LONG_S):
            assert 0 <= rate.rate_bps(window) < 1e9

from __future__ import annotations

import pytest

from media.bandwidth.path_delay import BASE_S, MOST_S, PathDelay


def told(path: PathDelay, now: float, delay_s: float, round_s: float = 0.1) -> None:
    path.add(now - round_s, 1000.0 + now - round_s + delay_s, now)
    path.close(now)


def test_a_queue_is_what_a_packet_waits_beyond_the_least() -> None:
    path = PathDelay()
    for step in range(10):
        told(path, step * 0.1, 0.05)
    assert path.queue_s == pytest.approx(0.0)
    for step in range(10, 20):
        told(path, step * 0.1, 0.35)
    assert path.queue_s == pytest.approx(0.3, rel=0.01)


def test_a_path_that_became_longer_is_a_queue_for_a_while_only() -> None:
    path = PathDelay()
    told(path, 0.0, 0.05)
    for step in range(1, int(BASE_S) + 8):
        told(path, step * 1.0, 0.25)
    assert path.queue_s == pytest.approx(0.0, abs=0.01)


def test_the_round_is_that_of_the_packet_which_waited_least_for_its_report() -> None:
    path = PathDelay()
    assert path.rtt_s is None
    for sent_at in (0.0, 0.05, 0.08):
        path.add(sent_at, 7.0 + sent_at, 0.2)
    path.close(0.2)
    assert path.rtt_s == pytest.approx(0.12)
    told(path, 1.0, 0.0, round_s=0.22)
    assert path.rtt_s == pytest.approx(0.14)


def test_the_spread_is_how_much_the_delays_of_a_report_differ() -> None:
    path = PathDelay()
    for step in range(100):
        for delay in (0.01, 0.03, 0.02):
            path.add(step * 0.1, step * 0.1 + delay, step * 0.1 + 0.1)
        path.close(step * 0.1 + 0.1)
    assert path.spread_s == pytest.approx(0.02, rel=0.01)


def test_what_is_taken_for_the_path_is_no_queue() -> None:
    path = PathDelay()
    told(path, 0.0, 0.0)
    told(path, 0.1, 0.5)
    path.rebase()
    assert path.queue_s == 0.0
    told(path, 0.2, 0.5)
    assert path.queue_s == 0.0
    assert not path.falls


def test_other_clocks_have_no_queue_yet_and_the_same_round() -> None:
    path = PathDelay()
    told(path, 0.0, 0.0)
    told(path, 0.1, 5.0)
    path.reset()
    assert path.queue_s == 0.0
    assert path.rtt_s == pytest.approx(0.1)
    told(path, 0.2, 900.0)
    assert path.queue_s == 0.0


def test_lies_are_bounded() -> None:
    path = PathDelay()
    told(path, 0.0, 0.0)
    for step in range(1, 30):
        told(path, step * 0.1, 1e9)
    assert path.queue_s <= MOST_S


def test_a_report_of_no_packet_that_came_says_nothing() -> None:
    path = PathDelay()
    path.close(1.0)
    assert (path.queue_s, path.rtt_s) == (0.0, None)

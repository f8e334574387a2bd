"""When pictures wait for feedback that is overdue, and when no longer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.brake import LEAST_MARGIN_S, LONGEST_S, NEVER, PAUSE_S, Brake

ROUND_S = 0.08


def used_to(round_s: float = ROUND_S, messages: int = 40) -> Brake:
    """One that has had its messages every 50 ms, each about packets sent this long ago."""
    brake = Brake()
    for number in range(messages):
        at = number * 0.05
        brake.handle_report(at - round_s, at, at)
    return brake


NOW = 40 * 0.05


def test_before_the_first_message_nothing_is_overdue() -> None:
    brake = Brake()
    brake.handle_timeout(0.0, 100.0)
    assert not brake.held
    assert brake.next_at == brake.limit_s == NEVER


def test_a_usual_round_and_a_message_lost_hold_nothing() -> None:
    brake = used_to()
    assert ROUND_S + LEAST_MARGIN_S <= brake.limit_s < 0.25
    brake.handle_timeout(NOW - ROUND_S - 0.05, NOW)
    assert not brake.held
    assert brake.next_at == pytest.approx(NOW - ROUND_S - 0.05 + brake.limit_s)


def test_what_is_overdue_holds_until_what_is_said_is_fresh() -> None:
    brake = used_to()
    brake.handle_timeout(NOW - brake.limit_s, NOW)
    assert brake.held
    assert not brake.is_long(NOW + PAUSE_S / 2)
    assert brake.is_long(NOW + PAUSE_S)
    # the queue empties: each message speaks of less old packets
    for at, age in ((0.5, 0.9), (0.6, 0.7), (0.7, 0.5)):
        brake.handle_report(NOW + at - age - 0.1, NOW + at - age, NOW + at)
        assert brake.held
    brake.handle_report(NOW + 0.6, NOW + 0.75, NOW + 0.8)
    assert not brake.held


def test_while_it_holds_nothing_is_learned() -> None:
    brake = used_to()
    limit_s = brake.limit_s
    brake.handle_timeout(NOW - 1.0, NOW)
    brake.handle_report(NOW - 1.0, NOW - 0.9, NOW + 0.1)
    assert brake.limit_s == limit_s


def test_a_line_that_became_longer_is_not_held_for_ever() -> None:
    brake = used_to()
    for number in range(200):
        at = NOW + number * 0.05
        brake.handle_report(at - 0.7, at - 0.65, at)
        if not brake.held and number > 10:
            break
    assert not brake.held
    assert at - NOW == pytest.approx(LONGEST_S, abs=0.2)
    assert brake.limit_s > 0.7


def test_without_any_message_it_waits_for_one() -> None:
    """An outage: there is nothing to look at but the next word."""
    brake = used_to()
    limit_s = brake.limit_s
    brake.handle_timeout(NOW - 1.0, NOW)
    looked = []
    while brake.next_at < NEVER:
        now = brake.next_at
        brake.handle_timeout(NOW - 1.0, now)
        looked.append((brake.is_long(now), brake.is_outage(now)))
    assert looked == [(True, False), (True, True)]
    assert brake.held
    brake.handle_report(NOW - 1.0, NOW + 59.95, NOW + 60.0)
    assert not brake.held
    assert not brake.is_outage(NOW + 60.0)
    assert brake.limit_s == limit_s, "how long it lasted says nothing of the line"


@given(st.lists(st.tuples(st.floats(0.001, 0.5), st.floats(0.0, 3.0)), max_size=60))
def test_a_timer_that_is_due_is_never_due_again_at_once(steps: list[tuple[float, float]]) -> None:
    brake, now, oldest = used_to(), NOW, NOW
    for passed, age in steps:
        now += passed
        oldest = max(oldest, now - age)
        if now >= brake.next_at:
            brake.handle_timeout(oldest, now)
            assert brake.next_at > now or brake.held
        else:
            brake.handle_report(oldest, max(oldest, now - age / 2), now)
        brake.handle_timeout(oldest, max(now, min(brake.next_at, now + 5)))
        assert brake.limit_s >= LEAST_MARGIN_S

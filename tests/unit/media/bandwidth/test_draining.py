from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.draining import (
    DRAINED_S,
    LEAST_SHARE,
    PACKETS,
    PATIENCE_S,
    QUEUE_S,
    Draining,
)

PACKET_S = 0.01


def test_no_queue_no_draining() -> None:
    draining = Draining()
    assert not any(draining.handle_queue(QUEUE_S, PACKET_S, step / 10) for step in range(100))
    assert (draining.active, draining.share) == (False, 1.0)


def test_a_queue_is_drained_by_its_share_and_draining_ends_with_it() -> None:
    draining = Draining()
    assert draining.handle_queue(0.3, PACKET_S, 0.0)
    assert draining.share == pytest.approx(0.7)
    assert not draining.handle_queue(0.1, PACKET_S, 0.3)
    assert draining.share == pytest.approx(0.9)
    draining.handle_queue(DRAINED_S / 2, PACKET_S, 0.6)
    assert (draining.active, draining.share) == (False, 1.0)


def test_a_long_queue_leaves_voice_its_share() -> None:
    draining = Draining()
    draining.handle_queue(9.0, PACKET_S, 0.0)
    assert draining.share == LEAST_SHARE


def test_a_few_packets_of_a_slow_line_are_no_queue() -> None:
    draining = Draining()
    assert not draining.handle_queue(0.9 * PACKETS * 0.11, 0.11, 0.0)
    assert draining.handle_queue(1.1 * PACKETS * 0.11, 0.11, 0.0)


@pytest.mark.parametrize(("later", "stuck"), [(0.4, True), (0.1, False), (2.0, False)])
def test_a_delay_that_stays_whatever_is_sent_is_the_path_s(later: float, stuck: bool) -> None:
    draining = Draining()
    draining.handle_queue(0.4, PACKET_S, 0.0)
    draining.handle_queue(later, PACKET_S, PATIENCE_S)
    assert draining.stuck is stuck
    assert draining.active is not stuck
    draining.handle_queue(0.0, PACKET_S, PATIENCE_S + 0.1)
    assert not draining.stuck


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 2)), max_size=50))
def test_the_share_stays_in_its_bounds(queues: list[tuple[float, float]]) -> None:
    draining, now = Draining(), 0.0
    for queue_s, passed in queues:
        now += passed
        draining.handle_queue(queue_s, PACKET_S, now)
        assert LEAST_SHARE <= draining.share <= 1.0

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.arrival_groups import (
    BURST_S,
    MOST_BURST_S,
    MOST_STEP_S,
    REORDERED_MOST,
    ArrivalGroups,
)

Pair = tuple[float, float]


def deltas(packets: list[Pair]) -> list[Pair]:
    """Send and arrival deltas of all groups that can be compared."""
    groups = ArrivalGroups()
    return [
        (groups.sent_delta_s, groups.arrival_delta_s)
        for sent_at, arrived_at in packets
        if groups.add(sent_at, arrived_at)
    ]


def test_bursts_are_compared_by_their_last_packets() -> None:
    packets = [(0.0, 5.0), (0.004, 5.008), (0.02, 5.02), (0.024, 5.03), (0.04, 5.05)]
    assert deltas(packets) == [(pytest.approx(0.02), pytest.approx(0.022))]


def test_a_group_is_no_longer_than_a_burst() -> None:
    steady = [(index * 0.004, index * 0.004) for index in range(9)]
    assert [d for d, _ in deltas(steady)] == [pytest.approx(0.008)] * 3
    assert BURST_S < 0.008


def test_what_a_line_held_up_and_let_go_at_once_is_one_group() -> None:
    held = [(0.0, 0.0), (0.02, 0.02), *((0.04 + i * 0.02, 0.2 + i * 0.001) for i in range(4))]
    apart = [*held, (0.14, 0.24), (0.16, 0.26)]
    assert deltas(apart)[:2] == [
        (pytest.approx(0.02), pytest.approx(0.02)),
        (pytest.approx(0.08), pytest.approx(0.183)),
    ]


def test_a_line_that_only_delivers_in_bursts_still_has_groups() -> None:
    sped = [(0.02 * index, 1.0 + 0.005 * index) for index in range(100)]
    assert len(deltas(sped)) >= 100 * 0.005 / (MOST_BURST_S + 0.02)


def test_late_packets_of_older_groups_are_left_out() -> None:
    groups = ArrivalGroups()
    assert [groups.add(at, at) for at in (0.0, 0.02, 0.04)] == [False, False, True]
    assert not groups.add(0.01, 0.05)
    assert groups.add(0.06, 0.06)
    assert groups.sent_delta_s == pytest.approx(0.02)


@pytest.mark.parametrize("step", [MOST_STEP_S, -MOST_STEP_S - 1, 84.0])
def test_nothing_is_compared_over_a_step(step: float) -> None:
    groups = ArrivalGroups()
    before = [groups.add(0.02 * i, 0.02 * i) for i in range(3)]
    after = [groups.add(0.02 * i, 0.02 * i + step) for i in range(3, 8)]
    assert before == [False, False, True]
    assert after == [True, False, False, True, True]


def test_another_clock_is_found_out() -> None:
    groups = ArrivalGroups()
    fell = [groups.add(0.02 * index, -0.02 * index) for index in range(REORDERED_MOST + 2)]
    assert not any(fell)
    again = [groups.add(1 + 0.02 * index, 7 + 0.02 * index) for index in range(4)]
    assert again[-1]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e9, 1e9)), max_size=50))
def test_deltas_are_bounded_whatever_comes(packets: list[Pair]) -> None:
    for sent, arrived in deltas(packets):
        assert 0 <= sent < MOST_STEP_S
        assert 0 <= arrived < MOST_STEP_S

from __future__ import annotations

from itertools import pairwise

import pytest

from media.forwarding.nack import (
    DEFAULT_RTT_S,
    ECHO_S,
    FEW,
    LEAST_ECHOED_RTT_S,
    MAX_TRIES,
    NEVER,
    PICTURE,
    REORDER_S,
    SAMPLED,
    SAYINGS,
    SPARE_S,
    VOICE,
    NackTracker,
)

# gaps (first, after, at), late arrivals (number, at), when to collect -> what is asked for
TABLE = [
    ([], [], [1.0], [[]]),
    ([(10, 12, 0.0)], [], [0.0, REORDER_S / 2], [[], []]),  # may be only late
    ([(10, 12, 0.0)], [], [REORDER_S], [[10, 11]]),
    ([(10, 12, 0.0)], [(10, 0.005)], [REORDER_S], [[11]]),
    ([(10, 12, 0.0)], [(10, 0.005), (11, 0.006)], [REORDER_S], [[]]),
    ([(10, 11, 0.0)], [(99, 0.001)], [REORDER_S], [[10]]),
    ([(10, 11, 0.0)], [], [0.01, 0.015, 0.03], [[10], [], [10]]),  # said again
    # after a round trip
    ([(10, 11, 0.0)], [], [0.01, 0.03, 0.05, 0.13, 0.15], [[10], [10], [10], [], [10]]),
    ([(10, 11, 0.0)], [(10, 0.02)], [0.01, 0.03], [[10], []]),
    (
        [(10, 11, 0.0), (20, 21, 0.06)],
        [],
        [0.01, 0.03, 0.05, 0.075, 0.1, 0.15],
        [[10], [10], [10], [20], [20], [10, 20]],
    ),
    ([(20, 21, 0.0), (30, 31, 0.0)], [], [0.02], [[20, 30]]),
]


@pytest.mark.parametrize(("gaps", "late", "times", "asked"), TABLE)
def test_asks_for_what_is_missing(
    gaps: list[tuple[int, int, float]],
    late: list[tuple[int, float]],
    times: list[float],
    asked: list[list[int]],
) -> None:
    tracker = NackTracker()
    events = [(at, "gap", first, after) for first, after, at in gaps]
    events += [(at, "late", number, 0) for number, at in late]
    events += [(at, "look", 0, 0) for at in times]
    looked = []
    for at, what, number, after in sorted(events, key=lambda event: event[0]):
        if what == "gap":
            tracker.handle_gap(number, after, at)
        elif what == "late":
            tracker.handle_late(number, at)
        else:
            looked.append(tracker.collect(at))
    assert looked == asked


def run(tracker: NackTracker) -> list[float]:
    """Collect whenever due until nothing is; return the times something was asked for."""
    asked = []
    while tracker.due != NEVER:
        now = tracker.due
        if tracker.collect(now):
            asked.append(now)
    return asked


@pytest.mark.parametrize(
    ("missing", "rounds"),
    [(1, (1, 1, 1, 1, 1, 2)), (FEW, (1, 1, 1, 1, 1, 2)), (FEW + 1, (1, 1, 2, 4))],
)
def test_asks_ever_more_seldom_and_gives_up_after_a_second(
    missing: int, rounds: tuple[int, ...]
) -> None:
    tracker = NackTracker()
    tracker.handle_gap(1, 1 + missing, 0.0)
    said = run(tracker)
    times = tracker.asked // missing
    assert len(said) == SAYINGS * times
    for first in range(0, len(said), SAYINGS):
        turns = said[first : first + SAYINGS]
        assert [later - turns[0] for later in turns] == pytest.approx([0, ECHO_S, 2 * ECHO_S])
    asked = said[::SAYINGS]
    waits = [later - earlier for earlier, later in pairwise(asked)]
    assert [wait - ECHO_S - SPARE_S for wait in waits] == pytest.approx(
        [DEFAULT_RTT_S * each for each in rounds]
    )
    assert said[-1] < PICTURE.most_s
    assert len(tracker) == 0


def test_says_it_once_where_asking_anew_is_as_soon() -> None:
    tracker = NackTracker()
    tracker.rtt_s = LEAST_ECHOED_RTT_S / 2
    tracker.handle_gap(1, 2, 0.0)
    assert len(run(tracker)) == tracker.asked > 1


def test_gives_up_after_so_many_tries_where_the_line_is_short() -> None:
    tracker = NackTracker()
    tracker.rtt_s = 0.001
    tracker.handle_gap(1, 2, 0.0)
    assert len(run(tracker)) == MAX_TRIES


def test_says_what_is_given_up_once_and_only_while_it_is_needed() -> None:
    tracker = NackTracker()
    tracker.handle_gap(1, 2, 0.0)
    run(tracker)
    assert tracker.take_given_up()
    assert not tracker.take_given_up()
    tracker.handle_gap(5, 6, 2.0)
    tracker.handle_keyframe(8)
    run(tracker)
    assert not tracker.take_given_up()
    tracker.handle_gap(9, 10, 4.0)
    run(tracker)
    tracker.handle_keyframe(12)  # it mends that, too
    assert not tracker.take_given_up()
    tracker.handle_gap(20, 21 + PICTURE.packets, 6.0)  # more than is kept
    assert tracker.take_given_up()
    tracker.clear()
    assert not tracker.take_given_up()


def test_the_list_is_bounded_and_the_newest_stay() -> None:
    tracker = NackTracker()
    tracker.handle_gap(0, 100, 0.0)
    tracker.handle_gap(200, 3000, 0.0)
    assert len(tracker) == PICTURE.packets
    assert tracker.collect(1.0 - 0.5)[-1] == 2999
    for first in range(4000, 8000, 3):
        tracker.handle_gap(first, first + 2, 0.5)
    assert len(tracker) == PICTURE.packets


def test_of_a_voice_the_newest_few_are_asked_for() -> None:
    tracker = NackTracker(VOICE)
    tracker.handle_gap(0, 400, 0.0)
    assert tracker.collect(REORDER_S) == list(range(400 - VOICE.packets, 400))


def test_a_picture_that_was_silent_is_not_asked_for() -> None:
    tracker = NackTracker(PICTURE)
    tracker.handle_gap(0, 10, 0.0, PICTURE.silent_s + 0.1)
    assert tracker.due == NEVER
    tracker.handle_gap(10, 20, 0.0, PICTURE.silent_s)
    assert tracker.collect(REORDER_S) == list(range(10, 20))


def test_asks_for_a_sample_while_nothing_comes_in_time() -> None:
    tracker = NackTracker(VOICE)
    for number in range(100):  # never answered
        tracker.handle_gap(number, number + 1, number * 1.0)
        run(tracker)
    tracker.handle_gap(1000, 1000 + 2 * SAMPLED, 200.0)
    assert len(tracker.collect(200.0 + REORDER_S)) == 2
    tracker.handle_gap(1001 + 2 * SAMPLED, 1008 + 2 * SAMPLED, 200.0)  # none is in the sample
    assert len(tracker) == 2


def test_asks_for_all_again_when_one_has_come() -> None:
    tracker = NackTracker(VOICE)
    for number in range(100):
        tracker.handle_gap(number, number + 1, number * 1.0)
        run(tracker)
    tracker.handle_gap(1000, 1000 + SAMPLED, 200.0)
    (asked,) = tracker.collect(200.0 + REORDER_S)
    assert tracker.handle_late(asked, 200.1)
    tracker.handle_gap(2000, 2000 + SAMPLED, 300.0)
    assert len(tracker.collect(300.0 + REORDER_S)) == SAMPLED


def test_learns_the_round_trip_from_first_answers_only() -> None:
    tracker = NackTracker()
    tracker.handle_gap(1, 3, 0.0)
    tracker.collect(0.01)
    assert tracker.handle_late(1, 0.04)
    learned = tracker.rtt_s
    assert learned < DEFAULT_RTT_S
    for now in (0.1, 0.2, 0.3):
        tracker.collect(now)
    tracker.handle_late(2, 0.31)  # an answer to which of two requests?
    assert tracker.rtt_s == learned


def test_an_arrival_that_was_not_missing_is_said_so() -> None:
    assert not NackTracker().handle_late(5, 0.0)


def test_clear_forgets() -> None:
    tracker = NackTracker()
    tracker.handle_gap(1, 3, 0.0)
    tracker.clear()
    assert tracker.due == NEVER
    assert tracker.collect(1.0) == []


@pytest.mark.parametrize(
    ("rtt_s", "echo_s"), [(DEFAULT_RTT_S, 0.0), (0.04, 0.0), (LEAST_ECHOED_RTT_S, ECHO_S)]
)
def test_other_requests_are_repeated_on_a_path_known_to_be_long(
    rtt_s: float, echo_s: float
) -> None:
    tracker = NackTracker()
    tracker.rtt_s = rtt_s
    assert tracker.echo_s == echo_s

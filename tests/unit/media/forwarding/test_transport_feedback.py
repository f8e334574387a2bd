from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.forwarding.transport_feedback import MAX_RECEIVED, MAX_SPAN, TransportFeedback
from media.rtp import transport_cc
from media.rtp.sequence import CYCLE, extend
from tests.support.arrivals import ticks_of

TICK_S = 1 / transport_cc.TICKS_PER_S


def told(messages: list[bytes], reference: int = CYCLE) -> dict[int, float | None]:
    """Arrival by extended number, as a sender would read the messages."""
    found: dict[int, float | None] = {}
    for message in messages:
        arrivals = transport_cc.parse(message)
        for index, tick in enumerate(ticks_of(arrivals)):
            number = extend(arrivals.base + index & 0xFFFF, reference)
            reference = max(reference, number)
            origin = arrivals.reference * transport_cc.TICKS_PER_REFERENCE
            found[number - CYCLE] = None if tick is None else (origin + tick) * TICK_S
    return found


def fed(*arrivals: tuple[int, float]) -> TransportFeedback:
    feedback = TransportFeedback()
    for number, at in arrivals:
        feedback.record(number & 0xFFFF, at)
    return feedback


def test_says_nothing_of_nothing() -> None:
    assert TransportFeedback().take() == []


def test_tells_arrivals_and_what_did_not_come() -> None:
    feedback = fed((5, 1.0), (6, 1.01), (9, 1.02))
    assert told(feedback.take()) == {5: 1.0, 6: 1.01, 7: None, 8: None, 9: 1.02}
    assert feedback.take() == []


def test_what_is_lost_between_two_messages_is_told() -> None:
    feedback = fed((5, 1.0))
    feedback.take()
    feedback.record(8, 1.1)
    assert told(feedback.take()) == {6: None, 7: None, 8: 1.1}


def test_what_did_not_come_can_be_passed_over_for_good() -> None:
    feedback = fed((5, 1.0), (6, 1.01), (9, 1.02))
    assert told(feedback.take(gaps=False)) == {5: 1.0, 6: 1.01, 9: 1.02}
    feedback.record(12, 1.1)
    assert told(feedback.take(gaps=False)) == {12: 1.1}
    feedback.record(14, 1.2)
    assert told(feedback.take()) == {13: None, 14: 1.2}


def test_order_of_arrival_is_told() -> None:
    assert told(fed((5, 1.0), (7, 1.01), (6, 1.02)).take()) == {5: 1.0, 6: 1.02, 7: 1.01}


def test_numbers_wrap() -> None:
    found = told(fed((0xFFFF, 1.0), (0, 1.0), (1, 1.0)).take(), CYCLE + 0xFFFF)
    assert found == {0xFFFF: 1.0, 0x10000: 1.0, 0x10001: 1.0}


def test_a_late_packet_is_told_though_it_was_given_up() -> None:
    feedback = fed((5, 1.0), (7, 1.0))
    feedback.take()
    feedback.record(6, 1.1)
    feedback.record(8, 1.1)
    messages = feedback.take()
    assert [told([message]) for message in messages] == [{6: 1.1}, {8: 1.1}]


def test_only_the_first_of_two_copies_counts() -> None:
    assert told(fed((5, 1.0), (5, 1.5)).take()) == {5: 1.0}


def test_messages_are_numbered() -> None:
    feedback = fed((1, 1.0))
    first = transport_cc.parse(feedback.take()[0])
    feedback.record(2, 1.1)
    assert transport_cc.parse(feedback.take()[0]).number == first.number + 1


def test_a_long_silence_is_cut_as_a_delta_cannot_say_it() -> None:
    messages = fed((1, 1.0), (2, 20.0)).take()
    assert len(messages) == 2
    assert told(messages) == {1: 1.0, 2: 20.0}


def test_a_far_jump_is_cut_as_a_status_cannot_say_it() -> None:
    messages = fed((1, 1.0), (30_000, 1.01)).take()
    assert told(messages[:1]) == {1: 1.0}
    assert transport_cc.parse(messages[1]).base == 30_000


def test_a_flood_is_cut_into_messages_below_any_mtu() -> None:
    messages = fed(*((number, 1.0 + number * 0.08 * (number % 2)) for number in range(4000))).take()
    assert len(messages) >= 4000 // MAX_RECEIVED
    assert max(len(message) for message in messages) < 1200


@given(
    st.lists(
        st.tuples(st.integers(-20, MAX_SPAN + 50), st.integers(0, 400), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_every_arrival_is_told_as_it_was(steps: list[tuple[int, int, bool]]) -> None:
    feedback = TransportFeedback()
    number, ticks = CYCLE * 2, 4000
    came: dict[int, list[float]] = {}
    messages: list[bytes] = []
    for step, wait, take in steps:
        number += step
        ticks += wait
        feedback.record(number & 0xFFFF, ticks * TICK_S)
        came.setdefault(number, []).append(ticks * TICK_S)
        if take:
            messages += feedback.take()
    messages += feedback.take()
    said = {at + CYCLE: when for at, when in told(messages, CYCLE * 2).items() if when is not None}
    for at, arrival in said.items():
        assert any(arrival == pytest.approx(when, abs=TICK_S) for when in came[at])
    assert max(came) in said
    assert all(len(message) < 1250 for message in messages)

"""Stills: who gets which chunk, and what of a stranger's is not passed on."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.ids import EndpointId
from media.outputs import SlotFill
from media.rungs import Rung
from media.stills import (
    BURST_BYTES,
    GAP_S,
    HEAD,
    LEAST_APART_S,
    MAX_CHUNK_BYTES,
    MAX_CHUNKS,
    MAX_RATE_BPS,
    TURN_S,
    StillChunk,
    StillDrop,
    Stills,
)

A, B, C, D = (EndpointId(name) for name in "abcd")
PACE_S = 0.18


def slots(*publishers: EndpointId | None) -> tuple[SlotFill, ...]:
    return tuple(
        SlotFill(str(2 * at), str(2 * at + 1), who) for at, who in enumerate(publishers, start=1)
    )


def chunk(number: int, index: int, count: int, size: int = 300) -> bytes:
    return HEAD.pack(number % 65536, index, count) + bytes([index]) * size


def pair() -> Stills:
    """A and B see each other."""
    made = Stills()
    made.set_slots(A, slots(B))
    made.set_slots(B, slots(A))
    return made


def room() -> Stills:
    """B, C and D publish; A has a slot for each."""
    made = Stills()
    made.set_slots(A, slots(B, C, D))
    return made


def take(stills: Stills, publisher: EndpointId, data: bytes, now: float) -> list[StillChunk]:
    """Hand a chunk over, and return what leaves at once."""
    stills.handle_timeout(now)
    stills.handle_chunk(publisher, data, now)
    return stills.drain()


def send(
    stills: Stills, publisher: EndpointId, number: int, now: float, count: int = 13
) -> list[StillChunk]:
    """Send a whole still at a page's pace."""
    return [
        got
        for index in range(count)
        for got in take(stills, publisher, chunk(number, index, count), now + index * PACE_S)
    ]


def test_a_still_reaches_the_other_with_the_slot_before_each_chunk() -> None:
    stills = pair()
    got = send(stills, A, 7, 0.0)
    assert [each.endpoint for each in got] == [B] * 13
    assert [each.data for each in got] == [b"\0" + chunk(7, index, 13) for index in range(13)]
    assert stills.totals() == {"received": 1, "sent": 1, "cut": 0}
    assert not stills.dropped


def test_the_slot_is_the_receivers_own() -> None:
    stills = Stills()
    stills.set_slots(A, slots(B, C))
    stills.set_slots(B, slots(C))
    got = take(stills, C, chunk(1, 0, 1), 0.0)
    assert {(each.endpoint, each.data[0]) for each in got} == {(A, 1), (B, 0)}


def test_nobody_else_gets_it() -> None:
    stills = pair()
    stills.set_slots(C, slots(None, D))
    assert {each.endpoint for each in send(stills, A, 1, 0.0)} == {B}
    assert not send(stills, EndpointId("unseen"), 1, 0.0)


def test_a_slot_that_changes_hands_gets_no_more_of_the_still() -> None:
    stills = pair()
    take(stills, A, chunk(1, 0, 3), 0.0)
    stills.set_slots(B, slots(C))
    assert not take(stills, A, chunk(1, 1, 3), 0.2)
    stills.set_slots(B, slots(A))
    # Back again, it would be a still with a hole.
    assert not take(stills, A, chunk(1, 2, 3), 0.4)
    assert send(stills, A, 2, 2.0)


@pytest.mark.parametrize("rung", Rung)
def test_a_line_with_room_for_voice_only_gets_none(rung: Rung) -> None:
    stills = pair()
    stills.set_rung(B, rung)
    assert bool(send(stills, A, 1, 0.0)) == (rung not in {Rung.VOICE, Rung.TEXT})
    stills.set_rung(B, Rung.SLOW)
    assert send(stills, A, 2, 4.0)


def test_a_line_that_falls_mid_still_is_spared_the_rest() -> None:
    stills = pair()
    assert take(stills, A, chunk(1, 0, 2), 0.0)
    stills.set_rung(B, Rung.VOICE)
    assert not take(stills, A, chunk(1, 1, 2), 0.2)


def test_a_receiver_without_room_is_spared_the_rest_and_gets_the_next() -> None:
    stills = Stills()
    stills.set_slots(B, slots(A))
    stills.set_slots(C, slots(A))
    first = take(stills, A, chunk(1, 0, 3), 0.0)
    stills.handle_unsent(next(each for each in first if each.endpoint == B))
    assert [each.endpoint for each in take(stills, A, chunk(1, 1, 3), 0.2)] == [C]
    assert stills.dropped == Counter({StillDrop.UNREAD: 1})
    assert stills.totals()["cut"] == 1
    assert {each.endpoint for each in send(stills, A, 2, 2.0)} == {B, C}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD.pack(1, 0, 1),
        HEAD.pack(1, 0, 0) + b"x",
        chunk(1, 3, 3),
        chunk(1, 0, MAX_CHUNKS + 1),
        chunk(1, 0, 1, MAX_CHUNK_BYTES),
    ],
    ids=["empty", "no payload", "of none", "beyond the last", "too many", "too long"],
)
def test_what_is_no_chunk_is_counted_and_dropped(data: bytes) -> None:
    stills = pair()
    assert not take(stills, A, data, 0.0)
    assert stills.dropped == Counter({StillDrop.MALFORMED: 1})
    assert not stills.totals()["received"]


def test_chunks_that_do_not_agree_on_their_count_are_dropped() -> None:
    stills = pair()
    take(stills, A, chunk(1, 0, 3), 0.0)
    assert not take(stills, A, chunk(1, 1, 4), 0.2)
    assert stills.dropped == Counter({StillDrop.MALFORMED: 1})


def test_a_chunk_passes_once_and_an_older_still_not_at_all() -> None:
    stills = pair()
    take(stills, A, chunk(0xFFFF, 0, 3), 0.0)
    assert not take(stills, A, chunk(0xFFFF, 0, 3), 0.1)
    assert take(stills, A, chunk(0, 0, 3), 2.0)  # the number wraps
    assert take(stills, A, chunk(0xFFFF, 1, 3), 2.2)  # overtaken by the next still
    assert not take(stills, A, chunk(0xFFF0, 0, 3), 4.0)
    assert stills.dropped == Counter({StillDrop.OLD: 2})


def test_two_stills_within_a_second_are_one() -> None:
    stills = pair()
    take(stills, A, chunk(1, 0, 3), 0.0)
    assert not take(stills, A, chunk(2, 0, 3), LEAST_APART_S / 2)
    assert stills.dropped == Counter({StillDrop.RATE: 1})
    assert take(stills, A, chunk(3, 0, 3), LEAST_APART_S)


def test_a_flood_is_held_to_the_rate_whatever_it_says() -> None:
    stills, passed = pair(), 0
    for step in range(10_000):
        now = step * 0.001
        for each in take(stills, A, chunk(step // 16, step % 16, 16), now):
            passed += len(each.data) - 1
    assert 0 < passed <= BURST_BYTES + 10.0 * MAX_RATE_BPS / 8
    assert stills.dropped[StillDrop.RATE] > 0


def test_chunks_that_come_in_a_heap_leave_one_by_one() -> None:
    stills, left = pair(), []
    for index in range(13):
        left += [(5.0, each) for each in take(stills, A, chunk(1, index, 13), 5.0)]
    while (now := stills.next_deadline()) is not None:
        stills.handle_timeout(now)
        left += [(now, each) for each in stills.drain()]
    assert [each.data[1:] for _, each in left] == [chunk(1, index, 13) for index in range(13)]
    assert all(after - before >= GAP_S for (before, _), (after, _) in pairwise(left))
    assert not stills.dropped


def test_what_waits_for_a_line_that_fell_or_a_slot_that_changed_hands_stays() -> None:
    for change in (lambda s: s.set_rung(B, Rung.VOICE), lambda s: s.set_slots(B, slots(C))):
        stills = pair()
        assert take(stills, A, chunk(1, 0, 3), 0.0)
        assert not take(stills, A, chunk(1, 1, 3), 0.01)
        change(stills)
        stills.handle_timeout(1.0)
        assert not stills.drain()
        assert stills.next_deadline() is None


def test_of_a_still_that_has_no_room_nothing_waits() -> None:
    stills = pair()
    (first,) = take(stills, A, chunk(1, 0, 3), 0.0)
    assert not take(stills, A, chunk(1, 1, 3), 0.01)
    stills.handle_unsent(first)
    stills.handle_timeout(1.0)
    assert not stills.drain()


def test_a_receiver_gets_one_still_at_a_time_and_everybody_their_turn() -> None:
    stills, random = room(), Random(4)
    due = dict.fromkeys((B, C, D), 0.0)
    number: Counter[EndpointId] = Counter()
    events = []
    for publisher in due:
        at = random.random() * 2
        while at < 120:
            number[publisher] += 1
            events += [
                (at + index * PACE_S, publisher, number[publisher], index) for index in range(13)
            ]
            at += 13 * PACE_S + 0.05 + random.random() * 0.3
    begun: Counter[EndpointId] = Counter()
    passed: list[tuple[float, int]] = []
    for at, publisher, still, index in sorted(events):
        for each in take(stills, publisher, chunk(still, index, 13), at):
            passed.append((at, len(each.data)))
            begun[publisher] += index == 0
    for start in range(110):
        size = sum(size for at, size in passed if start <= at < start + 10)
        assert size * 8 / 10 <= MAX_RATE_BPS
    assert min(begun.values()) > 0.6 * max(begun.values())


def test_who_was_to_be_next_and_went_away_is_not_waited_for() -> None:
    stills = room()
    take(stills, B, chunk(1, 0, 2), 0.0)
    assert not take(stills, C, chunk(1, 0, 1), 0.1)
    take(stills, B, chunk(1, 1, 2), 0.2)
    assert not take(stills, B, chunk(2, 0, 1), 2.0)  # it is C's turn
    stills.remove(C)
    assert take(stills, B, chunk(3, 0, 1), 3.5)


def test_a_sender_that_stops_mid_still_holds_its_turn_for_a_while_only() -> None:
    stills = room()
    take(stills, B, chunk(1, 0, 2), 0.0)
    assert not take(stills, C, chunk(1, 0, 1), TURN_S - 0.1)
    assert take(stills, C, chunk(2, 0, 1), TURN_S + 1.0)


def test_nothing_is_left_of_an_endpoint_that_ended() -> None:
    stills = room()
    send(stills, B, 1, 0.0)
    take(stills, C, chunk(1, 0, 2), 2.0)
    stills.set_rung(A, Rung.TEXT)
    for endpoint in (A, B, C, D):
        stills.remove(endpoint)
    left = (stills._senders, stills._slots, stills._watchers, stills._lines, stills._without)
    assert not any(left)
    assert stills.next_deadline() is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([A, B, C]),
            st.one_of(
                st.binary(max_size=MAX_CHUNK_BYTES + 5),
                st.builds(
                    chunk, st.integers(0, 5), st.integers(0, 3), st.integers(0, 4), st.just(3)
                ),
            ),
            st.floats(0, 3),
        ),
        max_size=60,
    )
)
def test_whatever_comes_nothing_raises_and_little_is_kept(
    given_chunks: list[tuple[EndpointId, bytes, float]],
) -> None:
    stills, now = Stills(), 0.0
    for each in (A, B, C):
        stills.set_slots(each, slots(*(other for other in (A, B, C) if other != each)))
    given_so_far: set[tuple[EndpointId, bytes]] = set()
    for publisher, data, later in given_chunks:
        now += later
        given_so_far.add((publisher, data))
        for one in take(stills, publisher, data, now):  # what waited its turn among them
            assert one.endpoint != one.publisher
            assert (one.publisher, one.data[1:]) in given_so_far
    assert all(len(sender.open) <= 2 for sender in stills._senders.values())

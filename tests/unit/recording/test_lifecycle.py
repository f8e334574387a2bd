"""The life of a segment's recorder: what may come after what."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.lifecycle import TABLE, Act, Event, State, step

ENDS = {State.COMPLETE, State.FAILED}
EVENTS = sorted(Event)


@pytest.mark.parametrize("event", EVENTS)
def test_whatever_ends_what_is_active_detaches_first(event: Event) -> None:
    after, acts = step(State.ACTIVE, event)
    if event in {Event.OPENED, Event.WRITTEN}:
        assert (after, acts) == (State.ACTIVE, ())
    else:
        assert after in {State.ENDING, State.FAILED}
        assert acts[0] is Act.DETACH
        assert Act.CLOSE in acts


@given(st.lists(st.sampled_from(EVENTS), max_size=12))
def test_it_listens_once_and_ends_once(events: list[Event]) -> None:
    state, done = State.STARTING, []
    for event in events:
        before = state
        state, acts = step(state, event)
        done += acts
        if before in ENDS:
            assert state is before
    assert done.count(Act.ATTACH) <= 1
    assert done.count(Act.DETACH) == done.count(Act.CLOSE) <= done.count(Act.ATTACH)
    assert done.count(Act.TELL) == (state is State.FAILED and Act.DETACH in done)


@pytest.mark.parametrize(("state", "event"), sorted(product(State, Event)))
def test_a_withdrawal_throws_away_and_nothing_else_does(state: State, event: Event) -> None:
    _, acts = step(state, event)
    held = state in {State.ACTIVE, State.ENDING, State.FAILED}
    drops = (event is Event.DISCARD and held) or (state, event) == (State.ACTIVE, Event.REFUSED)
    assert (Act.DROP in acts) is drops


def test_every_state_but_the_ends_can_be_left() -> None:
    assert {state for state, _ in TABLE} >= set(State) - ENDS

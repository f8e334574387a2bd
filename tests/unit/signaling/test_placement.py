"""Placement: the table walked whole, and what must hold of any history of rooms and workers."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from media.ids import EndpointId, RoomKey
from signaling.placement import (
    AT_ONCE,
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    STEADY_S,
    WORKERS,
    Book,
    Restarts,
    Step,
    WorkerId,
    WorkerState,
    WrongStep,
    stagger,
)

ROUTE = {
    WorkerState.STARTING: [],
    WorkerState.SPARE: [Step.WARMED],
    WorkerState.READY: [Step.WARMED, Step.BOUND],
    WorkerState.DRAINING: [Step.DRAIN],
    WorkerState.DEAD: [Step.LOST],
}
ONE, TWO = WorkerId(1), WorkerId(2)


def book_with(*workers: WorkerId) -> Book:
    book = Book()
    for worker in workers:
        book.add(worker)
        book.step(worker, Step.WARMED)
        book.step(worker, Step.BOUND)
    return book


@pytest.mark.parametrize(("state", "step"), list(itertools.product(WorkerState, Step)))
def test_every_state_and_step(state: WorkerState, step: Step) -> None:
    book = Book()
    book.add(ONE)
    for each in ROUTE[state]:
        book.step(ONE, each)
    assert book.state(ONE) is state
    if (state, step) in WORKERS:
        book.step(ONE, step)
        assert book.state(ONE) is WORKERS[state, step]
    else:
        with pytest.raises(WrongStep):
            book.step(ONE, step)
        assert book.state(ONE) is state


def test_nothing_is_placed_where_no_worker_is_ready() -> None:
    book = Book()
    assert book.place(RoomKey("r"), EndpointId("e")) is None
    book.add(ONE)
    book.step(ONE, Step.WARMED)
    assert book.place(RoomKey("r"), EndpointId("e")) is None
    assert not book.has_ready()


def test_draining_worker_takes_nobody_more() -> None:
    book = book_with(ONE, TWO)
    assert book.place(RoomKey("r"), EndpointId("e")) == ONE
    book.step(ONE, Step.DRAIN)
    assert book.place(RoomKey("r"), EndpointId("f")) is None
    assert book.place(RoomKey("s"), EndpointId("g")) == TWO


def test_lost_worker_s_endpoints_are_named_room_by_room_but_not_those_still_asked_for() -> None:
    book = book_with(ONE)
    for endpoint, room in [("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b")]:
        book.place(RoomKey(room), EndpointId(endpoint))
    for endpoint in ("a1", "b1", "a2", "unknown"):
        book.answer(EndpointId(endpoint))
    assert book.bury(ONE) == ("a1", "a2", "b1")
    assert book.worker_of(EndpointId("b2")) is None
    with pytest.raises(WrongStep):
        book.bury(ONE)


class AnyHistory(RuleBasedStateMachine):
    """Rooms come and go, workers too; at all times a room is whole on one ready worker."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.made = 0
        self.alive: set[WorkerId] = set()
        self.rooms: dict[EndpointId, RoomKey] = {}

    @rule()
    def worker_comes(self) -> None:
        self.made += 1
        worker = WorkerId(self.made)
        self.book.add(worker)
        self.book.step(worker, Step.WARMED)
        self.book.step(worker, Step.BOUND)
        self.alive.add(worker)

    @precondition(lambda self: self.alive)
    @rule(data=st.data())
    def worker_is_lost(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from(sorted(self.alive)))
        held = {e for e in self.rooms if self.book.worker_of(e) == worker}
        answered = {e for e in held if self.book.is_answered(e)}
        assert set(self.book.bury(worker)) == answered
        self.alive.discard(worker)
        for endpoint in held:
            del self.rooms[endpoint]

    @rule(room=st.integers(0, 5), number=st.integers(0, 30), answered=st.booleans())
    def endpoint_comes(self, room: int, number: int, *, answered: bool) -> None:
        endpoint = EndpointId(f"e{number}")
        key = self.rooms.get(endpoint, RoomKey(f"r{room}"))
        loads = {worker: self.book.load(worker) for worker in self.alive}
        is_new = key not in self.rooms.values()
        worker = self.book.place(key, endpoint)
        if not self.alive:
            assert worker is None
            return
        assert worker in self.alive
        if is_new:
            assert loads[worker] == min(loads.values())
        self.rooms[endpoint] = key
        if answered:
            self.book.answer(endpoint)

    @precondition(lambda self: self.rooms)
    @rule(data=st.data())
    def endpoint_ends(self, data: st.DataObject) -> None:
        endpoint = data.draw(st.sampled_from(sorted(self.rooms)))
        self.book.forget(endpoint)
        del self.rooms[endpoint]

    @invariant()
    def a_room_is_whole_on_one_living_worker(self) -> None:
        places: dict[RoomKey, set[WorkerId | None]] = {}
        for endpoint, room in self.rooms.items():
            places.setdefault(room, set()).add(self.book.worker_of(endpoint))
        for workers in places.values():
            assert len(workers) == 1
            assert workers <= self.alive
        assert sum(self.book.load(worker) for worker in self.alive) == len(self.rooms)


TestAnyHistory = AnyHistory.TestCase


def test_first_crash_costs_no_pause_and_those_after_it_ever_more() -> None:
    restarts = Restarts()
    pauses = [restarts.pause_after(0.0, 1.0) for _ in range(12)]
    assert pauses[:3] == [0.0, FIRST_PAUSE_S, 2 * FIRST_PAUSE_S]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S
    assert restarts.count == 12
    assert restarts.pause_after(0.0, STEADY_S) == 0.0


def test_start_that_fails_is_no_loss_but_makes_the_pause_longer() -> None:
    restarts = Restarts()
    assert restarts.pause_after(0.0, 100.0) == 0.0
    assert restarts.pause_after(None, 100.0) == FIRST_PAUSE_S
    assert restarts.count == 1


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1, 95])
def test_news_is_staggered_in_order_and_complete(count: int) -> None:
    lost = [EndpointId(str(number)) for number in range(count)]
    told = stagger(lost)
    assert [e for _, batch in told for e in batch] == lost
    assert all(len(batch) <= AT_ONCE for _, batch in told)
    delays = [delay for delay, _ in told]
    assert delays == sorted(set(delays))
    assert not delays or delays[0] == 0.0

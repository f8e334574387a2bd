"""Rows on their way into storage: in their order, none twice, none lost while it can be helped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signaling.consent_rows import AGAIN_S, MAX_ROWS, SPARE, ConsentRows, Row
from signaling.domain.errors import Code, Refusal
from signaling.storage.database import StorageAway
from tests.support.recorded_room import Gate, Steps


class Store:
    """A store that can be away, and rows that tell what becomes of them."""

    def __init__(self) -> None:
        self.now = 0.0
        self.steps = Steps()
        self.away = False
        self.tries = 0
        self.patience = 0
        self.gate = Gate()
        self.told: list[str] = []
        self.rows = ConsentRows(self.steps.start, self._pause, lambda: self.now)

    async def _pause(self, _seconds: float) -> bool:
        self.patience -= 1
        self.away = self.away and self.patience > 0
        return self.patience >= 0

    def put(self, name: str) -> None:
        async def put() -> None:
            self.tries += 1
            await self.gate
            if self.away:
                raise StorageAway
            if name == "bug":
                raise ValueError(name)
            if name == "gone":
                raise Refusal(Code.NOT_FOUND)
            self.told.append(name)

        self.rows.add(Row(put, self._say(f"{name} stored"), self._say(f"{name} failed")))
        self.settle()

    def _say(self, what: str) -> Callable[[], None]:
        return lambda: self.told.append(what)

    def settle(self) -> None:
        while self.steps.step():
            pass


def test_rows_are_stored_one_after_the_other() -> None:
    store = Store()
    store.gate.is_open = False
    store.put("a")
    store.put("b")
    assert (store.told, store.tries) == ([], 1)
    store.gate.is_open = True
    store.settle()
    assert store.told == ["a", "a stored", "b", "b stored"]


def test_what_cannot_be_stored_is_told_once_and_tried_again() -> None:
    store = Store()
    store.away = True
    store.put("a")
    store.put("b")
    assert (store.told, store.rows.is_away) == (["a failed", "b failed"], True)
    assert store.rows.next_deadline() == AGAIN_S
    store.now = AGAIN_S - 0.1
    store.rows.handle_timeout(store.now)
    store.settle()
    assert store.tries == 1
    store.now = AGAIN_S
    store.rows.handle_timeout(store.now)
    store.settle()
    store.away, store.now = False, 2 * AGAIN_S
    store.rows.handle_timeout(store.now)
    store.settle()
    assert store.told == ["a failed", "b failed", "a", "a stored", "b", "b stored"]
    assert (store.rows.is_away, store.rows.next_deadline()) == (False, None)


@pytest.mark.usefixtures("faults_expected")
def test_a_row_that_can_never_be_stored_holds_up_no_other() -> None:
    store = Store()
    for name in ("bug", "gone", "a"):
        store.put(name)
    assert store.told == ["bug failed", "gone failed", "a", "a stored"]


def test_no_more_waits_than_may() -> None:
    store = Store()
    store.away = True
    for index in range(MAX_ROWS + SPARE + 3):
        assert store.rows.is_full is (index >= MAX_ROWS)  # from there on it fails
        store.put(str(index))
    store.away, store.now = False, AGAIN_S
    store.rows.handle_timeout(store.now)
    store.settle()
    assert store.told[-1] == f"{MAX_ROWS + SPARE - 1} stored"


def test_after_the_room_s_end_it_goes_on_for_as_long_as_it_may() -> None:
    store = Store()
    store.away, store.patience = True, 3
    store.put("a")
    store.rows.over()
    store.settle()
    assert store.told == ["a failed", "a", "a stored"]
    store.away, store.patience = True, 0
    store.put("b")
    assert store.told[-1] == "b failed"

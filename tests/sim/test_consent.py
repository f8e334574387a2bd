"""Consent in a room of up to four, whatever they do, in any order: what must hold, always holds.

The invariants are numbered as in docs/consent.md.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sim.consent_schedules import run_schedule
from tests.sim.recorded_schedules import run_recorded

pytestmark = pytest.mark.sim

SCHEDULES, A_TEST, ENOUGH = 300, 20, 200


@pytest.mark.parametrize("first", range(0, SCHEDULES, A_TEST))
def test_nothing_is_captured_that_somebody_has_not_agreed_to(first: int) -> None:
    found = {seed: run_schedule(seed) for seed in range(first, first + A_TEST)}
    assert not {seed: broken for seed, broken in found.items() if broken}


def test_the_schedules_come_to_where_something_is_captured_and_to_every_end() -> None:
    """Of schedules in which nothing ever happens, nothing could be said."""
    assert not _unseen(
        run_schedule,
        {
            "start", "resume", "narrow", "exclude", "withdraw", "withdraw_purpose",
            "withdraw_medium", "stop", "emergency_stop", "fail", "close", "decline", "call_off",
            "unseen", "lapse", "cancel", "scatter",
        },
    )  # fmt: skip


@pytest.mark.parametrize("first", range(0, SCHEDULES, A_TEST))
def test_nothing_is_written_that_the_machine_does_not_allow(first: int) -> None:
    """The same with all that is around it: storage that is away, a recorder that is slow."""
    found = {seed: run_recorded(seed) for seed in range(first, first + A_TEST)}
    assert not {seed: broken for seed, broken in found.items() if broken}


def test_the_schedules_of_a_whole_room_come_to_every_end() -> None:
    assert not _unseen(
        run_recorded,
        {
            "start", "resume", "withdraw", "withdraw_medium", "stop", "emergency_stop", "fail",
            "close", "decline", "unseen", "cancel", "scatter", "exclude",
        },
    )  # fmt: skip


def _unseen(run: Callable[[int, set[str]], object], turns: set[str]) -> set[str]:
    """Returns which of these turns none of so many schedules comes to."""
    seen: set[str] = set()
    for seed in range(ENOUGH):
        run(seed, seen)
        if seen >= turns:
            break
    return turns - seen

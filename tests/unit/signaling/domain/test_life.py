from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.errors import Code, Refusal
from signaling.domain.life import (
    LIFE,
    MOST_MORE,
    OPEN_DOOR,
    Life,
    Outcome,
    Stage,
    Turn,
    admit,
    come_later,
    follow,
    give_time,
)

USUAL = [Turn.ARRIVE, Turn.ADMIT, Turn.MEET]


def after(*turns: Turn) -> Life:
    life = Life()
    for at, turn in enumerate(turns, start=1):
        life = follow(life, turn, at)
    return life


def test_an_hour_as_it_is_meant() -> None:
    life = after(*USUAL, Turn.CUT, Turn.MEET, Turn.END)
    assert life == Life(
        Stage.ENDED, arrived_at=1, admitted_at=2, begun_at=3, ended_at=6, outcome=Outcome.HELD
    )


@pytest.mark.parametrize(("stage", "turn"), list(product(Stage, Turn)))
def test_what_the_table_does_not_name_is_refused(stage: Stage, turn: Turn) -> None:
    life = Life(stage)
    if (stage, turn) in LIFE:
        assert follow(life, turn, 1).stage is LIFE[stage, turn]
        return
    with pytest.raises(Refusal) as refused:
        follow(life, turn, 1)
    assert refused.value.code is Code.NOT_NOW


@given(st.lists(st.sampled_from(Turn)))
def test_the_door_opens_only_when_somebody_opened_it(turns: list[Turn]) -> None:
    life = Life()
    for at, turn in enumerate(turns):
        try:
            life = follow(life, turn, at)
        except Refusal:
            continue
        assert life.door_is_open == (life.admitted_at is not None and life.ended_at is None)
        assert (life.stage is Stage.INTERRUPTED) == (life.cut_at is not None)
        assert (life.outcome is None) == (life.stage is not Stage.ENDED)


def test_nobody_leaves_an_ended_session_s_state() -> None:
    assert all(stage is not Stage.ENDED for stage, _ in LIFE)
    assert Stage.ENDED not in OPEN_DOOR


@pytest.mark.parametrize(
    ("turns", "outcome"),
    [
        ([Turn.CANCEL], Outcome.CANCELLED),
        ([Turn.ARRIVE, Turn.CANCEL], Outcome.CANCELLED),
        ([Turn.EXPIRE], Outcome.MISSED),
        ([Turn.ARRIVE, Turn.ADMIT, Turn.END], Outcome.MISSED),
        ([*USUAL, Turn.EXPIRE], Outcome.HELD),
        ([*USUAL, Turn.CUT, Turn.END], Outcome.HELD),
    ],
)
def test_how_it_ended_is_known(turns: list[Turn], outcome: Outcome) -> None:
    assert after(*turns).outcome is outcome


def test_the_place_is_confirmed_or_a_reason_given() -> None:
    waiting = after(Turn.ARRIVE)
    with pytest.raises(Refusal) as refused:
        admit(waiting, 2, confirmed=False, reason=" ")
    assert refused.value.code is Code.PLACE_UNCONFIRMED
    assert admit(waiting, 2, confirmed=False, reason="known by phone").door_is_open
    assert admit(waiting, 2, confirmed=True, reason="").admitted_at == 2


def test_the_client_who_turned_back_is_waited_for_again() -> None:
    life = after(Turn.ARRIVE, Turn.TURN_BACK, Turn.ARRIVE)
    assert (life.stage, life.arrived_at) == (Stage.WAITING, 1)


def test_to_be_late_is_said_before_the_door_opens() -> None:
    assert come_later(after(Turn.ARRIVE), 5).late_minutes == 5
    with pytest.raises(Refusal):
        come_later(after(*USUAL), 5)


def test_time_given_twice_is_given_once_and_has_an_end() -> None:
    life = give_time(give_time(after(*USUAL), 5), 5)
    assert life.more_minutes == 5
    assert give_time(life, MOST_MORE).more_minutes == MOST_MORE
    for wrong, minutes in (
        (life, MOST_MORE + 5), (life, 0), (Life(), 5), (after(*USUAL, Turn.END), 5),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            give_time(wrong, minutes)

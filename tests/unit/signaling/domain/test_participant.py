"""Presence, over the whole product of states and inputs."""

from __future__ import annotations

from itertools import product

import pytest

from media.rungs import ORDER, Rung
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import Direction, LinkView, Presence
from signaling.domain.grants import Role
from signaling.domain.participant import (
    HOLDS_SEAT,
    IN_ROSTER,
    PRESENCE,
    REMEMBERED,
    SEATED,
    Participant,
    SeatInput,
)


def someone(presence: Presence) -> Participant:
    return Participant("p", Role.CLIENT, "n", presence)


@pytest.mark.parametrize(("presence", "given"), list(product(Presence, SeatInput)))
def test_every_pair_follows_the_table_or_is_refused(presence: Presence, given: SeatInput) -> None:
    participant = someone(presence)
    following = PRESENCE.get((presence, given))
    if following is None:
        with pytest.raises(Refusal) as refused:
            participant.step(given)
        assert refused.value.code is Code.NOT_IN_ROOM
        assert participant == someone(presence)
    else:
        assert participant.step(given) is presence
        assert participant.presence is following


def test_every_seat_can_be_taken_away() -> None:
    for presence in REMEMBERED:
        assert PRESENCE[presence, SeatInput.REMOVE] is Presence.GONE


def test_who_is_offline_holds_no_seat_and_comes_back_through_the_door() -> None:
    assert Presence.OFFLINE in IN_ROSTER - HOLDS_SEAT
    given = {given for state, given in PRESENCE if state is Presence.OFFLINE}
    assert given == {SeatInput.ADMIT, SeatInput.TIME_OUT, SeatInput.REMOVE}
    assert PRESENCE[Presence.OFFLINE, SeatInput.ADMIT] in HOLDS_SEAT


def test_a_seat_steps_down_by_time_alone_until_nothing_is_left() -> None:
    presence, steps = Presence.AWAY, []
    while presence is not Presence.GONE:
        presence = PRESENCE[presence, SeatInput.TIME_OUT]
        steps.append(presence)
    assert steps == [Presence.OFFLINE, Presence.GONE]


def test_who_is_gone_comes_back_only_by_a_token() -> None:
    assert [given for state, given in PRESENCE if state is Presence.GONE] == [SeatInput.ADMIT]


def test_only_who_is_here_can_be_lost() -> None:
    assert [state for state, given in PRESENCE if given is SeatInput.LOSE] == [Presence.PRESENT]
    assert SEATED < HOLDS_SEAT


def test_vacating_forgets_the_stay_and_keeps_the_person() -> None:
    participant = someone(Presence.PRESENT)
    participant.connection, participant.held_until = "c", 1.0
    participant.microphone = participant.camera = True
    participant.link = LinkView.CONNECTED
    participant.rungs[Direction.UP] = Rung.VOICE
    participant.vacate()
    assert participant == someone(Presence.PRESENT)


@pytest.mark.parametrize(("up", "down"), list(product(ORDER, ORDER)))
def test_a_line_is_as_good_as_its_weaker_direction(up: Rung, down: Rung) -> None:
    participant = someone(Presence.PRESENT)
    assert participant.rung is Rung.CLEAR
    participant.rungs = {Direction.UP: up, Direction.DOWN: down}
    assert ORDER.index(participant.rung) == max(ORDER.index(up), ORDER.index(down))
    assert participant.seen().rung is participant.rung


def test_seen_shows_no_connection() -> None:
    participant = someone(Presence.AWAY)
    participant.connection = "a-connection"
    seen = participant.seen()
    assert (seen.id, seen.role, seen.name, seen.presence) == (
        "p", Role.CLIENT, "n", Presence.AWAY,
    )  # fmt: skip
    assert "a-connection" not in repr(seen)

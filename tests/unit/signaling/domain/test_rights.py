from __future__ import annotations

from itertools import product

import pytest

from signaling.domain.rights import RIGHTS, Bond, Position, Right, may

OF_A_PERSON = sorted(set(Right) - {Right.WATCH_QUALITY, Right.SET_UP_CLINIC, Right.KEEP_KEYS})
SAID_IN_A_SESSION = [Right.ENTER, Right.LEAD, Right.SEE_TODAY, Right.SEE_CHANGE, Right.RATE]


@pytest.mark.parametrize("position", Position)
def test_nobody_has_a_right_toward_a_stranger(position: Position) -> None:
    assert not any(may([position], right, set()) for right in Right)


@pytest.mark.parametrize("right", OF_A_PERSON)
def test_the_operator_has_no_right_to_anything_of_a_person(right: Right) -> None:
    assert not may([Position.OPERATOR], right, set(Bond))


@pytest.mark.parametrize(
    ("position", "right"),
    list(product([Position.ADMIN, Position.BACK_END], SAID_IN_A_SESSION)),
)
def test_who_runs_a_clinic_sees_nothing_of_its_sessions(position: Position, right: Right) -> None:
    assert not may([position], right, set(Bond))


@pytest.mark.parametrize("right", Right)
def test_a_supervisor_has_to_do_with_recordings_and_nothing_else(right: Right) -> None:
    of_recordings = right in {Right.SEE_RECORDINGS, Right.PLAY}
    assert may([Position.SUPERVISOR], right, set(Bond)) == of_recordings


def test_who_runs_a_clinic_stops_recordings_and_plays_none() -> None:
    assert may([Position.ADMIN], Right.STOP_RECORDINGS, {Bond.CLINIC})
    for position in (Position.ADMIN, Position.BACK_END, Position.OPERATOR):
        assert not may([position], Right.PLAY, set(Bond))
    assert not may([Position.CLIENT], Right.PLAY, set(Bond) - {Bond.SELF})


@pytest.mark.parametrize("right", Right)
def test_a_client_has_rights_to_their_own_alone(right: Right) -> None:
    assert not may([Position.CLIENT], right, set(Bond) - {Bond.SELF})


def test_a_counsellor_of_the_same_clinic_is_a_stranger_to_others_clients() -> None:
    for right in Right:
        assert not may([Position.COUNSELLOR], right, {Bond.CLINIC})
    assert may([Position.COUNSELLOR], Right.LEAD, {Bond.OWN, Bond.CLINIC})


def test_positions_add_up() -> None:
    both = [Position.COUNSELLOR, Position.ADMIN]
    assert may(both, Right.READ_AUDIT, {Bond.CLINIC})
    assert may(both, Right.ENTER, {Bond.OWN})
    assert not may(both, Right.ENTER, {Bond.CLINIC})


@pytest.mark.parametrize("right", Right)
def test_every_right_is_somebody_s(right: Right) -> None:
    assert any(known is right for _, known in RIGHTS)

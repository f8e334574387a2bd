"""Joins end once, rungs are followed, and who does not come back is seen."""

from __future__ import annotations

from typing import Any

import pytest

from media.channel import Phase
from media.rungs import Rung
from signaling.domain.events import (
    Changed,
    CloseReason,
    Cue,
    DevicePause,
    Left,
    LinkView,
    ParticipantSeen,
    Presence,
    SeatGone,
    Welcomed,
)
from signaling.domain.grants import Role
from signaling.room_watch import (
    JOIN_DEADLINE_S,
    JoinEnded,
    JoinReason,
    JoinResult,
    LevelChanged,
    NotBack,
    RoomWatch,
)

JOINED = JoinEnded(Role.CLIENT, JoinResult.JOINED, JoinReason.NONE)


def failed(reason: JoinReason) -> JoinEnded:
    return JoinEnded(Role.CLIENT, JoinResult.FAILED, reason)


def seen(**changes: Any) -> ParticipantSeen:
    given = {
        "id": "a",
        "role": Role.CLIENT,
        "name": "安",
        "presence": Presence.PRESENT,
        "microphone": False,
        "camera": False,
        "link": LinkView.NONE,
        "rung": Rung.CLEAR,
        "cue": Cue.BALANCED,
        "device_paused": DevicePause.NONE,
        "waits": False,
    }
    return ParticipantSeen(**(given | changes))


def welcomed(own: ParticipantSeen) -> Welcomed:
    other = seen(id="b", role=Role.COUNSELLOR)
    return Welcomed(own.id, False, (other, own), (), False, 1, 0, steady=False, log="log")


@pytest.fixture
def watch() -> RoomWatch:
    """Someone has just come in."""
    watch = RoomWatch()
    watch.handle_fact(welcomed(seen()), 0.0)
    assert watch.drain() == []
    return watch


def test_a_join_ends_with_the_first_media_path_and_only_once(watch: RoomWatch) -> None:
    for link in (LinkView.CONNECTING, LinkView.CONNECTED, LinkView.DISCONNECTED):
        watch.handle_fact(Changed(seen(link=link)), 1.0)
    watch.handle_fact(Changed(seen(link=LinkView.CONNECTED)), 2.0)
    watch.handle_timeout(JOIN_DEADLINE_S + 1)
    assert watch.drain() == [JOINED]


@pytest.mark.parametrize(
    ("phases", "reason"),
    [
        ((), JoinReason.ICE_FAILED),
        ((Phase.ICE,), JoinReason.DTLS_FAILED),
    ],
)
def test_a_join_without_a_path_fails_in_time(
    watch: RoomWatch, phases: tuple[Phase, ...], reason: JoinReason
) -> None:
    for phase in phases:
        watch.handle_phase("a", phase)
    watch.handle_phase("nobody", Phase.ICE)
    watch.handle_timeout(JOIN_DEADLINE_S - 0.1)
    assert watch.drain() == []
    watch.handle_timeout(JOIN_DEADLINE_S)
    watch.handle_fact(Changed(seen(link=LinkView.CONNECTED)), JOIN_DEADLINE_S + 1)
    assert watch.drain() == [failed(reason)]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (CloseReason.LEFT, [failed(JoinReason.LEFT)]),
        (CloseReason.LEFT_QUICKLY, [failed(JoinReason.LEFT)]),
        (CloseReason.TIMED_OUT, [failed(JoinReason.ICE_FAILED)]),
        (CloseReason.SESSION_ENDED, []),
        (CloseReason.SERVER_STOPPING, []),
    ],
)
def test_a_seat_given_up_before_there_was_a_path(
    watch: RoomWatch, reason: CloseReason, expected: list[JoinEnded]
) -> None:
    watch.handle_fact(SeatGone("a", reason), 3.0)
    assert watch.drain() == expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(CloseReason.LEFT, []), (CloseReason.TIMED_OUT, [NotBack(Role.CLIENT)])],
)
def test_a_seat_given_up_afterwards(
    watch: RoomWatch, reason: CloseReason, expected: list[NotBack]
) -> None:
    watch.handle_fact(Changed(seen(link=LinkView.CONNECTED)), 1.0)
    watch.handle_fact(SeatGone("a", reason), 3.0)
    assert watch.drain() == [JOINED, *expected]


def test_a_page_that_never_connected() -> None:
    watch = RoomWatch()
    watch.handle_fact(SeatGone("a", CloseReason.SESSION_ENDED), 1.0)
    watch.handle_fact(SeatGone("a", CloseReason.TIMED_OUT), 1.0)
    assert watch.drain() == [JoinEnded(None, JoinResult.FAILED, JoinReason.NO_LINE)]


def test_coming_again_is_another_join(watch: RoomWatch) -> None:
    watch.handle_fact(Changed(seen(link=LinkView.CONNECTED)), 1.0)
    watch.handle_fact(SeatGone("a", CloseReason.LEFT), 2.0)
    watch.handle_fact(Left("a", CloseReason.LEFT), 2.0)
    watch.handle_fact(welcomed(seen(link=LinkView.CONNECTED)), 3.0)
    assert watch.drain() == [JOINED, JOINED]


def test_rungs_are_followed_one_by_one(watch: RoomWatch) -> None:
    for rung in (Rung.CLEAR, Rung.SLOW, Rung.SLOW, Rung.SAVING):
        watch.handle_fact(Changed(seen(rung=rung)), 1.0)
    assert watch.drain() == [
        LevelChanged(Rung.CLEAR, Rung.SLOW),
        LevelChanged(Rung.SLOW, Rung.SAVING),
    ]

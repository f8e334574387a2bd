"""The door of a room: who waits there sees and says nothing, until the counsellor lets them in."""

from __future__ import annotations

import pytest

from media.rungs import Rung
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import (
    Changed,
    CloseReason,
    Cue,
    DevicePause,
    Direction,
    Invitation,
    LetInside,
    LinkView,
    Presence,
    ToConnection,
    Welcomed,
)
from signaling.domain.grants import Role
from signaling.domain.phases import RoomLimits
from signaling.domain.room import Room

EXPIRY = 200_000.0


class House:
    """A room, and how people come to it."""

    def __init__(self) -> None:
        self.room = Room(RoomLimits(), EXPIRY, 0.0)

    def admit(self, who: str, role: Role, *, waits: bool = False, now: float = 0.0) -> str:
        command = ask.Admit(who, f"id-{who}", role, who, EXPIRY, waits)
        result = self.room.handle(command, now)
        assert isinstance(result, ask.Admitted)
        return result.participant

    def enter(self, who: str, role: Role, *, waits: bool = False, now: float = 0.0) -> str:
        participant = self.admit(who, role, waits=waits, now=now)
        self.room.handle(ask.Connect(participant, f"socket-{who}", 0, 1), now)
        return participant

    def welcome(self) -> Welcomed:
        return next(o.fact for o in self.room.drain() if isinstance(o.fact, Welcomed))

    def refused(self, command: ask.Command) -> Code:
        with pytest.raises(Refusal) as raised:
            self.room.handle(command, 1.0)
        return raised.value.code


@pytest.fixture
def house() -> House:
    return House()


def test_from_the_door_one_sees_who_can_open_it_and_nobody_else(house: House) -> None:
    counsellor = house.enter("li", Role.COUNSELLOR)
    other = house.enter("zhang", Role.CLIENT)
    house.room.handle(ask.WriteText(counsellor, 1, "hello", 1), 0.0)
    house.room.drain()
    waiting = house.enter("wang", Role.CLIENT, waits=True)
    found = house.welcome()
    assert {seen.id for seen in found.roster} == {counsellor, waiting}
    assert found.texts == ()
    assert next(seen for seen in found.roster if seen.id == waiting).waits
    assert house.room.sees(waiting, counsellor)
    assert house.room.sees(counsellor, waiting)
    assert not house.room.sees(waiting, other)


def test_from_the_door_nothing_can_be_said_or_done_but_leave(house: House) -> None:
    counsellor = house.enter("li", Role.COUNSELLOR)
    waiting = house.enter("wang", Role.CLIENT, waits=True)
    commands: list[ask.Command] = [
        ask.WriteText(waiting, 1, "hello", 1),
        ask.ReadTexts(waiting, 0),
        ask.SwitchMedia(waiting, microphone=True, camera=True),
        ask.SetDevice(waiting, DevicePause.NONE),
        ask.SetLink(waiting, LinkView.CONNECTED),
        ask.SetRung(waiting, Direction.UP, Rung.VOICE),
        ask.SetCue(waiting, counsellor, Cue.BALANCED),
        ask.LetIn(waiting, waiting),
        ask.Invite(counsellor, waiting, Invitation.VIDEO),
    ]
    assert {house.refused(each) for each in commands} == {Code.NOT_ADMITTED}
    with pytest.raises(Refusal) as raised:
        house.room.insider("socket-wang")
    assert raised.value.code is Code.NOT_ADMITTED
    house.room.handle(ask.Leave(waiting), 1.0)


def test_who_is_let_in_finds_the_room_as_it_is(house: House) -> None:
    counsellor = house.enter("li", Role.COUNSELLOR)
    other = house.enter("zhang", Role.CLIENT)
    house.room.handle(ask.WriteText(counsellor, 1, "hello", 1), 0.0)
    waiting = house.enter("wang", Role.CLIENT, waits=True)
    house.room.drain()
    house.room.handle(ask.LetIn(counsellor, waiting), 1.0)
    first, second = house.room.drain()
    assert first.to == ToConnection("socket-wang")
    assert isinstance(first.fact, LetInside)
    assert {seen.id for seen in first.fact.roster} == {counsellor, other, waiting}
    assert [line.body for line in first.fact.texts] == ["hello"]
    assert isinstance(second.fact, Changed)
    assert not second.fact.participant.waits
    assert house.room.insider("socket-wang").id == waiting
    house.room.handle(ask.WriteText(waiting, 1, "hello", 1), 1.0)
    house.room.drain()
    house.room.handle(ask.LetIn(counsellor, waiting), 2.0)
    assert house.room.drain() == []


def test_only_the_counsellor_lets_in(house: House) -> None:
    house.enter("li", Role.COUNSELLOR)
    client = house.enter("zhang", Role.CLIENT)
    waiting = house.enter("wang", Role.CLIENT, waits=True)
    assert house.refused(ask.LetIn(client, waiting)) is Code.NOT_ALLOWED
    assert house.refused(ask.LetIn("nobody", waiting)) is Code.NOT_IN_ROOM


def test_who_is_gone_cannot_be_let_in(house: House) -> None:
    counsellor = house.enter("li", Role.COUNSELLOR)
    waiting = house.enter("wang", Role.CLIENT, waits=True)
    house.room.handle(ask.Leave(waiting), 1.0)
    assert house.refused(ask.LetIn(counsellor, waiting)) is Code.NOT_IN_ROOM


def test_who_lost_the_line_at_the_door_waits_there_still(house: House) -> None:
    counsellor = house.enter("li", Role.COUNSELLOR)
    waiting = house.enter("wang", Role.CLIENT, waits=True)
    house.room.handle(ask.Lose("socket-wang"), 1.0)
    assert house.enter("wang", Role.CLIENT, waits=True, now=2.0) == waiting
    assert house.refused(ask.WriteText(waiting, 1, "hello", 1)) is Code.NOT_ADMITTED
    # Let in while the line was away: found at the next welcome.
    house.room.handle(ask.Lose("socket-wang"), 3.0)
    house.room.handle(ask.LetIn(counsellor, waiting), 4.0)
    house.room.drain()
    house.enter("wang", Role.CLIENT, waits=True, now=5.0)
    assert not next(seen for seen in house.welcome().roster if seen.id == waiting).waits


def test_who_left_and_comes_again_waits_again(house: House) -> None:
    counsellor = house.enter("li", Role.COUNSELLOR)
    waiting = house.enter("wang", Role.CLIENT, waits=True)
    house.room.handle(ask.LetIn(counsellor, waiting), 1.0)
    house.room.handle(ask.Leave(waiting), 2.0)
    house.enter("wang", Role.CLIENT, waits=True, now=3.0)
    assert house.refused(ask.WriteText(waiting, 1, "hello", 1)) is Code.NOT_ADMITTED
    house.room.handle(ask.Remove(waiting, CloseReason.REVOKED), 4.0)
    assert next(p for p in house.room.participants() if p.id == waiting).presence is Presence.GONE

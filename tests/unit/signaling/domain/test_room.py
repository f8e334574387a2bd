"""A room: coming, going, being replaced, ending; and anything at all in any order."""

from __future__ import annotations

import copy
from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from media.rungs import Rung
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import (
    Changed,
    CloseReason,
    Cue,
    Direction,
    Dismissed,
    Invitation,
    Invited,
    Left,
    LinkView,
    Output,
    Presence,
    SeatGone,
    SteadyHeld,
    TextAdded,
    ToAll,
    ToAllBut,
    ToConnection,
    ToShell,
    Welcomed,
)
from signaling.domain.grants import Role
from signaling.domain.participant import HOLDS_SEAT
from signaling.domain.phases import PHASES, Phase, PhaseInput, RoomLimits
from signaling.domain.room import Room

LIMITS = RoomLimits(
    seat_hold_s=120, text_hold_s=86_400, empty_room_s=600, max_participants=3, max_lines=50,
    max_offline=2,
)  # fmt: skip
EXPIRY = 200_000.0


def new_room() -> Room:
    return Room(LIMITS, EXPIRY, 0.0)


def admit(room: Room, who: str, role: Role = Role.CLIENT, now: float = 0.0) -> str:
    result = room.handle(ask.Admit(who, f"id-{who}", role, who, EXPIRY), now)
    assert isinstance(result, ask.Admitted)
    return result.participant


def enter(room: Room, who: str, role: Role = Role.CLIENT, now: float = 0.0) -> str:
    participant = admit(room, who, role, now)
    room.handle(ask.Connect(participant, f"c-{who}", 0, 7), now)
    return participant


def two() -> tuple[Room, str, str]:
    room = new_room()
    counsellor = enter(room, "counsellor", Role.COUNSELLOR)
    client = enter(room, "client")
    room.drain()
    return room, counsellor, client


def facts(room: Room) -> list[Any]:
    return [output.fact for output in room.drain()]


def presence_of(room: Room, who: str) -> Presence:
    return next(p.presence for p in room.participants() if p.id == who)


def refused(room: Room, command: ask.Command, now: float = 1.0) -> Code:
    """Refuse, and change nothing."""
    before = state_of(room)
    with pytest.raises(Refusal) as error:
        room.handle(command, now)
    assert state_of(room) == before
    return error.value.code


def state_of(room: Room) -> Any:
    plain = {k: v for k, v in vars(room).items() if k not in {"_handlers", "_texts", "_guiding"}}
    plain["steady"] = room.steady
    plain["texts"] = room._texts.after(0)
    return copy.deepcopy(plain)


@pytest.mark.parametrize(("phase", "given"), list(product(Phase, PhaseInput)))
def test_only_an_open_room_can_end(phase: Phase, given: PhaseInput) -> None:
    assert ((phase, given) in PHASES) == (phase is Phase.OPEN)
    if (phase, given) in PHASES:
        assert PHASES[phase, given] is not Phase.OPEN


def test_welcome_shows_the_room() -> None:
    room = new_room()
    counsellor = enter(room, "counsellor", Role.COUNSELLOR)
    room.drain()
    client = enter(room, "client")
    to, welcome = room.drain()[0].to, None
    assert to == ToConnection("c-client")
    room.handle(ask.WriteText(counsellor, 1, "早", 5), 1.0)
    room.handle(ask.Connect(client, "c-2", 0, 9), 1.0)
    welcome = next(fact for fact in facts(room) if isinstance(fact, Welcomed))
    assert (welcome.participant, welcome.resumed, welcome.can_end) == (client, True, False)
    assert [seen.id for seen in welcome.roster] == [counsellor, client]
    assert [line.body for line in welcome.texts] == ["早"]
    assert (welcome.next_ref, welcome.started_at) == (1, 7)


def test_newcomer_is_announced_to_the_others_alone() -> None:
    room = new_room()
    enter(room, "a")
    room.drain()
    participant = admit(room, "b")
    assert room.drain() == []
    room.handle(ask.Connect(participant, "c-b", 0, 7), 0.0)
    welcome, announced = room.drain()
    assert isinstance(welcome.fact, Welcomed)
    assert not welcome.fact.resumed
    assert announced.to == ToAllBut(participant)
    assert isinstance(announced.fact, Changed)


def test_same_identity_keeps_its_seat_and_its_name() -> None:
    room, _, client = two()
    again = room.handle(ask.Admit("client", "other-id", Role.CLIENT, "other name", EXPIRY), 1.0)
    assert again == ask.Admitted(client)
    assert next(p for p in room.participants() if p.id == client).name == "client"


def test_expected_person_may_be_renamed_by_a_newer_token() -> None:
    room = new_room()
    admit(room, "a")
    room.handle(ask.Admit("a", "x", Role.COUNSELLOR, "new", EXPIRY), 1.0)
    (only,) = room.participants()
    assert (only.role, only.name) == (Role.COUNSELLOR, "new")


def test_lost_socket_keeps_the_seat_then_the_place_alone() -> None:
    room, counsellor, client = two()
    room.handle(ask.Lose("c-client"), 10.0)
    (away,) = room.drain()
    assert away.to == ToAll()
    assert isinstance(away.fact, Changed)
    assert away.fact.participant.presence is Presence.AWAY
    assert room.next_deadline() == 130.0
    room.handle_timeout(129.9)
    assert room.drain() == []
    room.handle_timeout(130.0)
    gone, offline = room.drain()
    assert gone == Output(ToShell(), SeatGone(client, CloseReason.TIMED_OUT))
    assert offline.to == ToAllBut(client)
    assert isinstance(offline.fact, Changed)
    assert offline.fact.participant.presence is Presence.OFFLINE
    assert refused(room, ask.Connect(client, "c-late", 0, 1), 131.0) is Code.NOT_IN_ROOM
    assert refused(room, ask.WriteText(client, 1, "a", 0), 131.0) is Code.NOT_IN_ROOM
    assert counsellor in {p.id for p in room.participants()}


@pytest.mark.parametrize("kind", Invitation)
def test_an_invitation_is_a_question_to_one_person_alone(kind: Invitation) -> None:
    room, counsellor, client = two()
    enter(room, "other")
    room.drain()
    before = room.holder("c-client").seen()
    room.handle(ask.Invite(counsellor, client, kind), 1.0)
    assert room.drain() == [Output(ToConnection("c-client"), Invited(counsellor, kind))]
    assert room.holder("c-client").seen() == before
    # What is on already needs no asking for.
    room.handle(ask.SwitchMedia(client, True, True), 1.0)
    room.drain()
    room.handle(ask.Invite(counsellor, client, kind), 1.0)
    assert room.drain() == []


def test_only_the_counsellor_invites_and_only_who_is_there() -> None:
    room, counsellor, client = two()
    kind = Invitation.VIDEO
    assert refused(room, ask.Invite(client, counsellor, kind)) is Code.NOT_ALLOWED
    assert refused(room, ask.Invite(counsellor, counsellor, kind)) is Code.NOT_ALLOWED
    assert refused(room, ask.Invite(counsellor, "nobody", kind)) is Code.NOT_IN_ROOM
    room.handle(ask.Lose("c-client"), 1.0)
    assert refused(room, ask.Invite(counsellor, client, kind)) is Code.NOT_IN_ROOM


def test_who_comes_back_within_a_day_finds_every_line_once_and_in_order() -> None:
    room, counsellor, client = two()
    room.handle(ask.WriteText(client, 1, "before", 0), 1.0)
    room.handle(ask.Lose("c-client"), 10.0)
    room.handle_timeout(130.0)
    for ref in (1, 2, 3):
        room.handle(ask.WriteText(counsellor, ref, f"line {ref}", 0), 1_000.0 * ref)
    room.drain()
    assert admit(room, "client", now=86_000.0) == client
    (at_the_door,) = room.drain()
    assert isinstance(at_the_door.fact, Changed)
    assert at_the_door.fact.participant.presence is Presence.AWAY
    room.handle(ask.Connect(client, "c-new", 1, 0), 86_000.0)
    welcome = facts(room)[0]
    assert [(line.seq, line.body) for line in welcome.texts] == [
        (2, "line 1"), (3, "line 2"), (4, "line 3"),
    ]  # fmt: skip
    assert welcome.next_ref == 2


def test_after_a_day_the_place_is_gone_and_the_others_are_told() -> None:
    room, _, client = two()
    room.handle(ask.Lose("c-client"), 0.0)
    room.handle_timeout(120.0)
    room.drain()
    assert room.next_deadline() == 120.0 + 86_400
    room.handle_timeout(120.0 + 86_400)
    assert room.drain() == [Output(ToAllBut(client), Left(client, CloseReason.TIMED_OUT))]


def test_a_seat_is_held_while_its_voice_has_a_path() -> None:
    room, _, client = two()
    room.handle(ask.SetLink(client, LinkView.CONNECTED), 1.0)
    room.handle(ask.Lose("c-client"), 10.0)
    room.handle_timeout(5_000.0)
    assert presence_of(room, client) is Presence.AWAY
    room.handle(ask.WriteText(client, 1, "by the channel", 0), 5_000.0)
    room.handle(ask.SetLink(client, LinkView.DISCONNECTED), 5_001.0)
    room.handle_timeout(5_120.9)
    assert presence_of(room, client) is Presence.AWAY
    room.handle_timeout(5_121.0)
    assert presence_of(room, client) is Presence.OFFLINE


def test_a_newcomer_may_take_the_seat_of_who_is_offline() -> None:
    room, _, client = two()
    enter(room, "third")
    room.handle(ask.Lose("c-client"), 10.0)
    newcomer = ask.Admit("new", "id-new", Role.CLIENT, "new", EXPIRY)
    assert refused(room, newcomer, 129.0) is Code.ROOM_FULL
    assert admit(room, "new", now=130.0) == "id-new"
    room.handle(ask.Connect("id-new", "c-new", 0, 0), 130.0)
    again = ask.Admit("client", "x", Role.CLIENT, "c", EXPIRY)
    assert refused(room, again, 140.0) is Code.ROOM_FULL
    assert presence_of(room, client) is Presence.OFFLINE
    room.handle(ask.Leave("id-new"), 150.0)
    assert admit(room, "client", now=150.0) == client


def test_the_seat_of_who_knocks_waits_again() -> None:
    room, _, client = two()
    room.handle(ask.Lose("c-client"), 0.0)
    admit(room, "client", now=119.0)
    room.handle_timeout(238.0)
    assert presence_of(room, client) is Presence.AWAY
    room.handle_timeout(239.0)
    assert presence_of(room, client) is Presence.OFFLINE
    admit(room, "client", now=1_000.0)
    room.handle_timeout(1_120.0)
    assert presence_of(room, client) is Presence.OFFLINE


def test_of_too_many_absent_the_longest_absent_is_forgotten() -> None:
    room = new_room()
    for step, who in enumerate(["a", "b", "c"]):
        at = 200.0 * step
        enter(room, who, now=at)
        room.handle(ask.Lose(f"c-{who}"), at)
    room.handle_timeout(700.0)
    assert [presence_of(room, f"id-{who}") for who in "abc"] == [
        Presence.GONE, Presence.OFFLINE, Presence.OFFLINE,
    ]  # fmt: skip


def test_a_deserted_room_keeps_its_text_and_can_be_told_to_forget() -> None:
    room, counsellor, client = two()
    room.handle(ask.WriteText(client, 1, "kept", 0), 1.0)
    assert refused(room, ask.Forget()) is Code.BUSY
    room.handle(ask.Lose("c-client"), 1.0)
    room.handle(ask.Leave(counsellor), 1.0)
    assert not room.is_deserted
    room.handle_timeout(80_000.0)
    assert (room.phase, room.is_deserted, room.text_size) == (Phase.OPEN, True, (1, 4))
    room.handle(ask.Forget(), 80_001.0)
    assert room.phase is Phase.DORMANT


def test_lines_of_another_text_are_not_taken_for_this_one_s() -> None:
    room = Room(LIMITS, EXPIRY, 0.0, "log-two")
    person = enter(room, "a")
    room.handle(ask.WriteText(person, 1, "first of the new", 0), 1.0)
    for log, expected in (("", 0), ("log-two", 0), ("log-one", 1)):
        room.drain()
        room.handle(ask.Connect(person, f"c-{log}", 40, 0, log), 2.0)
        welcome = next(fact for fact in facts(room) if isinstance(fact, Welcomed))
        assert (welcome.log, len(welcome.texts)) == ("log-two", expected)


def test_coming_back_in_time_resumes() -> None:
    room, _, client = two()
    room.handle(ask.WriteText(client, 1, "a", 0), 1.0)
    room.handle(ask.SwitchMedia(client, True, False), 1.0)
    room.handle(ask.Lose("c-client"), 10.0)
    room.drain()
    room.handle(ask.Connect(client, "c-new", 0, 0), 129.0)
    welcome = facts(room)[0]
    assert (welcome.resumed, welcome.next_ref) == (True, 2)
    assert next(p for p in room.participants() if p.id == client).microphone
    assert room.next_deadline() == EXPIRY


def test_seat_comes_too_late_at_its_own_deadline() -> None:
    room, _, client = two()
    room.handle(ask.Lose("c-client"), 10.0)
    with pytest.raises(Refusal) as error:
        room.handle(ask.Connect(client, "c-new", 0, 0), 130.0)
    assert error.value.code is Code.NOT_IN_ROOM


def test_unknown_connection_is_lost_without_consequence() -> None:
    room, _, _ = two()
    room.handle(ask.Lose("nobody"), 1.0)
    assert room.drain() == []


def test_second_connection_takes_over() -> None:
    room, _, client = two()
    room.handle(ask.Connect(client, "c-new", 0, 0), 1.0)
    dismissed, welcomed = room.drain()
    assert dismissed == Output(ToConnection("c-client"), Dismissed(CloseReason.TAKEN_OVER))
    assert welcomed.to == ToConnection("c-new")
    room.handle(ask.Lose("c-client"), 2.0)
    assert room.drain() == []
    assert room.holder("c-new").id == client
    with pytest.raises(Refusal):
        room.holder("c-client")


def test_leaving_frees_the_seat_and_the_link_still_works() -> None:
    room, _, client = two()
    room.handle(ask.Leave(client), 1.0)
    assert facts(room) == [
        Dismissed(CloseReason.LEFT),
        SeatGone(client, CloseReason.LEFT),
        Left(client, CloseReason.LEFT),
    ]
    assert enter(room, "client", now=2.0) == client


def test_leaving_quickly_says_so_to_the_others() -> None:
    room, _, client = two()
    room.handle(ask.Leave(client, quickly=True), 1.0)
    assert facts(room) == [
        Dismissed(CloseReason.LEFT_QUICKLY),
        SeatGone(client, CloseReason.LEFT_QUICKLY),
        Left(client, CloseReason.LEFT_QUICKLY),
    ]


def test_never_connected_seat_is_given_up_in_silence() -> None:
    room, _, _ = two()
    late = admit(room, "late")
    room.handle_timeout(120.0)
    assert facts(room) == [SeatGone(late, CloseReason.TIMED_OUT)]


def test_full_room() -> None:
    room, _, client = two()
    enter(room, "third")
    assert refused(room, ask.Admit("4", "id-4", Role.CLIENT, "4", EXPIRY)) is Code.ROOM_FULL
    assert admit(room, "client", now=1.0) == client
    room.handle(ask.Leave(client), 1.0)
    assert admit(room, "fourth", now=1.0) == "id-fourth"
    assert refused(room, ask.Admit("client", "x", Role.CLIENT, "c", EXPIRY)) is Code.ROOM_FULL


def test_counsellor_ends_for_all() -> None:
    room, counsellor, client = two()
    admit(room, "expected")
    assert refused(room, ask.End(client)) is Code.NOT_ALLOWED
    room.handle(ask.End(counsellor), 1.0)
    assert (room.phase, room.reason) == (Phase.ENDED, CloseReason.SESSION_ENDED)
    outputs = room.drain()
    dismissed = [o.to for o in outputs if o.fact == Dismissed(CloseReason.SESSION_ENDED)]
    assert dismissed == [ToConnection("c-counsellor"), ToConnection("c-client")]
    assert sum(isinstance(o.fact, SeatGone) for o in outputs) == 3
    assert not [o for o in outputs if isinstance(o.fact, Left)]
    assert refused(room, ask.Admit("x", "x", Role.CLIENT, "x", EXPIRY)) is Code.ROOM_ENDED
    assert room.next_deadline() is None
    room.handle_timeout(EXPIRY)
    assert room.drain() == []


def test_session_expires() -> None:
    room, _, _ = two()
    room.handle_timeout(EXPIRY)
    assert (room.phase, room.reason) == (Phase.ENDED, CloseReason.EXPIRED)


def test_later_token_keeps_a_session_open_longer() -> None:
    room, _, _ = two()
    room.handle(ask.Admit("client", "x", Role.CLIENT, "c", EXPIRY + 5), 1.0)
    assert room.next_deadline() == EXPIRY + 5


def test_closed_from_above() -> None:
    room, _, _ = two()
    room.handle(ask.Close(CloseReason.SERVER_STOPPING), 1.0)
    assert Dismissed(CloseReason.SERVER_STOPPING) in facts(room)
    assert room.phase is Phase.ENDED


def test_removed_person_is_told() -> None:
    room, _, client = two()
    room.handle(ask.Remove(client, CloseReason.REVOKED), 1.0)
    assert facts(room)[0] == Dismissed(CloseReason.REVOKED)
    assert refused(room, ask.Remove(client, CloseReason.REVOKED)) is Code.NOT_IN_ROOM
    assert refused(room, ask.Remove("unknown", CloseReason.REVOKED)) is Code.NOT_IN_ROOM


def test_empty_room_is_forgotten_and_not_ended() -> None:
    room = new_room()
    assert room.next_deadline() == 600.0
    person = enter(room, "a")
    assert room.next_deadline() == EXPIRY
    room.handle(ask.Leave(person), 50.0)
    assert room.next_deadline() == 650.0
    room.handle_timeout(650.0)
    assert room.phase is Phase.DORMANT


def test_media_and_link_are_told_when_they_change() -> None:
    room, _, client = two()
    for _ in range(2):
        room.handle(ask.SwitchMedia(client, True, True), 1.0)
        room.handle(ask.SetLink(client, LinkView.CONNECTED), 1.0)
        room.handle(ask.SetRung(client, Direction.DOWN, Rung.SLOW), 1.0)
        room.handle(ask.SetRung(client, Direction.UP, Rung.SAVING), 1.0)  # hidden by the worse
    changes = facts(room)
    assert len(changes) == 3
    assert changes[-1].participant.rung is Rung.SLOW
    assert changes[-1].participant.link is LinkView.CONNECTED
    assert changes[-1].participant.camera


def test_the_counsellor_says_what_of_a_picture_matters_and_all_are_told_once() -> None:
    room, counsellor, client = two()
    for _ in range(2):
        room.handle(ask.SetCue(counsellor, client, Cue.DETAIL), 1.0)
    (change,) = facts(room)
    assert (change.participant.id, change.participant.cue) == (client, Cue.DETAIL)
    assert refused(room, ask.SetCue(client, counsellor, Cue.MOTION)) is Code.NOT_ALLOWED
    assert refused(room, ask.SetCue(counsellor, "nobody", Cue.MOTION)) is Code.NOT_IN_ROOM
    room.handle(ask.Leave(client), 2.0)
    assert refused(room, ask.SetCue(counsellor, client, Cue.MOTION)) is Code.NOT_IN_ROOM


def test_a_moment_is_held_steady_by_the_counsellor_alone_and_ends_with_the_room() -> None:
    room, counsellor, client = two()
    assert refused(room, ask.HoldSteady(client, True)) is Code.NOT_ALLOWED
    for _ in range(2):
        room.handle(ask.HoldSteady(counsellor, True), 1.0)
    assert room.drain() == [Output(ToAll(), SteadyHeld(True))]
    room.handle(ask.Lose(client), 2.0)
    room.handle(ask.Connect(client, "again", 0, 0), 3.0)
    welcome = next(f for f in facts(room) if isinstance(f, Welcomed))
    assert welcome.steady
    room.handle(ask.Leave(client), 4.0)
    assert room.steady
    room.handle(ask.Leave(counsellor), 5.0)
    assert not room.steady


def test_texts_are_spread_once() -> None:
    room, counsellor, client = two()
    first = room.handle(ask.WriteText(client, 1, "a", 11), 1.0)
    assert room.handle(ask.WriteText(client, 1, "a", 99), 2.0) == first
    assert isinstance(first, ask.Written)
    assert room.drain() == [Output(ToAll(), TextAdded(first.line))]
    assert room.handle(ask.ReadTexts(counsellor, 0), 2.0) == ask.Read((first.line,))
    assert refused(room, ask.WriteText(client, 3, "a", 0)) is Code.TEXT_OUT_OF_ORDER


@pytest.mark.parametrize(
    "command",
    [
        ask.WriteText("p", 1, "a", 0),
        ask.ReadTexts("p", 0),
        ask.SwitchMedia("p", True, True),
        ask.SetLink("p", LinkView.CONNECTED),
        ask.SetRung("p", Direction.UP, Rung.VOICE),
        ask.SetCue("p", "p", Cue.DETAIL),
        ask.HoldSteady("p", True),
        ask.Invite("p", "p", Invitation.VOICE),
        ask.End("p"),
        ask.Leave("p"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_who_is_not_here_asks_in_vain(command: ask.Command) -> None:
    room = new_room()
    assert refused(room, command) is Code.NOT_IN_ROOM
    room.handle(ask.Admit("someone", "p", Role.COUNSELLOR, "n", EXPIRY), 0.0)
    assert refused(room, command) is Code.NOT_IN_ROOM


class AnyOrder(RuleBasedStateMachine):
    """Three people do anything in any order, while a model counts what was accepted."""

    people = st.sampled_from(["a", "b", "c", "d"])

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.room = Room(LIMITS, EXPIRY, 0.0)
        self.accepted: list[tuple[str, int, str]] = []
        self.spread: list[int] = []
        self.connections = 0

    def do(self, command: ask.Command) -> ask.Result | None:
        self.room.handle_timeout(self.now)
        self.take()
        before = state_of(self.room)
        try:
            result = self.room.handle(command, self.now)
        except Refusal:
            assert state_of(self.room) == before, "a refusal has changed the room"
            return None
        self.take()
        return result

    def take(self) -> None:
        for output in self.room.drain():
            if isinstance(output.fact, TextAdded):
                self.spread.append(output.fact.line.seq)

    @rule(who=people, role=st.sampled_from(Role))
    def admit(self, who: str, role: Role) -> None:
        self.do(ask.Admit(who, f"id-{who}", role, who, EXPIRY))

    @rule(who=people)
    def connect(self, who: str) -> None:
        self.connections += 1
        self.do(ask.Connect(f"id-{who}", f"c{self.connections}", 0, 1))

    @rule(number=st.integers(0, 30))
    def lose(self, number: int) -> None:
        self.do(ask.Lose(f"c{number}"))

    @rule(who=people)
    def leave(self, who: str) -> None:
        self.do(ask.Leave(f"id-{who}"))

    @rule(who=people, ref=st.integers(1, 6), body=st.sampled_from(["x", "y", "\x00", ""]))
    def write(self, who: str, ref: int, body: str) -> None:
        result = self.do(ask.WriteText(f"id-{who}", ref, body, 0))
        if isinstance(result, ask.Written):
            key = (f"id-{who}", ref)
            known = [text for text in self.accepted if text[:2] == key]
            if not known:
                self.accepted.append((*key, body))
            line = result.line
            assert (line.sender, line.ref) == key

    @rule(who=people, link=st.sampled_from(LinkView))
    def link(self, who: str, link: LinkView) -> None:
        self.do(ask.SetLink(f"id-{who}", link))

    @rule()
    def forget(self) -> None:
        self.room.handle_timeout(self.now)
        self.take()
        deserted = self.room.is_deserted
        forgotten = self.do(ask.Forget()) is not None
        assert not forgotten or deserted, "a room was forgotten with somebody in it"

    @rule(who=people)
    def remove(self, who: str) -> None:
        self.do(ask.Remove(f"id-{who}", CloseReason.REVOKED))

    @rule(seconds=st.sampled_from([0.5, 30.0, 121.0, 86_401.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def texts_have_no_gap_loss_or_double(self) -> None:
        lines = self.room._texts.after(0)
        assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
        assert [(line.sender, line.ref, line.body) for line in lines] == self.accepted
        assert self.spread == [line.seq for line in lines]

    @invariant()
    def seats_are_within_bounds_and_consistent(self) -> None:
        people = self.room.participants()
        assert sum(p.presence in HOLDS_SEAT for p in people) <= LIMITS.max_participants
        assert sum(p.presence is Presence.OFFLINE for p in people) <= LIMITS.max_offline
        held = [p.connection for p in people if p.connection is not None]
        assert len(held) == len(set(held))
        for person in people:
            assert (person.connection is not None) == (person.presence is Presence.PRESENT)
            waiting = person.presence in {Presence.EXPECTED, Presence.AWAY, Presence.OFFLINE}
            assert (person.held_until is not None) == waiting

    @invariant()
    def an_open_room_always_has_a_deadline(self) -> None:
        assert (self.room.next_deadline() is None) == (self.room.phase is not Phase.OPEN)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

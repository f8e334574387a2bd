"""Consent in a room: nothing starts by itself, anybody ends it, and every turn is told of."""

from __future__ import annotations

import pytest

from signaling.domain.consent.machine import ConsentMachine
from signaling.domain.consent.rules import (
    AGAIN_S,
    ARMING_S,
    INDICATOR_S,
    LAPSE_S,
    LOST_S,
    MOST_ASKS,
    READ_S,
    UNSEEN_S,
    RecordingPolicy,
    WhyNot,
)
from signaling.domain.consent.table import replay
from signaling.domain.consent.terms import (
    ConsentFact,
    ConsentStage,
    ConsentTurn,
    Hold,
    HoldReason,
    Medium,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.domain.errors import Code, Refusal

LI, ZHANG, WANG, GUARD = "li", "zhang", "wang", "guard"
WORDS = "digest of the words"
BOTH = frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION})
SOUND = frozenset({Medium.AUDIO})
SEEN = frozenset({Medium.AUDIO, Medium.VIDEO})
ALL = Scope(BOTH, SEEN)
READING_S = 1.0
assert READING_S > READ_S
POLICY = RecordingPolicy(purposes=BOTH, media=SEEN, most_s=3600.0)


class Room:
    """A machine, its clock, and pages that say every second that they show what goes on."""

    def __init__(self, policy: RecordingPolicy = POLICY) -> None:
        self.machine = ConsentMachine(policy)
        self.now = 100.0
        self.facts: list[ConsentFact] = []
        self.pages = {LI: True, ZHANG: True}
        self.machine.handle_arrive(LI, PartyRole.COUNSELLOR, self.now)
        self.machine.handle_arrive(ZHANG, PartyRole.CLIENT, self.now)

    @property
    def stage(self) -> ConsentStage:
        return self.machine.consent.stage

    @property
    def turns(self) -> list[ConsentTurn]:
        self.facts += self.machine.drain()
        return [fact.turn for fact in self.facts]

    def wait(self, seconds: float) -> None:
        """Time passes, in steps of which each page tells what it shows."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now = min(end, self.now + 0.5)
            for party, tells in self.pages.items():
                if tells:
                    self.machine.handle_ack(party, self.now)
            self.machine.handle_timeout(self.now)

    def ask(self, scope: Scope = ALL, by: str = LI) -> None:
        self.machine.handle_ask(by, scope, "r1", WORDS, self.now)
        self.wait(READING_S)

    def grant(self, party: str = ZHANG, scope: Scope = ALL) -> None:
        self.machine.handle_grant(party, scope, WORDS, self.now)

    def record(self, scope: Scope = ALL) -> None:
        self.ask(scope)
        self.grant(scope=scope)
        self.wait(ARMING_S + 0.5)
        assert self.stage is ConsentStage.RECORDING

    def arrive(self, party: str = WANG, role: PartyRole = PartyRole.GUEST) -> None:
        self.machine.handle_arrive(party, role, self.now)
        self.pages[party] = True


def refused(room: Room, code: Code) -> object:
    return pytest.raises(Refusal, match=code.value)


def test_nothing_is_captured_before_all_agreed_and_saw_it_begin() -> None:
    room = Room()
    assert room.machine.capture is None
    room.ask()
    assert (room.stage, room.machine.capture) == (ConsentStage.REQUESTED, None)
    room.grant(scope=Scope(frozenset({Purpose.SUPERVISION}), SOUND))
    assert (room.stage, room.machine.capture) == (ConsentStage.ARMING, None)
    room.wait(ARMING_S - 0.5)
    assert room.machine.capture is None
    room.wait(0.5)
    capture = room.machine.capture
    assert capture is not None
    assert (capture.recording, capture.segment) == ("r1", 1)
    assert capture.scope == Scope(frozenset({Purpose.SUPERVISION}), SOUND)
    assert capture.parties == {LI, ZHANG}
    assert room.turns == [
        ConsentTurn.ASK, ConsentTurn.GRANT, ConsentTurn.ALL_GRANTED, ConsentTurn.START,
    ]  # fmt: skip


def test_a_page_that_does_not_show_it_lets_nothing_begin() -> None:
    room = Room()
    room.ask()
    room.pages[ZHANG] = False
    room.grant()
    room.wait(UNSEEN_S + 0.5)
    assert room.stage is ConsentStage.OFF
    assert room.turns[-1] is ConsentTurn.UNSEEN


def test_it_does_not_begin_by_what_a_page_showed_a_while_ago() -> None:
    room = Room()
    room.ask()
    room.pages = {}
    room.grant()
    room.now += 0.1
    room.machine.handle_ack(LI, room.now)
    room.wait(ARMING_S + 2)
    room.machine.handle_ack(ZHANG, room.now)
    assert room.stage is ConsentStage.ARMING  # Li's page has been silent for too long meanwhile
    due = room.machine.next_deadline()
    assert due is not None
    assert due > room.now
    room.machine.handle_ack(LI, room.now)
    assert room.stage is ConsentStage.RECORDING


def test_what_was_shown_before_all_agreed_counts_for_nothing() -> None:
    room = Room()
    room.ask()
    room.machine.handle_ack(ZHANG, room.now)
    room.pages[ZHANG] = False
    room.grant()
    room.wait(ARMING_S + 1)
    assert room.stage is ConsentStage.ARMING


@pytest.mark.parametrize("who", [LI, ZHANG])
def test_anybody_can_still_say_no_while_it_arms(who: str) -> None:
    room = Room()
    room.ask()
    room.grant()
    room.wait(ARMING_S - 1)
    room.machine.handle_stop(who, room.now)
    assert room.stage is ConsentStage.OFF
    assert room.turns[-1] is ConsentTurn.CALL_OFF


def test_a_no_is_a_no_and_is_not_asked_again_soon() -> None:
    room = Room()
    room.ask()
    room.machine.handle_decline(ZHANG, room.now)
    assert (room.stage, room.machine.consent.ended) == (ConsentStage.OFF, ConsentTurn.DECLINE)
    with refused(room, Code.NOT_NOW):
        room.ask()
    room.wait(AGAIN_S)
    room.ask()
    room.machine.handle_decline(ZHANG, room.now)
    room.wait(AGAIN_S)
    assert MOST_ASKS == 2
    with refused(room, Code.NOT_NOW):
        room.ask()


def test_agreeing_to_nothing_in_common_is_a_no() -> None:
    room = Room()
    room.ask()
    room.grant(scope=Scope(frozenset({Purpose.RESEARCH}), SEEN))
    assert room.turns == [ConsentTurn.ASK, ConsentTurn.DECLINE]


def test_agreeing_each_to_something_else_is_a_no_of_nobodys() -> None:
    room = Room()
    room.arrive()
    room.ask()
    room.grant(ZHANG, Scope(frozenset({Purpose.SUPERVISION}), SEEN))
    room.grant(WANG, Scope(frozenset({Purpose.CLINICAL_REVIEW}), SEEN))
    assert room.turns[-2:] == [ConsentTurn.GRANT, ConsentTurn.DECLINE]


def test_who_does_not_answer_is_left_alone() -> None:
    room = Room()
    room.ask()
    room.wait(LAPSE_S)
    assert (room.stage, room.turns[-1]) == (ConsentStage.OFF, ConsentTurn.LAPSE)
    with refused(room, Code.NOT_NOW):
        room.grant()


def test_only_who_asked_takes_it_back() -> None:
    room = Room()
    room.ask()
    with refused(room, Code.NOT_ALLOWED):
        room.machine.handle_cancel(ZHANG, room.now)
    room.machine.handle_cancel(LI, room.now)
    assert room.turns[-1] is ConsentTurn.CANCEL


def test_nobody_agrees_to_words_they_were_not_shown_or_could_not_read() -> None:
    room = Room()
    room.machine.handle_ask(LI, ALL, "r1", WORDS, room.now)
    with refused(room, Code.NOT_NOW):
        room.grant()
    room.wait(READING_S)
    with refused(room, Code.MALFORMED):
        room.machine.handle_grant(ZHANG, ALL, "other words", room.now)
    assert room.turns == [ConsentTurn.ASK]


@pytest.mark.parametrize(
    ("by", "scope", "code"),
    [
        (ZHANG, ALL, Code.NOT_ALLOWED),
        (LI, Scope(frozenset({Purpose.RESEARCH}), SEEN), Code.NOT_ALLOWED),
        (LI, Scope(frozenset({Purpose.TEACHING}), SEEN), Code.NOT_ALLOWED),
        (LI, Scope(BOTH, frozenset({Medium.TEXT})), Code.NOT_ALLOWED),
        (LI, Scope(BOTH), Code.NOT_ALLOWED),
        ("stranger", ALL, Code.NOT_IN_ROOM),
    ],
)
def test_what_cannot_be_asked_is_refused(by: str, scope: Scope, code: Code) -> None:
    room = Room(RecordingPolicy(purposes=frozenset(Purpose), media=SEEN))
    with refused(room, code):
        room.ask(scope, by)
    assert room.turns == []


def test_by_default_nothing_can_be_asked() -> None:
    room = Room(RecordingPolicy())
    with refused(room, Code.NOT_ALLOWED):
        room.ask()


def test_a_client_may_ask_where_the_clinic_lets_them_and_the_counsellor_decides() -> None:
    room = Room(RecordingPolicy(purposes=BOTH, media=SEEN, client_may_ask=True))
    room.ask(by=ZHANG)
    assert room.stage is ConsentStage.REQUESTED
    room.grant(LI)
    assert room.stage is ConsentStage.ARMING


def test_a_minor_is_recorded_only_with_a_guardians_yes() -> None:
    policy = RecordingPolicy(purposes=BOTH, media=SEEN, needs_guardian=True)
    alone = Room(policy)
    assert alone.machine.why_not(LI, alone.now) is WhyNot.GUARDIAN
    with refused(alone, Code.NOT_NOW):
        alone.ask()
    together = Room(policy)
    together.arrive(GUARD, PartyRole.GUARDIAN)
    together.ask()
    together.grant()
    assert together.stage is ConsentStage.REQUESTED
    together.grant(GUARD)
    assert together.stage is ConsentStage.ARMING


@pytest.mark.parametrize("armed", [False, True])
@pytest.mark.parametrize("what", ["arrive", "leave", "lose", "end", "company", "safety"])
def test_whatever_changes_in_the_room_ends_the_asking(what: str, armed: bool) -> None:
    room = Room()
    room.ask()
    if armed:
        room.grant()
    match what:
        case "arrive":
            room.arrive()
        case "leave":
            room.machine.handle_leave(ZHANG, room.now)
        case "lose":
            room.pages[ZHANG] = False
            room.machine.handle_lose(ZHANG, room.now)
            room.wait(LOST_S)
        case "end":
            room.machine.handle_end(room.now)
        case "company":
            room.machine.handle_company(ZHANG, room.now, is_there=True)
        case _:
            room.machine.handle_safety(is_open=True, now=room.now)
    assert room.stage is ConsentStage.OFF
    assert room.turns[-1] is ConsentTurn.SCATTER


@pytest.mark.parametrize("is_open", [True, False])
def test_nothing_is_asked_once_the_safety_panel_was_open(is_open: bool) -> None:
    room = Room()
    room.machine.handle_safety(is_open=True, now=room.now)
    room.machine.handle_safety(is_open=is_open, now=room.now)
    assert room.machine.why_not(LI, room.now) is WhyNot.SAFETY
    with refused(room, Code.NOT_NOW):
        room.ask()


def test_nothing_is_asked_while_somebody_is_cut_off() -> None:
    room = Room()
    room.machine.handle_lose(ZHANG, room.now)
    with refused(room, Code.NOT_NOW):
        room.ask()


def test_only_who_paused_lets_it_go_on() -> None:
    room = Room()
    room.record()
    room.machine.handle_pause(ZHANG, room.now)
    assert room.machine.capture is None
    with refused(room, Code.NOT_NOW):
        room.machine.handle_resume(LI, room.now)
    room.machine.handle_pause(LI, room.now)
    room.machine.handle_resume(ZHANG, room.now)
    assert room.stage is ConsentStage.HOLD
    room.machine.handle_resume(LI, room.now)
    capture = room.machine.capture
    assert capture is not None
    assert capture.segment == 2


def test_who_is_cut_off_is_waited_for_and_seen_to_show_it_again() -> None:
    room = Room()
    room.record()
    room.pages[ZHANG] = False
    room.machine.handle_lose(ZHANG, room.now)
    room.wait(LOST_S - 0.5)
    assert room.machine.capture is not None
    room.wait(0.5)
    assert room.machine.capture is None
    room.machine.handle_return(ZHANG, room.now)
    room.wait(5)
    assert room.machine.capture is None
    room.pages[ZHANG] = True
    room.wait(0.5)
    assert room.machine.capture is not None


def test_a_page_that_no_longer_says_what_it_shows_stops_the_capture() -> None:
    room = Room()
    room.record()
    room.pages[LI] = False
    room.wait(INDICATOR_S - 0.5)
    assert room.machine.capture is not None
    room.wait(0.5)
    assert room.machine.consent.held_for(HoldReason.NO_INDICATOR) == {LI}
    room.pages[LI] = True
    room.wait(0.5)
    assert room.machine.capture is not None


def test_who_comes_in_is_not_captured_before_they_agree_and_agrees_to_no_more() -> None:
    room = Room()
    room.record()
    room.arrive()
    assert room.machine.capture is None
    room.grant(WANG, Scope(frozenset({Purpose.SUPERVISION}), frozenset(Medium)))
    assert room.machine.capture is None  # their page has not said that it shows it
    room.wait(0.5)
    capture = room.machine.capture
    assert capture is not None
    assert capture.scope == Scope(frozenset({Purpose.SUPERVISION}), SEEN)
    assert capture.parties == {LI, ZHANG, WANG}


def test_while_somebody_is_there_who_does_not_want_it_nobody_is_recorded() -> None:
    room = Room()
    room.record()
    room.arrive()
    room.machine.handle_decline(WANG, room.now)
    room.wait(5)
    assert room.machine.capture is None
    assert room.machine.consent.held_for(HoldReason.DECLINED) == {WANG}
    room.machine.handle_leave(WANG, room.now)
    assert room.machine.capture is not None


def test_who_said_no_may_think_again() -> None:
    room = Room()
    room.record()
    room.arrive()
    room.machine.handle_decline(WANG, room.now)
    room.grant(WANG)
    room.wait(0.5)
    assert room.machine.capture is not None


def test_while_somebody_is_beside_one_of_them_nothing_is_recorded_or_asked() -> None:
    room = Room()
    room.record()
    for _ in range(2):  # the same twice is one
        room.machine.handle_company(ZHANG, room.now, is_there=True)
    room.machine.handle_company(LI, room.now, is_there=True)
    assert room.machine.consent.held_for(HoldReason.BESIDE) == {LI, ZHANG}
    room.machine.handle_lose(ZHANG, room.now)
    room.machine.handle_return(ZHANG, room.now)  # another page does not change who is there
    room.wait(1.0)
    room.machine.handle_company(LI, room.now, is_there=False)
    assert (room.machine.capture, room.machine.has_company(ZHANG)) == (None, True)
    room.machine.handle_company(ZHANG, room.now, is_there=False)
    assert room.machine.capture is not None
    assert room.turns[-1] is ConsentTurn.RESUME


def test_who_comes_back_is_held_for_until_they_say_that_they_are_alone() -> None:
    room = Room()
    room.record()
    room.arrive()
    room.machine.handle_company(WANG, room.now, is_there=True)
    room.machine.handle_leave(WANG, room.now)
    assert room.machine.capture is not None
    room.arrive()
    room.grant(WANG)
    room.wait(1.0)
    assert room.machine.consent.holds == {Hold(HoldReason.BESIDE, WANG)}
    room.machine.handle_company(WANG, room.now, is_there=False)
    assert room.machine.capture is not None


def test_nothing_is_asked_while_somebody_is_beside_one_of_them() -> None:
    room = Room()
    room.machine.handle_company(ZHANG, room.now, is_there=True)
    assert room.machine.why_not(LI, room.now) is WhyNot.BESIDE
    with refused(room, Code.NOT_NOW):
        room.ask()
    room.machine.handle_leave(ZHANG, room.now)
    room.machine.handle_arrive(ZHANG, PartyRole.CLIENT, room.now)  # with whoever is beside them
    with refused(room, Code.NOT_NOW):
        room.ask()
    room.machine.handle_company(ZHANG, room.now, is_there=False)
    room.ask()
    assert room.stage is ConsentStage.REQUESTED
    assert room.turns == [ConsentTurn.ASK]
    with pytest.raises(Refusal, match="not_in_room"):
        room.machine.handle_company(WANG, room.now, is_there=True)


def test_the_safety_panel_holds_it_and_the_clinic_may_say_otherwise() -> None:
    room = Room()
    room.record()
    room.machine.handle_safety(is_open=True, now=room.now)
    assert room.machine.consent.held_for(HoldReason.SAFETY)
    room.machine.handle_safety(is_open=False, now=room.now)
    assert room.machine.capture is not None
    room.machine.handle_safety(is_open=True, now=room.now)
    room.machine.allow(RecordingPolicy(purposes=BOTH, media=SEEN, pause_in_crisis=False))
    room.machine.handle_safety(is_open=False, now=room.now)
    assert room.machine.capture is not None  # whatever the clinic has said meanwhile
    other = Room(RecordingPolicy(purposes=BOTH, media=SEEN, pause_in_crisis=False))
    other.record()
    other.machine.handle_safety(is_open=True, now=other.now)
    assert other.machine.capture is not None


def test_a_medium_that_nobody_agreed_to_is_left_out_and_said_once() -> None:
    room = Room()
    room.record(Scope(BOTH, SOUND))
    room.machine.handle_live(ZHANG, SEEN, room.now)
    room.machine.handle_live(ZHANG, SOUND, room.now)
    room.machine.handle_live(ZHANG, SEEN, room.now)
    capture = room.machine.capture
    assert capture is not None
    assert capture.scope.media == SOUND
    assert room.turns.count(ConsentTurn.EXCLUDE) == 1


def test_a_purpose_or_a_medium_taken_back_is_gone_and_the_last_one_ends_it() -> None:
    room = Room()
    room.record()
    gone = Scope(frozenset({Purpose.SUPERVISION}), frozenset({Medium.VIDEO}))
    room.machine.handle_withdraw(ZHANG, room.now, gone)
    capture = room.machine.capture
    assert capture is not None
    assert capture.scope == Scope(frozenset({Purpose.CLINICAL_REVIEW}), SOUND)
    room.machine.handle_withdraw(ZHANG, room.now, Scope(frozenset({Purpose.CLINICAL_REVIEW})))
    assert (room.stage, room.machine.capture) == (ConsentStage.OFF, None)
    assert room.turns[-3:] == [
        ConsentTurn.WITHDRAW_PURPOSE, ConsentTurn.WITHDRAW_MEDIUM, ConsentTurn.WITHDRAW,
    ]  # fmt: skip


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("who", [LI, ZHANG])
def test_anybody_takes_it_all_back_at_any_time(who: str, held: bool) -> None:
    room = Room()
    room.record()
    if held:
        room.machine.handle_pause(LI, room.now)
    room.machine.handle_withdraw(who, room.now)
    assert (room.stage, room.machine.capture) == (ConsentStage.OFF, None)
    assert room.machine.consent.recording == ""


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("what", ["stop", "end", "leave", "clinic", "length"])
def test_it_ends_and_what_was_captured_is_closed(what: str, held: bool) -> None:
    room = Room()
    room.record()
    if held:
        room.machine.handle_pause(LI, room.now)
    match what:
        case "stop":
            room.machine.handle_stop(ZHANG, room.now)
        case "end":
            room.machine.handle_end(room.now)
        case "leave":
            room.machine.handle_leave(ZHANG, room.now)
        case "clinic":
            room.machine.handle_emergency_stop(room.now)
        case _:
            room.wait(POLICY.most_s)
    assert (room.stage, room.machine.capture) == (ConsentStage.FINALISING, None)
    room.machine.handle_closed(room.now)
    assert (room.stage, room.turns[-1]) == (ConsentStage.OFF, ConsentTurn.CLOSE)


@pytest.mark.parametrize("who", [LI, ZHANG])
def test_what_is_being_closed_is_taken_back_as_a_whole(who: str) -> None:
    room = Room()
    room.record()
    room.machine.handle_stop(LI, room.now)
    with pytest.raises(Refusal) as error:  # some of it: when it is closed
        room.machine.handle_withdraw(who, room.now, Scope(media=frozenset({Medium.VIDEO})))
    assert error.value.code is Code.NOT_NOW
    room.machine.handle_withdraw(who, room.now)
    assert (room.stage, room.turns[-1]) == (ConsentStage.OFF, ConsentTurn.WITHDRAW)
    room.machine.handle_closed(room.now)
    assert room.turns[-1] is ConsentTurn.WITHDRAW


def test_a_page_that_shows_it_while_it_is_closed_changes_nothing() -> None:
    room = Room()
    room.record()
    room.pages[ZHANG] = False
    room.wait(INDICATOR_S)
    assert room.machine.consent.held_for(HoldReason.NO_INDICATOR) == {ZHANG}
    room.machine.handle_stop(LI, room.now)
    room.machine.handle_ack(ZHANG, room.now)
    assert (room.stage, room.turns[-1]) == (ConsentStage.FINALISING, ConsentTurn.STOP)


def test_who_goes_takes_their_reasons_with_them() -> None:
    room = Room()
    room.record()
    room.arrive()
    assert room.machine.capture is None
    room.machine.handle_leave(WANG, room.now)
    assert room.machine.capture is not None
    assert room.turns[-1] is ConsentTurn.RESUME


def test_a_pause_outlasts_its_person_and_is_lifted_by_their_own_tap() -> None:
    room = Room()
    room.record()
    room.arrive()
    room.grant(WANG)
    room.wait(0.5)
    room.machine.handle_pause(WANG, room.now)
    room.machine.handle_leave(WANG, room.now)
    assert room.machine.consent.holds == {Hold(HoldReason.USER, WANG)}
    for other in (LI, ZHANG):
        with pytest.raises(Refusal):
            room.machine.handle_resume(other, room.now)
    room.arrive()
    room.wait(0.5)
    room.machine.handle_resume(WANG, room.now)
    assert room.machine.capture is not None


def test_a_failure_ends_it_and_is_told_by_its_code() -> None:
    room = Room()
    room.machine.handle_failure("disk_full", room.now)
    assert room.turns == []
    room.record()
    room.machine.handle_failure("disk_full", room.now)
    assert room.stage is ConsentStage.OFF
    assert (room.turns[-1], room.facts[-1].text) == (ConsentTurn.FAIL, "disk_full")


def test_the_next_deadline_is_when_something_happens_by_itself() -> None:
    room = Room()
    assert room.machine.next_deadline() is None
    room.machine.handle_ask(LI, ALL, "r1", WORDS, room.now)
    assert room.machine.next_deadline() == room.now + LAPSE_S
    room.wait(READING_S)
    room.grant()
    assert room.machine.next_deadline() == room.now + UNSEEN_S
    room.wait(0.5)
    assert room.machine.next_deadline() == room.now + ARMING_S - 0.5
    room.wait(ARMING_S)
    room.machine.handle_lose(ZHANG, room.now)
    assert room.machine.next_deadline() == room.now + LOST_S


def test_the_rows_read_again_lead_to_the_same_state() -> None:
    room = Room()
    room.record()
    room.arrive()
    room.machine.handle_decline(WANG, room.now)
    room.machine.handle_pause(LI, room.now)
    assert room.turns
    assert replay(room.facts) == room.machine.consent

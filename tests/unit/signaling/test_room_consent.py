"""The shell around consent in a room: who hears what, what is stored when, what is captured."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest

from media.channel import RecordedFile, RecordingLate
from media.errors import RecordFault
from media.ids import EndpointId
from signaling import recording_messages as said
from signaling.domain import commands as ask
from signaling.domain.consent.rules import AGAIN_S
from signaling.domain.consent.table import replay
from signaling.domain.consent.terms import ConsentStage, ConsentTurn, HoldReason, Medium, Purpose
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import CloseReason, LinkView
from signaling.keys.master import MasterError
from signaling.storage.database import StorageAway
from signaling.storage.recording_marks import Mark
from signaling.storage.recording_rows import Asked, Interrupted
from tests.support.recorded_room import (
    BOTH,
    PURPOSES,
    ROLES,
    WORDS,
    RecordedRoom,
    at_once,
    both,
    person,
    policy,
)

ALL = {(name, medium) for name in ("li", "zhang") for medium in ("audio", "video")}


def refused(code: Code, tap: Callable[[], None]) -> None:
    with pytest.raises(Refusal) as error:
        tap()
    assert error.value.code is code


def written(room: RecordedRoom) -> set[tuple[str, str]]:
    """What is captured, of whom."""
    names = {room.endpoint(name): name for name in ("li", "zhang")}
    return {(names[endpoint], medium) for endpoint, medium in room.recorder.writes}


def recording(name: str = "li") -> RecordedRoom:
    room = both()
    room.record(name=name)
    assert written(room) == ALL
    return room


# --- the whole of it ------------------------------------------------------------------------------


def test_from_the_question_to_what_is_kept() -> None:
    room = both()
    off = room.sees("zhang")
    assert (off.stage, off.you_may_ask, off.may_purposes) == ("off", True, PURPOSES)
    could = room.sees("li").may_terms
    assert could is not None
    room.ask()
    asked, asker = room.sees("zhang"), room.sees("li")
    assert asker.terms is not None
    assert asker.terms == msgspec.structs.replace(could, digest=asker.terms.digest)
    assert asked.terms == asker.terms
    assert asked.terms is not None
    assert [asked.you_answer, asked.you_asked, asked.agreed, asked.asked] == [True, False, 1, 2]
    assert [asker.you_answer, asker.you_asked] == [False, True]
    assert (asked.terms.asker, asked.terms.media) == ("Li", BOTH)
    assert [each.listeners for each in asked.terms.purposes] == [["Li"], ["Wang"]]
    room.later(0.7)
    room.agree(purposes=[Purpose.SUPERVISION])
    arming = room.sees("li")
    assert (arming.stage, arming.begins_at) == ("arming", room.wall_ms() + 5000)
    room.later(4.8)
    assert room.recorder.orders == []
    room.later(0.3)
    running = room.sees("zhang")
    assert (running.stage, running.purposes[0].purpose) == ("recording", Purpose.SUPERVISION)
    assert running.running_since == running.started_at
    assert written(room) == ALL
    room.later(10.0)
    room.do("zhang", said.PauseRecording())
    held = room.sees("li")
    assert (held.stage, held.holds) == ("hold", [said.HoldView(HoldReason.USER, "id-zhang")])
    assert [room.sees(name).you_paused for name in ("zhang", "li")] == [True, False]
    assert written(room) == set()
    room.later(3.0)
    refused(Code.NOT_NOW, lambda: room.do("li", said.ResumeRecording()))
    room.do("zhang", said.ResumeRecording())
    assert written(room) == ALL
    assert 9_900 < room.sees("li").captured_ms < 10_200
    room.later(5.0)
    room.do("li", said.StopRecording())
    over = room.sees("zhang")
    assert over.ended is not None
    assert (over.stage, over.ended.turn, over.ended.by_you) == ("off", "stop", False)
    assert 14_900 < over.ended.captured_ms < 15_300
    (kept,) = room.shelf.sealed.values()
    assert (kept["whole"], len(kept["files"])) == (True, 8)
    ((begins, ends),) = kept["held"]
    assert 2_900 < ends - begins < 3_100
    assert room.shelf.turns == [
        "ask", "grant", "all_granted", "start", "hold", "resume", "stop", "close",
    ]  # fmt: skip
    assert room.stages("zhang") == [
        "off", "requested", "arming", "recording", "hold", "recording", "finalising", "off",
    ]  # fmt: skip


def test_what_was_stored_leads_to_the_same_state() -> None:
    room = recording()
    room.do("zhang", said.WithdrawRecording([], [Medium.VIDEO]))
    room.do("li", said.PauseRecording())
    assert replay(row.fact for row in room.shelf.rows) == room.consent.machine.consent


def test_words_that_were_read_are_told_of_and_nobody_else_s_name() -> None:
    room = recording()
    grant = next(row for row in room.shelf.rows if row.fact.turn is ConsentTurn.GRANT)
    assert grant.actor == person("zhang")
    assert (grant.said["words"], grant.said["language"]) == (WORDS, "en")
    terms = room.sees("li").terms
    assert terms is not None
    assert (grant.said["terms"], grant.said["recording"]) == (terms.digest, terms_of(room))
    assert "Li" not in repr(grant.said)
    assert grant.receipt == {"listeners": {"clinical_review": ["Li"], "supervision": ["Wang"]}}
    assert "Li" not in repr(grant)
    asked = room.shelf.rows[0]
    assert asked.said["shown"]["asker"] == "Li"
    assert "Li" not in repr(asked)


def terms_of(room: RecordedRoom) -> str:
    return room.sees("li").request


# --- who is told what -----------------------------------------------------------------------------


def test_who_said_no_is_told_to_nobody() -> None:
    room = both()
    room.ask()
    asked = room.sees("zhang").request
    room.do("zhang", said.DeclineRecording(asked))
    ended = room.sees("li").ended
    assert ended is not None
    assert (ended.turn, ended.by_you, ended.recording) == (ConsentTurn.DECLINE, False, "")
    assert "id-zhang" not in msgspec.json.encode(room.heard["li"]).decode()
    assert room.sees("zhang").ended == msgspec.structs.replace(ended, by_you=True)
    row = room.shelf.rows[-1]
    assert (row.fact.turn, row.actor) == (ConsentTurn.DECLINE, None)
    assert row.said == {"who": str(person("zhang"))}
    assert row.asked == {person("zhang"), person("li")}
    assert row.receipt["listeners"]["supervision"] == ["Wang"]
    assert (row.receipt["recording"], row.receipt["media"]) == (asked, ["audio", "video"])
    assert row.receipt["terms"] == room.shelf.rows[0].said["terms"]


def test_saying_no_changes_nothing_but_that_it_is_not_asked_soon() -> None:
    room = both()
    room.ask()
    before = [(p.presence, p.link, p.microphone, p.camera) for p in room.room.participants()]
    room.do("zhang", said.DeclineRecording(room.sees("zhang").request))
    assert before == [
        (p.presence, p.link, p.microphone, p.camera) for p in room.room.participants()
    ]
    assert (room.recorder.orders, room.recorder.permits) == ([], [])
    assert room.sees("li").why_not == "soon"
    room.later(AGAIN_S, step=60.0)
    assert room.sees("li").you_may_ask
    room.ask()
    room.do("zhang", said.DeclineRecording(room.sees("zhang").request))
    room.later(AGAIN_S, step=60.0)
    assert room.sees("li").why_not == "often"


def test_what_was_asked_before_the_room_was_opened_again_counts() -> None:
    wall = both().wall_ms()
    often = both(before=Asked(2))
    assert (often.sees("li").why_not, often.sees("li").you_may_ask) == ("often", False)
    refused(Code.NOT_NOW, lambda: often.ask())
    soon = both(before=Asked(1, wall - 60_000))
    assert soon.sees("li").why_not == "soon"
    soon.later(AGAIN_S - 60)
    assert soon.sees("li").you_may_ask
    soon.ask()
    soon.do("zhang", said.DeclineRecording(soon.sees("zhang").request))
    assert soon.sees("li").why_not == "often"


def test_where_nothing_is_ever_recorded_nothing_is_told() -> None:
    room = RecordedRoom(None)
    room.come("li")
    assert room.heard == {}
    refused(Code.NOT_ALLOWED, room.ask)
    assert room.shelf.rows == []


def test_what_a_clinic_allows_is_asked_for_again_when_the_database_is_back() -> None:
    room = RecordedRoom(policy())
    room.shelf.away = True
    other = RecordedRoom(policy())
    other.shelf.away = True
    other.consent.allow(None)
    other.steps.start(other.consent._look())
    other.come("li")
    assert other.heard == {}
    other.shelf.away = False
    other.later(5.5)
    assert other.sees("li").why_not == "alone"


def test_a_client_asks_only_where_they_may() -> None:
    room = both(policy(client_may_ask=False))
    assert [room.sees(name).why_not for name in ("li", "zhang")] == ["", "role"]
    assert room.sees("zhang").may_terms is None
    refused(Code.NOT_ALLOWED, lambda: room.ask("zhang"))
    assert both(policy()).sees("zhang").you_may_ask


def test_what_the_clinic_has_taken_away_meanwhile_cannot_be_asked_for() -> None:
    room = both()
    room.shelf.shown = None
    refused(Code.NOT_ALLOWED, room.ask)
    assert room.sees("li").why_not == "off"


def test_supervision_is_not_asked_for_where_nobody_supervises() -> None:
    room = both()
    assert room.shelf.shown is not None
    room.shelf.shown = replace(room.shelf.shown, supervisors=())
    refused(Code.NOT_ALLOWED, lambda: room.ask("li", purposes=[Purpose.SUPERVISION]))
    room.ask("li", purposes=[Purpose.CLINICAL_REVIEW])
    assert room.sees("zhang").you_answer


def test_whom_the_terms_named_is_kept_with_it_whoever_supervises_by_then() -> None:
    room = both()
    assert room.shelf.shown is not None
    named = frozenset(room.shelf.shown.supervisor_ids)
    assert named
    room.ask()
    room.shelf.shown = replace(room.shelf.shown, supervisor_ids=(uuid4(),))
    room.later(0.7)
    room.agree()
    room.later(5.1)
    assert list(room.shelf.listeners.values()) == [named]


def test_a_client_who_may_play_it_is_named_to_both_and_kept_with_it() -> None:
    room = both(replace(policy(), client_may_play=True))
    room.ask()
    terms = room.sees("li").terms
    assert terms is not None
    assert [each.listeners for each in terms.purposes] == [["Li", "Zhang"], ["Wang"]]
    room.later(0.7)
    room.agree()
    room.later(5.1)
    assert room.shelf.shown is not None
    (kept,) = room.shelf.listeners.values()
    assert kept == {*room.shelf.shown.supervisor_ids, person("zhang")}
    without = both(replace(policy(), client_may_play=True))
    without.ask(purposes=[Purpose.SUPERVISION])
    without.later(0.7)
    without.agree(purposes=[Purpose.SUPERVISION])
    without.later(5.1)
    (kept,) = without.shelf.listeners.values()
    assert person("zhang") not in kept


def test_a_page_that_comes_is_told_at_once() -> None:
    room = recording()
    room.page("zhang")
    assert room.stages("zhang")[0] == "hold"
    assert room.sees("zhang").request == room.sees("li").request


def test_who_waits_at_the_door_is_told_nothing_until_they_are_let_in() -> None:
    room = RecordedRoom(policy())
    room.come("li")
    given = ask.Admit("zhang", "id-zhang", ROLES["zhang"], "Zhang", 99_999.0, waits=True)
    room.names["id-zhang"] = "zhang"
    room.room.handle(given, room.now)
    room.page("zhang")
    assert "zhang" not in room.heard
    room.room.handle(ask.LetIn("id-li", "id-zhang"), room.now)
    room.settle()
    assert room.stages("zhang") == ["off"]


# --- answers --------------------------------------------------------------------------------------


def answer(room: RecordedRoom, **changes: object) -> said.AgreeRecording:
    seen = room.sees("zhang")
    assert seen.terms is not None
    given = said.AgreeRecording(seen.request, seen.terms.digest, WORDS, "en", PURPOSES, BOTH)
    return msgspec.structs.replace(given, **changes)


def test_an_answer_to_other_words_is_none() -> None:
    room = both()
    room.ask()
    room.later(1.0)
    refused(Code.MALFORMED, lambda: room.do("zhang", answer(room, terms="0" * 64)))
    refused(Code.NOT_NOW, lambda: room.do("zhang", answer(room, request="0")))
    room.do("zhang", answer(room))
    assert room.sees("zhang").stage == "arming"


def test_an_answer_before_anybody_can_have_read_it_is_none() -> None:
    room = both()
    room.ask()
    room.later(0.5)
    refused(Code.NOT_NOW, lambda: room.do("zhang", answer(room)))
    room.later(0.2)
    room.page("zhang")  # which has read nothing yet
    room.later(0.5)
    refused(Code.NOT_NOW, lambda: room.do("zhang", answer(room)))
    room.later(0.2)
    room.do("zhang", answer(room))
    assert room.sees("zhang").stage == "arming"


def test_other_terms_have_another_digest() -> None:
    digests = set()
    for purposes, media in ((PURPOSES, BOTH), (PURPOSES[:1], BOTH), (PURPOSES, BOTH[:1])):
        room = both()
        room.ask(purposes=purposes, media=media)
        terms = room.sees("zhang").terms
        assert terms is not None
        assert re.fullmatch("[0-9a-f]{64}", terms.digest)
        digests.add(terms.digest)
    assert len(digests) == 3


def test_the_five_seconds_are_for_saying_no() -> None:
    room = both()
    room.ask()
    room.later(0.7)
    room.agree()
    room.later(4.5)
    room.do("zhang", said.StopRecording())
    ended = room.sees("li").ended
    assert ended is not None
    assert (ended.turn, ended.by_you) == (ConsentTurn.CALL_OFF, False)
    room.later(10.0)
    assert room.recorder.orders == []
    assert room.shelf.rows[-1].actor is None


def test_who_asked_may_take_it_back_and_nobody_else() -> None:
    room = both()
    room.ask()
    request = room.sees("li").request
    refused(Code.NOT_ALLOWED, lambda: room.do("zhang", said.CancelRecording(request)))
    refused(Code.NOT_NOW, lambda: room.do("li", said.CancelRecording("0")))
    room.do("li", said.CancelRecording(request))
    ended = room.sees("zhang").ended
    assert ended is not None
    assert ended.turn is ConsentTurn.CANCEL


# --- the indicator --------------------------------------------------------------------------------


def test_it_does_not_begin_while_a_page_does_not_show_it() -> None:
    room = both()
    room.ask()
    room.later(0.7)
    room.hushed = {"zhang"}
    room.agree()
    room.later(9.0)
    room.do("zhang", said.ShowRecording(ConsentStage.REQUESTED, room.sees("zhang").request))
    room.do("zhang", said.ShowRecording(ConsentStage.ARMING, "0"))
    assert room.sees("li").stage == "arming"
    room.later(1.5)
    ended = room.sees("li").ended
    assert ended is not None
    assert (ended.turn, room.recorder.orders) == (ConsentTurn.UNSEEN, [])


def test_a_page_that_falls_silent_holds_it_until_it_says_what_it_shows() -> None:
    room = recording()
    room.hushed = {"zhang"}
    room.later(5.5)
    assert room.sees("li").holds == [said.HoldView(HoldReason.NO_INDICATOR, "id-zhang")]
    assert written(room) == set()
    room.do("zhang", said.ShowRecording(ConsentStage.RECORDING, room.sees("zhang").request))
    assert room.sees("li").stage == "hold"  # that is not what it was told
    room.hushed = set()
    room.show("zhang")
    assert written(room) == ALL


# --- lines, pages and endpoints -------------------------------------------------------------------


@pytest.mark.parametrize("line", ["page", "media"])
def test_a_line_that_is_gone_for_two_seconds_holds_it(line: str) -> None:
    room = recording()
    if line == "page":
        room.lose("zhang")
    else:
        room.link("zhang", LinkView.DISCONNECTED)
    room.later(1.9)
    assert written(room) == ALL
    room.later(0.2)
    assert room.sees("li").holds == [said.HoldView(HoldReason.ABSENT, "id-zhang")]
    assert written(room) == set()
    if line == "page":
        room.page("zhang")
    else:
        room.link("zhang", LinkView.CONNECTED)
    room.later(0.5)
    assert written(room) == ALL


def test_another_page_in_a_seat_has_to_show_it_first() -> None:
    room = recording()
    room.page("zhang")
    assert written(room) == set()
    old = room.recorder.orders[-1]
    room.connect("zhang")
    room.show("zhang")
    assert written(room) == ALL
    assert room.recorder.orders[-1].segment > old.segment


def test_another_endpoint_is_another_segment() -> None:
    room = recording()
    endpoint = room.connect("zhang")
    first, second = room.recorder.orders
    assert (first.segment, second.segment) == (1, 2)
    assert second.next_file > first.next_file + len(first.tracks)
    assert endpoint in {track.endpoint for track in second.tracks}
    assert room.recorder.stops == [(1, False)]
    assert written(room) == ALL
    assert room.sees("li").stage == "recording"


def test_who_goes_ends_it() -> None:
    room = recording()
    room.go("zhang")
    ended = room.sees("li").ended
    assert ended is not None
    assert (ended.turn, len(room.shelf.sealed)) == (ConsentTurn.STOP, 1)
    assert room.recorder.writes == set()


def test_when_nobody_keeps_a_seat_any_more_it_is_over() -> None:
    room = recording()
    room.hushed = {"li", "zhang"}
    for name in ("li", "zhang"):
        room.link(name, LinkView.NONE)
        room.lose(name)
    room.later(60.0)
    assert room.shelf.sealed == {}
    for _ in range(3):
        room.now += 61.0
        room.room.handle_timeout(room.now)
        room.settle()
    assert len(room.shelf.sealed) == 1
    assert room.shelf.turns[-2:] == ["stop", "close"]


def test_who_comes_or_goes_while_it_is_decided_ends_the_asking() -> None:
    room = both()
    room.ask()
    room.go("zhang")
    ended = room.sees("li").ended
    assert ended is not None
    assert (ended.turn, room.sees("li").why_not) == (ConsentTurn.SCATTER, "alone")


# --- less, and the end ----------------------------------------------------------------------------


def test_a_medium_that_is_taken_back_is_no_longer_captured() -> None:
    room = recording()
    permits = len(room.recorder.permits)
    room.shelf.gate.is_open = False  # before anything of it is stored
    room.do("zhang", said.WithdrawRecording([], [Medium.VIDEO]))
    assert written(room) == {("li", "audio"), ("zhang", "audio")}
    assert len(room.recorder.permits) == permits + 1
    assert (room.sees("li").media, room.sees("li").you_excluded) == (BOTH[:1], BOTH[1:])
    room.shelf.gate.is_open = True
    room.settle()
    (scope,) = room.shelf.scopes.values()
    assert scope.media == {Medium.AUDIO}
    assert room.shelf.turns[-1] == "withdraw_medium"


def test_a_camera_that_nobody_agreed_to_is_left_out_and_its_owner_knows() -> None:
    room = both()
    room.turn_on("zhang", microphone=True, camera=False)
    room.record(media=[Medium.AUDIO])
    assert written(room) == {("li", "audio"), ("zhang", "audio")}
    room.turn_on("zhang", microphone=True, camera=True)
    assert room.sees("zhang").you_excluded == [Medium.VIDEO]
    assert room.shelf.turns[-1] == "exclude"


def test_what_is_taken_back_is_discarded_before_it_is_stored() -> None:
    room = recording()
    room.later(3.0)
    room.shelf.gate.is_open = False
    room.do("zhang", said.WithdrawRecording())
    assert (written(room), room.recorder.stops) == (set(), [(1, True)])
    assert room.recorder.permits[-1].parts == frozenset()
    ended = room.sees("zhang").ended
    assert ended is not None
    assert (ended.turn, ended.by_you, ended.captured_ms > 2_900) == ("withdraw", True, True)
    room.shelf.gate.is_open = True
    room.settle()
    (given_up,) = room.shelf.given_up.values()
    assert (given_up["by"], room.shelf.sealed) == (person("zhang"), {})
    sample = room.registry.get_sample_value
    assert sample("quietroom_recordings_ended_total", {"result": "withdraw"}) == 1
    assert sample("quietroom_recording_withdrawal_seconds_bucket", {"le": "0.25"}) == 1


def test_the_safety_panel_holds_it_and_the_client_sees_a_pause() -> None:
    room = recording()
    refused(Code.NOT_ALLOWED, lambda: room.do("zhang", said.ShowSafety(True)))
    room.do("li", said.ShowSafety(True))
    assert written(room) == set()
    assert room.sees("li").holds == [said.HoldView(HoldReason.SAFETY, "")]
    assert room.sees("zhang").holds == [said.HoldView(HoldReason.USER, "")]
    room.do("li", said.ShowSafety(False))
    assert written(room) == ALL
    room.do("li", said.StopRecording())
    room.do("li", said.ShowSafety(True))
    assert [room.sees(name).why_not for name in ("li", "zhang")] == ["safety", "soon"]
    refused(Code.NOT_NOW, room.ask)


def test_somebody_beside_a_client_holds_it_and_both_see_why() -> None:
    room = recording()
    room.do("zhang", said.SayBeside(True))
    assert written(room) == set()
    for name in ("li", "zhang"):
        assert room.sees(name).holds == [said.HoldView(HoldReason.BESIDE, "id-zhang")]
    assert [room.sees(name).you_beside for name in ("li", "zhang")] == [False, True]
    refused(Code.NOT_NOW, lambda: room.do("li", said.ResumeRecording()))
    room.page("zhang")
    room.later(1.0)
    assert (written(room), room.sees("zhang").you_beside) == (set(), True)
    room.do("zhang", said.SayBeside(False))
    assert written(room) == ALL
    assert room.sees("li").asked_before
    room.do("li", said.StopRecording())
    room.do("zhang", said.SayBeside(True))
    assert (room.sees("li").why_not, room.sees("li").asked_before) == ("beside", True)
    refused(Code.NOT_NOW, room.ask)


def stop_now(room: RecordedRoom) -> None:
    room.consent.emergency_stop()
    room.settle()


def test_the_clinic_stops_it() -> None:
    room = recording()
    stop_now(room)
    ended = room.sees("zhang").ended
    assert ended is not None
    assert ended.turn is ConsentTurn.EMERGENCY_STOP
    (kept,) = room.shelf.sealed.values()
    assert kept["whole"]
    before = len(room.shelf.rows)
    stop_now(room)
    assert len(room.shelf.rows) == before


def test_the_end_of_the_session_is_its_end_and_all_of_it_is_stored() -> None:
    room = recording()
    room.later(2.0)
    room.room.handle(ask.Close(CloseReason.SESSION_ENDED), room.now)
    room.settle()
    room.consent.handle_over(room.now)
    room.settle()
    assert room.recorder.stops == [(1, False)]
    assert room.shelf.turns[-2:] == ["stop", "close"]
    assert len(room.shelf.sealed) == 1


def test_a_room_that_is_opened_again_goes_on_with_nothing() -> None:
    was = Interrupted(uuid4(), 862_000)
    room = both(was=was)
    seen = room.sees("zhang")
    assert seen.ended is not None
    assert (seen.stage, seen.ended.turn) == ("off", ConsentTurn.RECOVER)
    assert (seen.ended.recording, seen.ended.captured_ms) == (str(was.recording), 862_000)
    room.later(20.0)
    assert (room.recorder.orders, room.shelf.rows) == ([], [])
    room.ask()
    assert room.sees("zhang").ended is None


# --- storage and the recorder ---------------------------------------------------------------------


def until_it_would_begin(room: RecordedRoom) -> None:
    room.ask()
    room.later(0.7)
    room.agree()
    room.shelf.gate.is_open = False
    room.later(5.2)


def test_it_begins_when_it_is_stored_and_is_shown_then() -> None:
    room = both()
    until_it_would_begin(room)
    assert room.consent.machine.consent.stage is ConsentStage.RECORDING
    assert (room.sees("zhang").stage, room.recorder.orders) == ("arming", [])
    room.shelf.gate.is_open = True
    room.settle()
    assert (room.sees("zhang").stage, written(room)) == ("recording", ALL)


def test_what_is_not_stored_in_time_has_failed() -> None:
    room = both()
    until_it_would_begin(room)
    room.later(3.5)
    ended = room.sees("zhang").ended
    assert ended is not None
    assert (ended.turn, ended.recording) == (ConsentTurn.FAIL, "")
    room.shelf.gate.is_open = True
    room.settle()
    assert (room.recorder.orders, room.shelf.turns[-2:]) == ([], ["start", "fail"])
    (kept,) = room.shelf.sealed.values()
    assert (kept["files"], kept["whole"]) == ((), False)


def test_what_is_stopped_before_it_was_stored_never_begins() -> None:
    room = both()
    until_it_would_begin(room)
    room.do("zhang", said.WithdrawRecording())
    room.shelf.gate.is_open = True
    room.settle()
    assert (room.recorder.orders, len(room.shelf.given_up)) == ([], 1)


def test_a_database_that_is_away_begins_nothing() -> None:
    room = both()
    room.ask()
    room.later(0.7)
    room.agree()
    room.later(4.0)
    room.shelf.away = True
    room.later(1.5)
    ended = room.sees("zhang").ended
    assert ended is not None
    assert (ended.turn, room.recorder.orders) == (ConsentTurn.FAIL, [])
    with pytest.raises(StorageAway):
        room.ask()
    room.shelf.away = False
    room.later(5.5)
    assert room.shelf.turns == ["ask", "grant", "all_granted", "start", "fail"]
    assert room.shelf.begun == {}


def test_a_client_who_was_erased_meanwhile_is_not_recorded() -> None:
    room = both()
    room.shelf.refuses = True
    room.record()
    assert (room.sees("li").stage, room.recorder.orders) == ("off", [])
    assert room.shelf.turns[-2:] == ["start", "fail"]


def test_what_ends_it_is_done_though_the_database_is_away_and_stored_when_it_is_back() -> None:
    room = recording()
    room.shelf.away = True
    room.do("zhang", said.WithdrawRecording([], [Medium.VIDEO]))
    room.do("zhang", said.WithdrawRecording())
    assert written(room) == set()
    assert room.sees("li").stage == "off"
    room.later(12.0)
    assert room.shelf.turns == ["ask", "grant", "all_granted", "start"]
    room.shelf.away = False
    room.later(5.5)
    assert room.shelf.turns[4:] == ["withdraw_medium", "withdraw"]
    assert len(room.shelf.given_up) == 1


def test_what_is_never_stored_does_not_end_for_ever() -> None:
    room = recording()
    room.shelf.refuses = True
    room.do("li", said.StopRecording())
    ended = room.sees("li").ended
    assert ended is not None
    assert (room.sees("li").stage, ended.turn) == ("off", "fail")
    assert room.shelf.turns[-2:] == ["stop", "fail"]
    room.shelf.refuses = False
    room.record()
    assert written(room) == ALL


def test_a_withdrawal_is_stored_before_its_recorder_has_closed_anything() -> None:
    room = recording()
    room.recorder.gate.is_open = False
    room.do("zhang", said.WithdrawRecording())
    (ident,) = room.shelf.begun
    assert (room.shelf.taken, room.shelf.given_up) == ({ident: person("zhang")}, {})
    assert room.shelf.turns[-1] == "withdraw"
    room.recorder.gate.is_open = True
    room.settle()
    assert list(room.shelf.given_up) == [ident]


@pytest.mark.parametrize("what", ["a recorder that closes it", "a database that stores it"])
def test_what_is_taken_back_while_it_is_being_closed_is_kept_for_nobody(what: str) -> None:
    room = recording()
    room.later(1.0)
    gate = room.recorder.gate if what.startswith("a recorder") else room.shelf.gate
    gate.is_open = False
    room.do("li", said.StopRecording())
    closing = room.sees("zhang")
    assert (closing.stage, closing.ended and closing.ended.turn) == ("finalising", "stop")
    room.do("zhang", said.WithdrawRecording())
    ended = room.sees("zhang").ended
    assert ended is not None
    assert (room.sees("zhang").stage, ended.turn, ended.by_you) == ("off", "withdraw", True)
    assert ended.captured_ms > 900
    assert room.recorder.flushed_media == set()
    gate.is_open = True
    room.later(0.2)
    ((ident, given_up),) = room.shelf.given_up.items()
    assert (given_up["by"], room.shelf.sealed) == (person("zhang"), {})
    assert [(each, mark) for each, _, mark in room.shelf.marks] == [(ident, Mark())]
    assert room.shelf.turns[-2:] == ["stop", "withdraw"]
    assert replay(row.fact for row in room.shelf.rows) == room.consent.machine.consent


def test_what_is_taken_back_is_known_by_the_files_though_the_database_is_away() -> None:
    room = recording()
    room.shelf.away = True
    room.do("zhang", said.WithdrawRecording([Purpose.SUPERVISION], [Medium.VIDEO]))
    room.do("li", said.WithdrawRecording([], []))
    assert written(room) == set()
    (begun,) = room.shelf.begun.values()
    people = {party.id: party.person for party in begun.parties}
    marks = [(people[party], mark) for _, party, mark in room.shelf.marks]
    assert marks == [
        (person("zhang"), Mark([Purpose.SUPERVISION], [])),
        (person("zhang"), Mark([], [Medium.VIDEO])),
        (person("li"), Mark()),
    ]


def test_what_a_lost_recorder_has_sealed_is_looked_for() -> None:
    room = recording()
    room.later(4.0)
    (ident,) = room.shelf.begun
    broke = room.recorder.break_off(RecordFault.BROKEN)
    lying = RecordedFile(1, "p", "audio/webm", 0, 3_000, 1, 1, "", whole=False)
    room.shelf.lying[ident] = (lying,)
    room.consent.heard(broke)
    room.settle()
    kept = room.shelf.sealed[ident]
    assert (kept["files"], kept["whole"]) == ((lying,), False)
    room.later(30.0)
    assert len(room.recorder.orders) == 1  # it does not go on by itself


def test_what_cannot_begin_has_failed_though_it_is_on_hold_meanwhile() -> None:
    room = both()
    until_it_would_begin(room)
    room.shelf.refuses = True
    room.do("zhang", said.PauseRecording())
    room.shelf.gate.is_open = True
    room.settle()
    assert room.consent.machine.consent.stage is ConsentStage.OFF
    assert room.sees("zhang").stage == "off"
    assert (room.recorder.orders, room.shelf.turns[-3:]) == ([], ["start", "hold", "fail"])


def test_a_key_service_that_is_away_is_as_a_database_that_is() -> None:
    room = recording()
    room.shelf.trouble = MasterError
    room.shelf.away = True
    room.do("zhang", said.WithdrawRecording())
    room.later(12.0)
    assert (written(room), room.shelf.given_up) == (set(), {})
    room.shelf.away = False
    room.later(5.5)
    assert (room.shelf.turns[-1], len(room.shelf.given_up)) == ("withdraw", 1)


def test_a_hold_while_the_database_is_away_ends_in_failure_not_in_sound() -> None:
    room = recording()
    room.shelf.away = True
    room.do("li", said.PauseRecording())
    room.do("li", said.ResumeRecording())
    assert len(room.recorder.orders) == 1
    ended = room.sees("li").ended
    assert ended is not None
    assert ended.turn is ConsentTurn.FAIL
    room.shelf.away = False
    room.later(6.0)
    assert room.shelf.turns[-3:] == ["hold", "resume", "fail"]


def test_rows_of_a_room_that_is_over_are_tried_without_it() -> None:
    room = recording()
    room.shelf.away = True
    room.room.handle(ask.Close(CloseReason.SESSION_ENDED), room.now)
    room.consent.handle_over(room.now)
    room.settle()
    assert room.shelf.sealed == {}
    room.shelf.away = False
    room.consent.rows.over()
    room.settle()
    assert room.shelf.turns[-2:] == ["stop", "close"]


def test_a_recorder_that_breaks_is_told_plainly_and_the_call_goes_on() -> None:
    room = recording()
    room.later(4.0)
    room.consent.heard(room.recorder.break_off(RecordFault.NO_ROOM))
    room.settle()
    ended = room.sees("zhang").ended
    assert ended is not None
    assert (ended.turn, ended.captured_ms > 3_900) == (ConsentTurn.FAIL, True)
    assert room.shelf.rows[-1].fact.text == "no_room"
    (kept,) = room.shelf.sealed.values()
    assert not kept["whole"]
    assert room.sees("li").you_may_ask


def test_a_disk_that_is_late_is_told_to_both_while_it_is_and_not_on_hold() -> None:
    room = recording()
    (order, *_) = room.recorder.orders
    late = RecordingLate(EndpointId("gone"), order.recording, order.segment, True)
    room.consent.heard(late)
    room.settle()
    assert [room.sees(who).is_late for who in ("li", "zhang")] == [True, True]
    room.consent.heard(msgspec.structs.replace(late, is_late=False))
    room.settle()
    assert not room.sees("zhang").is_late
    room.consent.heard(late)
    room.do("zhang", said.PauseRecording())
    room.settle()
    view = room.sees("zhang")
    assert (view.stage, view.is_late) == (ConsentStage.HOLD, False)


def test_an_order_that_is_refused_has_failed() -> None:
    room = both()
    room.recorder.refuses = RecordFault.OFF
    room.record()
    ended = room.sees("zhang").ended
    assert ended is not None
    assert (ended.turn, room.shelf.rows[-1].fact.text) == (ConsentTurn.FAIL, "off")


def test_the_permit_is_renewed_each_second_and_ends_by_itself() -> None:
    room = recording()
    before = len(room.recorder.permits)
    room.later(10.0, step=0.1)
    assert 9 <= len(room.recorder.permits) - before <= 11
    room.now += 2.1  # nobody is there any more who would renew it
    assert room.recorder.writes == set()


def test_nobody_outside_of_the_room_is_heard() -> None:
    room = recording()
    refused(
        Code.NOT_IN_ROOM,
        lambda: at_once(room.taps.carry_out("nobody's", said.PauseRecording())) and None,
    )
    assert written(room) == ALL

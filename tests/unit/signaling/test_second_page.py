"""A second page of somebody's while it is asked, armed, recorded or held.

There is one page in a seat: the one that came last. It answers, and its word counts; what the page
before it showed, or says yet, does not.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signaling import recording_messages as said
from signaling.domain.consent.terms import ConsentStage, HoldReason
from signaling.domain.errors import Refusal
from tests.support.recorded_room import BOTH, PURPOSES, WORDS, RecordedRoom, at_once, both


def requested(room: RecordedRoom) -> None:
    room.ask()
    room.later(0.7)


def arming(room: RecordedRoom) -> None:
    requested(room)
    room.agree()


def recording(room: RecordedRoom) -> None:
    room.record()


def held(room: RecordedRoom) -> None:
    room.record()
    room.do("zhang", said.PauseRecording())


STAGES: dict[ConsentStage, Callable[[RecordedRoom], None]] = {
    ConsentStage.REQUESTED: requested,
    ConsentStage.ARMING: arming,
    ConsentStage.RECORDING: recording,
    ConsentStage.HOLD: held,
}
NAMES = ("zhang", "li")


def say(room: RecordedRoom, connection: str, command: said.RecordingCommand) -> None:
    """As a page says it, whether or not the seat is its own."""
    try:
        at_once(room.taps.carry_out(connection, command))
    finally:
        room.settle()


def stage(room: RecordedRoom) -> ConsentStage:
    return room.consent.machine.consent.stage


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("at", STAGES)
def test_the_page_before_it_can_say_nothing_any_more(at: ConsentStage, name: str) -> None:
    room = both()
    STAGES[at](room)
    seen, old = room.sees(name), room.connection(name)
    room.page(name)
    after = stage(room)
    digest = seen.terms.digest if seen.terms is not None else "0" * 64
    taps: list[said.RecordingCommand] = [
        said.AgreeRecording(seen.request, digest, WORDS, "en", PURPOSES, BOTH),
        said.ShowRecording(after, seen.request), said.ResumeRecording(), said.PauseRecording(),
        said.WithdrawRecording(), said.StopRecording(),
    ]  # fmt: skip
    for tap in taps:
        with pytest.raises(Refusal):
            say(room, old, tap)
    assert stage(room) is after


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("at", STAGES)
def test_nothing_is_captured_before_the_new_page_shows_it(at: ConsentStage, name: str) -> None:
    room = both()
    STAGES[at](room)
    room.hushed = {name}
    room.page(name)
    assert room.recorder.writes == set()
    room.later(20.0)
    assert room.recorder.writes == set()
    assert stage(room) is not ConsentStage.RECORDING


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("at", STAGES)
def test_the_new_page_is_told_all_of_it_at_once(at: ConsentStage, name: str) -> None:
    room = both()
    STAGES[at](room)
    before = room.sees(name)
    room.page(name)
    seen = room.sees(name)
    now = ConsentStage.HOLD if at is ConsentStage.RECORDING else stage(room)
    assert seen.stage == now
    assert seen.terms == before.terms
    assert seen.you_answer == (before.you_answer and now is ConsentStage.REQUESTED)


def test_an_answer_by_the_new_page_is_the_answer() -> None:
    room = both()
    requested(room)
    room.page("zhang")
    with pytest.raises(Refusal):  # nobody can have read it there
        room.agree()
    room.later(0.7)
    room.agree()
    assert stage(room) is ConsentStage.ARMING


@pytest.mark.parametrize("name", NAMES)
def test_that_the_page_before_it_is_closed_changes_nothing(name: str) -> None:
    room = both()
    recording(room)
    old = room.connection(name)
    room.page(name)
    room.connect(name)
    room.show(name)
    writes, holds = room.recorder.writes, room.sees("li").holds
    assert writes
    room.close(old)
    assert (room.recorder.writes, room.sees("li").holds) == (writes, holds)
    assert stage(room) is ConsentStage.RECORDING


@pytest.mark.parametrize("name", NAMES)
def test_that_the_new_page_is_closed_holds_it(name: str) -> None:
    room = both()
    recording(room)
    room.page(name)
    room.connect(name)
    room.show(name)
    assert room.recorder.writes
    room.lose(name)
    room.later(2.5)
    assert room.recorder.writes == set()
    other = next(each for each in NAMES if each != name)
    assert HoldReason.ABSENT in {each.reason for each in room.sees(other).holds}

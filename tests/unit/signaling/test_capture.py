"""Segments and permits of one recording, against a recorder that takes its time."""

from __future__ import annotations

import pytest

from media.channel import RecordedFile, RecordingBroke, RecordingLate
from media.errors import RecordFault
from media.ids import EndpointId
from signaling.capture import FILES_A_SEGMENT, RENEW_S, Beside, Capturing, Named, Track
from tests.support.recorded_room import ROOM, WALL_MS, Recorder, Steps

RECORDING = "r" * 32
LI_VOICE, LI_FACE, ZHANG_VOICE, ZHANG_FACE = (
    Track(EndpointId(who), medium, f"{who}-{medium}", bytes(32))
    for who in ("li", "zhang")
    for medium in ("audio", "video")
)
ALL = frozenset({LI_VOICE, LI_FACE, ZHANG_VOICE, ZHANG_FACE})
VOICES = frozenset({LI_VOICE, ZHANG_VOICE})


class Desk:
    """A recording, its recorder, and what it tells its room."""

    def __init__(self) -> None:
        self.now = 100.0
        self.steps = Steps()
        self.recorder = Recorder(lambda: self.now)
        self.faults: list[str] = []
        self.tellings = 0
        self.dones = 0
        beside = Beside(
            self.steps.start, self.faults.append, self._again, self._done, lambda: WALL_MS
        )
        self.capture = Capturing(Named(ROOM, "t", RECORDING), self.recorder, beside)

    def _again(self) -> None:
        self.tellings += 1

    def _done(self) -> None:
        self.dones += 1

    def want(self, *tracks: Track, on_hold: bool = False) -> None:
        self.capture.want(frozenset(tracks), self.now, on_hold=on_hold)
        self.settle()

    def finish(self, *, discard: bool = False) -> None:
        self.capture.finish(self.now, discard=discard)
        self.settle()

    def settle(self) -> None:
        while self.steps.step():
            pass

    @property
    def segments(self) -> list[int]:
        return [order.segment for order in self.recorder.orders]


def test_an_order_names_all_that_may_be_captured() -> None:
    desk = Desk()
    desk.want(*ALL)
    (order,) = desk.recorder.orders
    assert (order.room, order.recording, order.segment) == (ROOM, RECORDING, 1)
    assert (order.at_ms, order.next_file, desk.capture.running_since) == (0, 1, WALL_MS)
    assert {(each.endpoint, each.medium) for each in order.tracks} == {
        (each.endpoint, each.medium) for each in ALL
    }
    desk.want(*ALL)
    assert len(desk.recorder.orders) == 1


def on_hold() -> Desk:
    """On hold, while a slow disk is still writing down what came before."""
    desk = Desk()
    desk.want(*ALL)
    desk.recorder.gate.is_open = False
    desk.capture.want(frozenset(), desk.now, on_hold=True)
    desk.settle()
    assert desk.recorder.flushes == {1: {each.part for each in ALL}}
    return desk


def test_what_is_taken_back_on_hold_is_not_written_down_any_further() -> None:
    desk = on_hold()
    desk.capture.finish(desk.now, discard=True)
    assert desk.recorder.permits[-1].parts == frozenset()
    assert not any(desk.recorder.flushes.values())
    desk.settle()
    assert desk.recorder.stops == [(1, False), (1, True)]
    desk.recorder.gate.is_open = True
    desk.settle()
    assert desk.dones == 1


def test_a_medium_that_is_taken_back_on_hold_is_not_written_down_any_further() -> None:
    desk = on_hold()
    desk.capture.leave_out(frozenset({"video"}), desk.now)
    assert desk.recorder.flushes == {1: {each.part for each in VOICES}}
    count = len(desk.recorder.permits)
    desk.capture.leave_out(frozenset({"video"}), desk.now)
    desk.recorder.gate.is_open = True
    desk.settle()
    desk.capture.leave_out(frozenset({"audio"}), desk.now)
    assert len(desk.recorder.permits) == count


def test_a_medium_less_is_a_permit_for_less_in_the_same_call() -> None:
    desk = Desk()
    desk.want(*ALL)
    desk.capture.want(VOICES, desk.now)
    assert desk.recorder.permits[-1].parts == {each.part for each in VOICES}
    assert len(desk.recorder.writes) == 2
    assert desk.recorder.stops == []


def test_somebody_less_is_another_segment_that_keeps_what_came() -> None:
    desk = Desk()
    desk.want(*ALL)
    desk.want(LI_VOICE, LI_FACE)
    assert (desk.segments, desk.recorder.stops) == ([1], [(1, False)])
    desk.want(LI_VOICE, LI_FACE)  # as its room does when it is told that it may
    assert desk.segments == [1, 2]
    assert [permit.parts for permit in desk.recorder.permits] == []


def test_more_waits_for_the_end_of_the_segment_before() -> None:
    desk = Desk()
    desk.want(*VOICES)
    desk.recorder.gate.is_open = False
    desk.want(*ALL)
    desk.want(*ALL)
    assert desk.segments == [1]
    tellings = desk.tellings
    desk.recorder.gate.is_open = True
    desk.settle()
    assert desk.tellings > tellings
    desk.now += 4.0
    desk.want(*ALL)
    assert desk.segments == [1, 2]
    order = desk.recorder.orders[1]
    assert (order.next_file, order.at_ms) == (FILES_A_SEGMENT + 1, 4000)
    assert order.number > desk.recorder.orders[0].number


def test_holds_are_stretches_of_its_clock() -> None:
    desk = Desk()
    desk.want(*ALL)
    desk.now += 10.0
    desk.want(on_hold=True)
    desk.now += 2.5
    desk.want(on_hold=True)
    desk.want(*ALL)
    desk.now += 1.0
    desk.want(on_hold=True)
    desk.now += 1.0
    desk.finish()
    assert desk.capture.held == [(10_000, 12_500), (13_500, 14_500)]
    assert desk.capture.captured_ms == 11_000
    assert (desk.dones, desk.capture.whole, len(desk.capture.files)) == (1, True, 8)


def test_what_is_taken_back_is_thrown_away() -> None:
    desk = Desk()
    desk.want(*ALL)
    desk.capture.finish(desk.now, discard=True)
    assert desk.recorder.writes == set()  # in the same call
    desk.settle()
    assert (desk.recorder.stops, desk.dones) == ([(1, True)], 1)
    desk.want(*ALL)
    assert desk.segments == [1]


def test_a_permit_is_renewed_each_second() -> None:
    desk = Desk()
    desk.want(*ALL)
    numbers = [desk.recorder.orders[0].number]
    for _ in range(5):
        due = desk.capture.next_deadline()
        assert due == desk.now + RENEW_S
        desk.capture.handle_timeout(due - 0.1)
        desk.now = due
        desk.capture.handle_timeout(desk.now)
        numbers.append(desk.recorder.permits[-1].number)
        assert len(desk.recorder.writes) == 4
    assert numbers == sorted(set(numbers))
    desk.finish()
    assert desk.capture.next_deadline() is None


def test_an_order_that_was_not_given_yet_is_not_given_any_more() -> None:
    desk = Desk()
    desk.capture.want(ALL, desk.now)
    desk.finish()
    assert (desk.recorder.orders, desk.dones) == ([], 1)


def test_an_order_that_its_end_has_overtaken_is_stopped_again() -> None:
    desk = Desk()
    desk.recorder.gate.is_open = False
    desk.want(*ALL)
    desk.finish()
    assert desk.dones == 0
    desk.recorder.gate.is_open = True
    desk.settle()
    assert (desk.recorder.writes, desk.segments) == (set(), [1])
    assert desk.recorder.stops == [(1, False), (1, False)]
    assert (desk.dones, len(desk.capture.files)) == (1, 4)


def test_an_order_that_a_permit_for_less_has_overtaken_is_narrowed_again() -> None:
    desk = Desk()
    desk.capture.want(ALL, desk.now)
    desk.capture.want(VOICES, desk.now)
    desk.settle()
    assert {track.medium for track in desk.recorder.orders[0].tracks} == {"audio"}
    late = Desk()
    late.recorder.gate.is_open = False
    late.want(*ALL)
    late.want(*VOICES)
    late.recorder.gate.is_open = True
    late.settle()
    assert {medium for _, medium in late.recorder.writes} == {"audio"}


def test_an_order_that_is_refused_is_told_once_and_not_given_again() -> None:
    desk = Desk()
    desk.recorder.refuses = RecordFault.NO_ROOM
    desk.want(*ALL)
    desk.recorder.refuses = None
    desk.want(*ALL)
    assert (desk.faults, desk.recorder.orders, desk.capture.whole) == (["no_room"], [], False)


def test_an_order_for_an_endpoint_that_has_just_ended_is_given_once_more() -> None:
    desk = Desk()
    desk.recorder.refuses = RecordFault.BAD_ORDER
    desk.want(*ALL)
    assert (desk.faults, desk.tellings) == ([], 1)
    desk.want(LI_VOICE, LI_FACE)
    assert desk.faults == ["bad_order"]
    other = Desk()
    other.recorder.refuses = RecordFault.BAD_ORDER
    other.want(*ALL)
    other.recorder.refuses = None
    other.want(LI_VOICE, LI_FACE)
    assert (other.segments, other.capture.whole, other.faults) == ([2], True, [])


@pytest.mark.parametrize("segment", [1, 2])
def test_a_recorder_that_broke_leaves_what_it_could_close(segment: int) -> None:
    desk = Desk()
    desk.want(*ALL)
    file = RecordedFile(3, "p", "audio/webm", 0, 1, 1, 1, "")
    other = RecordingBroke(EndpointId("x"), "other", 1, RecordFault.STALLED)
    assert not desk.capture.handle_broke(other, desk.now)
    broke = RecordingBroke(EndpointId("x"), RECORDING, segment, RecordFault.STALLED, (file,))
    desk.now += 2.0
    assert desk.capture.handle_broke(broke, desk.now) is (segment == 1)
    assert (file in desk.capture.files, desk.capture.whole) == (True, False)
    assert desk.capture.captured_ms == (2000 if segment == 1 else 0)


def test_a_disk_that_is_late_is_late_for_what_runs_and_for_nothing_after_it() -> None:
    desk = Desk()
    for is_late in (True, False):  # nothing runs yet
        desk.capture.handle_late(RecordingLate(EndpointId("x"), RECORDING, 1, is_late))
    desk.want(*ALL)
    for recording, segment in (("other", 1), (RECORDING, 2)):
        desk.capture.handle_late(RecordingLate(EndpointId("x"), recording, segment, True))
        assert not desk.capture.is_late
    desk.capture.handle_late(RecordingLate(EndpointId("x"), RECORDING, 1, True))
    assert desk.capture.is_late
    desk.capture.handle_late(RecordingLate(EndpointId("x"), RECORDING, 1, False))
    assert not desk.capture.is_late
    desk.capture.handle_late(RecordingLate(EndpointId("x"), RECORDING, 1, True))
    desk.want(on_hold=True)
    assert not desk.capture.is_late
    desk.want(*ALL)
    assert (desk.segments[-1], desk.capture.is_late) == (2, False)


def test_a_recorder_whose_disk_is_late_is_asked_again_for_what_it_sealed() -> None:
    desk = Desk()
    desk.want(*ALL)
    desk.recorder.late = 2
    desk.finish()
    assert (len(desk.recorder.stops), len(desk.capture.files), desk.dones) == (3, 4, 1)
    withdrawn = Desk()
    withdrawn.want(*ALL)
    withdrawn.recorder.late = 2
    withdrawn.finish(discard=True)
    assert withdrawn.recorder.stops == [(1, True)]


def test_a_recorder_that_broke_before_its_disk_answered_is_asked_for_its_files() -> None:
    desk = Desk()
    desk.want(*ALL)
    broke = RecordingBroke(EndpointId("x"), RECORDING, 1, RecordFault.STALLED)
    assert desk.capture.handle_broke(broke, desk.now)
    desk.finish()
    assert (desk.recorder.stops, len(desk.capture.files)) == ([(1, False)], 4)
    assert (desk.capture.whole, desk.dones) == (False, 1)


def test_a_recorder_of_which_nothing_came_was_lost() -> None:
    desk = Desk()
    desk.want(*ALL)
    desk.recorder._running.clear()
    desk.finish()
    assert (desk.capture.whole, desk.capture.files) == (False, ())


def test_keys_are_in_no_readable_form() -> None:
    assert "Track(...)" in repr(ALL)
    assert "li-audio" not in repr(ALL)

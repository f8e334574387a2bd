"""When a voice stops coming and when it is back, packet by packet."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from media.config import MediaConfig
from media.forwarding.voice_gap import GAP_S, SETTLE_S, GapWatch, VoiceChange
from media.ids import EndpointId
from media.plan import Extension
from media.router import Router
from tests.support.packets import ALICE, IDS, plan, rtp

LOOK_S = 0.1
FRAME_S = 0.02


class Line:
    """A microphone that sends all the time, and a line that loses what a test says."""

    def __init__(self) -> None:
        self.router = Router(MediaConfig(), 1)
        self.router.add_endpoint(ALICE, plan(), 0.0)
        self.router.set_ready(ALICE, ready=True, now=0.0)
        self.watch = GapWatch()
        self.said: list[tuple[float, VoiceChange]] = []
        self.number = 0

    def run(self, start: float, end: float, lost: Iterable[tuple[float, float]] = ()) -> None:
        ticks = round(start / FRAME_S), round(end / FRAME_S)
        for tick in range(*ticks):
            now = tick * FRAME_S
            self.number += 1
            if not any(since <= now < until for since, until in lost):
                self.send(now)
            if tick % round(LOOK_S / FRAME_S) == 0:
                self.look(now)

    def send(self, now: float, ssrc: int = 1500) -> None:
        packet = rtp(
            self.number,
            timestamp=self.number * 960,
            payload_type=111,
            ssrc=ssrc,
            elements={IDS[Extension.MID]: b"a"},
        )
        self.router.handle_rtp(ALICE, packet, now)

    def look(self, now: float) -> None:
        voice = self.router.voice(ALICE)
        change = None if voice is None else self.watch.look(voice, now)
        if change is not None:
            self.said.append((now, change))


def test_a_steady_voice_is_told_of_once() -> None:
    line = Line()
    line.run(0.0, 30.0)
    assert [change.open for _, change in line.said] == [False]
    assert line.said[0][1].lasted_s == 0.0


def test_gap_is_told_within_the_time_people_are_promised_and_measured_when_over() -> None:
    line = Line()
    line.run(0.0, 12.0, [(5.0, 9.0)])
    (_, first), (opened_at, opened), (closed_at, closed) = line.said
    assert not first.open
    assert opened.open
    assert opened_at - 5.0 <= GAP_S + LOOK_S
    assert not closed.open
    assert closed_at - 9.0 <= SETTLE_S + 2 * LOOK_S
    assert closed.lasted_s == pytest.approx(4.0, abs=0.15)
    assert closed.lost_s == pytest.approx(4.0, abs=0.15)
    assert closed_at - closed.ago_s == pytest.approx(9.0, abs=0.15)


def test_loss_and_long_frames_are_no_gap() -> None:
    line = Line()
    holes = [(tick * 0.3, tick * 0.3 + 0.2) for tick in range(10, 60)]
    line.run(0.0, 20.0, holes)
    assert len(line.said) == 1


def test_voice_that_was_only_late_is_not_lost() -> None:
    line = Line()
    line.run(0.0, 5.0)
    held = []
    for tick in range(round(2.0 / FRAME_S)):
        line.number += 1
        held.append(line.number)
        if tick % 5 == 0:
            line.look(5.0 + tick * FRAME_S)
    for number in held:
        line.number = number
        line.send(7.0)
    line.run(7.0 + FRAME_S, 9.0)
    _, _, (_, closed) = line.said
    assert closed.lasted_s == pytest.approx(2.0, abs=0.15)
    assert closed.lost_s == 0.0


def test_lone_packet_in_a_cut_does_not_end_it() -> None:
    line = Line()
    line.run(0.0, 12.0, [(5.0, 7.0), (7.02, 9.0)])
    assert [change.open for _, change in line.said] == [False, True, False]
    assert line.said[-1][1].lasted_s == pytest.approx(4.0, abs=0.15)


def test_another_source_after_the_gap_means_all_of_it_is_lost() -> None:
    line = Line()
    line.run(0.0, 5.0)
    line.run(5.0, 8.0, [(5.0, 8.0)])
    line.number = 40_000
    for tick in range(100):
        now = 8.0 + tick * FRAME_S
        line.number += 1
        line.send(now, ssrc=2000)
        line.look(now)
    _, _, (_, closed) = line.said
    assert closed.lost_s == closed.lasted_s == pytest.approx(3.0, abs=0.15)


def test_nothing_is_said_of_who_is_not_ready_or_said_bye() -> None:
    line = Line()
    line.router.set_ready(ALICE, ready=False, now=0.0)
    line.run(0.0, 1.0)
    assert not line.said
    line.router.set_ready(ALICE, ready=True, now=1.0)
    line.run(1.0, 2.0)
    voice = line.router.voice(ALICE)
    assert voice is not None
    assert voice.source is not None
    voice.source.ended = True
    line.run(2.0, 4.0, [(2.0, 4.0)])
    assert [change.open for _, change in line.said] == [False]
    assert line.router.voice(EndpointId("nobody")) is None

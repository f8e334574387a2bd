"""One line: what it is divided into, when probes go out, and what keeps the feedback coming."""

from __future__ import annotations

import pytest

from media.bandwidth.allocator import VOICE_BPS, Wish
from media.bandwidth.probing import Burst, ProbeState
from media.bandwidth.report import Report
from media.config import MediaConfig
from media.forwarding.downlink import (
    MEASURED_S,
    NEVER,
    PACING_FACTOR,
    TRICKLE_BYTES,
    TRICKLE_S,
    VOICE_AGAIN_BPS,
    Downlink,
)
from media.rungs import Rung

START_BPS = 500_000.0
PICTURE = [Wish(small=False)]


def line(start_bps: float = START_BPS) -> Downlink:
    return Downlink(MediaConfig(start_bps=start_bps))


def carrying(bps: float) -> Downlink:
    """A line of which no more than this is ever believed."""
    return Downlink(MediaConfig(start_bps=bps, max_subscriber_bps=bps))


def report(at: float, size: int = 600) -> Report:
    """Ten packets of the last tenth of a second, all of which came."""
    made = Report(at, 10)
    for number in range(10):
        sent_at = at - 0.1 + number * 0.01
        made.add(int(at * 1000) + number, sent_at, size, sent_at + 0.02)
    return made


def test_before_feedback_nothing_is_due_and_nothing_known() -> None:
    downlink = line()
    assert not downlink.heard
    assert not downlink.is_measured(100.0)
    assert downlink.next_deadline() == NEVER
    downlink.handle_timeout(0, 100.0)
    assert downlink.padding_due(0, 100.0) == 0


def test_it_is_measured_a_while_after_its_first_feedback() -> None:
    downlink = line()
    downlink.handle_report(report(5.0), 10**6, 5.0)
    assert downlink.heard
    assert not downlink.is_measured(5.0 + MEASURED_S - 0.1)
    assert downlink.is_measured(5.0 + MEASURED_S)


@pytest.mark.parametrize(("numbered_a_second", "falls"), [(0, False), (50, True)])
def test_silence_is_a_sign_only_where_something_was_sent(
    numbered_a_second: int, falls: bool
) -> None:
    """As of a browser without numbers on voice, whose camera is off."""
    downlink = line()
    downlink.handle_report(report(1.0), 100, 1.0)
    downlink.divide(PICTURE, 1.0)
    before, sent = downlink.estimator.estimate_bps, 100.0
    for step in range(11, 200):
        sent += numbered_a_second / 10
        downlink.handle_timeout(int(sent), step / 10)
    assert (downlink.estimator.estimate_bps < before / 4) is falls
    assert falls or downlink.estimator.estimate_bps == before


def test_voice_comes_off_the_top() -> None:
    downlink = line()
    downlink.handle_report(report(1.0), 10**6, 1.0)
    estimate = downlink.estimator.estimate_bps
    (share,) = downlink.divide(PICTURE, 1.0)
    assert share == pytest.approx(estimate - VOICE_BPS, abs=5_000)
    assert downlink.pacing_bps == pytest.approx(PACING_FACTOR * (estimate - VOICE_BPS))


def test_a_line_too_narrow_for_voice_has_its_feedback_kept_coming() -> None:
    downlink = carrying(10_000.0)
    changed = [downlink.handle_report(report(n / 10), 10**6, n / 10) for n in range(80)]
    assert changed.count(True) == 1
    assert downlink.rung is Rung.TEXT
    at, due = downlink.next_deadline(), []
    for _ in range(4):
        downlink.handle_timeout(2 * 10**6, at)
        due.append(downlink.padding_due(0, at))
        assert downlink.padding_due(0, at) == 0
        at += TRICKLE_S
    assert due == [TRICKLE_BYTES] * 4
    assert TRICKLE_BYTES * 8 / TRICKLE_S < 1_000


def test_a_probe_goes_out_at_its_rate_and_says_which_packets_it_was() -> None:
    downlink, probe = probing()
    now, number, bytes_sent = 1.0, 70, 0
    while downlink._burst is not None:
        due = downlink.padding_due(number, now)
        assert bytes_sent + due <= probe.size_bytes
        bytes_sent += due
        number += 1
        assert downlink.estimator._prober.state is ProbeState.TAKEN
        downlink.note_padding(due, number, now)
        now += 0.005
    assert bytes_sent == probe.size_bytes
    assert now - 1.0 == pytest.approx(probe.size_bytes * 8 / probe.rate_bps, abs=0.006)
    prober = downlink.estimator._prober
    assert (prober.state, prober._meter._end) == (ProbeState.SENT, number)
    assert downlink._first_number == 70


def test_a_probe_that_nothing_can_carry_is_over_at_once() -> None:
    downlink, _ = probing()
    assert downlink.padding_due(7, 1.0) > 0
    downlink.note_padding(0, 7, 1.0)
    assert downlink._burst is None
    assert downlink.estimator._prober.state is ProbeState.TAKEN  # none of it was sent
    assert downlink._first_number == 7
    assert downlink.padding_due(7, 2.0) == 0


def probing() -> tuple[Downlink, Burst]:
    """A line with a probe that begins at 1.0."""
    downlink = line()
    downlink.handle_report(report(1.0), 10**6, 1.0)
    downlink.estimator._prober.want(2 * START_BPS)
    downlink.handle_timeout(10**6, 1.0)
    assert downlink._burst is not None
    return downlink, downlink._burst


def test_voice_is_sent_again_as_soon_as_there_is_room_whatever_people_are_told() -> None:
    downlink = carrying(10_000.0)
    for number in range(80):
        downlink.handle_report(report(number / 10), 10**6, number / 10)
    assert downlink.rung is Rung.TEXT
    assert not downlink.carries_voice(8.0)
    downlink.estimator = carrying(VOICE_AGAIN_BPS).estimator
    assert downlink.carries_voice(8.0)
    assert downlink.rung is Rung.TEXT

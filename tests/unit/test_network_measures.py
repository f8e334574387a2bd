"""The network bench counts as its page says: freezes, gaps, counters that begin anew, verdicts."""

from __future__ import annotations

import math

import pytest

from tests.bench.network import records
from tests.bench.network.capacity import STEPS, Reading, judge
from tests.bench.network.cases import CASES
from tests.bench.network.measures import (
    Window,
    buffer_back_s,
    counted_freezes,
    figures,
    freezes,
    longest_gap_s,
    silenced_s,
    worse,
)
from tests.bench.network.place import Tap
from tests.bench.network.silence import Cause, told
from tests.bench.network.stories import DOWN_KBPS, UP_KBPS, out_of_order


def frames(*gaps_ms: float) -> list[float]:
    at, found = 0.0, [0.0]
    for gap in gaps_ms:
        at += gap
        found.append(at)
    return found


@pytest.mark.parametrize(
    ("gap_ms", "count"),
    [(40 + 149, 0), (40 + 150, 1), (1000, 1)],  # of an average of 40, + 150 is above 3 x 40
)
def test_a_freeze_is_a_gap_far_above_the_average(gap_ms: float, count: int) -> None:
    shown = frames(*[40.0] * 40, gap_ms, *[40.0] * 40)
    assert len(freezes(shown, [(0.0, shown[-1])])) == count


def test_a_slow_picture_is_judged_by_its_own_average() -> None:
    shown = frames(*[500.0] * 10, 1400.0, 500.0, 1800.0)
    assert freezes(shown, [(0.0, shown[-1])]) == [0.5, 1.8]


def test_a_picture_that_never_came_is_frozen_and_one_not_meant_is_not() -> None:
    assert freezes([], [(0.0, 2000.0)]) == [2.0]
    assert freezes([], []) == []
    shown = frames(*[40.0] * 25)
    assert freezes(shown, [(0.0, 3000.0)]) == [2.0]
    assert freezes(shown, [(0.0, 1000.0)]) == []


def test_the_browsers_own_count_is_of_the_same_time() -> None:
    samples = [
        {"at": at, "peer": 1, "video.freezeCount": count}
        for at, count in ((0.0, 0), (500.0, 1), (1500.0, 3), (2500.0, 4))
    ]
    assert counted_freezes(samples, [(0.0, 600.0), (2000.0, 3000.0)]) == 2
    assert counted_freezes(samples, []) == 0


def sample(at: float, peer: int = 1, **counters: float) -> dict[str, float]:
    return {"at": at, "peer": peer} | {f"audio.{name}": value for name, value in counters.items()}


def test_counters_begin_anew_with_a_connection() -> None:
    noted = [
        sample(0, packetsReceived=100), sample(100, packetsReceived=110),
        sample(200, 2, packetsReceived=5), sample(300, 2, packetsReceived=9),
    ]  # fmt: skip
    assert Window(noted, [], 0, 300).risen("audio.packetsReceived") == 19


def test_a_voice_that_goes_over_to_another_track_is_counted_from_there_on() -> None:
    noted = [
        sample(0, of=1, packetsReceived=100), sample(100, of=2, packetsReceived=900),
        sample(200, of=2, packetsReceived=905),
    ]  # fmt: skip
    assert Window(noted, [], 0, 200).risen("audio.packetsReceived") == 5


def test_a_voice_made_up_for_long_is_a_gap_though_packets_come() -> None:
    noted = [
        sample(at, totalSamplesReceived=48 * at, concealedSamples=48 * min(at, 700))
        for at in range(0, 2001, 100)
    ]
    assert silenced_s(noted) == 0.7


def test_the_longest_gap_reaches_to_the_window_s_ends() -> None:
    noted = [sample(at, packetsReceived=min(at, 500)) for at in range(0, 2001, 100)]
    assert longest_gap_s(noted, "audio.packetsReceived", 0, 2000) == 1.5
    assert longest_gap_s([], "audio.packetsReceived", 0, 2000) == 2.0


def test_a_buffer_is_back_when_it_stays_under_the_bar() -> None:
    noted, delay, emitted = [], 0.0, 0.0
    for at in range(0, 10_001, 100):
        buffered_s = 0.8 if at < 4000 else 0.1
        emitted += 4800
        delay += 4800 * buffered_s
        noted.append(sample(at, jitterBufferDelay=delay, jitterBufferEmittedCount=emitted))
    assert 4.0 <= buffer_back_s(Window(noted, [], 0, 10_000)) <= 4.5


def test_the_worse_of_two_is_told_figure_by_figure() -> None:
    one = figures(Window([], frames(*[40.0] * 25), 0, 1000), [(0, 1000)])
    other = figures(Window([], [], 0, 1000), [(0, 1000)])
    both = worse(one, other)
    assert (both["frames"], both["freezes_per_minute"]) == (0, 60)
    assert math.isnan(both["concealed_percent"])


def test_freezes_are_counted_a_minute_of_the_whole_call() -> None:
    shown = figures(Window([], frames(*[40.0] * 25), 0, 120_000), [(0, 10_000)])
    assert shown["freezes_per_minute"] == 0.5
    assert math.isnan(figures(Window([], [], 0, 1000), [])["freezes_per_minute"])


def test_the_ladder_s_order_is_one_way() -> None:
    down = ["clear", "saving", "slow", "voice", "text"]
    assert out_of_order(down, down=True) == 0
    assert out_of_order(down[::-1], down=False) == 0
    assert out_of_order(["clear", "slow", "saving", "voice"], down=True) == 1
    assert sorted(DOWN_KBPS, reverse=True) == list(DOWN_KBPS)
    assert sorted(UP_KBPS) == list(UP_KBPS)


def test_capacity_is_judged_by_what_the_line_counted() -> None:
    readings, bounds, at, passed = [], [0.0], 0.0, 0.0
    for seconds, capacity_bps in STEPS:
        bounds.append(bounds[-1] + seconds)
        while at < bounds[-1] - 1e-6:
            readings.append(Reading(at, int(passed), int(capacity_bps / 8 * 0.1), 0))
            passed += capacity_bps / 8 * 0.9 * 0.1
            at += 0.1
    found = judge(readings, bounds)["worse"]
    assert found["used_share"] == pytest.approx(0.9, abs=0.01)
    assert found["queue_p95_ms"] == pytest.approx(100, abs=1)
    assert found["under_capacity_s"] < 2


def run(kind: str, **worst: float | None) -> records.Record:
    return {
        "case": "loss5", "kind": kind, "run": 1, "seconds": 60, "commit": "abc", "load": 1.0,
        "figures": {"worse": worst},
    }  # fmt: skip


def test_a_page_says_what_held_what_did_not_and_what_was_not_measured() -> None:
    found = [
        run("gateway", concealed_percent=9.0, freezes_per_minute=9.0),  # of before: not counted
        run("gateway", concealed_percent=1.0, freezes_per_minute=3.0, counted_per_minute=1.0),
        run("gateway", concealed_percent=1.2, freezes_per_minute=3.0, counted_per_minute=1.0),
        run("direct", concealed_percent=1.0, freezes_per_minute=None),
        {"case": "loss5", "kind": "gateway", "error": "TimeoutError"},
    ]
    verdicts = records.tables(found, runs=2)[0].rows
    of_case = [row for row in verdicts if row[0].startswith(CASES["loss5"].title)]
    assert [row[2].rsplit(": ", 1)[1] for row in of_case] == [
        "held", "MISSED", "held", "held",
    ]  # fmt: skip
    assert "1.1 (1.00 to 1.20) %, 2 runs; direct 1 %" in of_case[0][1]
    assert {row[1] for row in verdicts if row not in of_case} == {"not measured"}


@pytest.mark.parametrize(
    ("shown", "counted", "verdict"),
    [(2.0, 2.0, "held"), (2.1, 0.0, "MISSED"), (0.0, 2.1, "MISSED")],
)
def test_no_more_freezes_than_the_direct_call_by_either_count(
    shown: float, counted: float, verdict: str
) -> None:
    found = [
        run(kind, concealed_percent=1.0, freezes_per_minute=page, counted_per_minute=own)
        for kind, page, own in (("gateway", shown, counted), ("direct", 1.0, 1.0))
    ]
    (row,) = [each for each in records.tables(found, runs=2)[0].rows if "against" in each[0]]
    assert row[2].endswith(verdict)


def test_a_silence_has_the_cause_that_the_page_is_told() -> None:
    def far(paused: str) -> dict[str, object]:
        view = {"id": "f", "role": "client", "device_paused": paused}
        return {"type": "participant_changed", "participant": view}

    def gap(speaker: str, ended_at: int | None) -> dict[str, object]:
        return {"type": "voice_gap", "gap": "g", "speaker": speaker, "ended_at": ended_at}

    tap = Tap()
    causes = []
    for event in (
        far("none"), gap("n", None), gap("f", None), gap("f", 5), far("camera"), far("microphone"),
        far("none"),
    ):  # fmt: skip
        tap.heard.append((0.0, event))
        causes.append(told(tap))
    assert causes == [
        Cause.QUIET, Cause.QUIET, Cause.CUT, Cause.QUIET, Cause.QUIET, Cause.DEVICE, Cause.QUIET
    ]  # fmt: skip


def test_a_bench_that_goes_on_gives_each_pair_a_seed_of_its_own() -> None:
    done = [{"case": "loss5", "run": 1}, {"case": "loss5", "run": 2}, {"case": "burst", "run": 7}]
    assert records.pairs(done, "loss5") == 2
    assert records.pairs(done, "steps") == 0

from __future__ import annotations

from math import inf, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.estimator import FIRST_SILENCE_S, SILENCE_S, Estimator
from media.forwarding.sent_log import SentLog
from media.rtp import transport_cc
from tests.support.arrivals import arrivals
from tests.support.reports import Row, report

START, FLOOR, CEILING = 300_000.0, 24_000.0, 5_000_000.0
SIZE = 1000


def fresh(wanted_bps: float = 4e6) -> Estimator:
    estimator = Estimator(START, FLOOR, CEILING)
    estimator.set_wanted(wanted_bps, 0.0)
    return estimator


class Talk:
    """Reports every 100 ms on packets sent at ``rate``, over a line that carries ``capacity``."""

    def __init__(self, estimator: Estimator) -> None:
        self.estimator = estimator
        self.now = 0.0
        self.number = 0
        self.free_at = 0.0
        self.clock_s = 5000.0

    def go(
        self, seconds: float, *, rate: float | None = None, capacity: float = inf,
        lose_every: int = 0, jumped: bool = False,
    ) -> Estimator:  # fmt: skip
        end = self.now + seconds
        while self.now < end - 1e-9:
            sends = self.estimator.estimate_bps if rate is None else rate
            count = max(1, round(sends / 8 / SIZE / 10))
            rows: list[Row] = []
            for index in range(count):
                sent_at = self.now + index * 0.1 / count
                self.free_at = max(self.free_at, sent_at) + SIZE * 8 / capacity
                lost = lose_every and (self.number + index) % lose_every == 0
                rows.append((sent_at, SIZE, None if lost else self.clock_s + self.free_at + 0.05))
            self.now += 0.1
            told = report(rows, self.now + 0.1, first=self.number, jumped=jumped)
            self.number += count
            self.estimator.handle_report(told, self.now + 0.1)
        return self.estimator


def test_begins_at_the_start_within_bounds() -> None:
    assert Estimator(START, FLOOR, CEILING).estimate_bps == START
    assert Estimator(1.0, FLOOR, CEILING).estimate_bps == FLOOR
    assert Estimator(1e9, FLOOR, CEILING).estimate_bps == CEILING


def test_nothing_is_due_before_anything_is_wanted() -> None:
    estimator = Estimator(START, FLOOR, CEILING)
    assert estimator.next_deadline() == inf
    assert estimator.next_burst(0.0) is None
    estimator.handle_timeout(100.0)
    assert estimator.estimate_bps == START


def test_grows_on_a_good_line_up_to_what_is_wanted() -> None:
    estimator = Talk(fresh(1e6)).go(60)
    assert 1e6 < estimator.estimate_bps < 2e6
    assert estimator.loss == 0.0
    assert estimator.queue_s == pytest.approx(0.0, abs=0.01)
    assert estimator.rtt_s == pytest.approx(0.1, abs=0.05)


def test_does_not_grow_past_what_was_shown_to_come() -> None:
    assert Talk(fresh()).go(60, rate=2e5).estimate_bps < 1.6 * 2e5 + 10_000


def test_falls_below_what_the_line_carries_and_drains_its_queue() -> None:
    talk = Talk(fresh())
    talk.go(20, capacity=2e6)
    talk.go(2, capacity=5e5)
    assert talk.estimator.estimate_bps < 5e5
    talk.go(8, capacity=5e5)
    assert talk.estimator.queue_s < 0.1
    assert talk.estimator.estimate_bps > 3e5


def test_a_voice_on_a_path_that_became_longer_is_no_sign_of_a_narrower_line() -> None:
    """80 kbit/s from one moment to the next, and 0.3 s more on the way: less is sent, all comes."""
    talk = Talk(fresh())
    talk.go(20, capacity=1e6)
    talk.go(1.5, rate=160_000, capacity=80_000)
    estimator, number, now = talk.estimator, talk.number, talk.now
    assert estimator.queue_s > 1.0
    for turn in range(50):
        rows: list[Row] = []
        for place in range(3):
            sent_at = now + place * 0.04
            talk.free_at = max(talk.free_at, sent_at) + 100 * 8 / 80_000
            unrest = 0.012 * (turn % 8) + 0.004 * place
            rows.append((sent_at, 100, talk.clock_s + talk.free_at + 0.35 + unrest))
        now += 0.12
        estimator.handle_report(report(rows, now + 0.5, first=number), now + 0.5)
        number += 3
    assert estimator.capacity_bps > 40_000


def voice_behind_stills(talk: Talk, seconds: float, piece_s: float) -> None:
    """25 packets of voice a second; every 2.5 s four pieces without a number, 0.2 s apart."""
    number, now = talk.number, talk.now
    for _ in range(round(seconds / 0.12)):
        rows: list[Row] = []
        for place in range(3):
            sent_at = now + place * 0.04
            since = sent_at % 2.5
            behind = max(0.0, piece_s - since % 0.2) if since < 0.8 else 0.0
            rows.append((sent_at, 150, talk.clock_s + sent_at + 0.05 + behind))
        now += 0.12
        talk.estimator.handle_report(report(rows, now + 0.1, first=number), now + 0.1)
        number += 3
    talk.number, talk.now = number, now


def test_a_voice_that_waits_for_pieces_of_a_still_is_no_sign_of_a_narrower_line() -> None:
    talk = Talk(fresh())
    talk.go(20, capacity=90_000)
    talk.go(5, rate=60_000, capacity=90_000)
    before = talk.estimator.capacity_bps
    voice_behind_stills(talk, 25, 0.14)
    assert talk.estimator.capacity_bps > 0.6 * before


def test_a_line_that_loses_by_itself_is_used() -> None:
    estimator = Talk(fresh(2e6)).go(60, lose_every=7, capacity=1e6)
    assert estimator.estimate_bps > 7e5
    assert estimator.loss == pytest.approx(1 / 7, rel=0.3)


def test_a_clock_that_jumps_neither_raises_nor_drops() -> None:
    talk = Talk(fresh())
    before = talk.go(10, capacity=1e6).estimate_bps
    talk.clock_s -= 4000.0
    talk.go(0.1, capacity=1e6, jumped=True)
    assert 0.7 * before <= talk.estimator.estimate_bps <= 1.1 * before
    talk.go(10, capacity=1e6)
    assert 6e5 < talk.estimator.estimate_bps < 1.2e6
    before = talk.estimator.estimate_bps
    assert talk.go(10, jumped=True).estimate_bps <= before, "no growth without a clock"


def test_silence_backs_off_to_the_floor_and_a_report_ends_it() -> None:
    talk = Talk(fresh())
    before = talk.go(10, capacity=1e6).estimate_bps
    estimator, seen = talk.estimator, []
    for _ in range(8):
        at = estimator.next_deadline()
        assert isfinite(at)
        estimator.handle_timeout(at)
        estimator.next_burst(at)
        seen.append(estimator.estimate_bps)
        talk.now = talk.free_at = at
    assert seen == sorted(seen, reverse=True)
    assert seen[0] <= before
    assert seen[-1] == FLOOR
    talk.go(0.1)
    burst = estimator.next_burst(talk.now)
    assert burst is not None
    assert burst.rate_bps == pytest.approx(before, rel=0.3)


def test_a_subscriber_that_never_reports_is_sent_little() -> None:
    estimator = fresh()
    estimator.next_burst(0.0)
    at = 0.0
    while estimator.estimate_bps > FLOOR:
        at = max(at + 0.001, estimator.next_deadline())
        estimator.handle_timeout(at)
    assert FIRST_SILENCE_S < at < FIRST_SILENCE_S + 8 * SILENCE_S


def test_where_nothing_is_sent_silence_is_none() -> None:
    talk = Talk(fresh())
    before = talk.go(10, capacity=1e6).estimate_bps
    talk.estimator.set_wanted(0.0, talk.now)
    talk.estimator.handle_timeout(talk.now + 1000.0)
    assert talk.estimator.estimate_bps == before


def test_bursts_raise_the_estimate_at_the_start() -> None:
    estimator = fresh()
    burst = estimator.next_burst(0.0)
    assert burst is not None
    assert burst.rate_bps == pytest.approx(3 * START)
    count = 6
    rows: list[Row] = [(i * 0.004, 500, 9.0 + i * 500 * 8 / burst.rate_bps) for i in range(count)]
    estimator.burst_sent(burst, 0, count, 0.03)
    estimator.handle_report(report(rows, 0.2), 0.2)
    assert estimator.estimate_bps == pytest.approx(0.9 * burst.rate_bps, rel=0.05)
    assert estimator.next_burst(0.2) is not None, "and the next asks for more"


def test_a_burst_that_was_not_sent_is_forgotten() -> None:
    estimator = fresh()
    burst = estimator.next_burst(0.0)
    assert burst is not None
    estimator.burst_sent(burst, 5, 5, 0.0)
    estimator.handle_timeout(2.0)
    estimator.burst_sent(burst, 0, 5, 2.1)
    assert Talk(estimator).go(5).estimate_bps >= START


def test_the_queue_of_a_burst_is_no_overuse() -> None:
    talk = Talk(fresh())
    talk.go(1.0, rate=3e5, capacity=4e5)
    estimator = talk.estimator
    burst = estimator.next_burst(talk.now)
    assert burst is not None
    before = estimator.estimate_bps
    talk.free_at = talk.now + 0.08  # what the burst left in the queue
    estimator.burst_sent(burst, talk.number, talk.number + 1, talk.now)
    talk.go(0.5, rate=3e5, capacity=4e5)
    talk.go(0.5, rate=3e5, capacity=4e5)
    assert estimator.estimate_bps >= 0.95 * before


rows = st.lists(
    st.tuples(
        st.floats(0, 500, allow_nan=False),
        st.integers(1, 1500),
        st.one_of(st.none(), st.floats(-1e12, 1e12, allow_nan=False)),
    ),
    max_size=12,
)


@given(st.lists(st.tuples(rows, st.integers(0, 1 << 40), st.booleans(), st.floats(0, 5))))
def test_no_report_leads_out_of_bounds(
    said: list[tuple[list[Row], int, bool, float]],
) -> None:
    estimator, now = fresh(), 0.0
    for packets, first, jumped, passed in said:
        now += passed
        if estimator.next_deadline() <= now:
            estimator.handle_timeout(now)
        burst = estimator.next_burst(now)
        if burst is not None:
            estimator.burst_sent(burst, first, first + 5, now)
        estimator.handle_report(report(packets, now, first=first, jumped=jumped), now)
        assert FLOOR <= estimator.estimate_bps <= CEILING
        assert 0.0 <= estimator.loss <= 1.0
        assert 0.0 <= estimator.queue_s <= 10.0
        assert estimator.rtt_s is None or 0.0 <= estimator.rtt_s <= 10.0


tick = st.one_of(st.none(), st.integers(-0x8000, 0x7FFF))


@given(
    st.lists(
        st.tuples(st.lists(tick, min_size=1, max_size=20), st.integers(0, (1 << 24) - 1)),
        max_size=30,
    ),
    st.integers(0, 0xFFFF),
)
def test_no_message_leads_out_of_bounds(
    said: list[tuple[list[int | None], int]], base: int
) -> None:
    """Through the log, as a stranger would do it: times that cannot be, numbers never sent."""
    estimator, log, now = fresh(), SentLog(), 0.0
    for deltas, reference in said:
        now += 0.1
        first = log.next_number
        for _ in deltas:
            log.add(SIZE, now)
        begin = first if reference & 1 else base
        at, ticks = 0, []
        for delta in deltas:
            at += delta or 0
            ticks.append(None if delta is None else at)
        message = transport_cc.build(arrivals(begin & 0xFFFF, reference, 0, tuple(ticks)))
        told = log.handle_feedback(message, now)
        if told is not None:
            estimator.handle_report(told, now)
        assert FLOOR <= estimator.estimate_bps <= CEILING
        assert 0.0 <= estimator.loss <= 1.0


def test_everything_lost_ends_at_little_and_comes_back() -> None:
    talk = Talk(fresh())
    before = talk.go(10, capacity=1e6).estimate_bps
    for _ in range(10):
        talk.go(1, lose_every=1)
        talk.estimator.handle_timeout(talk.now)
    assert talk.estimator.estimate_bps < 0.1 * before
    assert talk.estimator.loss > 0.9
    talk.go(0.1)
    burst = talk.estimator.next_burst(talk.now)
    assert burst is not None
    assert burst.rate_bps == pytest.approx(before, rel=0.3)

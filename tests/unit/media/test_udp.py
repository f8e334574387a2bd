"""How often a socket is read, how much at a time, and what is noted of it. No socket here."""

from __future__ import annotations

import pytest

from media import udp as module
from media.alarm import Alarm
from media.udp import (
    BATCH,
    BUSY_WAKES,
    IDLE_DATAGRAMS,
    LEAST_PAUSE_S,
    SAMPLE_WAKES,
    TICK_S,
    WINDOW_S,
)  # fmt: skip
from tests.unit.media.test_mux import HOME, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_wake_ends_after_so_many_datagrams_or_so_much_time(bench: Bench):
    big = b"\x80" * 1000
    bench.socket.waiting += [(big, HOME)] * 200
    bench.wire.wake()
    assert len(bench.socket.waiting) == 200 - 64
    bench.loop.step = 0.002
    bench.wire.wake()
    assert len(bench.socket.waiting) == 200 - 64 - BATCH


def test_a_lone_small_datagram_is_not_followed_by_a_read_that_finds_nothing(bench: Bench):
    bench.loop.at = 1.0
    bench.receive(b"\x80" * 100)
    assert bench.socket.reads == 1
    bench.loop.at += 0.0005
    bench.receive(b"\x80" * 100)  # so soon after: there is load, look once more
    assert bench.socket.reads == 3
    bench.loop.at += 0.1
    bench.receive(b"\x80" * 1000)  # a picture is several
    assert bench.socket.reads == 5


def test_under_load_wakes_are_spaced_and_not_after_it(bench: Bench):
    assert BUSY_WAKES < 1000
    assert IDLE_DATAGRAMS < BUSY_WAKES
    while bench.loop.reading:
        bench.loop.at += 0.0001
        bench.receive(b"\x80" * 1000)
    assert not bench.loop.reading
    delay, tick, arguments = bench.loop.later.pop()
    assert delay <= 0.001
    bench.socket.waiting += [(b"\x80" * 1000, HOME)] * 100
    tick(*arguments)
    assert not bench.loop.reading
    delay, tick, arguments = bench.loop.later.pop()
    assert delay == 0  # there is more than one round took
    tick(*arguments)
    bench.loop.at += WINDOW_S
    delay, tick, arguments = bench.loop.later.pop()
    tick(*arguments)  # a lull within the window changes nothing
    assert not bench.loop.reading
    bench.loop.at += WINDOW_S
    _, tick, arguments = bench.loop.later.pop()
    tick(*arguments)
    assert bench.loop.reading
    assert not bench.loop.later


def test_calm_traffic_is_never_spaced(bench: Bench):
    for _ in range(3 * BUSY_WAKES):
        bench.loop.at += 0.01
        bench.receive(b"\x80" * 100)
    assert bench.loop.reading


def test_some_wakes_note_how_long_their_datagrams_were_in_here(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module.time, "time", lambda: 1.003)  # stamped at 1.0
    for _ in range(2 * SAMPLE_WAKES):
        bench.receive(b"\x80" * 1000)
    assert bench.mux.delays.count == 2
    assert bench.mux.delays.quantile(0.5) == 0.005


class FakeAlarm(Alarm):
    """Has no timer, and notes what it was set to."""

    fd = 9

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.closed = False

    def set(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def clear(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def test_a_spaced_wake_comes_a_tick_after_the_last_began(bench: Bench):
    alarm = FakeAlarm()
    bench.wire._alarm = alarm
    while bench.loop.reading:
        bench.loop.at += 0.0001
        bench.receive(b"\x80" * 1000)
    assert alarm.pauses == [pytest.approx(TICK_S)]
    bench.loop.step = 0.0001  # each look at the clock: the work of a wake takes time
    bench.wire._tick()
    assert LEAST_PAUSE_S < alarm.pauses[-1] < TICK_S
    bench.loop.step = 0.002
    bench.wire._tick()
    assert alarm.pauses[-1] == LEAST_PAUSE_S
    assert not bench.loop.later
    bench.wire.close()
    assert alarm.closed


def test_a_socket_closed_by_what_came_is_not_written_to(bench: Bench):
    bench.mux.after_wake = bench.wire.close
    bench.receive(b"\x16" * 20)
    assert not bench.loop.reading
    assert bench.socket.closed

"""When a publisher's picture waits for its voice."""

from __future__ import annotations

import pytest

from media.forwarding.uplink_brake import BASE_S, FREE_S, HELD_S, LONGEST_S, UplinkBrake

RATE = 48_000
LOOK_S = 0.1


class Voice:
    """A voice whose last packet is so late at each look; its clock began anywhere."""

    def __init__(self, start: int = 0xFFFF_0000) -> None:
        self.brake = UplinkBrake()
        self.now = 10.0
        self.source = 1
        self._start, self._received = start, 0

    def look(self, *, late_s: float, seconds: float = LOOK_S, new: bool = True) -> list[bool]:
        changes = []
        for _ in range(round(seconds / LOOK_S)):
            self.now += LOOK_S
            self._received += 5 if new else 0
            transit = self._start + int(late_s * RATE) & 0xFFFF_FFFF
            if self.brake.look(self.source, self._received, transit, RATE, self.now):
                changes.append(self.brake.held)
        return changes


def test_a_voice_in_time_lets_its_picture_go() -> None:
    voice = Voice()
    assert voice.look(late_s=0.02, seconds=5) == []
    assert voice.look(late_s=HELD_S - 0.02, seconds=1) == []


def test_a_queue_holds_the_picture_until_it_is_empty() -> None:
    voice = Voice()
    voice.look(late_s=0.0, seconds=2)
    assert voice.look(late_s=HELD_S + 0.01, seconds=2 * LOOK_S) == [True]
    assert voice.look(late_s=0.9, seconds=1) == []
    assert voice.look(late_s=FREE_S + 0.01) == []
    assert voice.look(late_s=FREE_S - 0.01) == [False]


def test_one_late_packet_is_no_queue() -> None:
    voice = Voice()
    for _ in range(10):
        assert voice.look(late_s=0.0, seconds=1) == []
        assert voice.look(late_s=0.9) == []


def test_nothing_new_is_no_news() -> None:
    """After a stall all comes at once, and the last of it is in time."""
    voice = Voice()
    voice.look(late_s=0.0, seconds=2)
    assert voice.look(late_s=0.9, seconds=1, new=False) == []
    assert voice.look(late_s=0.01) == []


def test_it_does_not_hold_for_ever() -> None:
    voice = Voice()
    voice.look(late_s=0.0, seconds=2)
    assert voice.look(late_s=0.5, seconds=LONGEST_S + 2) == [True, False]
    assert voice.look(late_s=0.5, seconds=10) == [], "that is how long this path is"
    assert voice.look(late_s=0.5 + HELD_S + 0.01, seconds=2 * LOOK_S) == [True]


def test_it_ends_where_the_voice_does() -> None:
    voice = Voice()
    voice.look(late_s=0.0, seconds=2)
    voice.look(late_s=0.5, seconds=2 * LOOK_S)
    assert voice.look(late_s=0.5, seconds=LONGEST_S + 1, new=False) == [False]


def test_another_stream_is_another_clock() -> None:
    voice = Voice()
    voice.look(late_s=0.0, seconds=2)
    voice.source = 2
    assert voice.look(late_s=30.0, seconds=3) == []
    voice.look(late_s=31.0, seconds=2 * LOOK_S)
    assert voice.brake.held
    voice.source = 3
    assert voice.look(late_s=99.0) == [False]


@pytest.mark.parametrize("start", [0, 0x7FFF_FFF0, 0xFFFF_FFF0])
def test_clocks_drift_and_wrap(start: int) -> None:
    voice = Voice(start)
    for step in range(int(20 * BASE_S)):
        assert voice.look(late_s=step * 1e-4) == []

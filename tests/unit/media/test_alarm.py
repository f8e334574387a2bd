"""The fine timer, where the system has one."""

from __future__ import annotations

import ctypes
import select
import sys

import pytest

from media import alarm as module
from media.alarm import Alarm, make_alarm, setter_of


class FakeLibc:
    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.settings: list[bytes] = []

    def timerfd_create(self, clock: int, flags: int) -> int:
        return self.fd

    def timerfd_settime(self, fd: int, flags: int, when: bytes, before: None) -> None:
        self.settings.append(when)


@pytest.mark.skipif(sys.platform != "linux", reason="timerfd is Linux's")
def test_it_rings_once_and_not_before_it_is_set():
    made = make_alarm()
    assert made is not None
    try:
        assert not select.select([made.fd], [], [], 0)[0]
        made.set(0.0)
        assert select.select([made.fd], [], [], 5)[0]
        made.clear()
        made.clear()
        assert not select.select([made.fd], [], [], 0)[0]
    finally:
        made.close()


def test_seconds_become_seconds_and_nanoseconds():
    libc = FakeLibc(9)
    Alarm(libc, setter_of(libc)).set(1.5)
    assert module._interval.unpack(libc.settings[0]) == (0, 0, 1, 500_000_000)


def test_without_a_timer_there_is_no_alarm(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(OSError, match="no timerfd"):
        Alarm(FakeLibc(-1), setter_of(FakeLibc(-1)))
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: FakeLibc(-1))
    assert make_alarm() is None

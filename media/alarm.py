"""A timer finer than the event loop's.

libuv and epoll count in whole milliseconds: a wake that is to come after one comes after two.
Linux only (timerfd). Python has it in its ``os`` module from 3.13 on; until then by ctypes.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from collections.abc import Callable
from typing import Any, Final, TypeAlias

CLOCK_MONOTONIC: Final = 1
NONBLOCK_CLOEXEC: Final = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
NS_A_SECOND: Final = 1_000_000_000
_interval = struct.Struct("@qqqq")

SetTimer: TypeAlias = Callable[[int, int], object]
"""Has a timerfd ring once, so many nanoseconds from now; never 0."""


class Alarm:
    """Rings once after each :meth:`set`: ``fd`` is readable then, until the next or :meth:`clear`.

    Raises :class:`OSError` where there is none.
    """

    def __init__(self, libc: Any, set_timer: SetTimer) -> None:
        self._set_timer = set_timer
        self.fd: int = libc.timerfd_create(CLOCK_MONOTONIC, NONBLOCK_CLOEXEC)
        if self.fd < 0:
            raise OSError("no timerfd")

    def set(self, seconds: float) -> None:
        """Ring after so many seconds; at once for none or fewer."""
        self._set_timer(self.fd, max(1, int(seconds * NS_A_SECOND)))

    def clear(self) -> None:
        """It has been heard."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.fd, 8)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)


def make_alarm() -> Alarm | None:
    """Return an alarm, or None where the system has none."""
    if sys.platform != "linux":
        return None
    # Where memory may not be made executable, ctypes may not load.
    with contextlib.suppress(ImportError, MemoryError, OSError, AttributeError):
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        return Alarm(libc, FASTEST or setter_of(libc))
    return None


def setter_of(libc: Any) -> SetTimer:
    """Return the C library's own, called by ctypes."""

    def set_timer(fd: int, after_ns: int) -> None:
        when = _interval.pack(0, 0, after_ns // NS_A_SECOND, after_ns % NS_A_SECOND)
        libc.timerfd_settime(fd, 0, when, None)

    return set_timer


try:
    from media._datagrams import set_timer as _compiled
except ImportError:  # not built: see `make native`
    FASTEST: SetTimer | None = None
else:
    FASTEST = _compiled

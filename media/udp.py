"""One bound UDP socket and its rhythm: when it is read, how much at a time, when what waits leaves.

Rule 1: a wake ends after so many datagrams or so much time, so that timers never starve.
Rule 2: under load wakes are spaced (:data:`TICK_S`), because waking costs more than a packet does.
Rule 3: what a wake caused to be sent leaves with it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from media.alarm import Alarm, make_alarm
from media.clock import Instant
from media.config import MediaConfig
from media.datagrams import Batch
from media.histogram import Histogram
from media.ice import Address
from media.lane import Leg, Send

QUIET_S: Final = 0.001
"""After a pause this long a small datagram is expected to come alone."""
BATCH: Final = 32
"""Datagrams between two looks at the clock: half a millisecond of work where it is slow."""
TICK_S: Final = 0.0006
"""Under load a wake then finds 10 to 20 datagrams. Voice is held back by no more than a tick and
the timer's own lateness, together about 1 ms."""
LEAST_PAUSE_S: Final = 0.0002
"""What the loop has for all else between two spaced wakes, however long the first took."""
WINDOW_S: Final = 0.05
BUSY_WAKES: Final = 50
"""So many wakes in a window are load: then wakes are spaced. One call of two makes 15."""
IDLE_DATAGRAMS: Final = 40
"""Fewer datagrams in a window of spaced wakes say that the load is over; below BUSY_WAKES, or the
two would take turns."""
SAMPLE_WAKES: Final = 16
"""One wake in so many asks the kernel when its datagrams came: 1 µs more for each."""


class Loop(Protocol):
    """What is used of the event loop.

    The types of the standard one promise more than uvloop keeps, and compiled code insists on it.
    """

    def time(self) -> Instant:
        """The monotonic clock."""

    def add_reader(self, fd: Any, callback: Callable[..., None], *args: Any) -> None:
        """Call when there is something to read."""

    def remove_reader(self, fd: Any, /) -> object:
        """Call no more."""

    def call_later(self, delay: float, callback: Callable[..., None], *args: Any) -> object:
        """Call once, after so many seconds."""

    def call_soon(self, callback: Callable[..., None], *args: Any) -> object:
        """Call once, in the next turn."""


class Reader(Protocol):
    """Who takes what a socket reads."""

    delays: Histogram

    def dispatch(self, number: int, data: bytes, address: Address, now: Instant) -> None:
        """Take what is not media of a tied address."""

    def after_wake(self) -> None:
        """A round of reading is over."""


class UdpWire:
    """Socket ``number``. Implements :class:`media.lane.Wire`."""

    def __init__(
        self, number: int, bound: socket.socket, batch: Batch, config: MediaConfig, reader: Reader,
        alarm: Callable[[], Alarm | None] = make_alarm,
    ) -> None:  # fmt: skip
        self.socket = bound
        self.batch = batch
        self.media: Send = bound.sendto
        self.control: Send = bound.sendto
        self._number = number
        self._config = config
        self._reader = reader
        self._make_alarm = alarm
        self._alarm: Alarm | None = None
        self._loop: Loop | None = None
        self._wakes = self._counted = 0
        self._window_ends: Instant = 0.0
        self._woken_at: Instant = 0.0

    def open(self, loop: Loop) -> None:
        """Begin to read."""
        self._loop = loop
        loop.add_reader(self.socket, self.wake)
        self._alarm = self._make_alarm()
        if self._alarm is not None:
            loop.add_reader(self._alarm.fd, self._tick)

    def close(self) -> None:
        """Read nothing more, and give the address back."""
        if self._loop is not None:
            self._loop.remove_reader(self.socket)
            if self._alarm is not None:
                self._loop.remove_reader(self._alarm.fd)
                self._alarm.close()
            self._loop = None
        self.socket.close()

    @property
    def is_open(self) -> bool:
        """Whether it is read."""
        return self._loop is not None

    def prove(self) -> None:
        """A socket serves everyone: nothing to prove."""

    def release(self) -> None:
        """Nor to release."""

    def wake(self) -> None:
        """Read what is there, within bounds; the loop calls again while more is waiting."""
        loop = self._loop
        assert loop is not None  # a reader exists only while open
        now = loop.time()
        pause = now - self._woken_at
        self._woken_at = now
        self._read(now, quiet=pause > QUIET_S)
        self._counted += 1
        if now < self._window_ends:
            return
        busy = self._counted > BUSY_WAKES and now < self._window_ends + WINDOW_S
        self._begin_window(now)
        if busy and self.is_open:
            loop.remove_reader(self.socket)
            self._pause(loop)

    def _pause(self, loop: Loop, *, at_once: bool = False) -> None:
        """Wake again a tick after the last wake, or at once."""
        if self._alarm is None:
            loop.call_later(0.0 if at_once else TICK_S, self._tick)
            return
        pause = max(LEAST_PAUSE_S, self._woken_at + TICK_S - loop.time())
        self._alarm.set(0.0 if at_once else pause)  # which is an answer to the last ring, too

    def _begin_window(self, now: Instant) -> None:
        self._window_ends = now + WINDOW_S
        self._counted = 0

    def _tick(self) -> None:
        """A spaced wake, while there is load."""
        loop = self._loop
        if loop is None:
            return
        now = self._woken_at = loop.time()
        taken = self._read(now, quiet=False)
        if not self.is_open:  # what came has ended it all
            return
        self._counted += taken
        if now >= self._window_ends:
            idle = self._counted < IDLE_DATAGRAMS
            self._begin_window(now)
            if idle:
                if self._alarm is not None:
                    self._alarm.clear()
                loop.add_reader(self.socket, self.wake)
                return
        # A full wake is followed by another as soon as the loop has done all else.
        self._pause(loop, at_once=taken >= self._config.datagrams_per_wake)

    def _read(self, now: Instant, *, quiet: bool) -> int:
        """Take datagrams until there are none or enough; returns how many."""
        loop, batch, number, reader = self._loop, self.batch, self._number, self._reader
        assert loop is not None  # only called while open
        deadline = now + self._config.seconds_per_wake
        self._wakes += 1
        sampled = self._wakes % SAMPLE_WAKES == 0
        taken, most = 0, self._config.datagrams_per_wake
        while taken < most:
            asked = min(BATCH, most - taken)
            for over, data, what in batch.receive(asked, stamped=sampled, lone=quiet):
                if over is not None:
                    leg: Leg = over
                    leg.lane.take(leg, data, what, now)
                else:
                    reader.dispatch(number, data, what, now)
            taken += batch.taken
            if batch.taken < asked:
                break
            now = loop.time()
            if now > deadline:
                break
        reader.after_wake()
        if self.is_open:
            batch.flush()
        if sampled:
            self._note_delays()
        return taken

    def _note_delays(self) -> None:
        sent_at = time.time()
        for arrived_at in self.batch.stamps:
            self._reader.delays.add(max(0.0, sent_at - arrived_at))
        self.batch.stamps.clear()

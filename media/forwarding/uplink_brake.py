"""Sees that a publisher's voice waits on its way to us, so that its picture can leave the way free.

A browser's own estimate takes seconds to follow a line that narrows: until then its picture fills
the queue that its voice stands in. Here the wait is seen in the voice itself, as soon as it comes.

Rule 1: a wait is told from a stall. After a stall everything comes at once and the last packet is
in time; in a queue the last one is late too, and the last one of the next look.
Rule 2: clocks differ by an unknown amount: a wait is one beyond the least of the last while.
Rule 3: it lasts :data:`LONGEST_S` at most: a path that became longer for good is no queue.
"""

from __future__ import annotations

from collections import deque
from typing import Final, final

from media.clock import Instant

HELD_S: Final = 0.15
"""A voice this late is heard to be late: two of its players' buffers."""
SURE_S: Final = 0.08
"""From the first look that found it so late to the one that is believed."""
FREE_S: Final = 0.06
LONGEST_S: Final = 4.0
"""As much queue as there is anywhere: 30 kB of 60 kbit/s."""
BASE_S: Final = 15.0
STEP_S: Final = 1.0
_HALF: Final = 1 << 31
_WHOLE: Final = 1 << 32


@final
class UplinkBrake:
    """One publisher's way up. Look at it every 0.1 s or so."""

    __slots__ = ("_held_at", "_late_at", "_leasts", "_received", "_source", "_start")

    def __init__(self) -> None:
        self._held_at: Instant | None = None
        self._late_at: Instant | None = None
        self._leasts: deque[tuple[Instant, float]] = deque()
        """The least wait of each step of time, oldest first, against the first packet."""
        self._source = -1
        self._start = 0
        self._received = 0

    @property
    def held(self) -> bool:
        """Whether the picture is to wait."""
        return self._held_at is not None

    def look(self, source: int, received: int, transit: int, clock_rate: int, now: Instant) -> bool:
        """Take how late the last packet of voice was; says whether :attr:`held` has changed.

        ``transit`` is its arrival less its timestamp, in units of ``clock_rate``, modulo 2^32
        (RFC 3550 section 6.4.1); ``source`` names the stream, ``received`` counts its packets.
        """
        before = self.held
        if source != self._source:
            self._source, self._start, self._received = source, transit, 0
            self._forget()
        if received != self._received:
            self._received = received
            apart = (transit - self._start) % _WHOLE
            late_s = (apart - _WHOLE if apart >= _HALF else apart) / clock_rate
            self._judge(late_s - self._base(late_s, now), now)
        if self._held_at is not None and now - self._held_at >= LONGEST_S:
            self._forget()
        return self.held is not before

    def _judge(self, wait_s: float, now: Instant) -> None:
        if wait_s < FREE_S:
            self._held_at = None
        if wait_s < HELD_S:
            self._late_at = None
        elif self._late_at is None:
            self._late_at = now
        elif self._held_at is None and now - self._late_at >= SURE_S:
            self._held_at = now

    def _base(self, late_s: float, now: Instant) -> float:
        leasts = self._leasts
        if leasts and now - leasts[-1][0] < STEP_S:
            leasts[-1] = (leasts[-1][0], min(leasts[-1][1], late_s))
        else:
            leasts.append((now, late_s))
            while now - leasts[0][0] > BASE_S:
                leasts.popleft()
        base = late_s
        for _, least in leasts:
            base = min(base, least)
        return base

    def _forget(self) -> None:
        self._held_at = self._late_at = None
        self._leasts.clear()

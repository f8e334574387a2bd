"""How fast pictures and retransmissions go to one subscriber. Voice does not come here.

Rule 1: what is within the rate and its burst passes straight through: no queue, no timer.
Rule 2: nothing overtakes its own kind; retransmissions go before new pictures, but take no more
than every second turn while pictures wait.
Rule 3: what waits is bounded: beyond it retransmissions are let go first, then the oldest picture
whole, as the rest of one is of no use.

Without an estimate of the line (:meth:`Pacer.set_rate`) the rate follows what was offered lately,
far enough above it that only bursts are spread. With one the rate is what the line has for
pictures, and what it cannot carry waits here, where it is in no voice's way.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from operator import itemgetter
from typing import Final

from media.clock import Instant

FACTOR: Final = 2.5
"""Times the measured rate; libwebrtc's senders pace at 2.5 times their target too, so what comes
from one publisher is seldom held up again."""
BURST_S: Final = 0.04
LEAST_BURST_BYTES: Final = 24_000
"""A delta picture of 5 Mbit/s passes whole; a keyframe of 100 kB is spread."""
MAX_BYTES: Final = 1_000_000
"""What may wait: 1 s of 8 Mbit/s."""
MOST_WAIT_S: Final = 1.2
LEAST_WAITING_BYTES: Final = 40_000
"""What may wait before a line that is estimated: longer is no conversation, and a keyframe must
find room on the slowest."""
STEP_S: Final = 0.005
"""How long packets are gathered between two releases: a timer for each would cost more than it
smooths."""
MOST_LATER: Final = 512
"""Retransmissions that wait for their time: of half a second of 4 Mbit/s."""
WINDOW_S: Final = 0.5
WINDOWS: Final = 4
NEVER: Final = float("inf")

DELAY_BOUNDS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Upper bounds of the delay histogram's buckets; one more takes the rest."""

_Waiting = tuple[Instant, bytes]


def _picture(packet: bytes) -> bytes:
    """Timestamp and SSRC: what the packets of one picture share."""
    return packet[4:12]


class Pacer:
    """The pacer of one subscriber. ``floor_bps`` is the least rate while no estimate exists."""

    __slots__ = (
        "_again",
        "_burst_s",
        "_busy_until",
        "_byte_s",
        "_bytes",
        "_estimate_bps",
        "_floor_bps",
        "_later",
        "_measure_at",
        "_most_bytes",
        "_offered",
        "_pictures",
        "_stopped",
        "_turn_again",
        "_windows",
        "delays",
        "dropped",
        "lost",
        "passed",
        "waiting",
    )

    def __init__(self, floor_bps: float) -> None:
        self._floor_bps = floor_bps
        self._estimate_bps: float | None = None
        self._pictures: deque[_Waiting] = deque()
        self._again: deque[_Waiting] = deque()
        self._later: list[_Waiting] = []
        """By when they join the others that are sent again."""
        self._turn_again = True
        self._stopped = False
        self._bytes = 0
        self._most_bytes = MAX_BYTES
        self._busy_until: Instant = 0.0
        self._offered = 0
        self._windows: deque[int] = deque([0] * WINDOWS, WINDOWS)
        self._measure_at: Instant = 0.0
        self.waiting = False
        """Whether anything waits."""
        self.delays = [0] * (len(DELAY_BOUNDS_MS) + 1)
        """How many of those that waited fell into each bucket of :data:`DELAY_BOUNDS_MS`."""
        self.passed = 0
        """How many went straight through: their delay was nothing."""
        self.dropped = 0
        self.lost: list[bytes] = []
        """Pictures' packets let go of. Whoever calls :meth:`hold` empties it and sees to it that
        nobody waits for them."""
        self._byte_s = self._burst_s = 0.0
        self._apply()

    # The packet path

    def passes(self, size: int, now: Instant) -> bool:
        """Say whether a packet of ``size`` bytes may go at once; yes counts as sent."""
        if now >= self._measure_at:
            self._measure(now)
        self._offered += size
        busy = self._busy_until
        if self.waiting or self._stopped or busy - now > self._burst_s:
            return False
        self._busy_until = (busy if busy > now else now) + size * self._byte_s
        self.passed += 1
        return True

    def hold(self, packet: bytes, now: Instant) -> None:
        """Have a picture's packet wait, after :meth:`passes` said no."""
        self._pictures.append((now, packet))
        self._bytes += len(packet)
        self.waiting = True
        if self._bytes > self._most_bytes:
            self._make_room()

    def hold_again(self, packet: bytes, now: Instant) -> bool:
        """Have a retransmission wait; says no where there is no room for it."""
        if self._bytes + len(packet) > self._most_bytes:
            self.dropped += 1
            return False
        self._again.append((now, packet))
        self._bytes += len(packet)
        self.waiting = True
        return True

    def hold_until(self, packet: bytes, due: Instant) -> bool:
        """Have a retransmission wait until then, and then for its turn; says no without room."""
        if len(self._later) >= MOST_LATER:
            self.dropped += 1
            return False
        insort(self._later, (due, packet), key=itemgetter(0))
        return True

    def _make_room(self) -> None:
        while self._bytes > self._most_bytes and self._again:
            self._bytes -= len(self._again.popleft()[1])
            self.dropped += 1
        while self._bytes > self._most_bytes:
            oldest = _picture(self._pictures[0][1])
            gone = [each for each in self._pictures if _picture(each[1]) == oldest]
            self._pictures = deque(e for e in self._pictures if _picture(e[1]) != oldest)
            self.dropped += len(gone)
            for _, packet in gone:
                self._bytes -= len(packet)
                self.lost.append(packet)
        self.waiting = bool(self._pictures or self._again)

    def drop_pictures(self) -> None:
        """Let go of the pictures that wait, into :attr:`lost`: the line has no room for any."""
        self.lost += [packet for _, packet in self._pictures]
        self.dropped += len(self._pictures)
        self._bytes -= sum(len(packet) for _, packet in self._pictures)
        self._pictures.clear()
        self.waiting = bool(self._again)

    def clear(self) -> None:
        """Let go of all that waits: the subscriber is not there."""
        self._pictures.clear()
        self._again.clear()
        self._later.clear()
        self._bytes = 0
        self.waiting = False

    # Time

    def next_deadline(self) -> Instant:
        """Return when :meth:`handle_timeout` next has something to give."""
        due = self._later[0][0] if self._later else NEVER
        if not self.waiting or self._stopped:
            return due
        return min(due, self._busy_until - self._burst_s + STEP_S)

    def handle_timeout(self, now: Instant) -> list[bytes]:
        """Return what may go now, in order."""
        released: list[bytes] = []
        while self._later and self._later[0][0] <= now:
            self.hold_again(self._later.pop(0)[1], now)
        if self._stopped:
            return released
        while self.waiting and self._busy_until - now <= self._burst_s:
            queue = self._next_queue()
            since, packet = queue.popleft()
            size = len(packet)
            self._bytes -= size
            self._busy_until = max(self._busy_until, now) + size * self._byte_s
            self._note_delay(now - since)
            released.append(packet)
            self.waiting = bool(self._pictures or self._again)
        return released

    def _next_queue(self) -> deque[_Waiting]:
        if not self._again or (self._pictures and not self._turn_again):
            self._turn_again = True
            return self._pictures
        self._turn_again = False
        return self._again

    def _note_delay(self, delay_s: float) -> None:
        delay_ms = delay_s * 1000
        for index, bound in enumerate(DELAY_BOUNDS_MS):
            if delay_ms <= bound:
                self.delays[index] += 1
                return
        self.delays[-1] += 1

    # The rate

    def stop(self, *, stopped: bool) -> None:
        """Let nothing go while stopped: all that comes waits, as far as there is room."""
        self._stopped = stopped

    def set_rate(self, rate_bps: float | None) -> None:
        """Pace at an estimate from here on; None goes back to what is offered."""
        self._estimate_bps = rate_bps
        self._apply()

    @property
    def wait_s(self) -> float:
        """How long what waits now will take to go."""
        return self._bytes * self._byte_s

    @property
    def rate_bps(self) -> float:
        """The rate now."""
        return 8 / self._byte_s

    def _measure(self, now: Instant) -> None:
        if now - self._measure_at > WINDOW_S * WINDOWS:
            self._windows.extend([0] * WINDOWS)
        else:
            self._windows.append(self._offered)
        self._offered = 0
        self._measure_at = now + WINDOW_S
        self._apply()

    def _apply(self) -> None:
        measured = sum(self._windows) * 8 / (WINDOW_S * WINDOWS)
        estimate = self._estimate_bps
        if estimate is None:
            self._byte_s = 8 / max(self._floor_bps, FACTOR * measured)
            self._burst_s = max(BURST_S, LEAST_BURST_BYTES * self._byte_s)
            return
        self._byte_s, self._burst_s = 8 / estimate, BURST_S
        waiting = max(LEAST_WAITING_BYTES, int(estimate * MOST_WAIT_S / 8))
        self._most_bytes = min(MAX_BYTES, waiting)

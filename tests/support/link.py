"""One direction of a network, pure and seeded: delay, jitter, loss, reordering, rate and queue."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from random import Random

from media.clock import Instant


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a link does to a packet. May be replaced while it runs."""

    delay_s: float = 0.02
    jitter_s: float = 0.0
    """Each packet waits up to this much longer, so that packets overtake each other."""
    loss: float = 0.0
    """The chance of each packet by itself."""
    burst_enter: float = 0.0
    burst_leave: float = 1.0
    """Gilbert-Elliott: the chance, packet by packet, to fall into and climb out of a state in which
    everything is lost. Loss is enter / (enter + leave), a burst 1 / leave packets long."""
    rate_bps: float | None = None
    queue_bytes: int = 64_000
    """Beyond what the rate carries, so much waits; the rest is dropped."""


class Link:
    """Takes packets by :meth:`send`; they come out of :meth:`drain` when their time is due."""

    def __init__(self, conditions: Conditions, seed: int) -> None:
        self.conditions = conditions
        self._random = Random(seed)
        self._order = count()
        self._flying: list[tuple[Instant, int, bytes, bool]] = []
        self._arrived: list[tuple[bytes, bool]] = []
        self._in_burst = False
        self._free_at: Instant = 0.0
        self.sent = 0
        self.lost = 0

    def send(self, packet: bytes, now: Instant, *, control: bool = False) -> None:
        """Put a packet in. ``control`` tells RTCP from RTP at the other end."""
        self.sent += 1
        start = self._enqueue(len(packet), now)
        if start is None or self._is_lost():
            self.lost += 1
            return
        jitter = self._random.uniform(0.0, self.conditions.jitter_s)
        arrival = start + self.conditions.delay_s + jitter
        heapq.heappush(self._flying, (arrival, next(self._order), packet, control))

    def _enqueue(self, size: int, now: Instant) -> Instant | None:
        rate = self.conditions.rate_bps
        if rate is None:
            return now
        begun = max(now, self._free_at)
        if (begun - now) * rate / 8 + size > self.conditions.queue_bytes:
            return None
        self._free_at = begun + size * 8 / rate
        return self._free_at

    def _is_lost(self) -> bool:
        moves = self.conditions.burst_leave if self._in_burst else self.conditions.burst_enter
        if self._random.random() < moves:
            self._in_burst = not self._in_burst
        return self._in_burst or self._random.random() < self.conditions.loss

    def next_deadline(self) -> Instant | None:
        """When the next packet arrives."""
        return self._flying[0][0] if self._flying else None

    def handle_timeout(self, now: Instant) -> None:
        """Let arrive what is due."""
        while self._flying and self._flying[0][0] <= now:
            _, _, packet, control = heapq.heappop(self._flying)
            self._arrived.append((packet, control))

    def drain(self) -> list[tuple[bytes, bool]]:
        """What arrived since, and whether it is control."""
        arrived, self._arrived = self._arrived, []
        return arrived

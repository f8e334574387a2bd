"""One direction of one bad network, pure and seeded: queue, rate, loss, delay, jitter, cut.

A packet takes the way it would take through a modem. It waits in a queue of so many bytes, is put
on the line bit by bit, may be lost there, and arrives after the delay. So a lost packet has used
the line too, and a slow line makes a queue before it makes a gap.

Rule 1: packets never overtake each other, whatever the jitter and however settings change.
Rule 2: what happens depends on the seed and on what was sent when, never on how often anyone asks.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, fields
from random import Random
from typing import Final

from media.clock import Instant

INFINITE: Final = math.inf


@dataclass(frozen=True, slots=True)
class Impairment:
    """What a line does to packets; may be changed while it runs.

    Raises ValueError when a value is none a line can have.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    """Each packet takes up to this much longer, evenly spread; it then holds up those behind it."""
    loss: float = 0.0
    """The share of packets lost in the long run, 0 to 1."""
    burst: float = 1.0
    """Mean number of packets lost in a row (Gilbert-Elliott, all lost in the bad state). Losses
    that know nothing of each other come 1 / (1 - loss) in a row; less means just those."""
    rate_bps: float | None = None
    """Bits a second of whole datagrams; 0 lets nothing through, None has no limit."""
    queue_bytes: int = 60_000
    """How much may wait behind the packet that is being sent; what comes then is dropped
    (drop-tail). 2 s of a line of 250 kbit/s: the deep queue of a mobile network."""
    cut: bool = False
    """Nothing passes, and what was under way is lost."""

    def __post_init__(self) -> None:
        if not (0 <= self.delay_s < INFINITE and 0 <= self.jitter_s < INFINITE):
            raise ValueError("delay_s, jitter_s: must be at least 0")
        if not 0 <= self.loss <= 1:
            raise ValueError("loss: must be between 0 and 1")
        if not 1 <= self.burst < INFINITE:
            raise ValueError("burst: must be at least 1")
        if self.rate_bps is not None and not 0 <= self.rate_bps < INFINITE:
            raise ValueError("rate_bps: must be at least 0, or nothing")
        if self.queue_bytes < 0:
            raise ValueError("queue_bytes: must be at least 0")


def make(profile: Mapping[str, float | bool | None]) -> Impairment:
    """Make an impairment of what JSON holds; what is not named keeps its default.

    Raises ValueError for a name that does not exist, or a value of the wrong kind or size.
    """
    known = {field.name for field in fields(Impairment)}
    for name, value in profile.items():
        if name not in known:
            raise ValueError(f"{name}: there is no such setting")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = {
            "cut": isinstance(value, bool),
            "rate_bps": number or value is None,
            "queue_bytes": number and isinstance(value, int),
        }
        if not fits.get(name, number):
            raise ValueError(f"{name}: is of the wrong kind")
    return Impairment(**profile)  # type: ignore[arg-type]  # every kind was looked at above


CLEAN: Final = Impairment()


class LinkTwin:
    """One direction of one leg. ``now`` may not go back."""

    __slots__ = (
        "_done_at",
        "_enter",
        "_flying",
        "_in_burst",
        "_last_arrival",
        "_leave",
        "_queue",
        "_random",
        "dropped",
        "impairment",
        "lost",
        "passed",
        "passed_bytes",
        "sent",
        "waiting_bytes",
    )

    def __init__(self, seed: int) -> None:
        self.impairment = CLEAN
        self.sent = 0
        """Packets put in: lost, dropped, passed, or still under way."""
        self.lost = 0
        """By chance, or because the line was cut."""
        self.dropped = 0
        """Because the queue was full."""
        self.passed = 0
        self.passed_bytes = 0
        self.waiting_bytes = 0
        """In the queue, behind the packet that is being sent."""
        self._random = Random(seed)  # noqa: S311  a network, not a secret
        self._queue: deque[bytes] = deque()
        self._done_at: Instant = INFINITE
        """When the first of the queue has been put on the line."""
        self._flying: deque[tuple[Instant, bytes]] = deque()
        self._last_arrival: Instant = -INFINITE
        self._in_burst = False
        self._enter = 0.0
        self._leave = 1.0

    def set(self, impairment: Impairment, now: Instant) -> None:
        """Let the line be like this from now on. What is flying arrives as it would have."""
        self._advance(now)
        self._change_rate(impairment.rate_bps, now)
        self.impairment = impairment
        loss = impairment.loss
        # From the wanted share and mean length to the chances of each packet to fall into the bad
        # state and to climb out (Gilbert 1960); a burst never gets shorter than chance makes it.
        self._leave = min(1 - loss, 1 / impairment.burst)
        self._enter = 1.0 if loss == 1 else self._leave * loss / (1 - loss)
        self._in_burst = self._in_burst and loss > 0
        if impairment.cut:
            self.lost += len(self._queue) + len(self._flying)
            self._queue.clear()
            self._flying.clear()
            self.waiting_bytes = 0
            self._done_at = INFINITE

    def send(self, packet: bytes, now: Instant) -> None:
        """Put a packet in."""
        self.sent += 1
        given = self.impairment
        if given.cut:
            self.lost += 1
        elif given.rate_bps is None:
            self._fly(packet, now)
        else:
            self._advance(now)
            if not self._queue:
                self._queue.append(packet)
                self._done_at = now + _time_for(packet, given.rate_bps)
            elif self.waiting_bytes + len(packet) > given.queue_bytes:
                self.dropped += 1
            else:
                self.waiting_bytes += len(packet)
                self._queue.append(packet)

    def next_deadline(self) -> Instant | None:
        """When :meth:`receive` may next have something; None while nothing is under way."""
        if self._flying:
            return self._flying[0][0]
        due = max(self._done_at + self.impairment.delay_s, self._last_arrival)
        return due if due < INFINITE else None

    def receive(self, now: Instant) -> list[bytes]:
        """Take out what has arrived, in the order it was put in."""
        self._advance(now)
        arrived: list[bytes] = []
        flying = self._flying
        while flying and flying[0][0] <= now:
            packet = flying.popleft()[1]
            self.passed_bytes += len(packet)
            arrived.append(packet)
        self.passed += len(arrived)
        return arrived

    def _advance(self, now: Instant) -> None:
        """Put on the line what had its turn until now, each at its own time."""
        rate = self.impairment.rate_bps
        while self._done_at <= now:
            at = self._done_at
            packet = self._queue.popleft()
            if self._queue:
                following = self._queue[0]
                self.waiting_bytes -= len(following)
                self._done_at = at + _time_for(following, rate)
            else:
                self._done_at = INFINITE
            self._fly(packet, at)

    def _change_rate(self, rate_bps: float | None, now: Instant) -> None:
        """The rest of the packet that is being sent goes at the new rate."""
        before = self.impairment.rate_bps
        if not self._queue or rate_bps == before:
            return
        packet = self._queue[0]
        whole = _time_for(packet, before)
        # A line that stood still has sent nothing of it that anyone remembers: it begins again.
        left = (self._done_at - now) / whole if 0 < whole < INFINITE else 1.0
        self._done_at = now + left * _time_for(packet, rate_bps) if left else now
        if rate_bps is None:
            self._empty_queue(now)

    def _empty_queue(self, now: Instant) -> None:
        while self._queue:
            self._fly(self._queue.popleft(), now)
        self.waiting_bytes = 0
        self._done_at = INFINITE

    def _fly(self, packet: bytes, at: Instant) -> None:
        """Let a packet leave the queue: it is lost on the way or arrives."""
        given = self.impairment
        if given.loss and self._is_lost():
            self.lost += 1
            return
        arrival = at + given.delay_s
        if given.jitter_s:
            arrival += given.jitter_s * self._random.random()
        arrival = max(arrival, self._last_arrival)
        self._last_arrival = arrival
        self._flying.append((arrival, packet))

    def _is_lost(self) -> bool:
        chance = self._random.random()
        self._in_burst = chance >= self._leave if self._in_burst else chance < self._enter
        return self._in_burst


def _time_for(packet: bytes, rate_bps: float | None) -> float:
    """How long a packet takes to be put on the line, in s."""
    if rate_bps is None:
        return 0.0
    return len(packet) * 8 / rate_bps if rate_bps else INFINITE

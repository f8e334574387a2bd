"""Asking the line for more than is known: short bursts of padding, and the rate at which they came.

The draft has no probes and doubles its rate in 9 s. A call wants its picture in the first second,
and back in the first second after an outage.

Rule 1: one burst at a time, and none while the line is overused or a queue stands.
Rule 2: a burst is short enough that, if the line carries no more than is known, voice behind it
waits :data:`MOST_WAIT_S` at most.
Rule 3: what a burst shows is the least of what was sent and what came: a receiver's clock may lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple, final

from mypy_extensions import i64

from media.clock import Instant

LENGTH_S: Final = 0.025
MOST_LENGTH_S: Final = 0.06
"""libwebrtc's are 15 ms and 5 packets at least. Ours last longer by the line's unrest: what jitter
does to the length as it comes is then a smaller share of it."""
LEAST_BYTES: Final = 800
MOST_BYTES: Final = 60_000
MOST_WAIT_S: Final = 0.1
"""How long a burst may fill a line that carries only what is known."""
FIRST_FACTOR: Final = 3.0
"""Times the start rate, as libwebrtc's first."""
FACTOR: Final = 2.0
ENOUGH: Final = 0.85
"""A burst that came at this share of its rate did not find the line's end: a faster one follows at
once."""
ROOM: Final = 1.1
"""More than this above what is wanted is not asked for."""
KEPT: Final = 0.9
"""Of what was measured: a rate that fills the line would begin with a queue."""
INTERVAL_S: Final = 5.0
"""Between bursts while more is wanted than is known: 25 ms in 5 s are at most 1 % more."""
LONGEST_INTERVAL_S: Final = 6.5
"""After bursts that showed nothing. A rise is seen within this: twice it would miss 10 s."""
AGAIN_S: Final = 0.5
SHOWN_S: Final = 10.0
"""How long what a burst showed counts."""
MOST_BLANKS: Final = 3
"""A burst of which nobody told, or too little, is tried again soon, but not for ever."""
PATIENCE_S: Final = 1.0
"""Beyond the round trip: who never gets a burst sent, or no feedback on it, may try another."""
LEAST_PACKETS: Final = 3
LEAST_SHARE: Final = 0.6
"""Of the burst's packets that must have come: fewer say more of the loss than of the rate."""
PAYBACK_S: Final = 0.5
MOST_DEBT: Final = 0.25
"""For how long after a burst the rest is sent more slowly, and by how much at most."""
NEVER: Final = float("inf")


class Burst(NamedTuple):
    """Padding to send now: ``size_bytes`` in all, spread to ``rate_bps``."""

    id: int
    rate_bps: float
    size_bytes: int


class ProbeState(Enum):
    """Where the one burst is."""

    RESTING = 0
    WANTED = 1
    TAKEN = 2
    SENT = 3


class ProbeEvent(Enum):
    """What happens to it."""

    WANT = 0
    DROP = 1
    TAKE = 2
    SEND = 3
    END = 4


TRANSITIONS: Final[Mapping[tuple[ProbeState, ProbeEvent], ProbeState]] = {
    (ProbeState.RESTING, ProbeEvent.WANT): ProbeState.WANTED,
    (ProbeState.WANTED, ProbeEvent.DROP): ProbeState.RESTING,
    (ProbeState.WANTED, ProbeEvent.TAKE): ProbeState.TAKEN,
    (ProbeState.TAKEN, ProbeEvent.SEND): ProbeState.SENT,
    (ProbeState.TAKEN, ProbeEvent.END): ProbeState.RESTING,
    (ProbeState.SENT, ProbeEvent.END): ProbeState.RESTING,
}
"""Whatever is not here is refused, and changes nothing."""


@final
class ProbeMeter:
    """Reads the rate at which one burst came, with the media that went between it."""

    __slots__ = (
        "_arrived_first",
        "_arrived_last",
        "_bytes",
        "_came",
        "_end",
        "_first_bytes",
        "_last_bytes",
        "_lost",
        "_sent_first",
        "_sent_last",
        "_since",
        "done",
    )

    def __init__(self) -> None:
        self.start(NEVER)

    def start(self, since: Instant) -> None:
        """Watch what is sent from ``since`` on: feedback may come before a burst is all sent."""
        self._since = since
        self._end: i64 = -1
        self._came = self._lost = self._bytes = 0
        self._first_bytes = self._last_bytes = 0
        self._sent_first = self._arrived_first = NEVER
        self._sent_last = self._arrived_last = -NEVER
        self.done = False
        """Whether feedback has passed the burst's last packet."""

    def end_at(self, number: int) -> None:
        """The burst ended before this number."""
        self._end = number

    def add(self, number: i64, sent_at: Instant, size_bytes: int, arrived_at: float) -> None:
        """Take any packet of a report; ``arrived_at`` is not a number where it was lost."""
        if sent_at < self._since or self.done:
            return
        if 0 <= self._end <= number + 1:
            self.done = True
            if number >= self._end:
                return
        if arrived_at != arrived_at:  # noqa: PLR0124  not a number: it was lost
            self._lost += 1
        else:
            self._add_come(sent_at, size_bytes, arrived_at)

    def _add_come(self, sent_at: Instant, size_bytes: int, arrived_at: float) -> None:
        self._came += 1
        self._bytes += size_bytes
        self._sent_first = min(self._sent_first, sent_at)
        if sent_at >= self._sent_last:
            self._sent_last, self._last_bytes = sent_at, size_bytes
        if arrived_at < self._arrived_first:
            self._arrived_first, self._first_bytes = arrived_at, size_bytes
        self._arrived_last = max(self._arrived_last, arrived_at)

    def rate_bps(self, most_bps: float) -> float:
        """Return the rate shown, at most ``most_bps``; 0 if too little came to tell."""
        if self._came < LEAST_PACKETS or self._came < LEAST_SHARE * (self._came + self._lost):
            return 0.0
        # The packet that opens a span of arrivals came before it; the one that closes a span of
        # departures left after it.
        arrived_s = self._arrived_last - self._arrived_first
        sent_s = self._sent_last - self._sent_first
        came_bps = _rate(self._bytes - self._first_bytes, arrived_s, most_bps)
        sent_bps = _rate(self._bytes - self._last_bytes, sent_s, most_bps)
        return min(came_bps, sent_bps, most_bps)


def _rate(size_bytes: int, span_s: float, most_bps: float) -> float:
    return size_bytes * 8 / span_s if span_s > 0.0 else most_bps


@final
class Prober:
    """When to send which burst, and what came of it.

    ``found_bps`` is what the last burst has shown, until :meth:`take_found` takes it.
    """

    __slots__ = (
        "_asked_bps",
        "_blanks",
        "_burst",
        "_found_bps",
        "_ids",
        "_interval_s",
        "_meter",
        "_next_at",
        "_shown_at",
        "_shown_bps",
        "_until",
        "debt_bps",
        "shadow_from",
        "shadow_until",
        "state",
    )

    def __init__(self) -> None:
        self.state = ProbeState.RESTING
        self._meter = ProbeMeter()
        self._ids = self._blanks = 0
        self._asked_bps = 0.0
        self._burst: Burst | None = None
        self._interval_s = INTERVAL_S
        self._next_at: Instant = -NEVER
        self._until: Instant = NEVER
        self._found_bps = 0.0
        self._shown_bps = 0.0
        self._shown_at: Instant = -NEVER
        self.debt_bps = 0.0
        """By how much to send more slowly until :attr:`shadow_until`."""
        self.shadow_from: Instant = NEVER
        """What is sent from here until :attr:`shadow_until` waits behind a burst: its delay is our
        own doing and no sign of overuse."""
        self.shadow_until: Instant = -NEVER

    def want(self, rate_bps: float) -> None:
        """Ask for a burst at this rate, as soon as may be."""
        if self.state is ProbeState.RESTING:
            self._enter(ProbeEvent.WANT)
            self._asked_bps = rate_bps
        elif self.state is ProbeState.WANTED:
            self._asked_bps = max(self._asked_bps, rate_bps)

    def review(self, estimate_bps: float, wanted_bps: float, now: Instant) -> None:
        """Ask for one if more is wanted than is known, and it is time."""
        if now >= self._next_at and wanted_bps > ROOM * estimate_bps:
            self.want(min(FACTOR * estimate_bps, ROOM * wanted_bps))

    def next_at(self) -> Instant:
        """Return when :meth:`handle_timeout` has a burst to give up."""
        return self._until

    def hold_off(self, now: Instant) -> None:
        """Now is no time: the line is full."""
        if self.state is ProbeState.WANTED:
            self._enter(ProbeEvent.DROP)
        self._next_at = max(self._next_at, now + INTERVAL_S / 2)

    def take(self, estimate_bps: float, spread_s: float, now: Instant) -> Burst | None:
        """Return the burst to send now, if there is one; ``spread_s`` is the line's unrest."""
        if self.state is not ProbeState.WANTED:
            return None
        rate_bps = self._asked_bps
        if rate_bps <= estimate_bps:
            self._enter(ProbeEvent.DROP)
            return None
        most = min(MOST_BYTES, MOST_WAIT_S * estimate_bps / 8)
        length_s = min(MOST_LENGTH_S, LENGTH_S + spread_s)
        size = max(LEAST_BYTES, int(min(most, length_s * rate_bps / 8)))
        self._ids += 1
        self._burst = Burst(self._ids, rate_bps, size)
        self._enter(ProbeEvent.TAKE)
        self._meter.start(now)
        self._until = now + PATIENCE_S
        self.shadow_from, self.shadow_until = now, NEVER
        return self._burst

    def sent(
        self, burst: Burst, end_number: int, estimate_bps: float, rtt_s: float, now: Instant
    ) -> None:
        """The burst has left; what was sent with it ended before ``end_number``."""
        if self.state is not ProbeState.TAKEN or burst != self._burst:
            return  # given up in the meantime
        self._enter(ProbeEvent.SEND)
        self._meter.end_at(end_number)
        self._until = now + rtt_s + PATIENCE_S
        # What was sent on top is taken back over this time, or the burst's queue would stay: a call
        # that uses its line whole leaves it nothing to drain by.
        self.shadow_until = now + PAYBACK_S
        self.debt_bps = min(burst.size_bytes * 8 / PAYBACK_S, MOST_DEBT * estimate_bps)

    def add(self, number: i64, sent_at: Instant, size_bytes: int, arrived_at: float) -> None:
        """Take a packet of a report, while :attr:`watching`."""
        self._meter.add(number, sent_at, size_bytes, arrived_at)

    @property
    def watching(self) -> bool:
        """Whether a burst is on its way."""
        return self.state is ProbeState.TAKEN or self.state is ProbeState.SENT

    def close(self, now: Instant) -> None:
        """End a report's packets."""
        if self.state is ProbeState.SENT and self._meter.done:
            self._end(self._meter.rate_bps(self._asked_bps), now)

    def handle_timeout(self, now: Instant) -> None:
        """Give up a burst that was not sent, or not reported."""
        if self.watching and now >= self._until:
            self._end(0.0, now)

    def take_found(self) -> float:
        """Return what the last burst has shown, once; 0 if nothing is new."""
        found, self._found_bps = self._found_bps, 0.0
        return found

    def shown_bps(self, now: Instant) -> float:
        """Return the rate of the last burst that told one, infinite where none did lately."""
        return self._shown_bps if now - self._shown_at < SHOWN_S else NEVER

    def _end(self, rate_bps: float, now: Instant) -> None:
        self._enter(ProbeEvent.END)
        self._until = NEVER
        self._burst = None
        if self.shadow_until == NEVER:
            self.shadow_until = now
        self._found_bps = KEPT * rate_bps
        if rate_bps > 0.0:
            self._shown_bps, self._shown_at = rate_bps, now
        self._blanks = self._blanks + 1 if rate_bps == 0.0 else 0
        if 0 < self._blanks < MOST_BLANKS:
            self._next_at = now + AGAIN_S
        elif rate_bps >= ENOUGH * self._asked_bps:
            self._interval_s = INTERVAL_S
            self._next_at = now
            self.debt_bps = 0.0  # the line took it
        else:
            self._next_at = now + self._interval_s
            self._interval_s = min(LONGEST_INTERVAL_S, self._interval_s * 1.5)

    def _enter(self, event: ProbeEvent) -> None:
        self.state = TRANSITIONS[self.state, event]

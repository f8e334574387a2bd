"""Which packets of a publication are missing, and when to ask for them (RFC 4585 section 6.2.1).

Rule 1: a gap waits :data:`REORDER_S`, then is asked for, then again after a round trip, one, two,
four and so on, until :data:`MAX_TRIES` or the patience of its kind is at an end. Where a queue is
full the round trip that is known is not the one there is: asking at its pace would keep it full.
Rule 2: on a path that is long each request is said twice, for one that is lost costs a round trip.
A sender takes no notice of the second (libwebrtc's RtpPacketHistory) unless the first was lost.
Rule 3: the list is bounded; when a burst is too long the oldest go, as a keyframe repairs better.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from media.clock import Instant

REORDER_S: Final = 0.01
"""Wi-Fi reorders within a few ms; asking at once would double what was merely late."""
SPARE_S: Final = 0.015
"""Beyond the round trip before asking again: libwebrtc ignores what comes within one of its own,
and the answer would be a whole round later."""
ECHO_S: Final = 0.012
"""After a request it is said again: beyond the packets that a burst takes with it."""
LEAST_ECHOED_RTT_S: Final = 0.05
"""On a shorter path asking anew is as soon."""
MAX_TRIES: Final = 6
MAX_MISSING: Final = 512
"""About a second of 4 Mbit/s."""
DEFAULT_RTT_S: Final = 0.1
_RTT_LEAST_S: Final = 0.02
_RTT_MOST_S: Final = 0.5
NEVER: Final = float("inf")


class Patience(NamedTuple):
    """How long a missing packet is worth asking for: the least of the two."""

    most_s: float
    round_trips: float


PICTURE: Final = Patience(1.0, float("inf"))
"""After it a keyframe is the better repair."""
VOICE: Final = Patience(0.2, 2.0)
"""A player waits no longer: it has concealed the gap, and goes on."""


class _Missing:
    __slots__ = ("asked_at", "due", "echoes", "since", "tries")

    def __init__(self, since: Instant) -> None:
        self.since = since
        self.due = since + REORDER_S
        self.tries = 0
        self.asked_at = since
        self.echoes = False
        """Whether its last request is to be said again."""

    def say(self, rtt_s: float, now: Instant) -> None:
        """A request goes out, or is said again."""
        self.echoes = not self.echoes and rtt_s >= LEAST_ECHOED_RTT_S
        if self.echoes:
            self.due = now + ECHO_S
        else:
            self.due = now + SPARE_S + rtt_s * (1 << max(0, self.tries - 2))


class NackTracker:
    """The missing numbers of one incoming stream. Numbers are extended."""

    __slots__ = ("_missing", "_patience", "asked", "due", "rtt_s")

    def __init__(self, patience: Patience = PICTURE) -> None:
        self._patience = patience
        self.asked = 0
        """How many packets have been asked for, each time counted but not each saying of it."""
        self._missing: dict[int, _Missing] = {}
        self.due: Instant = NEVER
        """When :meth:`collect` next has something to do."""
        self.rtt_s = DEFAULT_RTT_S
        """Between us and the publisher, learned from how fast what we ask for comes, or told."""

    def handle_gap(self, first: int, after: int, now: Instant) -> None:
        """The numbers from ``first`` up to but not including ``after`` were stepped over."""
        missing = self._missing
        for extended in range(max(first, after - MAX_MISSING), after):
            missing[extended] = _Missing(now)
        while len(missing) > MAX_MISSING:
            del missing[next(iter(missing))]
        self.due = min(self.due, now + REORDER_S)

    def handle_late(self, extended: int, now: Instant) -> bool:
        """A packet behind the highest has come. Says whether it was missing."""
        found = self._missing.pop(extended, None)
        if found is None:
            return False
        if found.tries == 1:  # after a second request the answer could be to either
            self.handle_rtt(now - found.asked_at)
        if not self._missing:
            self.due = NEVER
        return True

    def handle_rtt(self, sample_s: float) -> None:
        """Take a measured round trip."""
        sample_s = min(max(sample_s, _RTT_LEAST_S), _RTT_MOST_S)
        self.rtt_s += (sample_s - self.rtt_s) / 8

    def collect(self, now: Instant) -> list[int]:
        """Return what to ask for now, ascending, and move each to its next turn."""
        if now < self.due:
            return []
        said: list[int] = []
        due = NEVER
        most_s = min(self._patience.most_s, REORDER_S + self._patience.round_trips * self.rtt_s)
        for extended, entry in list(self._missing.items()):
            if now - entry.since >= most_s or (entry.tries >= MAX_TRIES and not entry.echoes):
                del self._missing[extended]
                continue
            if entry.due <= now:
                said.append(extended)
                if not entry.echoes:
                    entry.tries += 1
                    entry.asked_at = now
                    self.asked += 1
                entry.say(self.rtt_s, now)
            due = min(due, entry.due)
        self.due = due
        return sorted(said)

    def clear(self) -> None:
        """Forget everything missing, for the numbering has changed."""
        self._missing.clear()
        self.due = NEVER

    def __len__(self) -> int:
        return len(self._missing)

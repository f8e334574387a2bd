"""Which packets of a publication are missing, and when to ask for them (RFC 4585 section 6.2.1).

Rule 1: a gap waits :data:`REORDER_S`, then is asked for, then again after a round trip, one, two,
four and so on, until :data:`MAX_TRIES` or the patience of its kind is at an end. Where a queue is
full the round trip that is known is not the one there is: asking at its pace would keep it full.
But a full queue loses many at once; while few are missing the first :data:`EVEN_TRIES` follow each
other after a round trip, as each one that is lost by chance costs a round.
Rule 2: on a path that is long each request is said :data:`SAYINGS` times, for one that is lost
costs a round trip. A sender takes no notice of the others (libwebrtc's RtpPacketHistory) unless the
first was lost.
Rule 3: the list is bounded by its kind; when a burst is too long the oldest go: of a voice they
were said too long ago, and a picture is repaired better by a keyframe.
Rule 4: where what is asked for does not come in time, a queue is full or the path is long. Asking
would only lengthen the queue, so that one packet in :data:`SAMPLED` is asked for, to see whether it
comes again.
Rule 5: what is given up is said (:meth:`NackTracker.take_given_up`), unless a keyframe has come
since: a player may stand still for it for seconds, as it cannot know that nobody asks any more.
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
SAYINGS: Final = 3
"""Of 100 requests on a line that loses 15 of 100, 15 get lost of those said once, 2 of those said
twice, and none."""
LEAST_ECHOED_RTT_S: Final = 0.05
"""On a shorter path asking anew is as soon."""
MAX_TRIES: Final = 10
EVEN_TRIES: Final = 5
FEW: Final = 12
"""Packets missing at once: two bursts of four, and what is lost by chance meanwhile."""
SAMPLED: Final = 8
LEAST_ANSWERED: Final = 0.25
"""The share that has to come in time for all to be asked for."""
_ANSWERED: Final = 1 / 4
_UNANSWERED: Final = 1 / 16
"""How much an outcome counts. What comes proves more: requests are lost, too."""
DEFAULT_RTT_S: Final = 0.1
_RTT_LEAST_S: Final = 0.02
_RTT_MOST_S: Final = 0.5


class Patience(NamedTuple):
    """When a missing packet is worth asking for.

    For so long (the least of two), of so many at once, and after no longer silence.
    """

    most_s: float
    round_trips: float
    packets: int
    silent_s: float


NEVER: Final = float("inf")
PICTURE: Final = Patience(1.0, NEVER, 512, 1.0)
"""After it a keyframe is the better repair. The packets are about a second of 4 Mbit/s."""
VOICE: Final = Patience(0.2, 2.0, 25, NEVER)
"""A player waits no longer: it has concealed the gap, and goes on. The packets are half a second at
20 ms: after half a minute of nothing, all that was said meanwhile would fill the line."""


class _Missing:
    __slots__ = ("asked_at", "due", "echoes", "since", "tries")

    def __init__(self, since: Instant) -> None:
        self.since = since
        self.due = since + REORDER_S
        self.tries = 0
        self.asked_at = since
        self.echoes = 0
        """How often its last request is yet to be said again."""

    def say(self, rtt_s: float, now: Instant, *, few: bool) -> None:
        """A request goes out, or is said again."""
        is_long = rtt_s >= LEAST_ECHOED_RTT_S
        self.echoes = self.echoes - 1 if self.echoes else is_long * (SAYINGS - 1)
        if self.echoes:
            self.due = now + ECHO_S
            return
        # The answer may be to the second saying; to the third it seldom is.
        spare_s = SPARE_S + ECHO_S if is_long else SPARE_S
        even = EVEN_TRIES if few else 2
        self.due = self.asked_at + spare_s + rtt_s * (1 << max(0, self.tries - even))


class NackTracker:
    """The missing numbers of one incoming stream. Numbers are extended."""

    __slots__ = (
        "_answered",
        "_given_up",
        "_missing",
        "_patience",
        "_whole_from",
        "asked",
        "due",
        "rtt_s",
    )

    def __init__(self, patience: Patience = PICTURE) -> None:
        self._patience = patience
        self.asked = 0
        """How many packets have been asked for, each time counted but not each saying of it."""
        self._missing: dict[int, _Missing] = {}
        self._answered = 1.0
        """The share of what was asked for that came in time, lately."""
        self._whole_from = 0
        """What is before it no picture needs any more."""
        self._given_up = False
        self.due: Instant = NEVER
        """When :meth:`collect` next has something to do."""
        self.rtt_s = DEFAULT_RTT_S
        """Between us and the publisher, learned from how fast what we ask for comes, or told."""

    def handle_gap(self, first: int, after: int, now: Instant, silent_s: float = 0.0) -> None:
        """The numbers from ``first`` up to but not including ``after`` were stepped over.

        ``silent_s``: how long the stream had not been heard.
        """
        if silent_s > self._patience.silent_s:
            return
        missing, most = self._missing, self._patience.packets
        step = 1 if self._answered >= LEAST_ANSWERED else SAMPLED
        if first < after - most:
            first, self._given_up = after - most, True
        for extended in range(first + -first % step, after, step):
            missing[extended] = _Missing(now)
        while len(missing) > most:
            self._give_up(next(iter(missing)))
        if missing:
            self.due = min(self.due, now + REORDER_S)

    def _give_up(self, extended: int) -> None:
        del self._missing[extended]
        self._given_up = self._given_up or extended >= self._whole_from

    def take_given_up(self) -> bool:
        """Say whether something was given up since the last call that is needed yet."""
        given_up, self._given_up = self._given_up, False
        return given_up

    def handle_keyframe(self, extended: int) -> None:
        """A keyframe begins with this number: nobody stands still for what was before it."""
        self._whole_from = extended
        self._given_up = False

    def handle_late(self, extended: int, now: Instant) -> bool:
        """A packet behind the highest has come. Says whether it was missing."""
        found = self._missing.pop(extended, None)
        if found is None:
            return False
        if found.tries:
            self._answered += (1 - self._answered) * _ANSWERED
        if found.tries == 1:  # after a second request the answer could be to either
            self.handle_rtt(now - found.asked_at)
        if not self._missing:
            self.due = NEVER
        return True

    def handle_rtt(self, sample_s: float) -> None:
        """Take a measured round trip."""
        sample_s = min(max(sample_s, _RTT_LEAST_S), _RTT_MOST_S)
        self.rtt_s += (sample_s - self.rtt_s) / 8

    @property
    def echo_s(self) -> float:
        """When to repeat a request that is no packet's; 0 where the path is short, or unknown."""
        known = self.rtt_s != DEFAULT_RTT_S
        return ECHO_S if known and self.rtt_s >= LEAST_ECHOED_RTT_S else 0.0

    def collect(self, now: Instant) -> list[int]:
        """Return what to ask for now, ascending, and move each to its next turn."""
        if now < self.due:
            return []
        said: list[int] = []
        due, few = NEVER, len(self._missing) <= FEW
        most_s = min(self._patience.most_s, REORDER_S + self._patience.round_trips * self.rtt_s)
        for extended, entry in list(self._missing.items()):
            if now - entry.since >= most_s or (entry.tries >= MAX_TRIES and not entry.echoes):
                self._give_up(extended)
                if entry.tries:
                    self._answered -= self._answered * _UNANSWERED
                continue
            if entry.due <= now:
                said.append(extended)
                if not entry.echoes:
                    entry.tries += 1
                    entry.asked_at = now
                    self.asked += 1
                entry.say(self.rtt_s, now, few=few)
            due = min(due, entry.due)
        self.due = due
        return sorted(said)

    def clear(self) -> None:
        """Forget everything missing, for the numbering has changed."""
        self._missing.clear()
        self._whole_from, self._given_up = 0, False
        self.due = NEVER

    def __len__(self) -> int:
        return len(self._missing)

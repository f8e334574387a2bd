"""Stops pictures while feedback is overdue: nobody can say yet what has become of the line.

The estimate follows what feedback says. A line that narrows to a tenth keeps that very feedback
back, and until it comes a queue of a second is full, with the voice in it. That nothing is said is
seen at once.

Rule 1: overdue is what takes longer than usual by more than its unrest, as a retransmission timer
has it (RFC 6298 section 2).
Rule 2: it ends when what is said is no longer old: by then the queue is empty.
Rule 3: where messages come, it lasts :data:`LONGEST_S` at most: a round so long is the path's own.
Where none come there is no line to send pictures on.
"""

from __future__ import annotations

from typing import Final, final

from media.clock import Instant

MEAN_GAIN: Final = 1 / 8
SPREAD_GAIN: Final = 1 / 4
SPREADS: Final = 4.0
LEAST_MARGIN_S: Final = 0.1
"""One message of feedback that was lost is no news, where they come every 50 to 100 ms."""
LONGEST_S: Final = 6.0
"""As much queue as there is anywhere: 30 kB of 40 kbit/s."""
MESSAGES: Final = 10
"""An outage has none, and one or two at its end."""
PAUSE_S: Final = 0.25
"""A stall of Wi-Fi is over by then. What was held is still worth showing, afterwards it is not."""
NEVER: Final = float("inf")


@final
class Brake:
    """Call :meth:`handle_report` for each message and :meth:`handle_timeout` when due."""

    __slots__ = ("_held_at", "_mean_s", "_messages", "_spread_s", "next_at")

    def __init__(self) -> None:
        self._mean_s: float | None = None
        self._spread_s = 0.0
        self._held_at: Instant | None = None
        self._messages = 0
        """So many came while it holds."""
        self.next_at: Instant = NEVER
        """When :meth:`handle_timeout` is next due."""

    @property
    def held(self) -> bool:
        """Whether pictures wait."""
        return self._held_at is not None

    @property
    def limit_s(self) -> float:
        """From when on a packet without word is overdue, in seconds since it was sent."""
        if self._mean_s is None:
            return NEVER
        return self._mean_s + max(SPREADS * self._spread_s, LEAST_MARGIN_S)

    def is_long(self, now: Instant) -> bool:
        """Say whether what waits has waited so long that nobody should wait for it."""
        return self._held_at is not None and now >= self._held_at + PAUSE_S

    def handle_report(
        self, waited_since: Instant | None, waiting_since: Instant | None, now: Instant
    ) -> None:
        """Take a message: since when its first packet had waited for it, and the next one does."""
        if waited_since is not None:
            waited_s = now - waited_since
            if self._held_at is None and waited_s <= self.limit_s:
                self._learn(waited_s)
            self._messages += 1
            if self._held_at is not None and now - self._held_at >= LONGEST_S:
                self._settle(waited_s)
        self.handle_timeout(waiting_since, now)

    def handle_timeout(self, waiting_since: Instant | None, now: Instant) -> None:
        """Look at the oldest packet without word, sent at ``waiting_since``; None is no such."""
        overdue_at = (now if waiting_since is None else waiting_since) + self.limit_s
        if now < overdue_at:
            self._held_at = None
            self.next_at = overdue_at
        elif self._held_at is None:
            self._held_at = now
            self._messages = 0
            self.next_at = now + PAUSE_S
        elif now >= self._held_at + PAUSE_S:
            self.next_at = NEVER  # the next message has the word

    def _settle(self, waited_s: float) -> None:
        """Take a round for the path's own, unless it was an outage."""
        if self._messages >= MESSAGES:
            self._mean_s = None
            self._learn(waited_s)

    def _learn(self, waited_s: float) -> None:
        mean_s = self._mean_s
        if mean_s is None:
            self._mean_s, self._spread_s = waited_s, waited_s / 2
            return
        self._spread_s += SPREAD_GAIN * (abs(waited_s - mean_s) - self._spread_s)
        self._mean_s = mean_s + MEAN_GAIN * (waited_s - mean_s)

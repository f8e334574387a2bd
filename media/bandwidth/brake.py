"""Stops pictures while feedback is overdue: nobody can say yet what has become of the line.

The estimate follows what feedback says. A line that narrows to a tenth keeps that very feedback
back, and until it comes a queue of a second is full, with the voice in it. That nothing is said is
seen at once.

Rule 1: overdue is what takes longer than usual by more than its unrest, as a retransmission timer
has it (RFC 6298 section 2).
Rule 2: after :data:`PAUSE_S` it is more than a stall: what waits is no longer worth waiting for.
It ends when what is said is no longer old: by then the queue is empty.
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
"""Each 10 ms more are 2 kB more of queue when 1.7 Mbit/s become a tenth. But with 0.06 each lost
message of feedback was one: on a line that loses 5 % pictures froze fifteen times a minute."""
MOST_MARGIN_S: Final = 0.3
"""A queue that grows slowly makes the spread grow with it: at this length it is a queue."""
LONGEST_S: Final = 6.0
"""As much queue as there is anywhere: 30 kB of 40 kbit/s."""
MESSAGES: Final = 10
"""An outage has none, and one or two at its end."""
OUTAGE_S: Final = 3.0
"""Voice that is sent into a line that carries nothing waits there, and comes before that of the
moment when the line is back. The other direction alone may be what is cut: so not at once."""
PAUSE_S: Final = 0.25
"""A stall of Wi-Fi is over by then. What was held is still worth showing, afterwards it is not."""
NEVER: Final = float("inf")


@final
class Brake:
    """Call :meth:`handle_report` for each message and :meth:`handle_timeout` when due."""

    __slots__ = ("_held_at", "_mean_s", "_messages", "_spoke_at", "_spread_s", "next_at")

    def __init__(self) -> None:
        self._mean_s: float | None = None
        self._spread_s = 0.0
        self._held_at: Instant | None = None
        self._messages = 0
        """So many came while it holds."""
        self._spoke_at: Instant = 0.0
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
        margin_s = max(LEAST_MARGIN_S, min(MOST_MARGIN_S, SPREADS * self._spread_s))
        return self._mean_s + margin_s

    def is_long(self, now: Instant) -> bool:
        """Say whether what waits has waited so long that nobody should wait for it."""
        return self._held_at is not None and now >= self._held_at + PAUSE_S

    def is_outage(self, now: Instant) -> bool:
        """Say whether nothing was heard for so long that not even voice is worth sending."""
        return self._held_at is not None and now - self._spoke_at >= OUTAGE_S

    def handle_report(
        self, waited_since: Instant | None, waiting_since: Instant | None, now: Instant
    ) -> None:
        """Take a message: since when its first packet had waited for it, and the next one does."""
        self._spoke_at = now
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
        else:
            # After that the next message has the word.
            ahead = (self._held_at + PAUSE_S, self._spoke_at + OUTAGE_S)
            self.next_at = min((at for at in ahead if at > now), default=NEVER)

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

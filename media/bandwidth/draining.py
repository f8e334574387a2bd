"""How far below the line's rate to send while a queue stands, so that it goes away.

The draft stops at the queue that no longer grows: its decrease of 15 % takes 7 s to drain 1 s, and
all the while everything comes late. We measure how long packets wait and send the less for it.
"""

from __future__ import annotations

from typing import Final, final

from media.clock import Instant

QUEUE_S: Final = 0.12
"""A queue of this length is drained. A burst of ours makes one of 80 ms at most, and below 100 ms
nobody hears it."""
PACKETS: Final = 2.0
"""Nor is it a queue while it holds no more of these."""
DRAINED_S: Final = 0.03
WITHIN_S: Final = 1.0
"""The rate is lowered by the share of this that waits: so a queue is gone in about this."""
LEAST_SHARE: Final = 0.3
"""Voice goes on while its queue drains."""
PATIENCE_S: Final = 4.0
SAME: Final = 1.25
"""A delay that in that time has become neither less nor more by this factor is no queue of ours:
the path has become longer."""
NEVER: Final = float("inf")


@final
class Draining:
    """``share`` is what of the rate may be sent: 1 while no queue stands."""

    __slots__ = ("_before_s", "_until", "share", "stuck")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing is known of a queue."""
        self.share = 1.0
        self.stuck = False
        """Whether the delay did not fall although less was sent; true once."""
        self._until: Instant = NEVER
        self._before_s = 0.0

    @property
    def active(self) -> bool:
        """Whether a queue is being drained."""
        return self._until < NEVER

    def handle_queue(self, queue_s: float, packet_s: float, now: Instant) -> bool:
        """Take how long packets wait now; says whether draining begins with it.

        ``packet_s`` is what one large packet takes at the rate.
        """
        self.stuck = False
        begins = not self.active and queue_s > max(QUEUE_S, PACKETS * packet_s)
        if begins:
            self._before_s, self._until = queue_s, now + PATIENCE_S
        elif self.active and queue_s < DRAINED_S:
            self.reset()
        elif self.active and now >= self._until:
            stuck = self._before_s / SAME < queue_s < self._before_s * SAME
            self._before_s, self._until = queue_s, now + PATIENCE_S
            if stuck:
                self.reset()
                self.stuck = True
        if self.active:
            self.share = max(LEAST_SHARE, 1.0 - queue_s / WITHIN_S)
        return begins

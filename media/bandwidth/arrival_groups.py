"""Packets sent in one burst, taken as one, so that delay is compared between bursts.

draft-ietf-rmcat-gcc-02 section 5.2: packets sent within 5 ms of each other are a group, and so are
packets that come in a burst after a pause of the line, however far apart they were sent.
"""

from __future__ import annotations

from typing import Final, final

from media.clock import Instant

BURST_S: Final = 0.005
"""The draft's burst_time, and how long our pacer gathers packets between two releases."""
MOST_BURST_S: Final = 0.1
"""A line that delivers in bursts (a busy radio) joins groups no longer than this, as in libwebrtc:
the trend must have something to compare."""
MOST_STEP_S: Final = 3.0
"""Two groups further apart, or a clock that seems to step this far, say nothing of the queue."""
REORDERED_MOST: Final = 3
"""So many groups in a row that came before the one sent earlier: that is no reordering, it is
another clock."""


@final
class ArrivalGroups:
    """Cuts what came into groups. After :meth:`add` said yes, how the last two groups differ."""

    __slots__ = (
        "_before_arrived_at",
        "_before_sent_at",
        "_began_arriving_at",
        "_began_at",
        "_groups",
        "_last_arrived_at",
        "_last_sent_at",
        "_reordered",
        "arrival_delta_s",
        "sent_delta_s",
    )

    def __init__(self) -> None:
        self._groups = 0
        """Whole groups to compare with: none, the one being filled, or one before it too."""
        self._reordered = 0
        self._began_at: Instant = 0.0
        self._began_arriving_at = 0.0
        self._last_sent_at: Instant = 0.0
        self._last_arrived_at = 0.0
        self._before_sent_at: Instant = 0.0
        self._before_arrived_at = 0.0
        self.sent_delta_s = self.arrival_delta_s = 0.0

    def reset(self) -> None:
        """Forget all: what comes next cannot be compared with what came."""
        self._groups = self._reordered = 0

    def add(self, sent_at: Instant, arrived_at: float) -> bool:
        """Take a packet that came; says whether it ended a group that can be compared."""
        if self._groups == 0:
            self._begin(sent_at, arrived_at)
            self._groups = 1
            return False
        if sent_at < self._began_at:
            return False  # overtaken, of a group that has been compared
        if self._belongs(sent_at, arrived_at):
            self._last_sent_at = max(self._last_sent_at, sent_at)
            self._last_arrived_at = max(self._last_arrived_at, arrived_at)
            return False
        if sent_at < self._last_sent_at:
            return False  # likewise, within a burst
        comparable = self._groups == 2 and self._compare()  # noqa: PLR2004  one being filled, one before it
        if self._groups == 0:  # it was another clock
            self._groups = 1
        else:
            self._groups = 2
            self._before_sent_at = self._last_sent_at
            self._before_arrived_at = self._last_arrived_at
        self._begin(sent_at, arrived_at)
        return comparable

    def _begin(self, sent_at: Instant, arrived_at: float) -> None:
        self._began_at = self._last_sent_at = sent_at
        self._began_arriving_at = self._last_arrived_at = arrived_at

    def _belongs(self, sent_at: Instant, arrived_at: float) -> bool:
        if sent_at - self._began_at <= BURST_S:
            return True
        arrival_delta = arrived_at - self._last_arrived_at
        sooner = arrival_delta - (sent_at - self._last_sent_at) < 0.0
        within = arrived_at - self._began_arriving_at < MOST_BURST_S
        return sooner and within and 0.0 <= arrival_delta <= BURST_S

    def _compare(self) -> bool:
        self.sent_delta_s = self._last_sent_at - self._before_sent_at
        self.arrival_delta_s = self._last_arrived_at - self._before_arrived_at
        if not (self.sent_delta_s < MOST_STEP_S and abs(self.arrival_delta_s) < MOST_STEP_S):
            self.reset()
            return False
        if self.arrival_delta_s < 0.0:
            self._reordered += 1
            if self._reordered >= REORDERED_MOST:
                self.reset()
            return False
        self._reordered = 0
        return True

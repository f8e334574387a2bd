"""At what rate packets came, over two windows: a short one to fall by, a long one to grow by.

draft-ietf-rmcat-gcc-02 section 5.5 calls it R_hat and measures it over 0.5 to 1 s. We measure
twice: when a queue grows, the last 0.2 s are what the line carries now, and 1 s would still hold
what it carried before; when a picture comes in lumps, only 1 s or more tells what it takes.

Rule 1: a rate is never above that at which the same packets were sent, so what the receiver says of
its clock cannot make it larger than the truth.
Rule 2: of packets that no feedback speaks of (a message was lost) nothing is known, and the time
they took is not counted either.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple, final

from media.clock import Instant

SHORT_S: Final = 0.2
LONG_S: Final = 1.0
LEAST_BYTES: Final = 5_000
"""A window also holds so much: on a line of 80 kbit/s, 0.2 s are one packet of a picture or two."""
LEAST_S: Final = 0.04
"""Over less, what came in one lump would look like a fast line."""
STRETCHED: Final = 1.2
"""Less may be the pace of reports."""
MOST_ROWS: Final = 32
"""Feedback every 50 ms fills the long window with 20."""
_NONE: Final = float("inf")


class _Row(NamedTuple):
    """What one report said came."""

    size_bytes: int
    arrived_s: float
    sent_s: float


@final
class AckedRate:
    """Call :meth:`add` for each packet of a report that came, then :meth:`close` once."""

    __slots__ = (
        "_arrived_before",
        "_arrived_first",
        "_arrived_last",
        "_bytes",
        "_first_bytes",
        "_rows",
        "_sent_before",
        "_sent_first",
        "_sent_last",
    )

    def __init__(self) -> None:
        self._rows: deque[_Row] = deque(maxlen=MOST_ROWS)
        self._sent_before: Instant = _NONE
        self._arrived_before = _NONE
        self._clear()

    def reset(self) -> None:
        """Forget all: what comes next cannot be compared with what came."""
        self._rows.clear()
        self._clear()

    def _clear(self) -> None:
        self._bytes = self._first_bytes = 0
        self._sent_first = self._arrived_first = _NONE
        self._sent_last = self._arrived_last = -_NONE

    def add(self, sent_at: Instant, arrived_at: float, size_bytes: int) -> None:
        """Take a packet that came."""
        self._bytes += size_bytes
        if arrived_at < self._arrived_first:
            self._arrived_first = arrived_at
            self._first_bytes = size_bytes
        self._arrived_last = max(self._arrived_last, arrived_at)
        self._sent_first = min(self._sent_first, sent_at)
        self._sent_last = max(self._sent_last, sent_at)

    def close(self, *, follows: bool) -> None:
        """End a report's packets; ``follows`` says that none is missing since the last report's."""
        if self._bytes == 0:
            return
        total, arrived_from, sent_from = self._bytes, self._arrived_before, self._sent_before
        if not (follows and self._rows and arrived_from < self._arrived_last):
            # The first packet opens the span; only what follows it came within.
            total -= self._first_bytes
            arrived_from, sent_from = self._arrived_first, self._sent_first
        arrived_s = self._arrived_last - arrived_from
        self._rows.append(_Row(total, arrived_s, max(0.0, self._sent_last - sent_from)))
        self._arrived_before, self._sent_before = self._arrived_last, self._sent_last
        self._clear()

    def rate_bps(self, window_s: float) -> float:
        """Return the rate over the last reports that span ``window_s``; 0 while unknown."""
        total, arrived_s, sent_s = self._window(window_s)
        span_s = max(arrived_s, sent_s)
        return total * 8 / span_s if span_s >= LEAST_S else 0.0

    def held_back(self, window_s: float) -> bool:
        """Say whether that is the line's rate: what came took longer to come than to be sent."""
        _, arrived_s, sent_s = self._window(window_s)
        return arrived_s >= LEAST_S and arrived_s > STRETCHED * sent_s

    def _window(self, window_s: float) -> tuple[int, float, float]:
        """Return bytes, the time they came in, and the time they were sent in."""
        total = 0
        arrived_s = sent_s = 0.0
        for row in reversed(self._rows):
            total += row.size_bytes
            arrived_s += row.arrived_s
            sent_s += row.sent_s
            if arrived_s >= window_s and total >= LEAST_BYTES:
                break
        return total, arrived_s, sent_s

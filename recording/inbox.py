"""What lies between the loop that carries a call and the thread that writes: bounded, and no more.

Rule 1: the loop never waits. What there is no room for is not taken; that shows as what it is, a
gap, for the numbers of the packets go on.
Rule 2: once it is dropped nothing comes out of it any more, whatever still lies in it; and of one
part likewise, once that is left out.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple, TypeAlias

QUEUE_S: Final = 4.0
"""What a disk may be late by without a gap. Beyond it memory would grow with its trouble."""
QUEUE_BYTES: Final = 16 << 20


class Packet(NamedTuple):
    """An RTP packet of a track, as a sink is told of it."""

    part: str
    encoding: int
    epoch: int
    codec: str
    """In lower case."""
    rate: int
    payload_type: int
    data: bytes
    arrived: float


class Report(NamedTuple):
    """A sender report of a track's encoding."""

    part: str
    encoding: int
    ntp: int
    timestamp: int
    arrived: float


Item: TypeAlias = Packet | Report


class Inbox:
    """The queue of one segment: the loop puts, the thread takes."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._put_bytes = self._taken_bytes = 0
        self.dropped = False
        self._left_out: frozenset[str] = frozenset()
        self.overflowed = 0
        """Packets there was no room for, since the start."""
        self.full_since: float | None = None
        """Since when there is none; None while there is."""
        self.missed: dict[str, float] = {}
        """Of parts of which nothing came in after an overflow: when the last came that did not."""

    def put(self, item: Packet) -> bool:
        """Take a packet in, if there is room."""
        if self.dropped:
            return False
        if self._is_full(item.arrived):
            self.overflowed += 1
            self.missed[item.part] = item.arrived
            if self.full_since is None:
                self.full_since = item.arrived
            return False
        self.full_since = None
        if self.missed:
            self.missed.pop(item.part, None)
        self._put_bytes += len(item.data)
        self._items.append(item)
        return True

    def note(self, report: Report) -> None:
        """Take in a report. They are few, and what comes after them is placed by them."""
        if not self.dropped and self.full_since is None:
            self._items.append(report)

    def take(self) -> Item | None:
        """Return the next; None when there is none."""
        while True:
            if self.dropped:
                self._items.clear()
            try:
                item = self._items.popleft()
            except IndexError:
                return None
            if isinstance(item, Packet):
                self._taken_bytes += len(item.data)
            if item.part not in self._left_out:
                return item

    def drop(self) -> None:
        """Let nothing out any more."""
        self.dropped = True
        self._items.clear()

    def leave_out(self, part: str) -> None:
        """Let nothing of a part out any more."""
        self._left_out |= {part}

    def look(self, now: float) -> float | None:
        """Return since when there is no room; packets may not come that would find some."""
        if self.full_since is not None and not self._is_full(now):
            self.full_since = None
        return self.full_since

    def is_over(self, part: str) -> bool:
        """Whether nothing of a part may be written any more."""
        return self.dropped or part in self._left_out

    def _is_full(self, now: float) -> bool:
        if self._put_bytes - self._taken_bytes > QUEUE_BYTES:
            return True
        try:
            return now - self._items[0].arrived > QUEUE_S
        except IndexError:  # the thread has just taken the last
            return False

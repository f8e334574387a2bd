"""When which packets of an endpoint came, told to it for its bandwidth estimate.

The recorder takes numbers and arrivals as they come and does the work when a message is due. One
numbering spans all sections of an endpoint. Rooms for both are kept from message to message.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from media.clock import Instant
from media.rtp import transport_cc
from media.rtp.sequence import CYCLE, extend
from media.rtp.transport_cc import DELTA_MAX, DELTA_MIN, LOST, Arrivals

MAX_PENDING: Final = 4096
"""40,000 packets a second for an interval of 100 ms. What a flood adds beyond is not reported."""
MAX_RECEIVED: Final = 350
MAX_SPAN: Final = 1400
"""Limits of one message: 700 B of deltas and 400 B of statuses at the worst, below any MTU."""
MAX_BACK: Final = 512
"""How far behind what was reported a late packet is still told of."""


class TransportFeedback:
    """Arrivals of one endpoint since the last message."""

    __slots__ = ("_arrivals", "_count", "_messages", "_next", "_numbers")

    def __init__(self) -> None:
        self._numbers = vec[i64]()
        """What is pending: numbers, of 16 bits first and extended then, and ticks of 250 us."""
        self._arrivals = vec[i64]()
        self._count: i64 = 0
        self._next = -1  # extended; everything below has been reported
        self._messages = 0

    def record(self, number: int, now: Instant) -> None:
        """A packet with this number (16 bits) has come."""
        at = self._count
        tick = int(now * transport_cc.TICKS_PER_S)
        if at < len(self._numbers):
            self._numbers[at] = number
            self._arrivals[at] = tick
        elif at < MAX_PENDING:
            self._numbers = append(self._numbers, number)
            self._arrivals = append(self._arrivals, tick)
        else:
            return
        self._count = at + 1

    @property
    def pending(self) -> int:
        """How many packets have come since the last message."""
        return self._count

    def take(self, *, gaps: bool = True) -> list[bytes]:
        """Return the control information of the messages that report what is pending.

        Without ``gaps`` nothing is said of what has not come, now or later.
        """
        count = self._count
        if count == 0:
            return []
        if not self._unwrap(count):
            count = self._sort(count)
        self._count = 0
        numbers = self._numbers
        expected = self._next if self._next >= 0 else int(numbers[0])
        messages: list[bytes] = []
        at: i64 = 0
        if numbers[0] < expected:
            while at < count and numbers[at] < expected - MAX_BACK:
                at += 1
            late = at
            while at < count and numbers[at] < expected:
                at += 1
            if late < at:
                messages = self._cut(late, at, int(numbers[late]), gaps=gaps)
        messages += self._cut(at, count, expected, gaps=gaps)
        self._next = int(numbers[count - 1]) + 1 if at < count else expected
        return messages

    def _unwrap(self, count: i64) -> bool:
        """Extend what is pending; says whether each number is there once, ascending."""
        numbers, reference = self._numbers, self._next
        in_order = True
        last = -1
        for at in range(count):
            number = int(numbers[at])
            extended = number + CYCLE if reference < 0 else extend(number, reference)
            if extended <= last:
                in_order = False
            numbers[at] = last = extended
            reference = max(reference, extended)
        return in_order

    def _sort(self, count: i64) -> i64:
        """Put what is pending in order; of copies the first counts. Returns how many are left."""
        first: dict[int, int] = {}
        for at in range(count):
            first.setdefault(int(self._numbers[at]), int(self._arrivals[at]))
        left: i64 = 0
        for number, tick in sorted(first.items()):
            self._numbers[left] = number
            self._arrivals[left] = tick
            left += 1
        return left

    def _cut(self, at: i64, end: i64, base: int, *, gaps: bool) -> list[bytes]:
        """Cut what is pending, ``at`` to ``end``, into messages; the first begins at ``base``."""
        numbers, arrivals = self._numbers, self._arrivals
        messages: list[bytes] = []
        while at < end:
            begun, first = at, int(numbers[at])
            if first - base >= MAX_SPAN or not gaps:
                base = first  # too far to list: the sender takes silence for loss
            reference = arrivals[at] // transport_cc.TICKS_PER_REFERENCE
            origin = last = reference * transport_cc.TICKS_PER_REFERENCE
            ticks = vec[i64](capacity=end - at)
            while at < end and at - begun < MAX_RECEIVED:
                ahead, moved = numbers[at] - base, arrivals[at] - last
                if ahead >= MAX_SPAN or not DELTA_MIN <= moved <= DELTA_MAX:
                    break
                if ahead > len(ticks) and not gaps:
                    break
                while len(ticks) < ahead:
                    ticks = append(ticks, LOST)
                last += moved
                ticks = append(ticks, last - origin)
                at += 1
            message = Arrivals(base & 0xFFFF, int(reference), self._messages, ticks)
            messages.append(transport_cc.build(message))
            self._messages += 1
            base += len(ticks)
        return messages

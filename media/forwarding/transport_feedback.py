"""When which packets of an endpoint came, told to it for its bandwidth estimate.

The recorder takes (number, arrival) pairs as they come, which costs an append, and does the work
when a message is due. One numbering spans all sections of an endpoint.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from media.clock import Instant
from media.rtp import transport_cc
from media.rtp.sequence import CYCLE, extend
from media.rtp.transport_cc import Arrivals

MAX_PENDING: Final = 4096
"""40,000 packets a second for an interval of 100 ms. What a flood adds beyond is not reported."""
MAX_RECEIVED: Final = 350
MAX_SPAN: Final = 1400
"""Limits of one message: 700 B of deltas and 400 B of statuses at the worst, below any MTU."""
MAX_BACK: Final = 512
"""How far behind what was reported a late packet is still told of."""

Arrival: TypeAlias = tuple[int, Instant]
"""An extended number, and when it came."""


class TransportFeedback:
    """Arrivals of one endpoint since the last message."""

    __slots__ = ("_count", "_next", "pending")

    def __init__(self) -> None:
        self.pending: list[tuple[int, Instant]] = []
        """Numbers (16 bits) and arrivals. Appended to by the packet path, up to MAX_PENDING."""
        self._next: int | None = None  # extended; everything below has been reported
        self._count = 0

    def take(self) -> list[bytes]:
        """Return the control information of the messages that report what is pending."""
        arrivals = self._unwrap()
        if not arrivals:
            return []
        expected = self._next if self._next is not None else arrivals[0][0]
        late: list[Arrival] = []
        if arrivals[0][0] < expected:
            late = [each for each in arrivals if expected - MAX_BACK <= each[0] < expected]
            arrivals = [each for each in arrivals if each[0] >= expected]
        messages = self._cut(late, late[0][0]) if late else []
        messages += self._cut(arrivals, expected)
        self._next = arrivals[-1][0] + 1 if arrivals else expected
        return messages

    def _unwrap(self) -> list[Arrival]:
        """Return what is pending by extended number, each number once, ascending."""
        reference = self._next
        arrivals: list[Arrival] = []
        in_order = True
        for number, at in self.pending:
            extended = number + CYCLE if reference is None else extend(number, reference)
            if arrivals and extended <= arrivals[-1][0]:
                in_order = False
            arrivals.append((extended, at))
            if reference is None or extended > reference:
                reference = extended
        self.pending.clear()
        if in_order:  # as nearly always
            return arrivals
        first: dict[int, Instant] = {}
        for extended, at in arrivals:
            first.setdefault(extended, at)
        return sorted(first.items())

    def _cut(self, arrivals: list[Arrival], base: int) -> list[bytes]:
        """Cut ascending numbers into messages; ``base`` is where the first begins to count lost."""
        messages: list[bytes] = []
        at = 0
        while at < len(arrivals):
            if arrivals[at][0] - base >= MAX_SPAN:
                base = arrivals[at][0]  # too far to list: the sender takes silence for loss
            ticks: list[int | None] = []
            first = int(arrivals[at][1] * transport_cc.TICKS_PER_S)
            reference = first // transport_cc.TICKS_PER_REFERENCE
            last = reference * transport_cc.TICKS_PER_REFERENCE
            origin = last
            begun = at
            while at < len(arrivals) and at - begun < MAX_RECEIVED:
                number, arrived_at = arrivals[at]
                tick = int(arrived_at * transport_cc.TICKS_PER_S)
                in_reach = transport_cc.DELTA_MIN <= tick - last <= transport_cc.DELTA_MAX
                if number - base >= MAX_SPAN or not in_reach:
                    break
                while len(ticks) < number - base:
                    ticks.append(None)
                ticks.append(tick - origin)
                last = tick
                at += 1
            message = Arrivals(base & 0xFFFF, reference, self._count, tuple(ticks))
            messages.append(transport_cc.build(message))
            self._count += 1
            base += len(ticks)
        return messages

"""What was sent to one endpoint under transport-wide numbers, and what it says came of it.

Rule 1: a number is given to a packet as it leaves, so that numbers go out in order; one numbering
spans all that the endpoint is sent (draft-holmer-rmcat-transport-wide-cc-extensions-01).
Rule 2: that a packet came is final; that it was lost is not, as it may be late.
Rule 3: feedback is a stranger's word. A message on what was never sent is refused whole, and what
may be said at all grows with what was sent, so that reading lies costs no more than sending did.

Whoever estimates the line from it (:mod:`media.bandwidth`) takes each :class:`Report` as it is
returned, or the last.
"""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import vec
from mypy_extensions import i32, i64

from media.bandwidth.report import Report
from media.clock import Instant
from media.errors import PacketError
from media.rtp import transport_cc
from media.rtp.sequence import extend, extend_in
from media.rtp.transport_cc import LOST

CAPACITY: Final = 4096
"""Packets remembered, a power of two: 4 s of 8 Mbit/s. Feedback comes within a round trip and a
quarter of a second."""
_MASK: Final = CAPACITY - 1
STATUSES_A_PACKET: Final = 4
"""How often each packet may be spoken of: once, and again where a late one makes a browser begin
a message further back."""
MAX_STATUSES: Final = 4 * CAPACITY
"""The most one message may speak of: after an outage it lists all that was lost in it."""
_NEVER: Final = float("inf")
_NOT: Final = float("nan")
JUMP_S: Final = 10.0
"""How far the endpoint's clock may move against ours from one message to the next."""


class SentLog:
    """The numbering of one endpoint and its outcome. The counts only ever go up."""

    __slots__ = (
        "_credit",
        "_credited",
        "_offset",
        "_reference",
        "_sent_at",
        "_sizes",
        "_whose",
        "acked",
        "acked_bytes",
        "jumps",
        "last",
        "late",
        "lost",
        "next_number",
        "refused",
        "sent_bytes",
        "told",
        "unmatched",
    )

    def __init__(self) -> None:
        # Numbers side by side and no object for each packet: of those there would be half a
        # megabyte, and the processor would wait for it.
        self._sent_at = vec[float]([0.0] * CAPACITY)
        self._sizes = vec[i32]([0] * CAPACITY)
        """By number: bytes, negative once said to be lost, 0 once known to have come."""
        self._whose = vec[i64]([0] * CAPACITY)
        """By number: SSRC and sequence number of what left, 0 where it is not to be named."""
        self._credit = self._credited = 0
        self._reference: int | None = None
        self._offset: float | None = None
        self.next_number = 0
        """The number of the next packet, extended; so many have been sent."""
        self.told = 0
        """The number up to which the endpoint has spoken: what follows has not been heard of."""
        self.sent_bytes = 0
        self.acked = self.acked_bytes = 0
        self.lost = self.late = 0
        """Packets said to be lost, and those of them that came after all."""
        self.refused = 0
        """Messages that were malformed, spoke of what was not sent, or said too much."""
        self.unmatched = 0
        """Statuses of packets long gone, sent twice, or known to have come."""
        self.jumps = 0
        self.last: Report | None = None

    def add(self, size: int, now: Instant, whose: i64 = 0) -> None:
        """A packet of ``size`` bytes leaves under :attr:`next_number`.

        ``whose``: its SSRC, shifted by 16 bits, and its sequence number, where :meth:`lost_since`
        is to name it.
        """
        number = self.next_number
        self._whose[number & _MASK] = whose
        self._sent_at[number & _MASK] = now
        self._sizes[number & _MASK] = size
        self.next_number = number + 1
        self.sent_bytes += size

    def withdraw(self, number: int) -> None:
        """A packet goes out again under the same 16 bits: which of the two comes cannot be told."""
        extended = extend(number, self.next_number - 1)
        if self._is_kept(extended):
            self._sizes[extended & _MASK] = 0

    def handle_feedback(self, information: bytes, now: Instant) -> Report | None:
        """Take the control information of one message; None where it is refused."""
        try:
            report = self._read(information, now)
        except PacketError:
            self.refused += 1
            return None
        self.last = report
        return report

    def lost_since(self, report: Report, after: Instant) -> list[tuple[int, int]]:
        """Return (SSRC, sequence number) of what a report says was lost, if sent after a time."""
        found = []
        numbers, sent_at, arrived_at = report.numbers, report.sent_at, report.arrived_at
        for place in range(len(numbers)):
            whose = self._whose[numbers[place] & _MASK]
            if whose and math.isnan(arrived_at[place]) and sent_at[place] > after:
                found.append((whose >> 16, whose & 0xFFFF))
        return found

    @property
    def waiting_since(self) -> Instant | None:
        """When the oldest packet was sent that nothing was said of, None where there is none."""
        if self.told >= self.next_number:
            return None
        return self._sent_at[max(self.told, self.next_number - CAPACITY) & _MASK]

    def _is_kept(self, extended: i64) -> bool:
        return max(0, self.next_number - CAPACITY) <= extended < self.next_number

    def _read(self, information: bytes, now: Instant) -> Report:
        base, count = transport_cc.parse_head(information)
        self._spend(count)
        first = extend(base, self.next_number - 1)
        if first < 0 or first + count > self.next_number:
            raise PacketError("transport feedback on what was not sent")
        arrivals = transport_cc.parse(information)
        self.told = max(self.told, first + count)
        origin = self._unwrap(arrivals.reference) * transport_cc.TICKS_PER_REFERENCE
        report = Report(now, count)
        oldest, newest = _NEVER, -_NEVER
        number: i64 = first
        for tick in arrivals.ticks:
            if tick == LOST:
                self._settle_lost(number, report)
            else:
                arrived_at = (origin + tick) / transport_cc.TICKS_PER_S
                if self._settle_come(number, arrived_at, report):
                    oldest, newest = min(oldest, arrived_at), max(newest, arrived_at)
            number += 1
        report.jumped = newest >= oldest and self._has_jumped(oldest, newest, now)
        return report

    def _spend(self, statuses: int) -> None:
        """Pay for reading a message, before it is read."""
        earned = STATUSES_A_PACKET * (self.next_number - self._credited)
        self._credited = self.next_number
        self._credit = min(MAX_STATUSES, self._credit + earned)
        if statuses > self._credit:
            raise PacketError("more transport feedback than there is to say")
        self._credit -= statuses

    def _unwrap(self, reference: int) -> int:
        """Count the 24 bits of a reference time on, past their turn every 12 days."""
        modulus = transport_cc.REFERENCE_MODULUS
        before = reference if self._reference is None else self._reference
        self._reference = extend_in(reference, before, modulus)
        return self._reference

    def _settle_come(self, number: i64, arrived_at: float, report: Report) -> bool:
        """A packet has come; says whether that is news."""
        at = number & _MASK
        size = self._sizes[at] if self._is_kept(number) else 0
        if size == 0:
            self.unmatched += 1
            return False
        if size < 0:
            self.late += 1
            size = -size
        self._sizes[at] = 0
        self.acked += 1
        self.acked_bytes += size
        report.add(number, self._sent_at[at], size, arrived_at)
        return True

    def _settle_lost(self, number: i64, report: Report) -> None:
        """A packet has not come until now."""
        at = number & _MASK
        size = self._sizes[at] if self._is_kept(number) else 0
        if size == 0:
            self.unmatched += 1
        elif size > 0:
            self._sizes[at] = -size
            self.lost += 1
            report.add(number, self._sent_at[at], size, _NOT)

    def _has_jumped(self, oldest: float, newest: float, now: Instant) -> bool:
        before, self._offset = self._offset, newest - now
        moved = 0.0 if before is None else abs(self._offset - before)
        jumped = moved > JUMP_S or newest - oldest > JUMP_S
        self.jumps += jumped
        return jumped

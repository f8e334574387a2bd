"""Sequence numbers and timestamps of one outgoing stream that outlives its sources.

Rule 1: a number that went out names one packet forever. Within a source, out = in + offset; a new
source starts above everything sent, and what is older than its first packet is refused (but for
:data:`HEADROOM`).
Rule 2: gaps of the source stay gaps, so that the receiver asks for what is missing; what we chose
not to forward leaves none.
Rule 3: timestamps keep the source's own distances; between sources they advance by the time that
passed, for a receiver plays by them. Where it is known how the two sources' clocks stand to each
other (:meth:`Rewriter.align`), by that instead.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from media.clock import Instant
from media.forwarding.skipped import Skipped
from media.rtp.sequence import CYCLE, extend_in

HEADROOM: Final = 32
"""Numbers kept free below the very first packet, for those it overtook: a stream begins with a
keyframe, and without its first packet there is no picture until another. Later sources get none,
as a receiver would take the free numbers for loss."""
MISALIGNED_S: Final = 2.0
REFUSED: Final = -1
_NO_SOURCE: Final = -1
_NO_CLOCK: Final = 0


class Rewriter:
    """Maps (epoch, extended number, timestamp) of a source to the numbers of one outgoing SSRC.

    An ``epoch`` names one unbroken numbering of one source; it never comes back once left.
    ``sequence`` (16 bits) and ``timestamp`` (32 bits) are where the stream begins.
    """

    __slots__ = (
        "_aligned",
        "_anchored_clock",
        "_at",
        "_clock_rate",
        "_epoch",
        "_floor",
        "_newest_skipped",
        "_sequence_offset",
        "_skipped",
        "_timestamp",
        "_timestamp_offset",
        "highest",
        "out_timestamp",
    )

    def __init__(self, sequence: int, timestamp: int) -> None:
        self.highest: i64 = CYCLE + sequence
        """The highest extended number given out."""
        self._timestamp: i64 = timestamp
        self._at: Instant | None = None
        self._epoch: i64 = _NO_SOURCE
        self._clock_rate: i64 = _NO_CLOCK
        self._anchored_clock: i64 = _NO_CLOCK
        self._floor: i64 = 0
        self._sequence_offset: i64 = 0
        self._timestamp_offset: i64 = 0
        self._aligned: int | None = None
        self._skipped = Skipped()
        self._newest_skipped: i64 = _NO_SOURCE
        self.out_timestamp: i64 = timestamp
        """The timestamp of the packet rewritten last."""

    def rewrite(
        self, epoch: i64, extended: i64, timestamp: i64, clock_rate: i64, now: Instant
    ) -> i64:
        """Return the outgoing extended number, or :data:`REFUSED` for what is too old.

        The outgoing timestamp is in :attr:`out_timestamp` then.
        """
        if epoch != self._epoch or clock_rate != self._clock_rate:
            if not self._anchor(epoch, extended, timestamp, clock_rate, now):
                return REFUSED
        elif extended < self._floor:
            return REFUSED
        sequence = extended + self._sequence_offset
        if extended <= self._newest_skipped:
            sequence += self._skipped.after(extended)
        self.out_timestamp = timestamp + self._timestamp_offset & 0xFFFFFFFF
        if sequence > self.highest:
            self.highest = sequence
            self._timestamp = self.out_timestamp
            self._at = now
        return sequence

    def skip(self, epoch: i64, extended: i64) -> bool:
        """Leave a packet out for good. Says no where that would leave a gap.

        It leaves none while nothing above it has been numbered. A source's first packets are never
        left out, as a stream begins with a keyframe.
        """
        if epoch != self._epoch or self._clock_rate == _NO_CLOCK or extended < self._floor:
            return True
        number = extended + self._sequence_offset
        if extended <= self._newest_skipped:
            number += self._skipped.after(extended)
        if number <= self.highest:
            return False
        self._skipped.add(extended)
        self._newest_skipped = self._skipped.newest
        self._floor = max(self._floor, self._skipped.floor)
        self._sequence_offset -= 1
        return True

    def align(self, timestamp: int) -> None:
        """The next source's first packet was captured when the outgoing clock read this."""
        self._aligned = timestamp

    def interrupt(self) -> None:
        """Forget the numbering: what is left out from here on shall leave no gap."""
        self._raise_floor()
        self._clock_rate = _NO_CLOCK

    def map_timestamp(self, epoch: i64, timestamp: i64) -> int | None:
        """Return a source's timestamp on the outgoing clock, None unless it is the one carried."""
        if epoch != self._epoch or self._clock_rate == _NO_CLOCK:
            return None
        return timestamp + self._timestamp_offset & 0xFFFFFFFF

    def _raise_floor(self) -> None:
        if self._clock_rate != _NO_CLOCK:
            self._floor = self.highest - self._sequence_offset + 1

    def _anchor(
        self, epoch: i64, extended: i64, timestamp: i64, clock_rate: i64, now: Instant
    ) -> bool:
        if epoch == self._epoch:
            self._raise_floor()
            if extended < self._floor:
                return False
        if epoch != self._epoch or clock_rate != self._anchored_clock:
            self._timestamp_offset = self._continue(int(clock_rate), now) - timestamp & 0xFFFFFFFF
        self._epoch = epoch
        self._clock_rate = self._anchored_clock = clock_rate
        self._skipped.clear()
        self._newest_skipped = _NO_SOURCE
        room = HEADROOM if self._at is None else 0
        self._floor = extended - room
        self._sequence_offset = self.highest + 1 + room - extended
        return True

    def _continue(self, clock_rate: int, now: Instant) -> int:
        """Return the timestamp that follows the last one sent: the aligned one, or by the time.

        One further than :data:`MISALIGNED_S` from the time that passed is a report that lied.
        """
        aligned, self._aligned = self._aligned, None
        if self._at is None:
            return self._timestamp
        passed = max(1, round((now - self._at) * clock_rate))
        if aligned is not None:
            ahead = extend_in(aligned - self._timestamp & 0xFFFFFFFF, 0, 1 << 32)
            if abs(ahead - passed) < MISALIGNED_S * clock_rate:
                return self._timestamp + max(1, ahead)
        return self._timestamp + passed

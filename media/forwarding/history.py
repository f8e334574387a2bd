"""What was sent lately on one stream, for who asks again (RFC 4585 section 6.2.1).

Rule 1: bounded in time (old packets are let go as new ones come), in count (the ring) and in what
is given out: bytes resent never exceed bytes sent, so a flood of NACKs at most doubles a stream.
Rule 2: a packet is not given twice within most of a round trip, as one still under way cannot have
been missed.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from media.clock import Instant
from media.rtp.sequence import extend

CAPACITY: Final = 1024
"""Packets: 1.1 s of 8 Mbit/s, 2.3 s of 4. More than a receiver's buffer would wait for."""
VOICE_CAPACITY: Final = 64
"""1.3 s of voice; a receiver that asks waits some 200 ms."""
CREDIT_BYTES: Final = 250_000
"""What may be resent at once after a quiet time: 2 s of 1 Mbit/s."""
RESEND_SPACING_S: Final = 0.02
"""The least time between two copies of one packet, where the round trip is shorter or unknown."""
ROUND_PART: Final = 0.75
"""Who misses a packet asks again after a round trip as they know it, which may be less than ours:
to take that for too soon would cost them another."""
_NEVER: Final = float("-inf")


class History:
    """A ring of sent packets by extended sequence number, kept for ``keep_s`` seconds.

    ``capacity`` packets at most, a power of two.
    """

    __slots__ = (
        "_credit",
        "_highest",
        "_keep_s",
        "_mask",
        "_numbers",
        "_resent_at",
        "_ring",
        "_sent_at",
        "_tail",
    )

    def __init__(self, keep_s: float, capacity: int = CAPACITY) -> None:
        assert capacity & capacity - 1 == 0, "the ring is indexed by a mask"
        self._keep_s = keep_s
        self._mask = capacity - 1
        # Side by side, with no object for each entry but its packet.
        self._ring: list[bytes | None] = [None] * capacity
        self._numbers = vec[i64]([0] * capacity)
        self._sent_at = vec[float]([0.0] * capacity)
        self._resent_at: dict[int, Instant] = {}
        self._credit = 0
        self._highest = self._tail = 0

    def add(self, extended: i64, packet: bytes, now: Instant) -> None:
        """Remember a packet just sent."""
        ring, mask, sent_at = self._ring, self._mask, self._sent_at
        at = extended & mask
        ring[at] = packet
        self._numbers[at] = extended
        sent_at[at] = now
        credit = self._credit + len(packet)
        self._credit = credit if credit < CREDIT_BYTES else CREDIT_BYTES
        if extended <= self._highest:
            return
        self._highest = extended
        tail = self._tail
        if extended - tail > mask:
            tail = extended - mask
        before = now - self._keep_s
        # Usually one step a packet: as many are let go as come.
        while tail < extended and (ring[tail & mask] is None or sent_at[tail & mask] < before):
            ring[tail & mask] = None
            tail += 1
        self._tail = tail

    def take(self, sequence: int, rtt_s: float, now: Instant) -> tuple[int, bytes] | None:
        """Return the extended number and bytes of what to send again, or None.

        ``sequence`` is the 16 bits asked for. Taking counts as sending: see the rules above.
        """
        extended = extend(sequence, self._highest)
        at = extended & self._mask
        packet = self._ring[at]
        if (
            packet is None
            or self._numbers[at] != extended
            or now - self._sent_at[at] > self._keep_s
        ):
            return None
        spacing = max(ROUND_PART * rtt_s, RESEND_SPACING_S)
        if now - self._resent_at.get(extended, _NEVER) < spacing or len(packet) > self._credit:
            return None
        self._credit -= len(packet)
        self._note_resent(extended, now)
        return extended, packet

    def was_taken(self, sequence: int) -> bool:
        """Say whether a packet was sent again already."""
        return extend(sequence, self._highest) in self._resent_at

    def take_again(self, sequence: int, rtt_s: float, due: Instant) -> bytes | None:
        """Return once more what :meth:`take` has just given, to be sent then, if there is credit.

        Who asks for it again meanwhile knows nothing of this copy: it is given no more for a whole
        round trip.
        """
        packet = self.peek(sequence)
        if packet is None or len(packet) > self._credit:
            return None
        self._credit -= len(packet)
        self._note_resent(extend(sequence, self._highest), due + (1 - ROUND_PART) * rtt_s)
        return packet

    def peek(self, sequence: int) -> bytes | None:
        """Return what was sent under these 16 bits, if it is kept."""
        extended = extend(sequence, self._highest)
        at = extended & self._mask
        return self._ring[at] if self._numbers[at] == extended else None

    def _note_resent(self, extended: int, now: Instant) -> None:
        self._resent_at.pop(extended, None)
        self._resent_at[extended] = now
        if len(self._resent_at) > self._mask:
            del self._resent_at[next(iter(self._resent_at))]

    def clear(self) -> None:
        """Let go of every packet."""
        self._ring = [None] * (self._mask + 1)
        self._resent_at.clear()

    def forget(self, sequence: int) -> None:
        """Let go of one packet: it was not sent after all."""
        extended = extend(sequence, self._highest)
        if self._numbers[extended & self._mask] == extended:
            self._ring[extended & self._mask] = None

    def __len__(self) -> int:
        return sum(sent is not None for sent in self._ring)

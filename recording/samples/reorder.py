"""Packets of one source in the order they were sent, each once; what is missing is waited for.

Rule 1: a packet that is missing is waited for :data:`WAIT_S` from when the first after it came, or
while no more than :data:`MOST` are held; then it is missing, and what comes of it later is late.
Rule 2: time goes on with the packets that come. Nothing is waited for by a clock.
Rule 3: a source that begins its numbers anew far behind is followed at its second packet
(RFC 3550 appendix A.1); a single one from there is a straggler.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from media.rtp.packet import PADDING_BIT, parse_header
from media.rtp.sequence import CYCLE, extend

WAIT_S: Final = 0.5
"""Three rounds of asking again on a path of 150 ms, one on a path of 450. What waits here is lost
if the machine fails: with the second that a sealed chunk takes it must stay little."""
MOST: Final = 1024
"""Half a second of 20 Mbit/s."""
_MARKER: Final = 0x80
MISORDERED: Final = 512
"""Farther behind than what repair can bring."""


class Packet(NamedTuple):
    """One packet without its wrapping. Its timestamp has the wire's 32 bits."""

    timestamp: int
    marker: bool
    payload: bytes
    """Empty for padding."""
    arrived: float
    is_copy: bool = False
    """From the redundancy of another."""


def read(packet: bytes, arrived: float) -> tuple[int, int, Packet]:
    """Return its sequence number, its payload type and the rest. Raises :class:`PacketError`."""
    first, second, sequence, timestamp, _ssrc, _profile, _start, payload = parse_header(packet)
    end = len(packet) - packet[-1] if first & PADDING_BIT else len(packet)
    body = packet[payload:end]
    return sequence, second & 0x7F, Packet(timestamp, bool(second & _MARKER), body, arrived)


class Reorder:
    """Holds what came too early. Numbers are extended."""

    __slots__ = ("_held", "_highest", "_next", "_now", "_since", "_stray", "late")

    def __init__(self) -> None:
        self._held: dict[int, Packet] = {}
        self._next = self._highest = self._stray = -1
        self._now = self._since = 0.0
        self.late = 0
        """Came twice, or when it was not waited for any more."""

    def add(self, sequence: int, packet: Packet) -> int:
        """Take one in; returns its extended number, -1 where it is not wanted."""
        if self._next < 0:
            self._next = self._highest = CYCLE + sequence
        number = extend(sequence, self._highest)
        if number < self._next:
            anew = self._next - number > MISORDERED and number == self._stray + 1
            self._stray = number
            if not anew:
                self.late += 1
                return -1
            number += CYCLE
        if not self.fill(number, packet):
            self.late += 1
            return -1
        self._now = max(self._now, packet.arrived)
        self._highest = max(self._highest, number)
        return number

    def fill(self, number: int, packet: Packet) -> bool:
        """Put one in where it is missing and still waited for; says whether it was."""
        if number < self._next or number in self._held:
            return False
        if not self._held or number == self._next:
            self._since = packet.arrived
        self._held[number] = packet
        return True

    def take(self) -> list[tuple[int, Packet]]:
        """Return the next ones in order, each with how many are missing right before it."""
        taken: list[tuple[int, Packet]] = []
        self._drain(0, taken)
        while self._held and (self._now - self._since > WAIT_S or len(self._held) > MOST):
            self._skip(taken)
        return taken

    def flush(self) -> list[tuple[int, Packet]]:
        """Wait no more; returns all that is held."""
        taken: list[tuple[int, Packet]] = []
        while self._held:
            self._skip(taken)
        return taken

    def _skip(self, taken: list[tuple[int, Packet]]) -> None:
        first = min(self._held)
        missing, self._next = first - self._next, first
        self._drain(missing, taken)

    def _drain(self, missing: int, taken: list[tuple[int, Packet]]) -> None:
        number = self._next
        while (packet := self._held.pop(number, None)) is not None:
            taken.append((missing, packet))
            missing = 0
            number += 1
        if number > self._next:
            self._next = number
            # The hole in front is another one now. It has been known since the first after it came.
            self._since = min((held.arrived for held in self._held.values()), default=self._now)

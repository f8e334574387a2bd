"""The leave to record: a lease that ends by itself. Pure; times are seconds of its own clock.

Rule 1: there is no recorder without a permit, and no packet is taken without one that holds now.
Rule 2: a permit holds for ``LEASE_S`` from when it came, by the recorder's own clock, however long
it was under way and whatever it says: a gateway that died, hangs or is cut off renews nothing, and
what it allowed ends.
Rule 3: permits of a recording are numbered, and only a higher number counts: an old one that comes
late, or again, allows nothing. A newer one may allow less; more is a new segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

LEASE_S: Final = 2.0
"""Signaling renews every second: a renewal may come late by nearly as much."""


@dataclass(frozen=True, slots=True)
class RecordingPermit:
    """What may be captured, of whom, until it is not renewed."""

    recording: UUID
    segment: int
    number: int
    tracks: frozenset[str]
    """The tracks that may be captured, and no others."""


class PermitError(Exception):
    """A permit that allows nothing: of another recording, out of its turn, or for more."""


class Lease:
    """The permit of one segment, as the recorder holds it."""

    def __init__(self, permit: RecordingPermit, now: float) -> None:
        self._permit = permit
        self._until = now + LEASE_S
        self._is_over = False

    @property
    def until(self) -> float:
        """When it ends, if nothing renews it."""
        return self._until

    @property
    def tracks(self) -> frozenset[str]:
        """What may be captured while it holds, and of what was, may be written afterwards."""
        return self._permit.tracks

    def allows(self, track: str, now: float) -> bool:
        """Whether a packet of this track may be taken now. What has ended does not begin again."""
        return self.holds(now) and track in self._permit.tracks

    def holds(self, now: float) -> bool:
        """Whether it holds at all."""
        self._is_over = self._is_over or now >= self._until
        return not self._is_over

    def renew(self, permit: RecordingPermit, now: float) -> None:
        """Hold for longer, perhaps for less.

        Raises :class:`PermitError`, and changes nothing: for a permit of something else, of another
        turn, or for more than was allowed. Also when it is too late, for longer; less is less then
        too, of what still waits to be written.
        """
        mine = self._permit
        if (permit.recording, permit.segment) != (mine.recording, mine.segment):
            raise PermitError("of another segment")
        if permit.number <= mine.number:
            raise PermitError("out of its turn")
        if not permit.tracks <= mine.tracks:
            raise PermitError("for more than was allowed")
        self._permit = permit
        if not self.holds(now):
            raise PermitError("too late")
        self._until = now + LEASE_S

    def end(self) -> None:
        """Allow nothing any more, from this moment."""
        self._is_over = True

"""One recording of a room, from its start until all of it is stored: what is captured, what kept.

Rule 1: nothing is captured of it before it is stored, for its keys come from there.
Rule 2: what never came to be is told of all the same, so that the rows of the audit have no hole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from signaling.capture import Capturing, Track
from signaling.domain.consent.machine import Capture
from signaling.domain.consent.shown import TermsShown
from signaling.domain.consent.terms import Consent, PartyRole, Scope
from signaling.domain.errors import Refusal
from signaling.domain.recording_policy import CAPTURED
from signaling.recording_keeper import Keeper
from signaling.room_media import RoomMedia
from signaling.storage.recording_marks import Mark
from signaling.storage.recording_rows import Begun, Told
from signaling.storage.session_store import Booked


@dataclass(frozen=True, slots=True)
class Opening:
    """What begins once its row is stored; ``before`` is what pages are shown until then."""

    before: Consent
    until: float


@dataclass(slots=True)
class RecordingRun:
    """What its room knows of it. ``person`` tells whose seat somebody's is."""

    ident: UUID
    keeper: Keeper
    booked: Booked
    terms: TermsShown
    person: Callable[[str], UUID]
    begun: Begun | None = None
    failed: bool = False
    taken_back_by: UUID | None = None
    taken_back_at: float | None = None
    is_kept: bool = False
    """All of it is stored."""

    async def begin(
        self, capture: Capturing, parties: Mapping[UUID, PartyRole], scope: Scope, row: Told
    ) -> None:
        """Store it; or only its row, where it came to nothing while the database was away.

        Raises :class:`Refusal`, StorageAway or SealError.
        """
        if capture.is_over:
            await self.keeper.tell(self.booked, [row])
            return
        purposes = self.terms.for_scope(scope)
        until = {each.purpose: each.until for each in purposes}
        floor_until = self.terms.floor_until
        client = {self.booked.client} if self.terms.client_plays else set()
        row = replace(row, listeners=frozenset({*self.terms.supervisors, *client}))
        try:
            self.begun = await self.keeper.begin(
                self.booked, self.ident, parties, scope, until, floor_until, row
            )
        except Refusal:
            await self.keeper.tell(self.booked, [row])
            raise

    async def narrow(self, scope: Scope, row: Told) -> None:
        """It is for less."""
        await self._store(row, lambda: self.keeper.narrow(self.ident, scope, [row]))

    async def take_back(self, by: UUID, row: Told) -> None:
        """Somebody has taken it back: from this row on nobody is given it, whatever comes next."""
        await self._store(row, lambda: self.keeper.take_back(self.ident, by, [row]))

    async def mark(self, by: UUID, gone: Scope | None) -> None:
        """Somebody takes back all of it, or some: what is captured says so itself, at once."""
        for party in () if self.begun is None else self.begun.parties:
            if party.person == by:
                scope = gone or Scope()
                mark = Mark(sorted(scope.purposes), sorted(scope.media))
                with contextlib.suppress(OSError):  # nothing was captured yet, or nobody can say so
                    await self.keeper.mark(self.ident, party.id, mark)

    async def _store(self, row: Told, change: Callable[[], Awaitable[None]]) -> None:
        if self.begun is not None:
            try:
                await change()
            except Refusal:  # whose it is was erased, and it with them
                pass
            else:
                return
        await self.keeper.tell(self.booked, [row])

    async def put_away(self, capture: Capturing) -> None:
        """Store what came of it, or that it was taken back; all of it is closed."""
        files, held, captured_ms = capture.files, capture.held, capture.captured_ms
        whole, by = capture.whole and not self.failed, self.taken_back_by
        if self.begun is not None and by is not None:
            await self.keeper.give_up(self.ident, by, files, held, captured_ms, [])
        elif self.begun is not None:
            if not whole:  # its recorder is lost, or stuck: what it has sealed lies there
                known = {each.number for each in files}
                found = await self.keeper.recovered(self.ident)
                files = (*files, *(each for each in found if each.number not in known))
            await self.keeper.seal(
                self.ident, files, held, whole=whole, captured_ms=captured_ms, told=[]
            )
        self.is_kept = True

    def tracks(self, may: Capture | None, media: RoomMedia) -> frozenset[Track]:
        """What of it may be captured in this moment, by the endpoints that people have now."""
        if may is None or self.begun is None:
            return frozenset()
        people = {each.id: each.person for each in self.begun.parties}
        parts = {(people[each.party], each.medium): each for each in self.begun.parts}
        found: set[Track] = set()
        for party in may.parties:
            held = media.current(party)
            for medium in may.scope.media & CAPTURED:
                part = parts.get((self.person(party), medium))
                if held is not None and part is not None:
                    found.add(Track(held.endpoint, medium.value, part.id.hex, part.key))
        return frozenset(found)

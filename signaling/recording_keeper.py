"""What a room needs of whoever keeps recordings: the storage has one, tests have another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from media.channel import RecordedFile
from signaling.domain.consent.terms import PartyRole, Purpose, Scope
from signaling.domain.recording_policy import RecordingTermsNow
from signaling.storage.recording_marks import Mark
from signaling.storage.recording_rows import Asked, Begun, Interrupted, Told
from signaling.storage.session_store import Booked


class Keeper(Protocol):
    """See :class:`signaling.storage.recording_store.RecordingStore`.

    All of it raises Refusal, StorageAway or SealError.
    """

    async def tell(self, booked: Booked, told: Sequence[Told]) -> None:
        """Write rows of the audit."""

    async def begin(
        self, booked: Booked, ident: UUID, parties: Mapping[UUID, PartyRole], scope: Scope,
        until: Mapping[Purpose, int], floor_until: int | None, told: Told,
    ) -> Begun:  # fmt: skip
        """Make a recording with its keys, and its row of the audit, or none of it."""

    async def narrow(self, ident: UUID, scope: Scope, told: Sequence[Told]) -> None:
        """It is for less from now on."""

    async def take_back(self, ident: UUID, by: UUID, told: Sequence[Told]) -> None:
        """Somebody has taken it back while it ran: it is never given to anybody."""

    async def mark(self, ident: UUID, party: UUID, mark: Mark) -> None:
        """The same, or some of it, at once and whatever the database does. Raises OSError."""

    async def recovered(self, ident: UUID) -> Sequence[RecordedFile]:
        """What lies there of it, as far as it opens."""

    async def seal(
        self, ident: UUID, files: Sequence[RecordedFile], held: Sequence[tuple[int, int]], *,
        whole: bool, captured_ms: int, told: Sequence[Told],
    ) -> None:  # fmt: skip
        """It is made; its day of cooling off begins."""

    async def give_up(
        self, ident: UUID, by: UUID, files: Sequence[RecordedFile],
        held: Sequence[tuple[int, int]], captured_ms: int, told: Sequence[Told],
    ) -> None:  # fmt: skip
        """It was taken back while it ran."""

    async def terms(self, booked: Booked, at: int) -> RecordingTermsNow | None:
        """What a clinic allows of an hour now; None is nothing."""

    async def asked(self, booked: Booked) -> Asked:
        """How often it was asked in this hour, whatever room that was in."""

    async def interrupted(self, booked: Booked) -> Interrupted | None:
        """The last recording of this hour, where it was cut short."""

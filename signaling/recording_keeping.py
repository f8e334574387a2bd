"""What a room needs of whoever keeps recordings: the storage has one, tests have another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from media.channel import RecordedFile
from signaling.domain.consent.shown import PolicyShown
from signaling.domain.consent.terms import ConsentFact, Medium, PartyRole, Purpose, Scope
from signaling.storage.session_store import Booked


@dataclass(frozen=True, slots=True)
class Part:
    """One person's one medium in one recording, and the key that its recorder is given."""

    id: UUID
    party: UUID
    medium: Medium
    key: bytes

    def __repr__(self) -> str:
        return "Part(...)"


@dataclass(frozen=True, slots=True)
class Begun:
    """A recording that is stored, and of which nothing is captured yet."""

    recording: UUID
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of consent as the audit is told of it. ``at`` is Unix milliseconds.

    ``said`` is sealed: who said no, which words they read.
    """

    fact: ConsentFact
    at: int
    actor: UUID | None
    said: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Told(...)"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A recording of this hour that a gateway before this one did not end."""

    recording: UUID
    captured_ms: int


class Keeper(Protocol):
    """Keeps recordings and what was decided of them. All of it raises Refusal or StorageAway."""

    async def tell(self, booked: Booked, told: Sequence[Told]) -> None:
        """Write rows of the audit."""

    async def begin(
        self, booked: Booked, ident: UUID, parties: Mapping[UUID, PartyRole], scope: Scope,
        until: Mapping[Purpose, int], floor_until: int | None, told: Told,
    ) -> Begun:  # fmt: skip
        """Make a recording with its keys, and its row of the audit, or none of it."""

    async def narrow(self, ident: UUID, scope: Scope, told: Sequence[Told]) -> None:
        """It is for less from now on."""

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

    async def terms(self, clinic: UUID, at: int) -> PolicyShown | None:
        """What a clinic allows; None is nothing."""

    async def interrupted(self, booked: Booked) -> Interrupted | None:
        """What a gateway before this one was recording in this hour, when it died."""

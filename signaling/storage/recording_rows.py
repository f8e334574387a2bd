"""A recording as its rows have it, and how these are read and written. Times are Unix ms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from media.channel import RecordedFile
from signaling.domain.consent.artefact import (
    Artefact,
    ArtefactFact,
    ArtefactStage,
    ArtefactTurn,
    follow_artefact,
    next_due,
)
from signaling.domain.consent.terms import ConsentFact, Medium, PartyRole, Purpose
from signaling.domain.errors import Code, Refusal
from signaling.storage.recording_tables import (
    RECORDING,
    RECORDING_FILE,
    RECORDING_PART,
    RECORDING_PARTY,
)

_UNTIL: Final = msgspec.json.Decoder(dict[Purpose, int])
_LISTENERS: Final = msgspec.json.Decoder(list[UUID])
_encoder: Final = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is captured."""

    id: UUID
    person: UUID
    role: PartyRole


@dataclass(frozen=True, slots=True)
class Part:
    """One person's one medium, and what a recorder makes its keys of."""

    id: UUID
    party: UUID
    medium: Medium
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """A recording that may begin."""

    recording: UUID
    parties: tuple[Party, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """How often it was asked in an hour, and when somebody last said no: Unix milliseconds."""

    times: int = 0
    refused_at: int | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A recording that was cut short, and how much of it there is."""

    recording: UUID
    captured_ms: int


@dataclass(frozen=True, slots=True)
class Told:
    """A turn of consent as the audit is told of it.

    ``actor`` is who did it, where that may be known; ``said`` is sealed: who said no, the digests
    of what was shown, in which language. ``receipt`` is what receipts say besides, and no row of
    the audit; ``asked`` are all who were asked, where somebody said no.
    """

    fact: ConsentFact
    at: int
    actor: UUID | None = None
    said: Mapping[str, Any] = field(default_factory=dict, repr=False)
    receipt: Mapping[str, Any] = field(default_factory=dict, repr=False)
    asked: frozenset[UUID] = frozenset()
    listeners: frozenset[UUID] = frozenset()
    """Where a recording begins: whom its terms name beside the counsellor. Kept with it."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part as it is kept. ``key`` is the key that it was sealed by."""

    id: UUID
    party: UUID
    medium: Medium
    key: UUID
    taken_at: int | None
    destroyed_at: int | None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it lies in the folder."""

    number: int
    part: UUID
    size: int
    sha256: str
    is_whole: bool
    told: bytes = field(repr=False)


class FileTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed of a file."""

    type: str
    starts_ms: int
    duration_ms: int
    plain_bytes: int
    gaps: tuple[tuple[int, int], ...]


class RecordingTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed of a recording."""

    captured_ms: int
    held: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class KeptRecording:
    """A recording without what is in it. ``artefact`` is None while it is not sealed."""

    id: UUID
    clinic: UUID
    session: UUID
    counsellor: UUID
    client: UUID
    begun_at: int
    until: Mapping[Purpose, int]
    media: frozenset[Medium]
    floor_until: int | None
    artefact: Artefact | None
    taken_by: UUID | None
    """Who took it back, or a part of it so that the rest waits for a word."""
    is_whole: bool
    told: bytes | None = field(repr=False)
    parties: tuple[Party, ...] = ()
    parts: tuple[KeptPart, ...] = ()
    files: tuple[KeptFile, ...] = ()
    listeners: frozenset[UUID] = frozenset()
    """The supervisors who were named when it was agreed to; nobody where that is not known."""

    def role_of(self, person: UUID) -> PartyRole | None:
        """As whom somebody was captured; None who was not."""
        return next((each.role for each in self.parties if each.person == person), None)

    def parts_of(self, person: UUID) -> list[KeptPart]:
        """What there is of somebody."""
        theirs = {each.id for each in self.parties if each.person == person}
        return [part for part in self.parts if part.party in theirs]


def told_place(recording: UUID) -> str:
    """Where what is known of a recording is sealed."""
    return f"recording.told:{recording}"


def file_place(recording: UUID, number: int) -> str:
    """Where what is known of a file is sealed."""
    return f"recording_file.told:{recording}:{number}"


def file_values(recording: UUID, file: RecordedFile) -> tuple[dict[str, Any], bytes]:
    """Return the row of a file without ``told``, and what is to be sealed as that."""
    values = {
        "recording": recording, "number": file.number, "part": UUID(file.part),
        "size": file.size, "sha256": file.sha256, "is_whole": file.whole,
    }  # fmt: skip
    told = FileTold(file.type, file.starts_ms, file.duration_ms, file.plain_bytes, tuple(file.gaps))
    return values, _encoder.encode(told)


def artefact_values(artefact: Artefact, taken_by: UUID | None) -> dict[str, Any]:
    """Return the columns that say what becomes of a recording."""
    return {
        "stage": artefact.stage.value,
        "until": until_text(artefact.until),
        "media": media_text(artefact.media),
        "erase_at": artefact.erase_at,
        "came_from": None if artefact.came_from is None else artefact.came_from.value,
        "taken_by": taken_by,
        "due_at": next_due(artefact),
    }


def until_text(until: Mapping[Purpose, int]) -> str:
    """Return each purpose and until when it holds, as it is stored."""
    return _encoder.encode(dict(until)).decode()


def listeners_text(listeners: frozenset[UUID]) -> str:
    """Return who was named, as it is stored."""
    return _encoder.encode(sorted(listeners)).decode()


def media_text(media: frozenset[Medium]) -> str:
    """Return media as they are stored."""
    return ",".join(sorted(media))


def kept(row: Row[Any]) -> KeptRecording:
    """Return a recording without its parties, parts and files."""
    until: Mapping[Purpose, int] = _UNTIL.decode(row.until)
    media = frozenset(Medium(each) for each in row.media.split(",") if each)
    artefact = None
    if row.stage is not None:
        came_from = None if row.came_from is None else ArtefactStage(row.came_from)
        artefact = Artefact(
            until, media, row.sealed_at, row.floor_until, ArtefactStage(row.stage), row.erase_at,
            came_from,
        )  # fmt: skip
    return KeptRecording(
        row.id, row.clinic, row.session, row.counsellor, row.client, row.begun_at, until, media,
        row.floor_until, artefact, row.taken_by, row.is_whole, row.told,
        listeners=frozenset(() if row.listeners is None else _LISTENERS.decode(row.listeners)),
    )  # fmt: skip


async def hold_recording(changing: AsyncConnection, ident: UUID) -> KeptRecording:
    """Read a row that nobody else changes before this transaction is over.

    Raises :class:`Refusal` with ``not_found``.
    """
    return await read_recording(changing, ident, is_held=True)


async def read_recording(
    reading: AsyncConnection, ident: UUID, *, is_held: bool = False
) -> KeptRecording:
    """Read a row. Raises :class:`Refusal` with ``not_found``."""
    query = select(RECORDING).where(RECORDING.c.id == ident)
    row = (await reading.execute(query.with_for_update() if is_held else query)).one_or_none()
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    return kept(row)


async def parties_of(reading: AsyncConnection, idents: Sequence[UUID]) -> dict[UUID, list[Party]]:
    """Return who was captured, by recording."""
    query = select(RECORDING_PARTY).where(RECORDING_PARTY.c.recording.in_(idents))
    found: dict[UUID, list[Party]] = {}
    for row in await reading.execute(query.order_by(RECORDING_PARTY.c.id)):
        party = Party(row.id, row.person, PartyRole(row.role))
        found.setdefault(row.recording, []).append(party)
    return found


async def parts_of(reading: AsyncConnection, idents: Sequence[UUID]) -> dict[UUID, list[KeptPart]]:
    """Return their parts, by recording."""
    query = select(RECORDING_PART).where(RECORDING_PART.c.recording.in_(idents))
    found: dict[UUID, list[KeptPart]] = {}
    for row in await reading.execute(query.order_by(RECORDING_PART.c.id)):
        part = KeptPart(
            row.id, row.party, Medium(row.medium), row.key, row.taken_at, row.destroyed_at
        )
        found.setdefault(row.recording, []).append(part)
    return found


async def files_of(reading: AsyncConnection, ident: UUID) -> list[KeptFile]:
    """Return a recording's files, in their order."""
    query = select(RECORDING_FILE).where(RECORDING_FILE.c.recording == ident)
    return [
        KeptFile(row.number, row.part, row.size, row.sha256, row.is_whole, row.told)
        for row in await reading.execute(query.order_by(RECORDING_FILE.c.number))
    ]


async def keep_artefact(
    changing: AsyncConnection, held: KeptRecording, artefact: Artefact, taken_by: UUID | None,
    at: int, **more: Any,
) -> None:  # fmt: skip
    """Store what becomes of it: where somebody has taken it back, it is given up."""
    if taken_by is not None:
        artefact = follow_artefact(artefact, ArtefactFact(ArtefactTurn.GIVE_UP, at))
    values = artefact_values(artefact, taken_by) | more
    await changing.execute(update(RECORDING).where(RECORDING.c.id == held.id).values(values))
    if taken_by is not None and taken_by != held.client:
        await _take_parts_of(changing, held.id, taken_by, at)


async def _take_parts_of(changing: AsyncConnection, ident: UUID, person: UUID, at: int) -> None:
    """Their own goes; whether the rest may stay, the client is asked."""
    theirs = select(RECORDING_PARTY.c.id).where(
        RECORDING_PARTY.c.recording == ident, RECORDING_PARTY.c.person == person
    )
    await changing.execute(
        update(RECORDING_PART).where(RECORDING_PART.c.party.in_(theirs)).values(taken_at=at)
    )

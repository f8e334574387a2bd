"""Recordings that were made, in their database: found, taken further, and parts of them taken away.

Times are Unix milliseconds.

Rule 1: what becomes of a recording is decided from what is stored, with its row held, and told of
in the same transaction: two who act at once act one after the other.
Rule 2: what is known of one is opened only for who may play it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, and_, func, or_, select, update

from signaling.domain.consent.artefact import Artefact, ArtefactFact, follow_artefact
from signaling.domain.errors import Code, Refusal
from signaling.keys.keyring import Keyring
from signaling.storage.journal import Entry, Journal
from signaling.storage.recording_folder import Buried
from signaling.storage.recording_proofs import put_proofs
from signaling.storage.recording_rows import (
    FileTold,
    KeptPart,
    KeptRecording,
    RecordingTold,
    artefact_values,
    file_place,
    files_of,
    hold_recording,
    kept,
    parties_of,
    parts_of,
    read_recording,
    told_place,
)
from signaling.storage.recording_tables import RECORDING, RECORDING_PART

MOST: Final = 200
"""Of one list."""
AT_ONCE: Final = 100
Decide = Callable[[KeptRecording], tuple[Sequence[ArtefactFact], UUID | None]]
"""Says what happens to a recording, and who has taken it back after that. Raises Refusal."""


class RecordingKeeping:
    """What there is, and what becomes of it."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self.database = journal.database
        self._keyring = keyring

    async def get(self, ident: UUID) -> KeptRecording:
        """Return a recording with all its rows. Raises :class:`Refusal` with ``not_found``."""
        async with self.database.read() as reading:
            known = await read_recording(reading, ident)
            parties, parts = await parties_of(reading, [ident]), await parts_of(reading, [ident])
            files = await files_of(reading, ident)
        return replace(
            known, parties=tuple(parties.get(ident, ())), parts=tuple(parts.get(ident, ())),
            files=tuple(files),
        )  # fmt: skip

    async def of(
        self, whose: str, person: UUID, after: KeptRecording | None = None
    ) -> list[KeptRecording]:
        """Return those of a ``client``, a ``counsellor`` or a ``clinic``, latest first.

        At most :data:`MOST`; ``after`` is the last of those that were returned before.
        """
        query = select(RECORDING).where(RECORDING.c[whose] == person)
        order = (RECORDING.c.begun_at.desc(), RECORDING.c.id)
        if after is not None:
            earlier = RECORDING.c.begun_at < after.begun_at
            beside = and_(RECORDING.c.begun_at == after.begun_at, RECORDING.c.id > after.id)
            query = query.where(or_(earlier, beside))
        return await self._found(await self._rows(query.order_by(*order)))

    async def all_of(self, client: UUID) -> list[UUID]:
        """Return every recording of a client, also those that run."""
        query = select(RECORDING.c.id).where(RECORDING.c.client == client)
        async with self.database.read() as reading:
            return list((await reading.execute(query)).scalars())

    async def all_ids(self) -> list[UUID]:
        """Return every recording there is."""
        async with self.database.read() as reading:
            return list((await reading.execute(select(RECORDING.c.id))).scalars())

    async def counts(self) -> dict[str, int]:
        """Return how many recordings there are at each stage; of those that run ``running``."""
        query = select(RECORDING.c.stage, func.count()).group_by(RECORDING.c.stage)
        async with self.database.read() as reading:
            return {stage or "running": count for stage, count in await reading.execute(query)}

    async def told(self, known: KeptRecording, at: int) -> RecordingTold:
        """Return what is sealed of it. Raises :class:`~signaling.keys.sealing.SealError`."""
        if known.told is None:
            return RecordingTold(0, ())
        plain = await self._keyring.open(known.told, told_place(known.id), at)
        return msgspec.json.decode(plain, type=RecordingTold)

    async def file_told(self, known: KeptRecording, number: int, at: int) -> FileTold:
        """Return what is sealed of a file. Raises SealError, also where there is none."""
        sealed = next((file.told for file in known.files if file.number == number), b"")
        plain = await self._keyring.open(sealed, file_place(known.id, number), at)
        return msgspec.json.decode(plain, type=FileTold)

    async def part_key(self, part: KeptPart, at: int) -> bytes:
        """Return what its recorder made its keys of. Raises SealError once it was destroyed."""
        return (await self._keyring.by_id(part.key, at)).recorder

    async def turn(
        self, ident: UUID, decide: Decide, by: UUID | None, at: int,
        proofs: Sequence[Mapping[str, Any]] = (),
    ) -> KeptRecording:  # fmt: skip
        """Take a recording further, as is decided from what is stored now; returns it as it is.

        ``proofs`` are kept with that.

        Raises :class:`Refusal`: ``not_found``, ``not_now`` while it is not sealed.
        """
        before = await self.get(ident)
        facts, _ = decide(before)
        entries = [
            Entry(
                before.clinic, by, f"recording.{fact.turn}", ident, at,
                said={"purposes": sorted(fact.purposes), "media": sorted(fact.media)},
            )
            for fact in facts
        ]  # fmt: skip
        # Without a turn it is the client's no to what is asked of them: it goes its way.
        entries = entries or [Entry(before.clinic, by, "recording.give_up", ident, at)]
        async with self._journal.record(*entries) as changing:
            held = replace(
                await hold_recording(changing, ident), parties=before.parties, parts=before.parts,
                files=before.files,
            )  # fmt: skip
            again, taken_by = decide(held)
            if [fact.turn for fact in again] != [fact.turn for fact in facts]:
                raise Refusal(Code.NOT_NOW)  # somebody else was quicker
            artefact = followed(held, again)
            values = artefact_values(artefact, taken_by)
            await changing.execute(update(RECORDING).where(RECORDING.c.id == ident).values(values))
            gone = [part.id for part in held.parts if part.medium not in artefact.media]
            these = (RECORDING_PART.c.id.in_(gone), RECORDING_PART.c.taken_at.is_(None))
            await changing.execute(update(RECORDING_PART).where(*these).values(taken_at=at))
            await put_proofs(changing, proofs)
        return await self.get(ident)

    async def take(
        self, known: KeptRecording, parts: Sequence[KeptPart], by: UUID | None, at: int
    ) -> None:
        """From now on nobody is given these parts."""
        said = {"parts": [str(part.id) for part in parts]}
        entry = Entry(known.clinic, by, "recording.take_part", known.id, at, said=said)
        these = (RECORDING_PART.c.id.in_([part.id for part in parts]),)
        async with self._journal.record(entry) as changing:
            await changing.execute(
                update(RECORDING_PART)
                .where(*these, RECORDING_PART.c.taken_at.is_(None))
                .values(taken_at=at)
            )

    async def due(self, at: int) -> list[UUID]:
        """Return what time alone takes further; at most :data:`AT_ONCE`."""
        query = select(RECORDING.c.id).where(RECORDING.c.due_at <= at)
        async with self.database.read() as reading:
            found = await reading.execute(query.order_by(RECORDING.c.due_at).limit(AT_ONCE))
            return list(found.scalars())

    async def with_parts_to_destroy(self, at: int) -> list[UUID]:
        """Return recordings with parts that were taken and need not be kept."""
        query = (
            select(RECORDING.c.id)
            .join(RECORDING_PART, RECORDING_PART.c.recording == RECORDING.c.id)
            .where(RECORDING_PART.c.taken_at.is_not(None), RECORDING_PART.c.destroyed_at.is_(None))
            .where(func.coalesce(RECORDING.c.floor_until, 0) <= at)
        )
        async with self.database.read() as reading:
            return list((await reading.execute(query.distinct().limit(AT_ONCE))).scalars())

    async def destroyed_parts(self) -> set[Buried]:
        """Return the parts that were erased alone, of recordings that are there yet."""
        query = select(RECORDING_PART.c.recording, RECORDING_PART.c.id)
        async with self.database.read() as reading:
            found = await reading.execute(query.where(RECORDING_PART.c.destroyed_at.is_not(None)))
            return {Buried(*row) for row in found}

    async def _rows(self, query: Any) -> list[Row[Any]]:
        async with self.database.read() as reading:
            return list(await reading.execute(query.limit(MOST)))

    async def _found(self, rows: Sequence[Row[Any]]) -> list[KeptRecording]:
        idents = [row.id for row in rows]
        async with self.database.read() as reading:
            parties, parts = await parties_of(reading, idents), await parts_of(reading, idents)
        return [
            replace(
                kept(row), parties=tuple(parties.get(row.id, ())),
                parts=tuple(parts.get(row.id, ())),
            )
            for row in rows
        ]  # fmt: skip


def followed(known: KeptRecording, facts: Sequence[ArtefactFact]) -> Artefact:
    """Return what becomes of a recording by these. Raises :class:`Refusal` with ``not_now``."""
    artefact = sealed(known)
    for fact in facts:
        artefact = follow_artefact(artefact, fact)
    return artefact


def sealed(known: KeptRecording) -> Artefact:
    """Return what becomes of it. Raises :class:`Refusal` with ``not_now`` while it runs."""
    if known.artefact is None:
        raise Refusal(Code.NOT_NOW)
    return known.artefact

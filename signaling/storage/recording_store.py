"""Recordings as a room makes them: begun, narrowed, sealed or given up. Times are Unix ms.

Rule 1: every turn of consent is one row of the audit, and says all that is needed to come to the
same state again (``recording_turns.fact_of``). With it go its receipts (``recording_receipts``).
Rule 2: a recording begins with its keys, its rows and its row in the audit, or not at all. A part,
one person's one medium, has a key of its own below the recording's, which is below the client's:
to destroy any of the three is enough.
Rule 3: what is done twice is done once: whoever was not told that it was may try again.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from media.channel import RecordedFile
from recording.recovery import recover
from signaling.domain.consent.artefact import OPEN, Artefact
from signaling.domain.consent.terms import PartyRole, Purpose, Scope
from signaling.domain.errors import Code, Refusal
from signaling.domain.recording_policy import CAPTURED, RecordingTermsNow, terms_at
from signaling.domain.rights import Position
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.database import StorageAway
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_store import PeopleStore
from signaling.storage.people_tables import PERSON, POSITION
from signaling.storage.recording_folder import SealedFiles
from signaling.storage.recording_marks import Mark, marks, put_mark
from signaling.storage.recording_proofs import ProofStore, put_proofs
from signaling.storage.recording_receipts import receipts
from signaling.storage.recording_rows import (
    Asked,
    Begun,
    Interrupted,
    KeptRecording,
    Part,
    Party,
    RecordingTold,
    Told,
    file_place,
    file_values,
    hold_recording,
    keep_artefact,
    listeners_text,
    media_text,
    parts_of,
    read_recording,
    told_place,
    until_text,
)
from signaling.storage.recording_tables import (
    RECORDING,
    RECORDING_FILE,
    RECORDING_PART,
    RECORDING_PARTY,
)
from signaling.storage.recording_turns import TOLD, asked_before
from signaling.storage.session_store import Booked
from signaling.storage.standing_store import now

Span = tuple[int, int]


class RecordingStore:
    """What a room asks for."""

    def __init__(
        self, journal: Journal, keyring: Keyring, people: PeopleStore,
        wall: Callable[[], float] = time.time, files: SealedFiles | None = None,
    ) -> None:  # fmt: skip
        """``files`` is where recordings lie; None: nobody has said."""
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring
        self._people = people
        self._proofs = ProofStore(journal.database, keyring)
        self._wall = wall
        self._files = files

    async def terms(self, booked: Booked, at: int) -> RecordingTermsNow | None:
        """Return what a clinic allows of an hour, and until when each purpose would hold.

        None is nothing. Raises :class:`Refusal` with ``not_found`` of a client who is erased.
        """
        _, chosen = await self._people.clinic(booked.clinic, at)
        terms = terms_at(chosen.recording, at)
        if terms is None:
            return None
        minor = await self._is_minor(booked, at)
        terms = replace(terms, policy=replace(terms.policy, needs_guardian=minor))
        if Purpose.SUPERVISION not in terms.until:
            return terms
        idents, names = await self._supervisors(booked.clinic, at)
        return replace(terms, supervisors=names, supervisor_ids=idents)

    async def tell(self, booked: Booked, told: Sequence[Told]) -> None:
        """Write down turns that change nothing stored, and give receipts for them."""
        async with self._telling(booked.clinic, booked.id, told):
            pass

    async def begin(
        self, booked: Booked, ident: UUID, parties: Mapping[UUID, PartyRole], scope: Scope,
        until: Mapping[Purpose, int], floor_until: int | None, told: Told,
    ) -> Begun:  # fmt: skip
        """Make a recording, with a key for each person's each medium.

        Raises :class:`Refusal`: ``not_allowed`` of a client who is gone, or of a minor without a
        guardian, whatever its room knew when it was asked; ``malformed`` where there is nothing to
        capture.
        """
        made, keys = await self._parts(booked, ident, parties, scope, told.at)
        told = replace(told, said={**told.said, "keys": [str(key) for key in keys]})
        recording = {
            "id": ident, "clinic": booked.clinic, "session": booked.id,
            "counsellor": booked.counsellor, "client": booked.client, "begun_at": told.at,
            "until": until_text({each: until[each] for each in scope.purposes}),
            "media": media_text(scope.media), "floor_until": floor_until, "is_whole": False,
            "listeners": listeners_text(told.listeners),
        }  # fmt: skip
        people = [
            {"id": each.id, "recording": ident, "person": each.person, "role": each.role.value}
            for each in made.parties
        ]
        parts = [
            {
                "id": part.id, "recording": ident, "party": part.party,
                "medium": part.medium.value, "key": key,
            }
            for part, key in zip(made.parts, keys, strict=True)
        ]  # fmt: skip
        async with self._telling(booked.clinic, booked.id, [told]) as changing:
            await _check_here(changing, booked.client)
            await changing.execute(insert(RECORDING).values(**recording))
            await changing.execute(insert(RECORDING_PARTY), people)
            await changing.execute(insert(RECORDING_PART), parts)
        return made

    async def narrow(self, ident: UUID, scope: Scope, told: Sequence[Told]) -> None:
        """It is for less from now on, or of less: what was captured of a medium that is gone goes.

        Raises :class:`Refusal` with ``not_found``.
        """
        known = await self._get(ident)
        at = self._at(told)
        async with self._telling(known.clinic, known.session, told) as changing:
            held = await hold_recording(changing, ident)
            until = {each: held.until[each] for each in held.until if each in scope.purposes}
            media = held.media & scope.media
            values = {"until": until_text(until), "media": media_text(media)}
            await changing.execute(update(RECORDING).where(RECORDING.c.id == ident).values(values))
            gone = (RECORDING_PART.c.recording == ident, RECORDING_PART.c.medium.not_in(media))
            taken = update(RECORDING_PART).where(*gone, RECORDING_PART.c.taken_at.is_(None))
            await changing.execute(taken.values(taken_at=at))

    async def take_back(self, ident: UUID, by: UUID, told: Sequence[Told]) -> None:
        """Somebody has taken it back while it ran: whoever closes it gives it up, if nobody has.

        Raises :class:`Refusal` with ``not_found``.
        """
        known = await self._get(ident)
        at = self._at(told)
        async with self._telling(known.clinic, known.session, told) as changing:
            held = await hold_recording(changing, ident)
            if held.artefact is None:
                taken = update(RECORDING).where(RECORDING.c.id == ident).values(taken_by=by)
                await changing.execute(taken)
            elif held.artefact.stage in OPEN:  # it was closed in the same moment
                await keep_artefact(changing, held, held.artefact, by, at)

    async def mark(self, ident: UUID, party: UUID, mark: Mark) -> None:
        """Somebody has taken back: known by the files, too. Raises OSError, also without any."""
        if self._files is not None:
            await asyncio.to_thread(put_mark, self._files, ident, party, mark)

    async def marks(self, ident: UUID) -> Mapping[UUID, Mark]:
        """Return what is known of that by the files, by party. Raises OSError."""
        return {} if self._files is None else await asyncio.to_thread(marks, self._files, ident)

    async def recovered(self, ident: UUID) -> tuple[RecordedFile, ...]:
        """Return what lies there of it, as far as it opens.

        Raises :class:`Refusal`, StorageAway also where the folder does not answer.
        """
        at = int(self._wall() * 1000)
        async with self._database.read() as reading:
            known = await read_recording(reading, ident)
            parts = (await parts_of(reading, [ident])).get(ident, [])
        if self._files is None:
            return ()
        keys = {}
        for part in parts:
            with contextlib.suppress(SealError):  # it is being erased
                keys[part.id] = (await self._keyring.by_id(part.key, at)).recorder
        try:
            return await asyncio.to_thread(recover, self._files, known.clinic, ident, keys)
        except OSError as error:
            raise StorageAway from error

    async def seal(
        self, ident: UUID, files: Sequence[RecordedFile], held: Sequence[Span], *, whole: bool,
        captured_ms: int, told: Sequence[Told],
    ) -> None:  # fmt: skip
        """It was made: keep what it is of, and let the day of cooling off begin.

        Raises :class:`Refusal` with ``not_found``.
        """
        about = RecordingTold(captured_ms, tuple(held))
        await self._close(ident, files, about, None, told, whole=whole)

    async def give_up(
        self, ident: UUID, by: UUID, files: Sequence[RecordedFile], held: Sequence[Span],
        captured_ms: int, told: Sequence[Told],
    ) -> None:  # fmt: skip
        """It was taken back while it ran: nobody plays it, and in a day it is erased.

        Raises :class:`Refusal` with ``not_found``.
        """
        about = RecordingTold(captured_ms, tuple(held))
        await self._close(ident, files, about, by, told, whole=True)

    async def unsealed(self) -> list[UUID]:
        """Return the recordings that a gateway before this one began, and nobody sealed."""
        query = select(RECORDING.c.id).where(RECORDING.c.stage.is_(None))
        async with self._database.read() as reading:
            return list((await reading.execute(query.order_by(RECORDING.c.begun_at))).scalars())

    async def tell_of(self, clinic: UUID, session: UUID, told: Told) -> None:
        """Write down a turn of an hour that is not open."""
        async with self._telling(clinic, session, [told]):
            pass

    async def asked(self, booked: Booked) -> Asked:
        """Return how often it was asked in an hour."""
        return await asked_before(self._database, booked.clinic, booked.id)

    async def interrupted(self, booked: Booked) -> Interrupted | None:
        """Return the last recording of an hour, where it was cut short."""
        query = select(RECORDING).where(RECORDING.c.session == booked.id)
        async with self._database.read() as reading:
            found = await reading.execute(query.order_by(RECORDING.c.begun_at.desc()).limit(1))
            row = found.one_or_none()
        if row is None or row.is_whole or row.stage is None or row.told is None:
            return None
        at = int(self._wall() * 1000)
        try:
            plain = await self._keyring.open(row.told, told_place(row.id), at)
        except SealError:  # it is being erased
            return None
        return Interrupted(row.id, msgspec.json.decode(plain, type=RecordingTold).captured_ms)

    # --- parts ------------------------------------------------------------------------------------

    async def _supervisors(self, clinic: UUID, at: int) -> tuple[tuple[UUID, ...], tuple[str, ...]]:
        query = (
            select(PERSON.c.id)
            .join(POSITION, POSITION.c.person == PERSON.c.id)
            .where(PERSON.c.clinic == clinic, PERSON.c.ended_at.is_(None))
            .where(POSITION.c.position == Position.SUPERVISOR.value, now(POSITION, at))
        )
        async with self._database.read() as reading:
            found = list((await reading.execute(query.order_by(PERSON.c.id))).scalars())
        known = [await self._people.details(person, at) for person in found]
        return tuple(found), tuple(details.alias or details.name for details in known)

    async def _is_minor(self, booked: Booked, at: int) -> bool:
        return (await self._people.details(booked.client, at)).minor

    async def _parts(
        self, booked: Booked, ident: UUID, parties: Mapping[UUID, PartyRole], scope: Scope, at: int
    ) -> tuple[Begun, list[UUID]]:
        """Return what may begin, and by which key each part is to be sealed."""
        people = tuple(Party(uuid4(), person, role) for person, role in parties.items())
        parts, keys = [], []
        try:
            if PartyRole.GUARDIAN not in parties.values() and await self._is_minor(booked, at):
                raise Refusal(Code.NOT_ALLOWED)
            await self._keyring.key(Kind.RECORDING, ident, booked.client, at)
            for party in people:
                for medium in sorted(scope.media & CAPTURED):
                    part = uuid4()
                    key = await self._keyring.key(Kind.PART, part, ident, at)
                    parts.append(Part(part, party.id, medium, key.recorder))
                    keys.append(key.id)
        except (SealError, Refusal):  # whose it would be is being erased, or is a minor
            raise Refusal(Code.NOT_ALLOWED) from None
        if not parts:
            raise Refusal(Code.MALFORMED)
        return Begun(ident, people, tuple(parts)), keys

    async def _close(
        self, ident: UUID, files: Sequence[RecordedFile], about: RecordingTold, by: UUID | None,
        told: Sequence[Told], *, whole: bool,
    ) -> None:  # fmt: skip
        known = await self._get(ident)
        at = self._at(told)
        rows, sealed = await self._sealed(known, files, about, at)
        came = [] if known.artefact is not None else [_came(known, files, about, at)]
        async with self._telling(known.clinic, known.session, told, came) as changing:
            held = await hold_recording(changing, ident)
            if held.artefact is not None:  # it was done, and whoever asks was not told
                return
            by = by or held.taken_by
            artefact = Artefact(held.until, held.media, at, held.floor_until)
            await keep_artefact(
                changing, held, artefact, by, at,
                sealed_at=at, told=sealed, is_whole=whole and all(f.whole for f in files),
            )  # fmt: skip
            if rows:
                await changing.execute(insert(RECORDING_FILE), rows)

    async def _sealed(
        self, known: KeptRecording, files: Sequence[RecordedFile], about: RecordingTold, at: int
    ) -> tuple[list[dict[str, Any]], bytes | None]:
        """Return the files' rows and what is sealed of it all; nothing where its key is gone."""
        try:
            key = await self._keyring.key(Kind.RECORDING, known.id, known.client, at)
        except SealError:  # whose it is was erased meanwhile: so is this, by the night
            return [], None
        rows = []
        for file in files:
            values, plain = file_values(known.id, file)
            told = key.seal(plain, file_place(known.id, file.number))
            rows.append({**values, "told": told})
        return rows, key.seal(msgspec.json.encode(about), told_place(known.id))

    async def _get(self, ident: UUID) -> KeptRecording:
        async with self._database.read() as reading:
            return await read_recording(reading, ident)

    def _at(self, told: Sequence[Told]) -> int:
        return told[-1].at if told else int(self._wall() * 1000)

    @asynccontextmanager
    async def _telling(
        self, clinic: UUID, session: UUID, told: Sequence[Told], more: Sequence[Entry] = ()
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction that says these turns, and gives the receipts for them."""
        entries = [
            Entry(
                clinic, each.actor, f"{TOLD}{each.fact.turn}", session, each.at,
                said={**each.said, "fact": msgspec.to_builtins(each.fact)},
            )
            for each in told
        ]  # fmt: skip
        proofs = [
            row for each in told for row in await receipts(self._proofs, clinic, session, each)
        ]
        async with self._journal.record(*more, *entries) as changing:
            await put_proofs(changing, proofs)
            yield changing


def _came(
    known: KeptRecording, files: Sequence[RecordedFile], about: RecordingTold, at: int
) -> Entry:
    """What it came to: whoever changes a file, and its row, has the chained audit against them."""
    said = {
        "recording": str(known.id), "captured_ms": about.captured_ms,
        "files": {f"{file.number}": file.sha256 for file in files},
    }  # fmt: skip
    return Entry(known.clinic, None, "recording.seal", known.id, at, said=said)


async def _check_here(changing: AsyncConnection, client: UUID) -> None:
    """Whose it is was not shut out or erased while the keys were made."""
    query = select(PERSON.c.ended_at).where(PERSON.c.id == client).with_for_update()
    if await changing.scalar(query) is not None:
        raise Refusal(Code.NOT_ALLOWED)

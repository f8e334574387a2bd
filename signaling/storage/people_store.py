"""Clinics and people in their database. Who they are is sealed, so that it can be erased.

Rule 1: everything that changes is told of in the same transaction (see ``journal``).
Rule 2: reading a person's details is not told of here: who asks knows why they are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Row, and_, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from signaling.domain.errors import Code, Refusal
from signaling.domain.recording_policy import RecordingChoice
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.storage.database import Database
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_tables import CLINIC, PERSON
from signaling.storage.standing_store import end_standing

PAGE: Final = 100
TRIES: Final = 5
"""How often somebody's details are read again because somebody else has changed them."""


class _Overtaken(Exception):
    """Somebody else has said something else meanwhile."""


class PersonKind(StrEnum):
    """Whose key seals a person's details: their own, or the clinic's."""

    CLIENT = "client"
    STAFF = "staff"


class Details(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who somebody is. Personal: has no readable form."""

    name: str
    alias: str = ""
    """How they want to be called in a session."""
    phone: str = ""
    email: str = ""
    locale: str = ""
    time_zone: str = ""
    register_url: str = ""
    """Where a counsellor's licence can be looked up."""
    hello: str = ""
    """A counsellor's own words to who comes to them."""
    minor: bool = False
    """Not of age where they live, as their clinic says."""

    def __repr__(self) -> str:
        return "Details(...)"


class ClinicSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a clinic has chosen."""

    origins: tuple[str, ...] = ()
    """Where its own pages are."""
    crisis_lines: tuple[tuple[str, str], ...] = ()
    """(what it is, its number), as the safety panel shows them."""
    phone: str = ""
    cancel_notice_hours: int = 24
    """So long before an hour it may be moved or cancelled without being late."""
    recording: RecordingChoice = RecordingChoice()


@dataclass(frozen=True, slots=True)
class Person:
    """A person without who they are."""

    id: UUID
    clinic: UUID
    kind: PersonKind
    ended_at: int | None
    erased_at: int | None


_PERSON_COLUMNS: Final = (
    PERSON.c.id, PERSON.c.clinic, PERSON.c.kind, PERSON.c.ended_at, PERSON.c.erased_at,
)  # fmt: skip


_DETAILS: Final = select(PERSON.c.details).where(PERSON.c.id == bindparam("person"))


class PeopleStore:
    """Clinics and their people. Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database: Database = journal.database
        self._keyring = keyring

    # --- clinics ----------------------------------------------------------------------------------

    async def add_clinic(self, name: str, settings: ClinicSettings, at: int) -> UUID:
        """Make a clinic; its keys are made with it."""
        clinic = uuid4()
        key = await self._keyring.key(Kind.TENANT, clinic, clinic, at)
        values = {
            "id": clinic,
            "name": key.seal(name.encode(), f"clinic.name:{clinic}"),
            "settings": key.seal(msgspec.json.encode(settings), f"clinic.settings:{clinic}"),
            "created_at": at,
        }
        async with self._journal.record(Entry(clinic, None, "clinic.add", clinic, at)) as changing:
            await changing.execute(insert(CLINIC).values(**values))
        return clinic

    async def clinic(self, clinic: UUID, at: int) -> tuple[str, ClinicSettings]:
        """Return a clinic's name and what it chose. Raises :class:`Refusal` with ``not_found``."""
        async with self._database.read() as reading:
            found = await reading.execute(select(CLINIC).where(CLINIC.c.id == clinic))
            row = found.one_or_none()
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        name = await self._keyring.open(row.name, f"clinic.name:{clinic}", at)
        chosen = await self._keyring.open(row.settings, f"clinic.settings:{clinic}", at)
        return name.decode(), msgspec.json.decode(chosen, type=ClinicSettings)

    async def set_clinic(self, clinic: UUID, settings: ClinicSettings, by: UUID, at: int) -> None:
        """Keep what a clinic has chosen."""
        key = await self._keyring.key(Kind.TENANT, clinic, clinic, at)
        sealed = key.seal(msgspec.json.encode(settings), f"clinic.settings:{clinic}")
        async with self._journal.record(Entry(clinic, by, "clinic.set", clinic, at)) as changing:
            await changing.execute(
                update(CLINIC).where(CLINIC.c.id == clinic).values(settings=sealed)
            )

    async def clinics(self, at: int) -> list[tuple[UUID, str]]:
        """Return every clinic that is open, oldest first."""
        async with self._database.read() as reading:
            found = await reading.execute(
                select(CLINIC.c.id, CLINIC.c.name)
                .where(CLINIC.c.closed_at.is_(None))
                .order_by(CLINIC.c.created_at, CLINIC.c.id)
            )
            rows = list(found)
        return [
            (row.id, (await self._keyring.open(row.name, f"clinic.name:{row.id}", at)).decode())
            for row in rows
        ]

    # --- people -----------------------------------------------------------------------------------

    async def add_person(
        self, clinic: UUID, kind: PersonKind, details: Details, by: UUID | None, at: int,
        named: UUID | None = None,
    ) -> UUID:  # fmt: skip
        """Make a person, by the id they are to have where that was chosen.

        Raises :class:`Refusal` with ``not_found`` (no such clinic) or ``taken`` (of this e-mail
        address the clinic has somebody already).
        """
        person = named or uuid4()
        values = await self._sealed(clinic, person, kind, details, at)
        values |= {"id": person, "clinic": clinic, "kind": kind.value, "created_at": at}
        entry = Entry(clinic, by, "person.add", person, at, said={"kind": kind.value})
        try:
            async with self._journal.record(entry) as changing:
                await changing.execute(insert(PERSON).values(**values))
        except IntegrityError:
            known = {found for found, _ in await self.clinics(at)}
            raise Refusal(Code.TAKEN if clinic in known else Code.NOT_FOUND) from None
        return person

    async def change_details(
        self, person: UUID, change: Callable[[Details], Details], by: UUID, at: int
    ) -> None:
        """Say anew who somebody is, by what is said of them so far.

        Raises :class:`Refusal` as :meth:`add_person` does, also of who was erased, and ``busy``
        where others say something else each time.
        """
        known = await self.person(person)
        entry = Entry(known.clinic, by, "person.set_details", person, at)
        for _ in range(TRIES):
            before = await self._details(person)
            details = change(await self._open(person, before, at))
            values = await self._sealed(known.clinic, person, known.kind, details, at)
            same = and_(PERSON.c.id == person, PERSON.c.details == before)
            try:
                async with self._journal.record(entry) as changing:
                    done = await changing.execute(update(PERSON).where(same).values(**values))
                    if done.rowcount == 0:
                        raise _Overtaken
            except IntegrityError:
                raise Refusal(Code.TAKEN) from None
            except _Overtaken:
                continue
            return
        raise Refusal(Code.BUSY)

    async def person(self, person: UUID) -> Person:
        """Return a person. Raises :class:`Refusal` with ``not_found``."""
        async with self._database.read() as reading:
            found = await reading.execute(select(*_PERSON_COLUMNS).where(PERSON.c.id == person))
            row = found.one_or_none()
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        return _person(row)

    async def find(self, clinic: UUID, after: UUID | None) -> list[Person]:
        """Return at most :data:`PAGE` of a clinic's people, by id; erased ones are not there."""
        query = select(*_PERSON_COLUMNS).where(
            PERSON.c.clinic == clinic, PERSON.c.erased_at.is_(None)
        )
        if after is not None:
            query = query.where(PERSON.c.id > after)
        async with self._database.read() as reading:
            found = await reading.execute(query.order_by(PERSON.c.id).limit(PAGE))
            return [_person(row) for row in found]

    async def details(self, person: UUID, at: int) -> Details:
        """Return who somebody is. Raises :class:`Refusal` with ``not_found``, also when erased."""
        return await self._open(person, await self._details(person), at)

    async def find_by_email(self, clinic: UUID, email: str, at: int) -> Person | None:
        """Return whose address this is in a clinic."""
        key = await self._keyring.key(Kind.INDEX, clinic, clinic, at)
        digest = key.index(_folded(email), "person.email")
        async with self._database.read() as reading:
            found = await reading.execute(
                select(*_PERSON_COLUMNS).where(
                    PERSON.c.clinic == clinic, PERSON.c.email_index == digest
                )
            )
            row = found.one_or_none()
        return None if row is None else _person(row)

    async def ended_since(self, at: int) -> list[tuple[UUID, int]]:
        """Return (person, when) of each whose access was ended since, oldest first."""
        query = (
            select(PERSON.c.id, PERSON.c.ended_at)
            .where(PERSON.c.ended_at >= at)
            .order_by(PERSON.c.ended_at)
        )
        async with self._database.read() as reading:
            return [(row.id, row.ended_at) for row in await reading.execute(query)]

    async def end(self, person: UUID, by: UUID | None, at: int) -> None:
        """From now on nothing of this person's opens a door."""
        known = await self.person(person)
        async with self._journal.record(
            Entry(known.clinic, by, "person.end", person, at)
        ) as changing:
            await changing.execute(
                update(PERSON)
                .where(PERSON.c.id == person, PERSON.c.ended_at.is_(None))
                .values(ended_at=at)
            )
            await end_standing(changing, person, at)

    # --- parts ------------------------------------------------------------------------------------

    async def _details(self, person: UUID) -> bytes:
        async with self._database.read() as reading:
            found = await reading.execute(_DETAILS, {"person": person})
            sealed: bytes | None = found.scalar_one_or_none()
        if sealed is None:
            raise Refusal(Code.NOT_FOUND)
        return sealed

    async def _open(self, person: UUID, sealed: bytes, at: int) -> Details:
        plain = await self._keyring.open(sealed, f"person.details:{person}", at)
        return msgspec.json.decode(plain, type=Details)

    async def _sealed(
        self, clinic: UUID, person: UUID, kind: PersonKind, details: Details, at: int
    ) -> dict[str, Any]:
        is_client = kind is PersonKind.CLIENT
        whose = (Kind.CLIENT, person) if is_client else (Kind.TENANT, clinic)
        key = await self._keyring.key(*whose, clinic, at)
        index = await self._keyring.key(Kind.INDEX, clinic, clinic, at)
        plain = msgspec.json.encode(details)
        return {
            "details": key.seal(plain, f"person.details:{person}"),
            "phone_index": index.index(_digits(details.phone), "person.phone")
            if details.phone
            else None,
            # Of staff alone, who sign in by it: whose address is known here is told to nobody else.
            "email_index": index.index(_folded(details.email), "person.email")
            if details.email and not is_client
            else None,
        }


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(row.id, row.clinic, PersonKind(row.kind), row.ended_at, row.erased_at)


def _folded(email: str) -> str:
    return email.strip().casefold()


def _digits(phone: str) -> str:
    """One number however it is written: its digits, and the plus of its country."""
    return "".join(each for each in phone if each.isdigit() or each == "+")

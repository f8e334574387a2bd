"""How people stand: what each is in the clinic, and which counsellor and client belong together.

Rule 1: nothing is overwritten. What ends has an end: it can be told who could see what, and when.
Rule 2: every change is told of in the same transaction (:mod:`signaling.storage.journal`).
"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Table,
    Update,
    Uuid,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Bond, Position
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_tables import BOND, PERSON, POSITION


class StandingStore:
    """Positions and bonds. Times are Unix milliseconds."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._database = journal.database

    async def give_position(
        self, person: UUID, position: Position, by: UUID | None, at: int
    ) -> None:
        """Give somebody a position; who has it keeps it."""
        clinic = (await self._whose(person)).clinic
        if position in await self.positions(person, at):
            return
        entry = Entry(clinic, by, "right.give", person, at, said={"position": position.value})
        values = {
            "id": uuid4(), "person": person, "position": position.value, "since": at,
            "given_by": by,
        }  # fmt: skip
        async with self._journal.record(entry) as changing:
            await changing.execute(insert(POSITION).values(**values))

    async def take_position(self, person: UUID, position: Position, by: UUID, at: int) -> None:
        """Take a position away."""
        clinic = (await self._whose(person)).clinic
        entry = Entry(clinic, by, "right.take", person, at, said={"position": position.value})
        whose = and_(POSITION.c.person == person, POSITION.c.position == position.value)
        async with self._journal.record(entry) as changing:
            await changing.execute(_until(POSITION, whose, at))

    async def positions(self, person: UUID, at: int) -> set[Position]:
        """Return what somebody is now."""
        query = select(POSITION.c.position).where(POSITION.c.person == person, now(POSITION, at))
        async with self._database.read() as reading:
            return {Position(each) for each in (await reading.execute(query)).scalars()}

    async def bind(self, counsellor: UUID, client: UUID, by: UUID, at: int) -> None:
        """Let a counsellor and a client belong together.

        Raises :class:`Refusal` with ``not_allowed`` when they are not of one clinic, or one is not
        what they should be.
        """
        one, other = await self._whose(counsellor), await self._whose(client)
        kinds = (one.kind, other.kind)
        if one.clinic != other.clinic or kinds != ("staff", "client"):
            raise Refusal(Code.NOT_ALLOWED)
        if Bond.OWN in await self.bonds(counsellor, client, at):
            return
        entry = Entry(one.clinic, by, "bond.add", client, at, said={"counsellor": str(counsellor)})
        values = {"id": uuid4(), "counsellor": counsellor, "client": client, "since": at}
        async with self._journal.record(entry) as changing:
            await changing.execute(insert(BOND).values(**values))

    async def part(self, counsellor: UUID, client: UUID, by: UUID, at: int) -> None:
        """They belong together no longer."""
        clinic = (await self._whose(client)).clinic
        entry = Entry(clinic, by, "bond.end", client, at, said={"counsellor": str(counsellor)})
        whose = and_(BOND.c.counsellor == counsellor, BOND.c.client == client)
        async with self._journal.record(entry) as changing:
            await changing.execute(_until(BOND, whose, at))

    async def bonds(self, actor: UUID, subject: UUID, at: int) -> set[Bond]:
        """Return how one stands to the other now.

        Nothing where either is erased or unknown, or where the first one's access is over.
        """
        given = {"actor": actor, "subject": subject, "at": at}
        async with self._database.read() as reading:
            rows = {row.id: row for row in await reading.execute(_BONDS, given)}
        if not rows.keys() >= {actor, subject}:
            return set()
        found = {Bond.SELF} if actor == subject else set()
        if rows[actor].clinic == rows[subject].clinic:
            found.add(Bond.CLINIC)
        if rows[actor].own:
            found.add(Bond.OWN)
        return found

    async def clients_of(self, counsellor: UUID, at: int) -> list[UUID]:
        """Return whose counsellor somebody is now."""
        query = select(BOND.c.client).where(BOND.c.counsellor == counsellor, now(BOND, at))
        async with self._database.read() as reading:
            return list((await reading.execute(query)).scalars())

    async def pairs_of(self, person: UUID, at: int) -> list[tuple[UUID, UUID]]:
        """Return (counsellor, client) of each two who belong together now, one of whom this is."""
        query = select(BOND.c.counsellor, BOND.c.client).where(_of(person), now(BOND, at))
        async with self._database.read() as reading:
            return [(row.counsellor, row.client) for row in await reading.execute(query)]

    async def _whose(self, person: UUID) -> Row[UUID, str]:
        query = select(PERSON.c.clinic, PERSON.c.kind).where(PERSON.c.id == person)
        async with self._database.read() as reading:
            found = (await reading.execute(query)).one_or_none()
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        return found


async def end_standing(changing: AsyncConnection, person: UUID, at: int) -> None:
    """Whatever somebody was and belonged to, it is over."""
    for table, whose in ((POSITION, POSITION.c.person == person), (BOND, _of(person))):
        await changing.execute(_until(table, whose, at))


def now(table: Table, at: int | BindParameter[int]) -> ColumnElement[bool]:
    """What holds at this time, of a table of what has a beginning and an end."""
    return and_(table.c.since <= at, or_(table.c.until.is_(None), table.c.until > at))


def _until(table: Table, whose: ColumnElement[bool], at: int) -> Update:
    return update(table).where(whose, table.c.until.is_(None)).values(until=at)


def _of(person: UUID) -> ColumnElement[bool]:
    return or_(BOND.c.counsellor == person, BOND.c.client == person)


_ACTOR, _SUBJECT = bindparam("actor", type_=Uuid()), bindparam("subject", type_=Uuid())
_OWN = exists().where(
    BOND.c.counsellor == _ACTOR,
    BOND.c.client == _SUBJECT,
    now(BOND, bindparam("at", type_=BOND.c.since.type)),
)
_BONDS = select(PERSON.c.id, PERSON.c.clinic, _OWN.label("own")).where(
    PERSON.c.id.in_([_ACTOR, _SUBJECT]),
    PERSON.c.erased_at.is_(None),
    or_(PERSON.c.id != _ACTOR, PERSON.c.ended_at.is_(None)),
)
"""Made once: to put such a statement together takes longer than to ask it."""

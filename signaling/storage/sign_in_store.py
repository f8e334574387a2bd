"""Invitations and sign-ins in their database: what was opened, by whose device, until when.

Rule: who came in by what is told of in the transaction that lets them in, and who went likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Update,
    and_,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.storage.access_tables import INVITATION, SIGN_IN
from signaling.storage.journal import Entry, Journal, Result
from signaling.storage.people_tables import PERSON


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was sent. ``pin`` is Argon2; secret: has no readable form."""

    id: UUID
    person: UUID
    clinic: UUID
    pin: str | None
    until: int

    def __repr__(self) -> str:
        return "Invitation(...)"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser that knows who it is for."""

    id: UUID
    person: UUID
    clinic: UUID
    kind: str
    invitation: UUID | None
    seen_at: int
    until: int


class SignInStore:
    """Times are Unix milliseconds; tokens are digests (:mod:`signaling.access.bearer`)."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._database = journal.database

    # --- invitations ------------------------------------------------------------------------------

    async def invite(
        self, clinic: UUID, person: UUID, token: bytes, pin: str | None, until: int,
        by: UUID | None, at: int,
    ) -> UUID:  # fmt: skip
        """Make an invitation; those before it are worth nothing any more."""
        made = uuid4()
        values = {
            "id": made, "person": person, "token": token, "pin": pin, "failed": 0,
            "made_at": at, "until": until,
        }  # fmt: skip
        async with self._journal.record(
            Entry(clinic, by, "invitation.make", person, at)
        ) as changing:
            await changing.execute(_end(INVITATION.c.person == person, at))
            await changing.execute(insert(INVITATION).values(**values))
        return made

    async def invitation(self, token: bytes, at: int) -> Invitation | None:
        """Return the invitation this token is of, while it is good."""
        query = (
            select(
                INVITATION.c.id, INVITATION.c.person, PERSON.c.clinic, INVITATION.c.pin,
                INVITATION.c.until,
            )
            .join(PERSON, PERSON.c.id == INVITATION.c.person)
            .where(
                INVITATION.c.token == token,
                _is_open(at),
                PERSON.c.ended_at.is_(None),
            )
        )  # fmt: skip
        async with self._database.read() as reading:
            row = (await reading.execute(query)).one_or_none()
        return None if row is None else Invitation(*row)

    async def take_try(self, found: Invitation, most: int, at: int) -> bool:
        """Count a PIN as wrong before it is judged; False once there were too many."""
        async with self._database.write() as changing:
            changed = await changing.execute(
                update(INVITATION)
                .where(INVITATION.c.id == found.id, INVITATION.c.failed < most, _is_open(at))
                .values(failed=INVITATION.c.failed + 1)
            )
            return bool(changed.rowcount)

    async def note_wrong(self, found: Invitation, at: int) -> None:
        """A PIN was judged, and was wrong."""
        entry = Entry(found.clinic, None, "invitation.open", found.person, at, Result.REFUSED)
        await self._journal.note(entry)

    async def forgive(self, found: Invitation) -> None:
        """The PIN was right: those before it count no more."""
        async with self._database.write() as changing:
            await changing.execute(
                update(INVITATION).where(INVITATION.c.id == found.id).values(failed=0)
            )

    # --- sign-ins ---------------------------------------------------------------------------------

    async def begin(
        self, clinic: UUID, person: UUID, token: bytes, until: int, at: int,
        *, invitation: UUID | None = None, alone: bool = False,
    ) -> UUID:  # fmt: skip
        """A browser is let in. ``alone``: every other one of this person is let out."""
        made = uuid4()
        values = {
            "id": made, "person": person, "token": token, "invitation": invitation,
            "began_at": at, "seen_at": at, "until": until,
        }  # fmt: skip
        entry = Entry(clinic, person, "sign_in", person, at, said={"sign_in": str(made)})
        async with self._journal.record(entry) as changing:
            if alone:
                await _end_all(changing, SIGN_IN.c.person == person, at)
            await changing.execute(insert(SIGN_IN).values(**values))
        return made

    async def find(self, token: bytes, at: int) -> SignIn | None:
        """Return whose browser this is, while it may come in."""
        async with self._database.read() as reading:
            row = (await reading.execute(_FIND, {"token": token, "at": at})).one_or_none()
        return None if row is None else SignIn(*row)

    async def open_ones(self, person: UUID, at: int) -> list[UUID]:
        """Return every browser of somebody that may come in."""
        query = select(SIGN_IN.c.id).where(SIGN_IN.c.person == person, _is_good(at))
        async with self._database.read() as reading:
            return list((await reading.execute(query)).scalars())

    async def see(self, sign_in: UUID, at: int) -> None:
        """Somebody is there: nothing else is told of that."""
        async with self._database.write() as changing:
            await changing.execute(
                update(SIGN_IN).where(SIGN_IN.c.id == sign_in).values(seen_at=at)
            )

    async def end(self, found: SignIn, at: int) -> None:
        """A browser is let out."""
        entry = Entry(found.clinic, found.person, "sign_out", found.person, at)
        async with self._journal.record(entry) as changing:
            await _end_all(changing, SIGN_IN.c.id == found.id, at)

    async def end_all(self, clinic: UUID, person: UUID, by: UUID | None, at: int) -> None:
        """Nothing that somebody holds opens anything any more."""
        async with self._journal.record(Entry(clinic, by, "access.end", person, at)) as changing:
            await changing.execute(_end(INVITATION.c.person == person, at))
            await _end_all(changing, SIGN_IN.c.person == person, at)


def _is_good(at: int | BindParameter[int]) -> ColumnElement[bool]:
    return and_(SIGN_IN.c.ended_at.is_(None), SIGN_IN.c.until > at)


def _is_open(at: int) -> ColumnElement[bool]:
    return and_(INVITATION.c.ended_at.is_(None), INVITATION.c.until > at)


def _end(whose: ColumnElement[bool], at: int) -> Update:
    return update(INVITATION).where(whose, INVITATION.c.ended_at.is_(None)).values(ended_at=at)


async def _end_all(changing: AsyncConnection, whose: ColumnElement[bool], at: int) -> None:
    await changing.execute(
        update(SIGN_IN).where(whose, SIGN_IN.c.ended_at.is_(None)).values(ended_at=at)
    )


_FIND = (
    select(
        SIGN_IN.c.id, SIGN_IN.c.person, PERSON.c.clinic, PERSON.c.kind, SIGN_IN.c.invitation,
        SIGN_IN.c.seen_at, SIGN_IN.c.until,
    )
    .join(PERSON, PERSON.c.id == SIGN_IN.c.person)
    .where(
        SIGN_IN.c.token == bindparam("token"),
        _is_good(bindparam("at", type_=SIGN_IN.c.until.type)),
        PERSON.c.ended_at.is_(None),
    )
)  # fmt: skip
"""Asked for each request; made once."""

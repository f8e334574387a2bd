"""Reminders in their database: how each client wants to be reminded, and what was given.

Rule 1: who wants to be reminded of what is theirs to say, and is sealed under their own key.
Rule 2: each reminder is claimed before it is given, so that of several gateways one gives it. One
that was claimed and not answered for is given again: twice is better than not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from signaling.carriers.push import Subscription
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Stage
from signaling.domain.reminding import LONGEST_MS, Tongue, Wording
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_tables import PERSON
from signaling.storage.reminder_tables import REMINDER, REMINDER_WISH
from signaling.storage.session_tables import SESSION

AT_ONCE: Final = 200
CLAIM_MS: Final = 120_000
"""So long who has claimed a reminder may take."""
MOST_BROWSERS: Final = 4


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody wants to be reminded. Personal: has no readable form."""

    wording: Wording = Wording.PLAIN
    tongue: Tongue = Tongue.ZH
    zone: str = "UTC"
    before: tuple[int, ...] = ()
    """In minutes; none: not at all."""
    by_mail: bool = False
    browsers: tuple[Subscription, ...] = ()
    """Those that are told by their push service."""
    quiet_from: str = ""
    quiet_until: str = ""
    """Local times between which nothing that was written ahead comes."""

    def __repr__(self) -> str:
        return "Wish(...)"


@dataclass(frozen=True, slots=True)
class Coming:
    """An hour of somebody who wants to be reminded."""

    session: UUID
    person: UUID
    starts_at: int
    made_at: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A reminder that was claimed."""

    session: UUID
    person: UUID
    before: int
    starts_at: int
    tries: int


class ReminderStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring

    async def wish(self, person: UUID, at: int) -> Wish | None:
        """Return how somebody wants to be reminded; None where they do not, or were erased."""
        query = select(REMINDER_WISH.c.said).where(REMINDER_WISH.c.person == person)
        async with self._database.read() as reading:
            said = await reading.scalar(query)
        if said is None:
            return None
        try:
            plain = await self._keyring.open(said, _place(person), at)
        except SealError:
            return None
        return msgspec.json.decode(plain, type=Wish)

    async def set_wish(self, clinic: UUID, person: UUID, wish: Wish, at: int) -> None:
        """Keep it, in the place of what was said before."""
        key = await self._keyring.key(Kind.CLIENT, person, clinic, at)
        sealed = key.seal(msgspec.json.encode(wish), _place(person))
        async with self._journal.record(
            Entry(clinic, person, "reminders.set", person, at)
        ) as changing:
            await changing.execute(delete(REMINDER_WISH).where(REMINDER_WISH.c.person == person))
            if wish != Wish():
                values = {"person": person, "clinic": clinic, "said": sealed}
                await changing.execute(insert(REMINDER_WISH).values(**values))

    async def coming(self, at: int) -> Sequence[Coming]:
        """Return the hours of the next day of who wants to be reminded."""
        query = (
            select(SESSION.c.id, SESSION.c.client, SESSION.c.starts_at, SESSION.c.made_at)
            .join(REMINDER_WISH, REMINDER_WISH.c.person == SESSION.c.client)
            .join(PERSON, PERSON.c.id == SESSION.c.client)
            .where(
                SESSION.c.stage == Stage.BOOKED.value,
                SESSION.c.starts_at > at,
                SESSION.c.starts_at <= at + LONGEST_MS,
                PERSON.c.ended_at.is_(None),
            )
        )
        async with self._database.read() as reading:
            return [Coming(*row) for row in await reading.execute(query)]

    async def given(self, sessions: Sequence[UUID]) -> set[tuple[UUID, int, int]]:
        """Return (session, before, starts_at) of each reminder that was claimed."""
        query = select(REMINDER.c.session, REMINDER.c.before, REMINDER.c.starts_at).where(
            REMINDER.c.session.in_(sessions)
        )
        async with self._database.read() as reading:
            return {
                (row.session, row.before, row.starts_at) for row in await reading.execute(query)
            }

    async def claim(self, coming: Coming, before: int, at: int) -> Turn | None:
        """Take a reminder upon oneself; None when another gateway has."""
        values = {
            "session": coming.session, "person": coming.person, "before": before,
            "starts_at": coming.starts_at, "state": "open", "tries": 0, "next_at": at + CLAIM_MS,
        }  # fmt: skip
        try:
            async with self._database.write() as changing:
                await changing.execute(insert(REMINDER).values(**values))
        except IntegrityError:
            return None
        return Turn(coming.session, coming.person, before, coming.starts_at, 0)

    async def again(self, at: int) -> list[Turn]:
        """Take upon oneself what is to be tried again, or was left by who had claimed it."""
        query = (
            select(REMINDER)
            .where(REMINDER.c.state == "open", REMINDER.c.next_at <= at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        async with self._database.write() as changing:
            rows = (await changing.execute(query)).all()
            for row in rows:
                await changing.execute(
                    update(REMINDER)
                    .where(_same(row))
                    .values(tries=row.tries + 1, next_at=at + CLAIM_MS)
                )
        return [
            Turn(row.session, row.person, row.before, row.starts_at, row.tries + 1) for row in rows
        ]

    async def close(self, turn: Turn) -> None:
        """It was given, or is given up."""
        async with self._database.write() as changing:
            await changing.execute(update(REMINDER).where(_same(turn)).values(state="done"))

    async def put_off(self, turn: Turn, until: int) -> None:
        """It is tried again then."""
        async with self._database.write() as changing:
            await changing.execute(update(REMINDER).where(_same(turn)).values(next_at=until))

    async def still_comes(self, turn: Turn) -> bool:
        """Whether the hour is still to come at the time it was claimed for."""
        query = select(SESSION.c.id).where(
            SESSION.c.id == turn.session, SESSION.c.stage == Stage.BOOKED.value,
            SESSION.c.starts_at == turn.starts_at,
        )  # fmt: skip
        async with self._database.read() as reading:
            return (await reading.execute(query)).first() is not None


def add_browser(wish: Wish, browser: Subscription) -> Wish:
    """Return a wish by which this browser is told, too. Raises :class:`Refusal` (``busy``)."""
    others = tuple(each for each in wish.browsers if each.endpoint != browser.endpoint)
    if len(others) >= MOST_BROWSERS:
        raise Refusal(Code.BUSY)
    return msgspec.structs.replace(wish, browsers=(*others, browser))


def drop_browser(wish: Wish, endpoint: str) -> Wish:
    """Return a wish by which this browser is told no more."""
    others = tuple(each for each in wish.browsers if each.endpoint != endpoint)
    return msgspec.structs.replace(wish, browsers=others)


def _same(which: Turn | Row[Any]) -> Any:
    return and_(
        REMINDER.c.session == which.session, REMINDER.c.person == which.person,
        REMINDER.c.before == which.before, REMINDER.c.starts_at == which.starts_at,
    )  # fmt: skip


def _place(person: UUID) -> str:
    return f"reminder_wish.said:{person}"

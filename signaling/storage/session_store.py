"""Booked hours in their database: each step of their life is committed before anybody is told.

Rule 1: a step is taken from what is stored, with the row held, so that two who act at once act one
after the other.
Rule 2: every step is told of in its transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, Row, and_, bindparam, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.booking import MINUTE_MS, Span
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Life, Outcome, Stage, Turn, admit, follow
from signaling.storage.journal import Entry, Journal
from signaling.storage.kept_times import check_free, hold_two
from signaling.storage.people_tables import PERSON
from signaling.storage.session_tables import SESSION

PAGE: Final = 100
_OF: Final = bindparam("of", type_=SESSION.c.id.type)
_GET: Final = select(SESSION).where(SESSION.c.id == _OF)
_HOLD: Final = _GET.with_for_update()
_SET: Final = update(SESSION).where(SESSION.c.id == _OF)
"""Asked whenever somebody comes or goes; made once."""


class SessionKind(StrEnum):
    """What an hour is for."""

    SESSION = "session"
    TECH_HELLO = "tech_hello"
    """Five minutes to try the connection; not a session."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A booked hour, without what people gave for it. Times are Unix milliseconds."""

    id: UUID
    clinic: UUID
    counsellor: UUID
    client: UUID
    starts_at: int
    minutes: int
    kind: SessionKind
    life: Life
    today_at: int | None
    """When the client confirmed where they are."""

    @property
    def span(self) -> Span:
        """What was agreed on, without what was added."""
        return Span(self.starts_at, self.minutes)

    @property
    def ends_at(self) -> int:
        """When the hour is over, with what was added."""
        return self.starts_at + (self.minutes + self.life.more_minutes) * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Wanted:
    """An hour that is to be booked; ``named`` is the id it is to have, where that was chosen."""

    counsellor: UUID
    client: UUID
    starts_at: int
    minutes: int
    kind: SessionKind = SessionKind.SESSION
    named: UUID | None = None


class Whose(StrEnum):
    """Of whom hours are asked for."""

    COUNSELLOR = "counsellor"
    CLIENT = "client"
    CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class Between:
    """Which hours are asked for: of whom, from when until when; ``after`` is the last one known."""

    whose: Whose
    id: UUID
    since: int
    until: int
    after: tuple[int, UUID] | None = None


class SessionStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._database = journal.database

    # --- the calendar -----------------------------------------------------------------------------

    async def book(self, wanted: Wanted, by: UUID | None, at: int) -> Booked:
        """Book an hour. Raises :class:`Refusal` with ``not_found`` or ``taken``."""
        pair = (wanted.counsellor, wanted.client)
        clinic = await self._clinic_of(*pair)
        made = Booked(
            wanted.named or uuid4(), clinic, *pair, wanted.starts_at, wanted.minutes, wanted.kind,
            Life(), None,
        )  # fmt: skip
        entry = Entry(clinic, by, "session.book", made.id, at)
        try:
            async with self._journal.record(entry) as changing:
                await put_new(changing, made, at)
        except IntegrityError:  # the same was asked twice at once
            raise Refusal(Code.TAKEN) from None
        return made

    async def move(self, session: UUID, starts_at: int, minutes: int, by: UUID, at: int) -> Booked:
        """Move an hour that has not begun. Raises :class:`Refusal`: ``not_now``, ``taken``."""
        before = await self.get(session)
        entry = Entry(before.clinic, by, "session.move", session, at)
        async with self._journal.record(entry) as changing:
            return await put_moved(changing, before, Span(starts_at, minutes))

    async def get(self, session: UUID) -> Booked:
        """Return a booked hour. Raises :class:`Refusal` with ``not_found``."""
        async with self._database.read() as reading:
            return _booked(await reading.execute(_GET, {"of": session}))

    async def find(self, asked: Between) -> list[Booked]:
        """Return at most :data:`PAGE` hours, earliest first."""
        within = and_(SESSION.c.starts_at >= asked.since, SESSION.c.starts_at < asked.until)
        query = select(SESSION).where(SESSION.c[asked.whose.value] == asked.id, within)
        if asked.after is not None:
            starts_at, last = asked.after
            same = and_(SESSION.c.starts_at == starts_at, SESSION.c.id > last)
            query = query.where(or_(SESSION.c.starts_at > starts_at, same))
        query = query.order_by(SESSION.c.starts_at, SESSION.c.id).limit(PAGE)
        async with self._database.read() as reading:
            return [_of_row(row) for row in await reading.execute(query)]

    async def with_a_day_before(self, at: int) -> list[UUID]:
        """Return the hours that were over by then and for which something given is kept yet."""
        query = select(SESSION.c.id).where(
            or_(SESSION.c.today.is_not(None), SESSION.c.plan.is_not(None)),
            SESSION.c.starts_at + SESSION.c.minutes * MINUTE_MS < at,
            or_(SESSION.c.ended_at.is_(None), SESSION.c.ended_at < at),
        )
        async with self._database.read() as reading:
            return list((await reading.execute(query.limit(PAGE))).scalars())

    async def overdue(self, at: int) -> list[Booked]:
        """Return the hours that were over by then and have not ended."""
        ends_at = SESSION.c.starts_at + (SESSION.c.minutes + SESSION.c.more_minutes) * MINUTE_MS
        query = select(SESSION).where(
            SESSION.c.stage != Stage.ENDED.value, SESSION.c.starts_at < at, ends_at < at
        )
        async with self._database.read() as reading:
            return [_of_row(row) for row in await reading.execute(query.limit(PAGE))]

    async def cancel_ahead(
        self, person: UUID, client: UUID | None, by: UUID | None, at: int
    ) -> list[Booked]:
        """Cancel somebody's hours that have not begun and are not over, all or those with a client.

        Returns them.
        """
        cancelled: list[Booked] = []
        while ahead := await self._ahead(person, client, at):
            for each in ahead:
                with contextlib.suppress(Refusal):  # it has begun or ended meanwhile
                    cancelled.append(await self.step(each, Turn.CANCEL, by, at))
        return cancelled

    async def _ahead(self, person: UUID, client: UUID | None, at: int) -> list[Booked]:
        mine = or_(SESSION.c.counsellor == person, SESSION.c.client == person)
        theirs = true() if client is None else SESSION.c.client == client
        query = select(SESSION).where(
            mine, theirs, SESSION.c.stage.in_([Stage.BOOKED.value, Stage.WAITING.value]),
            SESSION.c.starts_at + SESSION.c.minutes * MINUTE_MS > at,
        )  # fmt: skip
        async with self._database.read() as reading:
            return [_of_row(row) for row in await reading.execute(query.limit(PAGE))]

    # --- its life ---------------------------------------------------------------------------------

    async def step(self, known: Booked, turn: Turn, by: UUID | None, at: int) -> Booked:
        """Take a session a step further. Raises :class:`Refusal`."""
        return await self.change(
            known, lambda held: follow(held.life, turn, at), f"session.{turn.value}", by, at
        )

    async def admit(self, known: Booked, reason: str, by: UUID, at: int) -> Booked:
        """Let the client in; without a confirmed place for a reason, which is told of.

        Raises :class:`Refusal` with ``place_unconfirmed`` or ``not_now``.
        """
        return await self.change(
            known,
            lambda held: admit(held.life, at, confirmed=held.today_at is not None, reason=reason),
            "session.admit", by, at, {"reason": reason} if reason else None,
        )  # fmt: skip

    async def expire(self, known: Booked, at: int) -> Booked:
        """An hour that nobody ended was over when its time was. Raises :class:`Refusal`."""
        return await self.change(
            known, lambda held: follow(held.life, Turn.EXPIRE, held.ends_at), "session.expire",
            None, at,
        )  # fmt: skip

    async def change(
        self, known: Booked, how: Callable[[Booked], Life], action: str, by: UUID | None, at: int,
        said: dict[str, Any] | None = None,
    ) -> Booked:  # fmt: skip
        """Change a session's life as ``how`` does, which may refuse. Raises :class:`Refusal`.

        ``known`` is the session as it was read last; what counts is how it is stored by now.
        """
        entry = Entry(known.clinic, by, action, known.id, at, said=said or {})
        async with self._journal.record(entry) as changing:
            return await put_life(changing, known.id, how)

    # --- parts ------------------------------------------------------------------------------------

    async def _clinic_of(self, *people: UUID) -> UUID:
        query = select(PERSON.c.clinic).where(PERSON.c.id.in_(people), PERSON.c.ended_at.is_(None))
        async with self._database.read() as reading:
            clinics = list((await reading.execute(query)).scalars())
        if len(clinics) != len(people) or len(set(clinics)) != 1:
            raise Refusal(Code.NOT_FOUND)
        return UUID(str(clinics[0]))


async def hold(changing: AsyncConnection, session: UUID) -> Booked:
    """Read a row that nobody else changes before this transaction is over.

    Raises :class:`Refusal` with ``not_found``.
    """
    return _booked(await changing.execute(_HOLD, {"of": session}))


async def put_new(
    changing: AsyncConnection, made: Booked, at: int, asked: UUID | None = None
) -> None:
    """Keep a new hour; ``asked`` is the booking that leads to it.

    Raises :class:`Refusal` with ``taken``.
    """
    await hold_two(changing, made.counsellor, made.client)
    await check_free(changing, made.counsellor, made.client, made.span, asked=asked)
    await changing.execute(insert(SESSION).values(made_at=at, **_values(made)))


async def put_moved(
    changing: AsyncConnection, known: Booked, to: Span, asked: UUID | None = None
) -> Booked:
    """Move an hour that has not begun. Raises :class:`Refusal`: ``not_now``, ``taken``."""
    await hold_two(changing, known.counsellor, known.client)
    held = await hold(changing, known.id)
    if held.life.stage is not Stage.BOOKED:
        raise Refusal(Code.NOT_NOW)
    await check_free(changing, held.counsellor, held.client, to, session=held.id, asked=asked)
    await changing.execute(
        update(SESSION)
        .where(SESSION.c.id == held.id)
        .values(starts_at=to.starts_at, minutes=to.minutes)
    )
    return replace(held, starts_at=to.starts_at, minutes=to.minutes)


async def put_life(
    changing: AsyncConnection, session: UUID, how: Callable[[Booked], Life]
) -> Booked:
    """Change a session's life as ``how`` does, which may refuse. Raises :class:`Refusal`."""
    held = await hold(changing, session)
    changed = replace(held, life=how(held))
    await changing.execute(_SET, {"of": session, **_life_values(changed.life)})
    return changed


def _values(booked: Booked) -> dict[str, Any]:
    plain = {
        name: getattr(booked, name)
        for name in ("id", "clinic", "counsellor", "client", "starts_at", "minutes")
    }
    return plain | {"kind": booked.kind.value} | _life_values(booked.life)


def _life_values(life: Life) -> dict[str, Any]:
    return asdict(life) | {
        "stage": life.stage.value,
        "outcome": None if life.outcome is None else life.outcome.value,
    }


def _booked(found: CursorResult[Any]) -> Booked:
    row = found.one_or_none()
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    return _of_row(row)


def _of_row(row: Row[Any]) -> Booked:
    life = Life(
        Stage(row.stage), row.arrived_at, row.admitted_at, row.begun_at, row.cut_at, row.ended_at,
        None if row.outcome is None else Outcome(row.outcome), row.late_minutes, row.more_minutes,
    )  # fmt: skip
    return Booked(
        row.id, row.clinic, row.counsellor, row.client, row.starts_at, row.minutes,
        SessionKind(row.kind), life, row.today_at,
    )  # fmt: skip

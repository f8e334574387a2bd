"""Which times of two people are taken: their hours, and what one of them is asked about.

Whoever wants a time holds the two people first, so that no other time of theirs is taken meanwhile.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain import booking, life
from signaling.domain.booking import MINUTE_MS, Span
from signaling.domain.errors import Code, Refusal
from signaling.storage.booking_tables import BOOKING
from signaling.storage.people_tables import PERSON
from signaling.storage.session_tables import SESSION

MOST: Final = 1_000


async def hold_two(changing: AsyncConnection, counsellor: UUID, client: UUID) -> None:
    """Nobody else takes a time of theirs before this transaction is over."""
    pair = [counsellor, client]
    await changing.execute(
        select(PERSON.c.id).where(PERSON.c.id.in_(pair)).order_by(PERSON.c.id).with_for_update()
    )


async def check_free(
    changing: AsyncConnection, counsellor: UUID, client: UUID, wanted: Span,
    session: UUID | None = None, asked: UUID | None = None,
) -> None:  # fmt: skip
    """Neither of the two, who are held, has another hour then, or is asked about one.

    ``session`` and ``asked`` are the hour and the booking whose own time does not count. Raises
    :class:`Refusal` with ``taken``.
    """
    for query in _kept(counsellor, client, wanted.starts_at, wanted.ends_at):
        for row in (await changing.execute(query.limit(3))).all():
            if row.id not in (session, asked):
                raise Refusal(Code.TAKEN)


async def kept_between(
    reading: AsyncConnection, counsellor: UUID, client: UUID, since: int, until: int
) -> list[tuple[UUID, Span]]:
    """Return (session or booking, its time) of all that either has then."""
    found: list[tuple[UUID, Span]] = []
    for query in _kept(counsellor, client, since, until):
        rows = (await reading.execute(query.limit(MOST))).all()
        found += [(row.id, Span(row.starts_at, row.minutes)) for row in rows]
    return found


def _kept(counsellor: UUID, client: UUID, since: int, until: int) -> tuple[Select[Any], ...]:
    hours = select(SESSION.c.id, SESSION.c.starts_at, SESSION.c.minutes).where(
        _of_two(SESSION, counsellor, client),
        SESSION.c.stage != life.Stage.ENDED.value,
        SESSION.c.starts_at < until,
        SESSION.c.starts_at + SESSION.c.minutes * MINUTE_MS > since,
    )
    asked = select(
        BOOKING.c.id,
        BOOKING.c.named_at.label("starts_at"),
        BOOKING.c.named_minutes.label("minutes"),
    ).where(
        _of_two(BOOKING, counsellor, client),
        BOOKING.c.stage != booking.BookingStage.ENDED.value,
        BOOKING.c.named_at < until,
        BOOKING.c.named_at + BOOKING.c.named_minutes * MINUTE_MS > since,
    )
    return hours, asked


def _of_two(table: Table, counsellor: UUID, client: UUID) -> ColumnElement[bool]:
    return or_(table.c.counsellor == counsellor, table.c.client == client)

"""Hours that have had their time, and how two people came to them: the keys first, then the rows.

How long that is: :mod:`signaling.domain.retention`. Times are Unix milliseconds.

Rule 1: nothing of an hour that goes on or is still to come is touched, whenever it was cancelled:
both its end and the end of its time must have been long enough ago.
Rule 2: an hour and its booking stay for as long as a card of theirs can be read in the thread: from
there people go to it.
Rule 3: a key is destroyed before what it sealed is deleted, each hour by itself. Whatever breaks
off in between is done again at the next turn; whoever looks at the same time does nothing twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    cast,
    delete,
    exists,
    or_,
    select,
    update,
)

from signaling.domain.booking import MINUTE_MS, BookingStage
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Stage
from signaling.domain.retention import Clocks, over_by
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.storage.booking_tables import BOOKING
from signaling.storage.journal import Entry, Journal
from signaling.storage.recording_tables import RECORDING
from signaling.storage.reminder_tables import REMINDER
from signaling.storage.session_store import hold
from signaling.storage.session_tables import MOOD, SESSION
from signaling.storage.thread_pages import DAY_MS, WEEK_MS
from signaling.storage.thread_tables import THREAD

AT_ONCE: Final = 200
"""Of each class, in one look: what has waited for years does not hold up what is due today."""
OF_AN_HOUR: Final = (Kind.SESSION, Kind.NOTE, Kind.CHANGE)
"""Every key that there may be of one hour."""
_ENDS_AT: Final = SESSION.c.starts_at + (SESSION.c.minutes + SESSION.c.more_minutes) * MINUTE_MS
_SOMETHING_STAYS: Final = or_(
    SESSION.c.line.is_not(None),
    SESSION.c.line_said.is_not(None),
    exists().where(MOOD.c.session == SESSION.c.id),
)
_OF_THE_TWO: Final = and_(
    THREAD.c.counsellor == SESSION.c.counsellor, THREAD.c.client == SESSION.c.client
)
"""There is one thread of two people at most: in it the client may have chosen a shorter clock."""
_IS_RECORDED: Final = exists().where(RECORDING.c.session == SESSION.c.id)
"""There is a recording of it yet, with clocks of its own."""
_NOTHING_STAYS: Final = {"line": None, "line_said": None}


class RetentionStore:
    """Forgets hours, what stays of them, and bookings, each after its clock."""

    def __init__(self, journal: Journal, keyring: Keyring, clocks: Clocks) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring
        self._clocks = clocks

    async def forget(self, at: int) -> None:
        """Forget what has had its time, at most :data:`AT_ONCE` of each class.

        Raises :class:`~signaling.storage.database.StorageAway`: the rest is done at the next turn.
        """
        for session, clinic in (await self._hours_due(at)).items():
            with contextlib.suppress(Refusal):  # another gateway was quicker
                await self._forget_hour(session, clinic, at)
        for session, clinic in (await self._changes_due(at)).items():
            with contextlib.suppress(Refusal):
                await self._forget_change(session, clinic, at)
        for clinic, bookings in (await self._bookings_due(at)).items():
            with contextlib.suppress(Refusal):
                await self._forget_bookings(bookings, clinic, at)

    # --- what is due ------------------------------------------------------------------------------

    async def _changes_due(self, at: int) -> Mapping[UUID, UUID]:
        """Return the clinic of each hour of which something stays that has had its time."""
        clinics = self._clocks.change_days
        days = case((THREAD.c.change_days < clinics, THREAD.c.change_days), else_=clinics)
        over = _is_over(at - cast(days, BigInteger) * DAY_MS)
        query = (
            select(SESSION.c.id, SESSION.c.clinic)
            .outerjoin(THREAD, _OF_THE_TWO)
            .where(over, _SOMETHING_STAYS)
        )
        async with self._database.read() as reading:
            rows = await reading.execute(query.order_by(SESSION.c.starts_at).limit(AT_ONCE))
            return {row.id: row.clinic for row in rows}

    async def _hours_due(self, at: int) -> Mapping[UUID, UUID]:
        over = _is_over(over_by(at, self._clocks.hours_days))
        needed = (
            exists(BOOKING.c.id)
            .where(BOOKING.c.session == SESSION.c.id, BOOKING.c.thread == THREAD.c.id)
            .where(_is_needed(at))
        )
        query = select(SESSION.c.id, SESSION.c.clinic).where(over, ~needed, ~_IS_RECORDED)
        async with self._database.read() as reading:
            rows = await reading.execute(query.order_by(SESSION.c.starts_at).limit(AT_ONCE))
            return {row.id: row.clinic for row in rows}

    async def _bookings_due(self, at: int) -> Mapping[UUID, Sequence[UUID]]:
        """Return bookings that have had their time, by clinic."""
        query = (
            select(BOOKING.c.id, BOOKING.c.clinic)
            .join(THREAD, THREAD.c.id == BOOKING.c.thread)
            .where(BOOKING.c.asked_at <= over_by(at, self._clocks.bookings_days), ~_is_needed(at))
        )
        found: dict[UUID, list[UUID]] = {}
        async with self._database.read() as reading:
            for row in await reading.execute(query.order_by(BOOKING.c.asked_at).limit(AT_ONCE)):
                found.setdefault(row.clinic, []).append(row.id)
        return found

    # --- the deed ---------------------------------------------------------------------------------

    async def _forget_change(self, session: UUID, clinic: UUID, at: int) -> None:
        gone = await self._keyring.destroy(Kind.CHANGE, session, at)
        entry = Entry(clinic, None, "session.forget_change", session, at, said=_said(gone))
        async with self._journal.record(entry) as changing:
            await hold(changing, session)
            there = select(SESSION.c.id).where(SESSION.c.id == session, _SOMETHING_STAYS)
            if await changing.scalar(there) is None:
                raise Refusal(Code.NOT_FOUND)
            await changing.execute(delete(MOOD).where(MOOD.c.session == session))
            await changing.execute(
                update(SESSION).where(SESSION.c.id == session).values(**_NOTHING_STAYS)
            )

    async def _forget_hour(self, session: UUID, clinic: UUID, at: int) -> None:
        gone = [
            key for kind in OF_AN_HOUR for key in await self._keyring.destroy(kind, session, at)
        ]
        entry = Entry(clinic, None, "session.forget", session, at, said=_said(gone))
        async with self._journal.record(entry) as changing:
            # The booking before its hour, as whoever acts on it holds them.
            await changing.execute(delete(BOOKING).where(BOOKING.c.session == session))
            await hold(changing, session)
            for table in (REMINDER, MOOD):
                await changing.execute(delete(table).where(table.c.session == session))
            await changing.execute(delete(SESSION).where(SESSION.c.id == session))

    async def _forget_bookings(self, bookings: Sequence[UUID], clinic: UUID, at: int) -> None:
        entry = Entry(
            clinic, None, "booking.forget", None, at, said={"count": len(bookings)}
        )  # fmt: skip
        ended = BOOKING.c.stage == BookingStage.ENDED.value
        async with self._journal.record(entry) as changing:
            gone = await changing.execute(delete(BOOKING).where(BOOKING.c.id.in_(bookings), ended))
            if gone.rowcount != len(bookings):
                raise Refusal(Code.NOT_FOUND)


def _is_over(by: int | ColumnElement[int]) -> ColumnElement[bool]:
    """It had ended by then, and so had the time that was booked for it."""
    return and_(
        SESSION.c.stage == Stage.ENDED.value, SESSION.c.ended_at <= by,
        SESSION.c.starts_at <= by, by >= _ENDS_AT,
    )  # fmt: skip


def _is_needed(at: int) -> ColumnElement[bool]:
    """A booking goes on, or a card of it can be read.

    The last one was written at the latest when it was last acted on, on a page that begins at most
    a week before and goes so many days after its end.
    """
    kept_ms = WEEK_MS + cast(THREAD.c.keep_days, BigInteger) * DAY_MS
    return or_(BOOKING.c.stage != BookingStage.ENDED.value, BOOKING.c.asked_at + kept_ms > at)


def _said(gone: Sequence[UUID]) -> dict[str, list[str]]:
    return {"keys": [str(key) for key in gone]}

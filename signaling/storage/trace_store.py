"""What was of use once and is over: rows without a key of their own.

Reminders that were given, messages for later that were sent, links and sign-ins that are over, keys
of programs that were taken back. How long they stay: :mod:`signaling.domain.retention`. Times are
Unix milliseconds.

Rule 1: what may still open or give something stays, however old it is.
Rule 2: a message for later that could not be sent is its author's to look at: it has the messages'
time, which its client has chosen, and not that of traces.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Table,
    and_,
    cast,
    delete,
    exists,
    or_,
    select,
    tuple_,
)

from signaling.domain.errors import Code, Refusal
from signaling.domain.retention import Clocks, over_by
from signaling.storage.access_tables import API_KEY, INVITATION, SIGN_IN
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_tables import PERSON
from signaling.storage.reminder_tables import REMINDER
from signaling.storage.scheduled_store import Standing
from signaling.storage.session_tables import SESSION
from signaling.storage.thread_pages import DAY_MS
from signaling.storage.thread_tables import SCHEDULED, THREAD

AT_ONCE: Final = 200
"""Of each class, in one look."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A class of them: where they are, whose clinic's, and which were over by a time.

    ``over`` is told that time, then what time it is now.
    """

    action: str
    """As the audit calls it."""
    table: Table
    source: FromClause
    clinic: ColumnElement[UUID]
    over: Callable[[int, int], ColumnElement[bool]]


def _door_is_closed(table: Table, by: int) -> ColumnElement[bool]:
    return or_(table.c.ended_at <= by, table.c.until <= by)


def _is_said(by: int, at: int) -> ColumnElement[bool]:
    sent = and_(SCHEDULED.c.state == Standing.SENT.value, SCHEDULED.c.due_at <= by)
    held = and_(
        SCHEDULED.c.state == Standing.HELD.value,
        SCHEDULED.c.due_at + cast(THREAD.c.keep_days, BigInteger) * DAY_MS <= at,
    )
    return or_(sent, held)


_NOBODY_BY_IT: Final = ~exists().where(SIGN_IN.c.invitation == INVITATION.c.id)
"""No browser is, or lately was, let in by this link."""

TRACES: Final = (
    Trace(
        "reminder.forget", REMINDER, REMINDER.join(SESSION, SESSION.c.id == REMINDER.c.session),
        SESSION.c.clinic, lambda by, _at: REMINDER.c.starts_at <= by,
    ),
    Trace(
        "later.forget", SCHEDULED, SCHEDULED.join(THREAD, THREAD.c.id == SCHEDULED.c.thread),
        THREAD.c.clinic, _is_said,
    ),
    Trace(
        "sign_in.forget", SIGN_IN, SIGN_IN.join(PERSON, PERSON.c.id == SIGN_IN.c.person),
        PERSON.c.clinic, lambda by, _at: _door_is_closed(SIGN_IN, by),
    ),
    Trace(
        "invitation.forget", INVITATION,
        INVITATION.join(PERSON, PERSON.c.id == INVITATION.c.person), PERSON.c.clinic,
        lambda by, _at: and_(_door_is_closed(INVITATION, by), _NOBODY_BY_IT),
    ),
    Trace(
        "key.forget", API_KEY, API_KEY, API_KEY.c.clinic,
        lambda by, _at: API_KEY.c.ended_at <= by,
    ),
)  # fmt: skip
"""Sign-ins before the links they came by: a link goes after them."""


class TraceStore:
    """Forgets them, each class after its clock."""

    def __init__(self, journal: Journal, clocks: Clocks) -> None:
        self._journal = journal
        self._database = journal.database
        self._clocks = clocks

    async def forget(self, at: int) -> None:
        """Forget what is over for long enough, at most :data:`AT_ONCE` of each class.

        Raises :class:`~signaling.storage.database.StorageAway`: the rest is done at the next turn.
        """
        for trace in TRACES:
            for clinic, rows in (await self._due(trace, at)).items():
                with contextlib.suppress(Refusal):  # another gateway was quicker
                    await self._forget(trace, clinic, rows, at)

    async def _due(self, trace: Trace, at: int) -> dict[UUID, list[tuple[Any, ...]]]:
        """Return which rows are due, by clinic."""
        over = trace.over(over_by(at, self._clocks.traces_days), at)
        query = select(trace.clinic, *trace.table.primary_key).select_from(trace.source)
        found: dict[UUID, list[tuple[Any, ...]]] = {}
        async with self._database.read() as reading:
            for clinic, *row in await reading.execute(query.where(over).limit(AT_ONCE)):
                found.setdefault(clinic, []).append(tuple(row))
        return found

    async def _forget(
        self, trace: Trace, clinic: UUID, rows: Sequence[tuple[Any, ...]], at: int
    ) -> None:
        entry = Entry(clinic, None, trace.action, None, at, said={"count": len(rows)})
        async with self._journal.record(entry) as changing:
            these = tuple_(*trace.table.primary_key).in_(rows)
            gone = await changing.execute(delete(trace.table).where(these))
            if gone.rowcount != len(rows):
                raise Refusal(Code.NOT_FOUND)

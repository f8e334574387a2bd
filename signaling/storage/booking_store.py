"""Hours that two people agree on by messages, in their database.

Rule 1: what is decided, the hour it makes, moves or cancels, the card in the thread and the row of
the audit are one transaction.
Rule 2: everything is decided by :mod:`signaling.domain.booking`, from rows that are held: first the
two people, then the booking, its hour, and the thread.
Rule 3: an act said again is answered as the first time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain import booking as rules
from signaling.domain.booking import (
    Booking,
    BookingAct,
    BookingEnd,
    BookingSide,
    BookingStage,
    Span,
)
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Life, Turn, follow
from signaling.domain.thread import Kind, Message
from signaling.keys.keyring import Keyring
from signaling.storage.booking_cards import DONE, CardDone, body_of, card_of
from signaling.storage.booking_tables import BOOKING
from signaling.storage.journal import Entry, Journal
from signaling.storage.kept_times import check_free, hold_two
from signaling.storage.session_store import (
    Booked,
    SessionKind,
    hold,
    put_life,
    put_moved,
    put_new,
)
from signaling.storage.session_tables import SESSION
from signaling.storage.thread_batch import keep
from signaling.storage.thread_jobs import Kept, Written

PATIENCE_MS: Final = 48 * rules.HOUR_MS
"""So long is waited for an answer."""
AT_ONCE: Final = 100
MOST_ASKED: Final = 5
"""Times that are asked about in one thread: each is kept from everybody else."""
LATE: Final = frozenset({BookingAct.CANCEL, BookingAct.SUGGEST})
"""What can come later than the clinic asks for."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose thread a booking is in."""

    thread: UUID
    clinic: UUID
    counsellor: UUID
    client: UUID

    def side(self, person: UUID) -> BookingSide | None:
        """Return which of the two somebody is."""
        return {self.counsellor: BookingSide.COUNSELLOR, self.client: BookingSide.CLIENT}.get(
            person
        )


@dataclass(frozen=True, slots=True)
class Arranged:
    """A booking, as it is stored."""

    id: UUID
    of: Parties
    booking: Booking
    session: UUID | None
    """The hour it led to."""
    asked_at: int
    act: CardDone
    actor: UUID | None
    """Who did the last act; None of what time or a desk did."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an act came to: how things are, what the two are told, and the hour that changed."""

    arranged: Arranged
    message: Message | None
    """None of what was done before, or of a thread that nobody writes into any more."""
    hour: Booked | None = None


class BookingStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring

    async def get(self, ident: UUID) -> Arranged:
        """Return a booking. Raises :class:`Refusal` with ``not_found``."""
        query = select(BOOKING).where(BOOKING.c.id == ident)
        async with self._database.read() as reading:
            row = (await reading.execute(query)).one_or_none()
        return _arranged(row)

    async def open_in(self, thread: UUID) -> list[Arranged]:
        """Return the bookings of a thread that are not over."""
        query = select(BOOKING).where(
            BOOKING.c.thread == thread, BOOKING.c.stage != BookingStage.ENDED.value
        )
        async with self._database.read() as reading:
            rows = (await reading.execute(query.order_by(BOOKING.c.asked_at))).all()
        return [_arranged(row) for row in rows]

    async def begin(self, ident: UUID, parties: Parties, actor: UUID, named: Span, at: int) -> Step:
        """One of the two names a first time.

        Raises :class:`Refusal`: ``taken``, ``not_now`` of what is over, ``not_allowed`` in a thread
        that is closed, ``busy`` where :data:`MOST_ASKED` are asked about already.
        """
        by = parties.side(actor)
        assert by is not None, "one of the two"
        made = Arranged(ident, parties, rules.begin(by, named, at), None, at, CardDone.ASK, actor)
        entry = Entry(parties.clinic, actor, "booking.ask", ident, at)
        try:
            async with self._journal.record(entry) as changing:
                await hold_two(changing, parties.counsellor, parties.client)
                await check_free(changing, parties.counsellor, parties.client, named)
                await _check_few(changing, parties.thread)
                await changing.execute(insert(BOOKING).values(**_values(made)))
                return Step(made, await self._tell(changing, made.booking, made, at))
        except IntegrityError:  # the same was asked twice at once
            raise Refusal(Code.TAKEN) from None

    async def act(
        self, known: Arranged, actor: UUID, act: BookingAct, revision: int, named: Span | None,
        at: int, notice_ms: int,
    ) -> Step:  # fmt: skip
        """One of the two answers the card with this revision.

        Raises :class:`Refusal` as :func:`signaling.domain.booking.take` does, and with ``taken``.
        """
        if _said_again(known, actor, act, revision, named):
            return Step(known, None)
        by = known.of.side(actor)
        assert by is not None, "one of the two"
        late = act in LATE and rules.is_late(known.booking, at, notice_ms)
        entries = [Entry(known.of.clinic, actor, f"booking.{act}", known.id, at)]
        if (name := _of_hour(known, act)) is not None:
            entries.append(Entry(known.of.clinic, actor, name, _hour_id(known), at))
        async with self._journal.record(*entries) as changing:
            await hold_two(changing, known.of.counsellor, known.of.client)
            held = await _hold(changing, known.id)
            taken = rules.take(held.booking, by, act, revision, at, named)
            if named is not None:
                await check_free(
                    changing, held.of.counsellor, held.of.client, named, held.session, held.id
                )
            hour = await _change_hour(changing, held, taken, at)
            after = replace(
                held, booking=taken, asked_at=at, act=DONE[act], actor=actor,
                session=held.session if hour is None else hour.id,
            )  # fmt: skip
            await _put(changing, after)
            return Step(after, await self._tell(changing, held.booking, after, at, late=late), hour)

    # --- what happens without a message -----------------------------------------------------------

    async def due(self, at: int) -> list[Arranged]:
        """Return some bookings that nobody has answered in time, or whose hour is otherwise now."""
        unanswered = select(BOOKING).where(
            BOOKING.c.stage.in_([each.value for each in rules.ASKING]),
            or_(BOOKING.c.asked_at <= at - PATIENCE_MS, BOOKING.c.named_at <= at),
        )
        changed = (
            select(BOOKING)
            .join(SESSION, SESSION.c.id == BOOKING.c.session)
            .where(
                BOOKING.c.stage != BookingStage.ENDED.value,
                or_(
                    SESSION.c.outcome.is_not(None),
                    SESSION.c.starts_at != BOOKING.c.agreed_at,
                    SESSION.c.minutes != BOOKING.c.agreed_minutes,
                ),
            )
        )
        async with self._database.read() as reading:
            rows = [
                row
                for query in (unanswered, changed)
                for row in (await reading.execute(query.limit(AT_ONCE))).all()
            ]
        return list({row.id: _arranged(row) for row in rows}.values())

    async def of_hour(self, session: UUID) -> Arranged | None:
        """Return the booking that led to an hour."""
        query = select(BOOKING).where(BOOKING.c.session == session)
        async with self._database.read() as reading:
            row = (await reading.execute(query)).one_or_none()
        return None if row is None else _arranged(row)

    async def catch_up(self, known: Arranged, at: int) -> Step:
        """Let a booking be what time and its hour have made of it."""
        entry = Entry(known.of.clinic, None, "booking.catch_up", known.id, at)
        async with self._journal.record(entry) as changing:
            held = await _hold(changing, known.id)
            after, done = held.booking, CardDone.END
            if held.session is not None:
                hour = await hold(changing, held.session)
                after = rules.follow_hour(after, hour.span, hour.life.outcome)
                done = CardDone.END if after.stage is BookingStage.ENDED else CardDone.MOVE
            if after == held.booking:
                after, done = rules.lapse(after, at, PATIENCE_MS, held.asked_at), CardDone.LAPSE
            if after == held.booking:  # it was answered in this moment
                return Step(held, None)
            changed = replace(held, booking=after, asked_at=at, act=done, actor=None)
            await _put(changing, changed)
            if after.end is BookingEnd.HELD:
                return Step(changed, None)
            return Step(changed, await self._tell(changing, held.booking, changed, at))

    async def drop(self, person: UUID, client: UUID | None, at: int) -> list[Step]:
        """Somebody will come no more, to nobody or not to one client: nothing is asked any more.

        The hours that were agreed on are for who cancels them.
        """
        whose = or_(BOOKING.c.counsellor == person, BOOKING.c.client == person)
        query = select(BOOKING).where(whose, BOOKING.c.named_at.is_not(None))
        if client is not None:
            query = query.where(BOOKING.c.client == client)
        async with self._database.read() as reading:
            found = [_arranged(row) for row in (await reading.execute(query)).all()]
        return [await self._drop(each, at) for each in found]

    async def _drop(self, known: Arranged, at: int) -> Step:
        entry = Entry(known.of.clinic, None, "booking.drop", known.id, at)
        async with self._journal.record(entry) as changing:
            held = await _hold(changing, known.id)
            after = rules.lapse(held.booking, at, 0, 0)
            changed = replace(held, booking=after, asked_at=at, act=CardDone.LAPSE, actor=None)
            await _put(changing, changed)
            return Step(changed, await self._tell(changing, held.booking, changed, at))

    # --- parts ------------------------------------------------------------------------------------

    async def _tell(
        self, changing: AsyncConnection, before: Booking, now: Arranged, at: int, *,
        late: bool = False,
    ) -> Message | None:  # fmt: skip
        """Put the card into the thread. Raises :class:`Refusal` where one of the two did it."""
        by = None if now.actor is None else now.of.side(now.actor)
        card = card_of(now.id, before, now.booking, now.act, by, now.session, late=late)
        said = Written(
            now.of.thread, now.actor or now.of.counsellor, None,
            f"b:{now.id.hex}:{now.booking.revision}", Kind.BOOKING, body_of(card), at,
        )  # fmt: skip
        (answer,) = await keep(changing, self._keyring, [said])
        if isinstance(answer, Refusal):
            if by is None:  # nobody writes there any more, and nobody reads
                return None
            raise answer
        assert isinstance(answer, Kept)
        return answer.message


def _said_again(
    known: Arranged, actor: UUID, act: BookingAct, revision: int, named: Span | None
) -> bool:
    same = (known.actor, known.act, known.booking.revision) == (actor, DONE[act], revision + 1)
    return same and (named is None or named == known.booking.named)


def _of_hour(known: Arranged, act: BookingAct) -> str | None:
    """What the audit is told of the hour itself."""
    if act is BookingAct.AGREE:
        return "session.book" if known.session is None else "session.move"
    return "session.cancel" if act is BookingAct.CANCEL else None


def _hour_id(known: Arranged) -> UUID:
    return known.session or uuid5(known.id, "hour")


async def _change_hour(
    changing: AsyncConnection, held: Arranged, after: Booking, at: int
) -> Booked | None:
    """Make, move or cancel the hour, as the two have agreed."""
    agreed, before = after.agreed, held.booking.agreed
    if agreed == before:
        return None
    if held.session is None:
        assert agreed is not None, "there was none"
        made = Booked(
            _hour_id(held), held.of.clinic, held.of.counsellor, held.of.client, agreed.starts_at,
            agreed.minutes, SessionKind.SESSION, Life(), None,
        )  # fmt: skip
        await put_new(changing, made, at, asked=held.id)
        return made
    if agreed is None:
        return await put_life(
            changing, held.session, lambda hour: follow(hour.life, Turn.CANCEL, at)
        )
    known = await hold(changing, held.session)
    return await put_moved(changing, known, agreed, asked=held.id)


async def _check_few(changing: AsyncConnection, thread: UUID) -> None:
    """Nobody keeps a calendar full by asking. Raises :class:`Refusal` with ``busy``."""
    query = select(func.count()).where(
        BOOKING.c.thread == thread, BOOKING.c.stage.in_([each.value for each in rules.ASKING])
    )
    if (await changing.scalar(query) or 0) >= MOST_ASKED:
        raise Refusal(Code.BUSY)


async def _hold(changing: AsyncConnection, ident: UUID) -> Arranged:
    query = select(BOOKING).where(BOOKING.c.id == ident).with_for_update()
    return _arranged((await changing.execute(query)).one_or_none())


async def _put(changing: AsyncConnection, after: Arranged) -> None:
    values = _values(after)
    await changing.execute(update(BOOKING).where(BOOKING.c.id == values.pop("id")).values(**values))


def _values(held: Arranged) -> dict[str, Any]:
    of, booking = held.of, held.booking
    named, agreed = booking.named, booking.agreed
    return {
        "id": held.id, "thread": of.thread, "clinic": of.clinic, "counsellor": of.counsellor,
        "client": of.client, "stage": booking.stage.value, "revision": booking.revision,
        "named_at": named and named.starts_at, "named_minutes": named and named.minutes,
        "agreed_at": agreed and agreed.starts_at, "agreed_minutes": agreed and agreed.minutes,
        "end": booking.end and booking.end.value, "session": held.session,
        "asked_at": held.asked_at, "act": held.act.value, "actor": held.actor,
    }  # fmt: skip


def _arranged(row: Row[Any] | None) -> Arranged:
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    booking = Booking(
        BookingStage(row.stage), _span(row.named_at, row.named_minutes),
        _span(row.agreed_at, row.agreed_minutes), row.revision,
        None if row.end is None else BookingEnd(row.end),
    )  # fmt: skip
    return Arranged(
        row.id, Parties(row.thread, row.clinic, row.counsellor, row.client), booking, row.session,
        row.asked_at, CardDone(row.act), row.actor,
    )  # fmt: skip


def _span(starts_at: int | None, minutes: int | None) -> Span | None:
    return None if starts_at is None or minutes is None else Span(starts_at, minutes)

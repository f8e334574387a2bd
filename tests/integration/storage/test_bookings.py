"""Hours by messages in a real database: one wins, and the hour is what was agreed on."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from uuid import UUID, uuid4

import msgspec
import pytest

from signaling.domain.booking import HOUR_MS, BookingAct, BookingEnd, BookingStage, Span
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Outcome, Turn
from signaling.storage.audit_store import pages
from signaling.storage.booking_cards import BookingCard, CardDone
from signaling.storage.booking_store import MOST_ASKED, PATIENCE_MS, Arranged, Parties, Step
from signaling.storage.database import Database
from signaling.storage.session_store import Wanted
from signaling.working_times import WorkingRule, WorkingTimes
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import pair, refused

FIRST, OTHER, THIRD = (Span(T0 + hours * HOUR_MS, 50) for hours in (48, 50, 52))
NOTICE_MS = 24 * HOUR_MS


@dataclass
class Two:
    """Two people who agree on hours."""

    here: House
    of: Parties

    async def ask(self, span: Span = FIRST, by: UUID | None = None) -> Step:
        """One of the two, the client, names a first time."""
        actor = by or self.of.client
        return await self.here.bookings.begin(uuid4(), self.of, actor, span, T0)

    async def act(
        self, known: Arranged, actor: UUID, act: BookingAct, named: Span | None = None, at: int = T0
    ) -> Step:
        """One of the two answers the card as it is."""
        revision = known.booking.revision
        return await self.here.bookings.act(known, actor, act, revision, named, at, NOTICE_MS)

    async def confirmed(self) -> Step:
        """An hour that both agreed on."""
        asked = await self.ask()
        return await self.act(asked.arranged, self.of.counsellor, BookingAct.AGREE)

    async def cards(self) -> list[BookingCard]:
        """Every card of the thread, as it is read."""
        found = await self.here.threads.since(self.of.thread, 0, T0)
        return [msgspec.json.decode(each.body or "", type=BookingCard) for each in found]


async def two_of(here: House, clinic: UUID, counsellor: UUID, client: UUID) -> Two:
    opened = await here.threads.open(clinic, counsellor, client, counsellor, T0)
    return Two(here, Parties(opened.id, clinic, counsellor, client))


@pytest.fixture
async def two(data: Database, keys: Database) -> Two:
    here = house(data, keys)
    return await two_of(here, *await pair(here))


async def test_both_threads_tell_of_each_step_and_the_hour_is_booked(two: Two) -> None:
    asked = await two.ask()
    assert asked.hour is None
    agreed = await two.act(asked.arranged, two.of.counsellor, BookingAct.AGREE)
    assert agreed.hour is not None
    kept = await two.here.sessions.get(agreed.hour.id)
    assert (kept.span, kept.counsellor, kept.client) == (FIRST, two.of.counsellor, two.of.client)
    first, second = await two.cards()
    assert (first.done, first.stage, first.session) == (CardDone.ASK, BookingStage.ASKED, None)
    assert (second.done, second.stage, second.session) == (
        CardDone.AGREE,
        BookingStage.CONFIRMED,
        kept.id,
    )
    assert await two.here.bookings.get(asked.arranged.id) == agreed.arranged
    told = [row.action async for page in pages(two.here.journal.database, two.of.clinic)
            for row in page]  # fmt: skip
    assert told[-3:] == ["booking.ask", "booking.agree", "session.book"]


async def test_the_old_time_is_free_only_after_the_new_one_is_agreed_on(two: Two) -> None:
    confirmed = await two.confirmed()
    moving = await two.act(confirmed.arranged, two.of.client, BookingAct.SUGGEST, OTHER)
    for kept in (FIRST, OTHER):
        assert await refused(two.ask(kept, two.of.counsellor)) is Code.TAKEN
    agreed = await two.act(moving.arranged, two.of.counsellor, BookingAct.AGREE)
    assert agreed.hour is not None and confirmed.hour is not None
    assert (agreed.hour.id, agreed.hour.span) == (confirmed.hour.id, OTHER)
    await two.ask(FIRST)


async def test_a_time_that_somebody_is_asked_about_cannot_be_booked_at_a_desk(two: Two) -> None:
    await two.ask()
    wanted = Wanted(two.of.counsellor, two.of.client, FIRST.starts_at, 50)
    assert await refused(two.here.sessions.book(wanted, None, T0)) is Code.TAKEN


async def test_nobody_keeps_a_calendar_full_by_asking(two: Two) -> None:
    spans = [Span(FIRST.starts_at + number * HOUR_MS, 50) for number in range(MOST_ASKED + 1)]
    asked = [(await two.ask(span)).arranged for span in spans[:-1]]
    assert await refused(two.ask(spans[-1])) is Code.BUSY
    await two.act(asked[0], two.of.client, BookingAct.TAKE_BACK)
    await two.ask(spans[-1])


async def test_no_message_of_somebody_stands_in_the_place_of_a_card(two: Two) -> None:
    ident = (await two.ask()).arranged.id
    (card,) = await two.here.threads.since(two.of.thread, 0, T0)
    assert card.id == f"b:{ident.hex}:1"
    assert re.fullmatch(r"[A-Za-z0-9_-]+", card.id) is None, "what a page may call a message"


async def test_many_who_want_one_hour_get_it_once(data: Database, keys: Database) -> None:
    here = house(data, keys)
    clinic = await here.clinic()
    counsellor = await here.staff(clinic)
    askers = []
    for number in range(12):
        client = await here.client(clinic, f"+86 138 0000 {number:04}")
        askers.append(await two_of(here, clinic, counsellor, client))
    found = await asyncio.gather(*(each.ask() for each in askers), return_exceptions=True)
    won = [each for each in found if isinstance(each, Step)]
    assert len(won) == 1
    assert [each.code for each in found if isinstance(each, Refusal)] == [Code.TAKEN] * 11
    told = [card for each in askers for card in await each.cards()]
    assert [card.booking for card in told] == [won[0].arranged.id]


async def test_an_act_said_again_is_done_once(two: Two) -> None:
    asked = (await two.ask()).arranged
    first = await two.act(asked, two.of.counsellor, BookingAct.SUGGEST, OTHER)
    again = await two.here.bookings.get(asked.id)
    said = two.here.bookings.act(
        again, two.of.counsellor, BookingAct.SUGGEST, 1, OTHER, T0, NOTICE_MS
    )
    assert await said == Step(first.arranged, None)
    other = two.here.bookings.act(
        again, two.of.counsellor, BookingAct.SUGGEST, 1, THIRD, T0, NOTICE_MS
    )
    assert await refused(other) is Code.NOT_NOW
    assert len(await two.cards()) == 2


async def test_two_who_answer_at_once_answer_one_after_the_other(two: Two) -> None:
    confirmed = (await two.confirmed()).arranged
    found = await asyncio.gather(
        two.act(confirmed, two.of.client, BookingAct.CANCEL),
        two.act(confirmed, two.of.counsellor, BookingAct.SUGGEST, OTHER),
        return_exceptions=True,
    )
    (lost,) = [each for each in found if isinstance(each, Refusal)]
    assert lost.code is Code.NOT_NOW
    assert len(await two.cards()) == 3


async def test_who_cancels_late_has_that_on_the_card_and_the_hour_is_off(two: Two) -> None:
    confirmed = await two.confirmed()
    late = FIRST.starts_at - HOUR_MS
    gone = await two.act(confirmed.arranged, two.of.client, BookingAct.CANCEL, at=late)
    assert gone.hour is not None and gone.hour.life.outcome is Outcome.CANCELLED
    card = (await two.cards())[-1]
    assert (card.done, card.end, card.late) == (CardDone.CANCEL, BookingEnd.CANCELLED, True)
    await two.ask(FIRST)


async def test_nobody_answers_and_the_time_is_free_again(two: Two) -> None:
    asked = (await two.ask()).arranged
    assert await two.here.bookings.due(T0 + PATIENCE_MS - 1) == []
    late = T0 + PATIENCE_MS
    assert await two.here.bookings.due(late) == [asked]
    await two.here.bookings.catch_up(asked, late)
    assert await two.here.bookings.due(late) == []
    card = (await two.cards())[-1]
    assert (card.done, card.by, card.end) == (CardDone.LAPSE, None, BookingEnd.LAPSED)
    await two.ask(FIRST)


@pytest.mark.parametrize(
    ("turns", "end", "cards"),
    [([Turn.CANCEL], BookingEnd.CANCELLED, 3), ([Turn.EXPIRE], BookingEnd.MISSED, 3)],
)
async def test_an_hour_that_ends_without_a_message_is_told_of(
    two: Two, turns: list[Turn], end: BookingEnd, cards: int
) -> None:
    confirmed = await two.confirmed()
    assert confirmed.hour is not None
    for turn in turns:
        await two.here.sessions.step(confirmed.hour, turn, None, T0)
    (due,) = await two.here.bookings.due(T0)
    step = await two.here.bookings.catch_up(due, T0)
    assert (step.arranged.booking.end, len(await two.cards())) == (end, cards)
    assert await two.here.bookings.due(T0) == []


async def test_an_hour_that_is_moved_without_a_message_is_told_of(two: Two) -> None:
    confirmed = await two.confirmed()
    assert confirmed.hour is not None
    await two.here.sessions.move(confirmed.hour.id, OTHER.starts_at, 45, two.of.counsellor, T0)
    (due,) = await two.here.bookings.due(T0)
    await two.here.bookings.catch_up(due, T0)
    card = (await two.cards())[-1]
    assert card.agreed is not None
    assert (card.done, card.agreed.starts_at, card.agreed.minutes) == (
        CardDone.MOVE, OTHER.starts_at, 45,
    )  # fmt: skip


async def test_an_hour_that_was_held_ends_without_a_card(two: Two) -> None:
    confirmed = await two.confirmed()
    hour = confirmed.hour
    assert hour is not None
    await two.here.sessions.step(hour, Turn.ARRIVE, two.of.client, T0)
    await two.here.sessions.admit(hour, "test", two.of.counsellor, T0)
    for turn in (Turn.MEET, Turn.END):
        await two.here.sessions.step(hour, turn, None, T0)
    (due,) = await two.here.bookings.due(T0)
    step = await two.here.bookings.catch_up(due, T0)
    assert (step.arranged.booking.end, step.message) == (BookingEnd.HELD, None)
    assert len(await two.cards()) == 2


async def test_who_is_gone_is_asked_nothing(two: Two) -> None:
    await two.ask()
    (step,) = await two.here.bookings.drop(two.of.client, None, T0)
    assert step.arranged.booking.stage is BookingStage.ENDED
    assert await two.here.bookings.open_in(two.of.thread) == []
    assert await two.here.bookings.drop(two.of.client, None, T0) == []


async def test_what_a_counsellor_says_about_their_time_is_kept(two: Two) -> None:
    store = two.here.availability
    assert await store.of(two.of.counsellor) is None
    rule = WorkingRule("19:00", 120, rule="FREQ=WEEKLY;BYDAY=TU", first="2027-01-01")
    for times in (WorkingTimes("UTC"), WorkingTimes("Asia/Shanghai", [rule])):
        await store.set(two.of.clinic, two.of.counsellor, times, two.of.counsellor, T0)
        assert await store.of(two.of.counsellor) == times

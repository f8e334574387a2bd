"""What is over is kept for its time and not a moment less, then gone: keys first, then rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import Table, func, insert, select

from signaling.domain.booking import MINUTE_MS, BookingAct, BookingEnd, BookingStage, Span
from signaling.domain.errors import Code
from signaling.domain.life import Stage, Turn
from signaling.domain.retention import DAY_MS, Clocks
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.night import Night
from signaling.storage.access_tables import API_KEY, INVITATION, SIGN_IN
from signaling.storage.audit_store import pages
from signaling.storage.booking_cards import BookingCard, CardDone
from signaling.storage.booking_store import Parties, Step
from signaling.storage.booking_tables import BOOKING
from signaling.storage.change_store import LineKept, LineSaid, Moment
from signaling.storage.database import Database, StorageAway
from signaling.storage.reminder_store import Coming
from signaling.storage.reminder_tables import REMINDER
from signaling.storage.retention_store import AT_ONCE, RetentionStore
from signaling.storage.scheduled_store import Standing
from signaling.storage.session_store import Booked, Wanted
from signaling.storage.session_tables import MOOD, SESSION
from signaling.storage.thread_pages import WEEK_MS
from signaling.storage.thread_store import KEEP_DAYS
from signaling.storage.thread_tables import SCHEDULED
from signaling.storage.trace_store import TraceStore
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import PLAN, TODAY, refused

CLOCKS = Clocks(hours_days=500, change_days=400, bookings_days=450, traces_days=30)
OVER = T0 + 50 * MINUTE_MS
HOUR_GONE = OVER + CLOCKS.hours_days * DAY_MS
CHANGE_GONE = OVER + CLOCKS.change_days * DAY_MS
LINE = LineKept(voice_s=2400, gaps=2, gap_s=4.5)


@dataclass
class Clinic:
    """Two people of a clinic, and who forgets what is over."""

    here: House
    clinic: UUID
    counsellor: UUID
    client: UUID

    @property
    def of_hours(self) -> RetentionStore:
        """Another gateway each time."""
        return RetentionStore(self.here.journal, self.here.keyring, CLOCKS)

    @property
    def of_traces(self) -> TraceStore:
        """Another gateway each time."""
        return TraceStore(self.here.journal, CLOCKS)

    async def held(self, starts_at: int = T0) -> Booked:
        """An hour that was, with something in every place."""
        here, counsellor, client = self.here, self.counsellor, self.client
        wanted = Wanted(counsellor, client, starts_at, 50)
        made = await here.sessions.book(wanted, counsellor, starts_at)
        await here.changes.rate(made.id, Moment.BEFORE, 3, starts_at)
        await here.days.set_today(made.id, TODAY, client, starts_at)
        await here.days.set_plan(made.id, PLAN, client, starts_at)
        await here.notes.write(made.id, "Her sister drives over", counsellor, starts_at)
        await here.reminders.claim(Coming(made.id, client, starts_at, starts_at), 60, starts_at)
        for turn in (Turn.ARRIVE, Turn.ADMIT, Turn.MEET):
            await here.sessions.step(made, turn, counsellor, starts_at)
        await here.changes.note_line(made.id, LINE, made.ends_at)
        ended = await here.sessions.step(made, Turn.END, counsellor, made.ends_at)
        await here.changes.rate(made.id, Moment.AFTER, 6, made.ends_at)
        await here.changes.rate_line(made.id, LineSaid.CUT, made.ends_at)
        return ended

    async def told(self) -> list[tuple[str, UUID | None, dict[str, Any]]]:
        """What the audit says was forgotten; that its chain is whole is looked at, too."""
        assert (await self.here.journal.verify(self.clinic, HOUR_GONE))[1] is None
        return [
            (row.action, row.object, await self.here.journal.said(row, HOUR_GONE))
            async for page in pages(self.here.journal.database, self.clinic)
            for row in page
            if "forget" in row.action
        ]


@pytest.fixture
async def at_work(data: Database, keys: Database) -> Clinic:
    here = house(data, keys)
    clinic = await here.clinic()
    return Clinic(here, clinic, await here.staff(clinic), await here.client(clinic))


async def rows(data: Database, table: Table) -> int:
    async with data.read() as reading:
        return int(await reading.scalar(select(func.count()).select_from(table)) or 0)


async def sealed_of(data: Database) -> list[tuple[bytes, str]]:
    """Everything that is sealed of hours, and where it opens."""
    async with data.read() as reading:
        hours = (await reading.execute(select(SESSION))).all()
        moods = (await reading.execute(select(MOOD))).all()
    names = ("today", "plan", "line", "line_said")
    found = [(getattr(row, name), f"session.{name}:{row.id}") for row in hours for name in names]
    found += [
        (row.safety_note, f"session.safety_note:{row.id}:{row.safety_note_at}") for row in hours
    ]
    return found + [(row.value, f"mood.value:{row.session}:{row.moment}") for row in moods]


# --- hours and what stays of them -----------------------------------------------------------------


async def test_an_hour_goes_with_every_key_of_it_and_not_a_day_early(
    at_work: Clinic, data: Database
) -> None:
    here, made = at_work.here, await at_work.held()
    sealed = await sealed_of(data)
    assert len(sealed) == 7
    for early in (OVER, CHANGE_GONE - DAY_MS, CHANGE_GONE - 1):
        await at_work.of_hours.forget(early)
        for each, place in sealed:
            assert await here.keyring.open(each, place, T0)
    assert await at_work.told() == []
    await at_work.of_hours.forget(HOUR_GONE - 1)
    assert (await here.sessions.get(made.id)).life.stage is Stage.ENDED
    await at_work.of_hours.forget(HOUR_GONE)
    assert await refused(here.sessions.get(made.id)) is Code.NOT_FOUND
    assert [await rows(data, table) for table in (SESSION, MOOD, REMINDER)] == [0, 0, 0]
    for each, place in sealed:  # in a copy from before, too
        with pytest.raises(SealError):
            await here.keyring.open(each, place, T0)
    assert (await here.stores.people.details(at_work.client, HOUR_GONE)).alias == "Moon"


async def test_what_stays_goes_first_and_its_hour_is_still_there_to_see(
    at_work: Clinic, data: Database
) -> None:
    here, first = at_work.here, await at_work.held()
    later = await at_work.held(T0 + DAY_MS)
    await at_work.of_hours.forget(CHANGE_GONE)
    found = await here.changes.of(at_work.client, CHANGE_GONE)
    gone, kept = found[first.id], found[later.id]
    assert (gone.moods, gone.line, gone.said) == ({}, None, None)
    assert kept.moods == {Moment.BEFORE: 3, Moment.AFTER: 6}
    assert (kept.line, kept.said) == (LINE, LineSaid.CUT)
    assert await here.sessions.get(first.id) == first
    assert await rows(data, MOOD) == 2
    with pytest.raises(SealError):  # nothing more is said of what had its time
        await here.changes.rate(first.id, Moment.AFTER, 9, CHANGE_GONE)
    await at_work.of_hours.forget(HOUR_GONE)
    assert list(await here.changes.of(at_work.client, HOUR_GONE)) == [later.id]


async def test_a_client_may_have_what_stays_forgotten_sooner_and_never_later(
    at_work: Clinic,
) -> None:
    here, client = at_work.here, at_work.client
    made, thread = await at_work.held(), (await in_thread(at_work)).thread
    other = await here.staff(at_work.clinic, "chen@example.org")
    elsewhere = await here.sessions.book(Wanted(other, client, T0 + DAY_MS, 50), other, T0)
    await here.sessions.step(elsewhere, Turn.CANCEL, other, T0)
    await here.changes.rate(elsewhere.id, Moment.BEFORE, 4, T0)
    for longer in (CLOCKS.change_days + 1, None):
        await here.threads.keep_change_for(thread, longer, client, T0)
        await at_work.of_hours.forget(CHANGE_GONE - 1)
        assert (await here.changes.of(client, T0))[made.id].line == LINE
    await here.threads.keep_change_for(thread, 30, client, T0)
    assert (await here.threads.get(thread)).change_days == 30
    await at_work.of_hours.forget(OVER + 30 * DAY_MS - 1)
    assert (await here.changes.of(client, T0))[made.id].line == LINE
    await at_work.of_hours.forget(OVER + 30 * DAY_MS)
    kept = await here.changes.of(client, T0)
    assert (kept[made.id].moods, kept[made.id].line, kept[made.id].said) == ({}, None, None)
    assert await here.sessions.get(made.id) == made
    assert kept[elsewhere.id].moods == {Moment.BEFORE: 4}  # with somebody else they chose nothing


async def test_the_clock_of_the_clinic_is_the_longest(at_work: Clinic) -> None:
    here, made = at_work.here, await at_work.held()
    thread = (await in_thread(at_work)).thread
    await here.threads.keep_change_for(thread, CLOCKS.change_days + 100, at_work.client, T0)
    await at_work.of_hours.forget(CHANGE_GONE)
    assert (await here.changes.of(at_work.client, CHANGE_GONE))[made.id].moods == {}


async def test_the_audit_tells_of_each_hour_by_ids_alone_and_once(at_work: Clinic) -> None:
    made = await at_work.held()
    for _ in range(2):
        await at_work.of_hours.forget(CHANGE_GONE)
    for _ in range(2):
        await at_work.of_hours.forget(HOUR_GONE)
    (first, first_id, gone), (second, second_id, rest) = await at_work.told()
    assert (first, second) == ("session.forget_change", "session.forget")
    assert (first_id, second_id) == (made.id, made.id)
    assert (len(gone["keys"]), len(rest["keys"])) == (1, 2)
    for key in (*gone["keys"], *rest["keys"]):
        assert UUID(key)


async def test_nothing_of_an_hour_that_goes_on_or_is_to_come_is_touched(
    at_work: Clinic, data: Database
) -> None:
    here, counsellor, client = at_work.here, at_work.counsellor, at_work.client
    long_ago = await here.sessions.book(Wanted(counsellor, client, T0, 50), counsellor, T0)
    for turn in (Turn.ARRIVE, Turn.ADMIT, Turn.MEET):
        await here.sessions.step(long_ago, turn, counsellor, T0)
    to_come = HOUR_GONE + DAY_MS
    ahead = await here.sessions.book(Wanted(counsellor, client, to_come, 50), counsellor, T0)
    called_off = await here.sessions.book(
        Wanted(counsellor, client, to_come + DAY_MS, 50), counsellor, T0
    )
    await here.sessions.step(called_off, Turn.CANCEL, counsellor, T0)
    for each in (long_ago, ahead, called_off):
        await here.changes.rate(each.id, Moment.BEFORE, 3, T0)
    await here.days.set_today(long_ago.id, TODAY, client, T0)
    await at_work.of_hours.forget(HOUR_GONE)
    await at_work.of_traces.forget(HOUR_GONE)
    assert (await rows(data, SESSION), await rows(data, MOOD)) == (3, 3)
    assert await here.days.today(long_ago.id, HOUR_GONE) == TODAY
    kept = await here.changes.of(client, HOUR_GONE)
    assert [each.moods for each in kept.values()] == [{Moment.BEFORE: 3}] * 3
    assert await at_work.told() == []


async def test_an_hour_that_ended_late_is_kept_from_then_on(at_work: Clinic) -> None:
    here, counsellor = at_work.here, at_work.counsellor
    wanted = Wanted(counsellor, at_work.client, T0, 50)
    made = await here.sessions.book(wanted, counsellor, T0)
    for turn in (Turn.ARRIVE, Turn.ADMIT, Turn.MEET):
        await here.sessions.step(made, turn, counsellor, T0)
    await here.sessions.step(made, Turn.END, counsellor, OVER + 7 * MINUTE_MS)
    await at_work.of_hours.forget(HOUR_GONE + 7 * MINUTE_MS - 1)
    assert (await here.sessions.get(made.id)).id == made.id
    await at_work.of_hours.forget(HOUR_GONE + 7 * MINUTE_MS)
    assert await refused(here.sessions.get(made.id)) is Code.NOT_FOUND


async def test_what_was_sealed_with_the_clients_own_key_goes_with_its_row(
    at_work: Clinic, data: Database
) -> None:
    """As it was before what stays of an hour had a key of its own."""
    here, client = at_work.here, at_work.client
    made = await at_work.held()
    old = await here.sessions.book(Wanted(at_work.counsellor, client, T0 + DAY_MS, 50), client, T0)
    key = await here.keyring.key(Kind.CLIENT, client, at_work.clinic, T0)
    value = key.seal(b"4", f"mood.value:{old.id}:before")
    async with data.write() as changing:
        await changing.execute(
            insert(MOOD).values(
                id=uuid4(), session=old.id, client=client, moment="before", value=value, at=T0
            )
        )
    await here.sessions.step(old, Turn.CANCEL, client, T0)
    assert (await here.changes.of(client, T0))[old.id].moods == {Moment.BEFORE: 4}
    await at_work.of_hours.forget(CHANGE_GONE + DAY_MS)
    found = await here.changes.of(client, CHANGE_GONE)
    assert [found[each.id].moods for each in (made, old)] == [{}, {}]
    assert await rows(data, MOOD) == 0
    assert await here.keyring.generations(Kind.CLIENT, client, T0) != []


# --- what goes wrong, and what happens at once ----------------------------------------------------


async def test_a_database_that_is_away_is_tried_again_and_the_client_sees_the_rest(
    at_work: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, first = at_work.here, await at_work.held()
    later = await at_work.held(T0 + DAY_MS)
    keeper = at_work.of_hours
    now = [HOUR_GONE]
    night = Night(
        here.journal, here.sessions, here.days, here.notes, here.threads, lambda: now[0] / 1000
    )
    night.also(keeper.forget)

    def away(*_entries: Any) -> Any:
        raise StorageAway

    with monkeypatch.context() as broken:
        broken.setattr(here.journal, "record", away)
        with pytest.raises(StorageAway):
            await keeper.forget(HOUR_GONE)
    # Its keys are gone, its rows are not yet: what is left of the others is there to see.
    found = await here.changes.of(at_work.client, HOUR_GONE)
    assert (found[first.id].moods, found[first.id].line, found[first.id].said) == ({}, None, None)
    assert found[later.id].line == LINE
    now[0] += 300_000
    await night.look()
    assert await refused(here.sessions.get(first.id)) is Code.NOT_FOUND
    assert (await here.sessions.get(later.id)).id == later.id


async def test_two_looks_at_once_forget_each_hour_once(at_work: Clinic, data: Database) -> None:
    made = [await at_work.held(T0 + number * DAY_MS) for number in range(4)]
    at = HOUR_GONE + 4 * DAY_MS
    await asyncio.gather(*(at_work.of_hours.forget(at) for _ in range(3)))
    assert await rows(data, SESSION) == 0
    told = await at_work.told()
    assert sorted(str(each) for _, each, _ in told) == sorted(str(each.id) for each in made)
    assert {action for action, _, _ in told} == {"session.forget"}


async def test_one_look_takes_so_many_and_the_next_one_the_rest(
    at_work: Clinic, data: Database
) -> None:
    over = {
        "clinic": at_work.clinic, "counsellor": at_work.counsellor, "client": at_work.client,
        "minutes": 50, "kind": "session", "made_at": T0, "stage": "ended", "ended_at": OVER,
        "outcome": "missed", "late_minutes": 0, "more_minutes": 0,
    }  # fmt: skip
    many = [over | {"id": uuid4(), "starts_at": T0 - number} for number in range(AT_ONCE + 3)]
    async with data.write() as changing:
        await changing.execute(insert(SESSION), many)
    for left in (3, 0):
        await at_work.of_hours.forget(HOUR_GONE)
        assert await rows(data, SESSION) == left


async def test_who_was_forgotten_meanwhile_leaves_hours_that_go_all_the_same(
    at_work: Clinic, data: Database
) -> None:
    here, _ = at_work.here, await at_work.held()
    await here.erasure.erase(at_work.client, at_work.client, OVER)
    await at_work.of_hours.forget(HOUR_GONE)
    assert await rows(data, SESSION) == 0
    ((action, _, said),) = await at_work.told()
    assert (action, said) == ("session.forget", {"keys": []})


# --- bookings and their cards ---------------------------------------------------------------------


async def in_thread(at_work: Clinic) -> Parties:
    here, client = at_work.here, at_work.client
    opened = await here.threads.open(at_work.clinic, at_work.counsellor, client, client, T0)
    return Parties(opened.id, at_work.clinic, at_work.counsellor, client)


async def agreed_on(at_work: Clinic, of: Parties, span: Span) -> Step:
    asked = await at_work.here.bookings.begin(uuid4(), of, of.client, span, T0)
    return await at_work.here.bookings.act(
        asked.arranged, of.counsellor, BookingAct.AGREE, asked.arranged.booking.revision, None,
        T0, DAY_MS,
    )  # fmt: skip


async def cards(at_work: Clinic, of: Parties, at: int) -> list[BookingCard]:
    found = await at_work.here.threads.since(of.thread, 0, at)
    return [
        msgspec.json.decode(each.body, type=BookingCard) for each in found if each.body is not None
    ]


async def test_an_hour_stays_for_as_long_as_its_card_can_be_read(
    at_work: Clinic, data: Database
) -> None:
    """From a card people go to its hour; a clock shorter than the messages' waits for them."""
    here, of = at_work.here, await in_thread(at_work)
    step = await agreed_on(at_work, of, Span(T0 + DAY_MS, 50))
    assert step.hour is not None
    hour = step.hour
    over = hour.ends_at
    await here.sessions.expire(hour, over)
    await here.bookings.catch_up(step.arranged, over)
    short = Clocks(hours_days=90, change_days=30, bookings_days=30)
    keeper = RetentionStore(here.journal, here.keyring, short)
    last = over + WEEK_MS + KEEP_DAYS * DAY_MS
    for at in (over + 90 * DAY_MS, last - 1):
        await here.threads.clear(of.thread, at)
        await keeper.forget(at)
        assert (await here.sessions.get(hour.id)).life.stage is Stage.ENDED
        assert (await here.bookings.get(step.arranged.id)).booking.end is BookingEnd.MISSED
    await here.threads.clear(of.thread, last)
    assert await cards(at_work, of, last) == []
    await keeper.forget(last)
    assert (await rows(data, SESSION), await rows(data, BOOKING)) == (0, 0)
    assert len(await here.threads.since(of.thread, 0, last)) == 3  # that there were some stays


async def test_who_keeps_messages_for_a_week_lets_the_hour_go_sooner(at_work: Clinic) -> None:
    here, of = at_work.here, await in_thread(at_work)
    step = await agreed_on(at_work, of, Span(T0 + DAY_MS, 50))
    assert step.hour is not None
    await here.sessions.expire(step.hour, step.hour.ends_at)
    await here.bookings.catch_up(step.arranged, step.hour.ends_at)
    await here.threads.keep_for(of.thread, 7, of.client, T0)
    keeper = RetentionStore(here.journal, here.keyring, Clocks(hours_days=90, change_days=30))
    await keeper.forget(step.hour.ends_at + 90 * DAY_MS - 1)
    assert (await here.sessions.get(step.hour.id)).id == step.hour.id
    await keeper.forget(step.hour.ends_at + 90 * DAY_MS)
    assert await refused(here.sessions.get(step.hour.id)) is Code.NOT_FOUND


async def test_a_card_stands_by_itself_where_its_booking_is_gone(
    at_work: Clinic, data: Database
) -> None:
    """However that came: a page draws what the message says."""
    of = await in_thread(at_work)
    step = await agreed_on(at_work, of, Span(T0 + DAY_MS, 50))
    before = await cards(at_work, of, T0)
    async with data.write() as changing:
        await changing.execute(BOOKING.delete())
        await changing.execute(SESSION.delete())
    assert await cards(at_work, of, T0) == before
    asked, agreed = before
    assert (asked.done, agreed.done) == (CardDone.ASK, CardDone.AGREE)
    assert agreed.agreed is not None and agreed.session is not None
    assert await at_work.here.bookings.open_in(of.thread) == []
    again = await agreed_on(at_work, of, Span(T0 + DAY_MS, 50))
    assert again.arranged.id != step.arranged.id


async def test_bookings_that_came_to_nothing_go_and_those_that_go_on_do_not(
    at_work: Clinic, data: Database
) -> None:
    here, of = at_work.here, await in_thread(at_work)
    await here.threads.keep_for(of.thread, 7, of.client, T0)
    spans = [Span(T0 + days * DAY_MS, 50) for days in (2, 3, 4)]
    asked = [await here.bookings.begin(uuid4(), of, of.client, span, T0) for span in spans[:2]]
    for each in asked:
        known = each.arranged
        act, revision = BookingAct.TAKE_BACK, known.booking.revision
        await here.bookings.act(known, of.client, act, revision, None, T0, DAY_MS)
    stays = await here.bookings.begin(uuid4(), of, of.client, spans[2], T0)
    gone = T0 + CLOCKS.bookings_days * DAY_MS
    await at_work.of_hours.forget(gone - 1)
    assert await rows(data, BOOKING) == 3
    await asyncio.gather(*(at_work.of_hours.forget(gone) for _ in range(3)))
    assert (await here.bookings.get(stays.arranged.id)).booking.stage is BookingStage.ASKED
    assert await rows(data, BOOKING) == 1
    assert await at_work.told() == [("booking.forget", None, {"count": 2})]


# --- traces ---------------------------------------------------------------------------------------


async def test_what_was_of_use_once_goes_a_month_later(at_work: Clinic, data: Database) -> None:
    here, clinic, client = at_work.here, at_work.clinic, at_work.client
    signs = here.stores.sign_ins
    link = await signs.invite(clinic, client, b"1" * 32, None, T0 + DAY_MS, None, T0)
    await signs.begin(clinic, client, b"2" * 32, T0 + DAY_MS, T0, invitation=link)
    key = await here.stores.api_keys.add(clinic, b"3" * 32, at_work.counsellor, T0)
    await here.stores.api_keys.end(clinic, key, at_work.counsellor, T0 + DAY_MS)
    made = await here.sessions.book(Wanted(at_work.counsellor, client, T0 + DAY_MS, 50), client, T0)
    await here.reminders.claim(Coming(made.id, client, T0 + DAY_MS, T0), 60, T0)
    head = await here.threads.get((await in_thread(at_work)).thread)
    await here.scheduled.add(uuid4(), head, at_work.counsellor, "For later", T0 + DAY_MS, T0)
    (waiting,) = await here.scheduled.due(T0 + DAY_MS)
    await here.scheduled.send(waiting, T0 + DAY_MS)
    gone = T0 + DAY_MS + CLOCKS.traces_days * DAY_MS
    tables = (INVITATION, SIGN_IN, API_KEY, REMINDER, SCHEDULED)
    await at_work.of_traces.forget(gone - 1)
    assert [await rows(data, table) for table in tables] == [1] * 5
    await asyncio.gather(*(at_work.of_traces.forget(gone) for _ in range(3)))
    await at_work.of_traces.forget(gone)
    assert [await rows(data, table) for table in tables] == [0] * 5
    assert sorted(await at_work.told(), key=str) == [
        (f"{what}.forget", None, {"count": 1})
        for what in ("invitation", "key", "later", "reminder", "sign_in")
    ]
    (sent,) = await here.threads.since(head.id, 0, T0)
    assert sent.body == "For later"


async def test_what_may_still_open_or_give_something_stays_however_old(
    at_work: Clinic, data: Database
) -> None:
    here, clinic, client = at_work.here, at_work.clinic, at_work.client
    signs, far = here.stores.sign_ins, HOUR_GONE + DAY_MS
    link = await signs.invite(clinic, client, b"1" * 32, None, T0 + 1, None, T0)
    await signs.begin(clinic, client, b"2" * 32, far, T0, invitation=link)
    await signs.invite(clinic, client, b"3" * 32, None, far, None, T0)
    await here.stores.api_keys.add(clinic, b"4" * 32, at_work.counsellor, T0)
    head = await here.threads.get((await in_thread(at_work)).thread)
    await here.scheduled.add(uuid4(), head, at_work.counsellor, "For later", far, T0)
    await at_work.of_traces.forget(HOUR_GONE)
    assert await rows(data, INVITATION) == 2  # one is over, and yet a browser came in by it
    assert [await rows(data, table) for table in (SIGN_IN, API_KEY, SCHEDULED)] == [1] * 3
    assert (await signs.find(b"2" * 32, HOUR_GONE)) is not None
    assert (await signs.invitation(b"3" * 32, HOUR_GONE)) is not None
    await signs.end_all(clinic, client, None, T0 + 2)
    await at_work.of_traces.forget(HOUR_GONE)
    assert [await rows(data, table) for table in (SIGN_IN, INVITATION)] == [0, 0]


async def test_what_could_not_be_sent_is_its_authors_for_as_long_as_a_message(
    at_work: Clinic, data: Database
) -> None:
    here, author = at_work.here, at_work.counsellor
    head = await here.threads.get((await in_thread(at_work)).thread)
    await here.scheduled.add(uuid4(), head, author, "For later", T0, T0)
    (waiting,) = await here.scheduled.due(T0)
    await here.scheduled.hold(waiting)
    await at_work.of_traces.forget(T0 + KEEP_DAYS * DAY_MS - 1)
    (held,) = await here.scheduled.of(head.id, author, T0)
    assert (held.standing, held.body) == (Standing.HELD, "For later")
    await at_work.of_traces.forget(T0 + KEEP_DAYS * DAY_MS)
    assert await rows(data, SCHEDULED) == 0

"""Booked hours and their life, what people gave for them and what stays, in a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from signaling.domain.booking import MINUTE_MS
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Outcome, Stage, Turn
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.audit_store import pages
from signaling.storage.change_store import LineKept, LineSaid, Moment
from signaling.storage.database import Database
from signaling.storage.day_store import Caller, Near, Plan, Today
from signaling.storage.session_store import (
    PAGE,
    Between,
    Booked,
    Wanted,
    Whose,
)
from tests.integration.storage.house import T0, House, house

HOUR_MS = 60 * MINUTE_MS
PLACE = "12 Plum Lane, by the river"
TODAY = Today(PLACE, "+86 139 8765 4321", "Wang Mei", "+86 137 1111 2222", Near.NOBODY)
PLAN = Plan(Caller.COUNSELLOR, "+86 139 8765 4321", call_is_safe=True, wait_s=120)


@pytest.fixture
async def here(data: Database, keys: Database) -> House:
    return house(data, keys)


async def pair(here: House) -> tuple[UUID, UUID, UUID]:
    clinic = await here.clinic()
    counsellor, client = await here.staff(clinic), await here.client(clinic)
    await here.stores.standing.bind(counsellor, client, counsellor, T0)
    return clinic, counsellor, client


async def book(here: House, counsellor: UUID, client: UUID, starts_at: int = T0) -> Booked:
    return await here.sessions.book(Wanted(counsellor, client, starts_at, 50), counsellor, T0)


async def refused(asked: Awaitable[object]) -> Code:
    with pytest.raises(Refusal) as raised:
        await asked
    return raised.value.code


async def test_an_hour_lives_in_the_database(here: House, data: Database) -> None:
    clinic, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    assert await here.sessions.get(made.id) == made
    await here.sessions.step(made, Turn.ARRIVE, client, T0 + 1)
    with pytest.raises(Refusal, match="place_unconfirmed"):
        await here.sessions.admit(made, "", counsellor, T0 + 2)
    await here.sessions.admit(made, "told me by phone", counsellor, T0 + 2)
    await here.sessions.step(made, Turn.MEET, None, T0 + 3)
    ended = await here.sessions.step(made, Turn.END, counsellor, T0 + 4)
    assert await here.sessions.get(made.id) == ended
    assert (ended.life.stage, ended.life.outcome) == (Stage.ENDED, Outcome.HELD)
    assert ended.ends_at == T0 + 50 * MINUTE_MS
    rows = [row async for page in pages(data, clinic) for row in page]
    assert [row.action for row in rows][-5:] == [
        "session.book", "session.arrive", "session.admit", "session.meet", "session.end",
    ]  # fmt: skip
    assert (await here.journal.said(rows[-3], T0))["reason"] == "told me by phone"
    assert (await here.journal.verify(clinic, T0))[1] is None


async def test_a_refused_step_changes_and_tells_nothing(here: House, data: Database) -> None:
    clinic, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    count = (await here.journal.verify(clinic, T0))[0].seq
    assert await refused(here.sessions.step(made, Turn.MEET, None, T0)) is Code.NOT_NOW
    assert await here.sessions.get(made.id) == made
    assert (await here.journal.verify(clinic, T0))[0].seq == count
    for asked in (
        here.sessions.get(uuid4()),
        here.sessions.step(replace(made, id=uuid4()), Turn.END, None, T0),
    ):
        assert await refused(asked) is Code.NOT_FOUND


async def test_of_two_who_admit_at_once_one_is_too_late(here: House) -> None:
    _, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    await here.sessions.step(made, Turn.ARRIVE, client, T0)
    asked = [here.sessions.step(made, Turn.ADMIT, counsellor, T0 + n) for n in range(8)]
    came = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in came].count(Booked) == 1
    assert {each.code for each in came if isinstance(each, Refusal)} == {Code.NOT_NOW}


async def test_nobody_has_two_hours_at_once(here: House) -> None:
    clinic, counsellor, client = await pair(here)
    other = await here.client(clinic)
    first = await book(here, counsellor, client)
    assert await refused(book(here, counsellor, other, T0 + HOUR_MS // 2)) is Code.TAKEN
    second = await book(here, counsellor, other, T0 + 50 * MINUTE_MS)
    moved = here.sessions.move(second.id, T0 + 49 * MINUTE_MS, 50, counsellor, T0)
    assert await refused(moved) is Code.TAKEN
    assert (await here.sessions.move(second.id, T0 + HOUR_MS, 25, counsellor, T0)).minutes == 25
    await here.sessions.step(first, Turn.CANCEL, counsellor, T0)
    assert await book(here, counsellor, other, T0)
    late = here.sessions.move(first.id, T0 + 9 * HOUR_MS, 50, counsellor, T0)
    assert await refused(late) is Code.NOT_NOW


async def test_of_many_who_book_the_same_hour_one_gets_it(here: House) -> None:
    clinic, counsellor, _ = await pair(here)
    clients = [await here.client(clinic, f"+86 1380000{n:04}") for n in range(6)]
    came = await asyncio.gather(
        *(book(here, counsellor, client) for client in clients), return_exceptions=True
    )
    assert [type(each) for each in came].count(Booked) == 1


async def test_an_hour_is_between_people_of_one_clinic_who_are_there(here: House) -> None:
    clinic, counsellor, client = await pair(here)
    stranger = await here.client(await here.clinic("Hill Clinic"))
    assert await refused(book(here, counsellor, stranger)) is Code.NOT_FOUND
    assert await refused(book(here, counsellor, uuid4())) is Code.NOT_FOUND
    await here.stores.people.end(client, counsellor, T0)
    assert await refused(book(here, counsellor, client)) is Code.NOT_FOUND
    assert clinic


async def test_the_calendar_comes_in_pages(here: House) -> None:
    _, counsellor, client = await pair(here)
    made = [await book(here, counsellor, client, T0 + n * HOUR_MS) for n in range(5)]
    asked = partial(Between, Whose.COUNSELLOR, counsellor, T0, T0 + 4 * HOUR_MS)
    assert await here.sessions.find(asked()) == made[:4]
    after = asked(after=(made[1].starts_at, made[1].id))
    assert await here.sessions.find(after) == made[2:4]
    assert PAGE >= 100


async def test_what_was_given_for_a_day_is_gone_with_its_key(here: House, data: Database) -> None:
    _, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    assert await here.days.today(made.id, T0) is None
    await here.days.set_today(made.id, TODAY, client, T0 + 5)
    await here.days.set_plan(made.id, PLAN, client, T0 + 6)
    assert await here.days.today(made.id, T0) == TODAY
    assert await here.days.plan(made.id, T0) == PLAN
    assert (await here.sessions.get(made.id)).today_at == T0 + 5
    async with data.read() as reading:
        old = await reading.scalar(text("SELECT today FROM session"))
    await here.days.forget(made.id, T0 + HOUR_MS)
    assert await here.days.today(made.id, T0) is None
    with pytest.raises(SealError):
        await here.keyring.open(old, f"session.today:{made.id}", T0)
    assert await refused(here.days.set_today(uuid4(), TODAY, client, T0)) is Code.NOT_FOUND
    await here.sessions.step(made, Turn.CANCEL, counsellor, T0)
    assert await refused(here.days.set_today(made.id, TODAY, client, T0)) is Code.NOT_NOW


async def test_what_stays_is_the_clients_and_goes_with_them(here: House, data: Database) -> None:
    clinic, counsellor, client = await pair(here)
    made = [await book(here, counsellor, client, T0 + n * HOUR_MS) for n in range(2)]
    await here.changes.rate(made[0].id, Moment.BEFORE, 3, T0)
    for value in (5, 6):
        await here.changes.rate(made[0].id, Moment.AFTER, value, T0)
    line = LineKept(video_s=2400, gaps=2, gap_s=4.5, rungs={"clear": 2400})
    await here.changes.note_line(made[1].id, line, T0)
    for said in (LineSaid.CLEAR, LineSaid.CUT):
        await here.changes.rate_line(made[1].id, said, T0)
    assert await refused(here.changes.rate_line(uuid4(), LineSaid.CLEAR, T0)) is Code.NOT_FOUND
    found = await here.changes.of(client, T0)
    assert found[made[0].id].moods == {Moment.BEFORE: 3, Moment.AFTER: 6}
    assert (found[made[0].id].line, found[made[0].id].said) == (None, None)
    assert (found[made[1].id].line, found[made[1].id].said) == (line, LineSaid.CUT)
    assert await here.changes.of(counsellor, T0) == {}
    await here.days.set_today(made[0].id, TODAY, client, T0)

    gone = await here.erasure.erase(client, client, T0 + 1)
    # The client's, that of the session they said where they were, and what stayed of each.
    assert len(gone) == 4
    assert await here.erasure.erase(client, client, T0 + 2) == []
    assert (await here.stores.people.person(client)).erased_at is not None
    empty = await here.changes.of(client, T0)
    assert [(each.moods, each.line, each.said) for each in empty.values()] == [({}, None, None)] * 2
    assert (await here.sessions.get(made[0].id)).client == client
    assert await refused(here.stores.people.details(client, T0)) is Code.NOT_FOUND
    assert await refused(here.erasure.erase(counsellor, counsellor, T0)) is Code.NOT_ALLOWED
    assert (await here.journal.verify(clinic, T0))[1] is None


async def test_what_is_said_twice_at_once_is_said_once(here: House) -> None:
    _, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    await asyncio.gather(
        *(here.changes.rate(made.id, Moment.BEFORE, value, T0) for value in range(8))
    )
    assert len((await here.changes.of(client, T0))[made.id].moods) == 1


async def test_how_the_line_was_found_is_told_of_and_says_nothing_by_its_length(
    here: House, data: Database
) -> None:
    clinic, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    lengths = set()
    for said in LineSaid:
        await here.changes.rate_line(made.id, said, T0)
        assert (await here.changes.of(client, T0))[made.id].said is said
        async with data.read() as reading:
            sealed = bytes(await reading.scalar(text("SELECT line_said FROM session")))
        lengths.add(len(sealed))
        assert said.value.encode() not in sealed
    assert len(lengths) == 1
    rows = [row async for page in pages(data, clinic) for row in page]
    assert [(row.action, row.actor, row.object) for row in rows[-3:]] == [
        ("line.rate", client, made.id)
    ] * 3
    assert await here.journal.said(rows[-1], T0) == {}
    gone = await here.erasure.erase(client, client, T0 + 1)
    assert gone
    with pytest.raises(SealError):
        await here.keyring.open(sealed, f"session.line_said:{made.id}", T0 + 2)


WORDS = (
    "Harbour",
    "Zhang San",
    "Moon",
    "12345678",
    "Plum Lane",
    "Wang Mei",
    "98765432",
    "by phone",
    "sister drives",
)


async def everything_on_disk(data: Database, folder: Path) -> bytes:
    if data.dialect == "sqlite":
        return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    async with data.read() as reading:
        names = await reading.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        parts = []
        for name in names.scalars():
            # The names are the database's own, of its catalogue.
            rows = await reading.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608
            for row in rows:
                parts += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    return b"\0".join(parts)


async def test_nobody_finds_a_name_in_the_bytes_before_or_after(
    here: House, data: Database, tmp_path: Path
) -> None:
    _, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    await here.days.set_today(made.id, TODAY, client, T0)
    await here.days.set_plan(made.id, PLAN, client, T0)
    await here.changes.rate(made.id, Moment.BEFORE, 3, T0)
    await here.changes.rate_line(made.id, LineSaid.HARD, T0)
    await here.notes.write(made.id, "Her sister drives over", counsellor, T0)
    held = await everything_on_disk(data, tmp_path)
    assert made.id.bytes in held or str(made.id).encode() in held or made.id.hex.encode() in held
    assert [word for word in WORDS if word.encode() in held] == []
    await here.erasure.erase(client, client, T0 + 1)
    held = await everything_on_disk(data, tmp_path)
    assert [word for word in WORDS if word.encode() in held] == []


@pytest.mark.parametrize(
    "kind",
    [Kind.TENANT, Kind.CLIENT, Kind.INDEX, Kind.SESSION, Kind.NOTE, Kind.CHANGE, Kind.AUDIT],
)
async def test_every_key_can_be_rotated_while_it_is_used(here: House, kind: Kind) -> None:
    clinic, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    await here.days.set_today(made.id, TODAY, client, T0)
    await here.notes.write(made.id, "Her sister drives over", counsellor, T0)
    await here.changes.rate(made.id, Moment.BEFORE, 3, T0)
    of_hour = dict.fromkeys((Kind.SESSION, Kind.NOTE, Kind.CHANGE), made.id)
    subject = {Kind.CLIENT: client, **of_hour}.get(kind, clinic)
    above = client if kind is Kind.CHANGE else clinic
    await here.keyring.rotate(kind, subject, above, T0 + 1)
    assert await here.days.today(made.id, T0 + 2) == TODAY
    assert (await here.stores.people.details(client, T0 + 2)).name == "Zhang San"
    assert await here.notes.read(made.id, T0 + 2) is not None
    assert (await here.changes.of(client, T0 + 2))[made.id].moods == {Moment.BEFORE: 3}
    await here.days.set_today(made.id, TODAY, client, T0 + 3)
    assert await here.days.today(made.id, T0 + 4) == TODAY
    assert (await here.journal.verify(clinic, T0 + 5))[1] is None

"""Threads in a real database: each message once, in order, sealed, for its time and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import RECALL_MS, Kind, Mark, Message, Place, Thread
from signaling.keys.kinds import Kind as KeyKind
from signaling.keys.sealing import SealError
from signaling.night import Night
from signaling.storage.audit_store import pages
from signaling.storage.database import Database
from signaling.storage.thread_jobs import Kept, Seen, Written
from signaling.storage.thread_pages import DAY_MS, WEEK_MS, clear_at, page_of, subject
from signaling.storage.thread_store import AT_ONCE, KEEP_DAYS
from signaling.storage.thread_tables import HAND, MARK, MESSAGE
from signaling.storage.thread_writer import WAITING, ThreadWriter
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import pair, refused

WORDS = "I could not sleep, 梦见河边"


@dataclass
class Two:
    """Two people and their thread."""

    here: House
    clinic: UUID
    counsellor: UUID
    client: UUID
    thread: UUID
    hands: dict[str, tuple[int, str]] = field(default_factory=dict)

    def say(self, author: UUID, body: str, at: int = T0, hand: str = "") -> Written:
        """The next message of one's browser."""
        name = hand or str(author)
        ref, after = self.hands.get(name, (0, ""))
        made = Written(
            self.thread, author, Place(name, ref + 1, after), uuid4().hex, Kind.TEXT, body, at
        )
        self.hands[name] = (ref + 1, made.ident)
        return made

    async def all(self) -> list[Message]:
        """Everything there is to read."""
        return await self.here.threads.since(self.thread, 0, T0)


@pytest.fixture
async def two(data: Database, keys: Database) -> AsyncIterator[Two]:
    here = house(data, keys)
    clinic, counsellor, client = await pair(here)
    opened = await here.threads.open(clinic, counsellor, client, counsellor, T0)
    yield Two(here, clinic, counsellor, client, opened.id)
    await here.writer.stop()


async def test_two_have_one_thread_however_often_it_is_opened(two: Two) -> None:
    asked = (
        two.here.threads.open(two.clinic, two.counsellor, two.client, two.client, T0)
        for _ in range(5)
    )
    assert {each.id for each in await asyncio.gather(*asked)} == {two.thread}
    assert [each.id for each in await two.here.threads.of(two.client)] == [two.thread]
    assert await two.here.threads.of(uuid4()) == []


async def test_a_message_is_there_before_it_is_answered_and_only_once(two: Two) -> None:
    first = two.say(two.client, WORDS)
    kept = await two.here.writer.write(first)
    assert (kept.fresh, kept.message.number, kept.message.rev) == (True, 1, 1)
    again = await two.here.writer.write(first)
    assert (again.fresh, again.message.number) == (False, 1)
    (found,) = await two.all()
    assert (found.body, found.author, found.at) == (WORDS, str(two.client), T0)


async def test_what_comes_at_once_is_kept_in_one_go_and_what_is_refused_alone(two: Two) -> None:
    good = [two.say(two.client, f"line {number}") for number in range(1, 151)]
    torn = Written(two.thread, two.client, Place("other", 5, ""), "x", Kind.TEXT, "far", T0)
    alien = Written(two.thread, uuid4(), Place("alien", 1, ""), "y", Kind.TEXT, "hello", T0)
    lost = Written(uuid4(), two.client, Place("lost", 1, ""), "z", Kind.TEXT, "hello", T0)
    asked = [*good, torn, alien, lost]
    found = await asyncio.gather(*map(two.here.writer.write, asked), return_exceptions=True)
    assert [each.message.number for each in found if isinstance(each, Kept)] == [*range(1, 151)]
    codes = [each.code for each in found if isinstance(each, Refusal)]
    assert codes == [Code.TEXT_OUT_OF_ORDER, Code.NOT_FOUND, Code.NOT_FOUND]
    assert [each.body for each in await two.all()] == [f"line {n}" for n in range(1, 151)]
    newest = await two.here.threads.before(two.thread, 101, T0)
    assert [each.number for each in newest] == [*range(1, 101)]


async def test_the_store_does_what_the_thread_in_memory_does(two: Two) -> None:
    chance, model = Random(7), Thread()
    people = (two.counsellor, two.client)
    idents = [uuid4().hex for _ in range(60)]
    for _ in range(300):
        author = chance.choice(people)
        hand = f"{author}-{chance.randrange(2)}"
        known = model._hands.get(hand)
        last, last_id = (known.last, known.last_id) if known else (0, "")
        ref = max(0, last + chance.choice((-1, 0, 1, 1, 1, 1, 2)))
        after = last_id if chance.random() < 0.9 else chance.choice(idents)
        spot, ident = Place(hand, ref, after), chance.choice(idents)
        told: object
        try:
            made, fresh = model.write(str(author), spot, ident, Kind.TEXT, ident, T0)
            told = (made.number, made.rev, fresh)
        except Refusal as refusal:
            told = refusal.code
        job = Written(two.thread, author, spot, ident, Kind.TEXT, ident, T0)
        try:
            kept = await two.here.writer.write(job)
            assert (kept.message.number, kept.message.rev, kept.fresh) == told
        except Refusal as refusal:
            assert refusal.code == told
    assert await two.all() == list(model.since(0))
    assert model.last > 20


async def test_two_gateways_that_write_at_once_leave_no_gap(two: Two, data: Database) -> None:
    other = ThreadWriter(data, two.here.keyring)
    here = [two.say(two.client, f"a{number}") for number in range(40)]
    there = [two.say(two.counsellor, f"b{number}") for number in range(40)]
    kept = await asyncio.gather(*map(two.here.writer.write, here), *map(other.write, there))
    assert sorted(each.message.number for each in kept) == [*range(1, 81)]
    bodies = [each.body for each in await two.all()]
    assert [each for each in bodies if each and each[0] == "a"] == [j.body for j in here]
    assert [each for each in bodies if each and each[0] == "b"] == [j.body for j in there]
    await other.stop()


async def test_who_comes_back_is_told_of_what_changed_since(two: Two) -> None:
    for number in range(3):
        await two.here.writer.write(two.say(two.client, f"line {number}"))
    seen = (await two.here.threads.get(two.thread)).rev
    await two.here.threads.recall(two.thread, two.client, 2, T0 + RECALL_MS)
    await two.here.threads.recall(two.thread, two.client, 2, T0 + 2 * RECALL_MS)  # again
    await two.here.writer.write(two.say(two.counsellor, "I am here"))
    changed = await two.here.threads.since(two.thread, seen, T0)
    assert [(each.number, each.body, each.recalled) for each in changed] == [
        (2, None, True), (4, "I am here", False),
    ]  # fmt: skip
    threads = two.here.threads
    assert await refused(threads.recall(two.thread, two.counsellor, 1, T0)) is Code.NOT_FOUND
    late = threads.recall(two.thread, two.client, 1, T0 + RECALL_MS + 1)
    assert await refused(late) is Code.NOT_NOW
    assert await refused(threads.recall(two.thread, two.client, 9, T0)) is Code.NOT_FOUND


async def test_marks_only_grow_and_never_past_what_there_is(two: Two) -> None:
    for number in range(3):
        await two.here.writer.write(two.say(two.client, f"line {number}"))
    thread, mark = two.thread, two.here.writer.mark
    assert (await mark(Seen(thread, two.counsellor, 9, 2))).mark == Mark(3, 2)
    assert (await mark(Seen(thread, two.counsellor, 1, 1))).mark == Mark(3, 2)
    assert await refused(mark(Seen(thread, uuid4(), 1, 1))) is Code.NOT_FOUND
    assert await two.here.threads.marks([thread]) == {(thread, two.counsellor): Mark(3, 2)}


async def test_nothing_of_it_can_be_read_in_the_database(two: Two, data: Database) -> None:
    await two.here.writer.write(two.say(two.client, WORDS))
    async with data.read() as reading:
        body = bytes(await reading.scalar(text("SELECT body FROM message")))
    assert WORDS.encode() not in body
    assert WORDS not in repr(two.say(two.client, WORDS))


async def test_the_audit_tells_who_opened_and_recalled_and_not_what_was_said(
    two: Two, data: Database
) -> None:
    await two.here.writer.write(two.say(two.client, WORDS))
    await two.here.threads.recall(two.thread, two.client, 1, T0)
    await two.here.threads.close(two.thread, two.counsellor, T0)
    rows = [row async for page in pages(data, two.clinic) for row in page]
    told = [
        (row.action, row.actor) for row in rows if row.action.startswith(("thread.", "message."))
    ]
    assert told == [
        ("thread.open", two.counsellor), ("message.recall", two.client),
        ("thread.close", two.counsellor),
    ]  # fmt: skip
    assert await refused(two.here.writer.write(two.say(two.client, "more"))) is Code.NOT_ALLOWED
    again = await two.here.threads.open(two.clinic, two.counsellor, two.client, two.counsellor, T0)
    assert (again.id, again.closed_at, again.last) == (two.thread, None, 1)


async def test_a_week_that_has_had_its_time_is_shredded_and_the_next_one_stays(two: Two) -> None:
    later = T0 + WEEK_MS
    await two.here.writer.write(two.say(two.client, "old"))
    await two.here.writer.write(two.say(two.client, "newer", later))
    due = clear_at(T0, KEEP_DAYS)
    assert await two.here.threads.due(due - 1) == []
    await two.here.threads.clear(two.thread, due - 1)  # too early: nothing happens
    assert [each.body for each in await two.all()] == ["old", "newer"]
    here = two.here
    night = Night(
        here.journal, here.sessions, here.days, here.notes, here.threads, lambda: due / 1000
    )
    await night.look()
    assert [each.body for each in await two.all()] == [None, "newer"]
    assert await here.keyring.generations(KeyKind.PAGE, subject(two.thread, page_of(T0)), due) == []
    assert await two.here.threads.due(due + WEEK_MS - 1) == []
    assert await two.here.threads.due(due + WEEK_MS) == [two.thread]
    # Its writer would have less kept.
    await two.here.threads.keep_for(two.thread, 30, two.client, due)
    assert await two.here.threads.due(clear_at(later, 30)) == [two.thread]
    assert await two.here.threads.due(clear_at(later, 30) - DAY_MS) == []


async def test_every_key_is_made_anew_while_they_write(two: Two) -> None:
    await two.here.writer.write(two.say(two.client, "before"))
    await two.here.keyring.rotate_all(T0)
    await two.here.writer.write(two.say(two.counsellor, "after"))
    assert [each.body for each in await two.all()] == ["before", "after"]
    assert (await two.here.keyring.check(T0))[1] == 0


async def test_who_is_forgotten_leaves_no_word(two: Two, data: Database) -> None:
    await two.here.writer.write(two.say(two.client, WORDS))
    await two.here.writer.write(two.say(two.counsellor, "and I heard you"))
    await two.here.writer.mark(Seen(two.thread, two.counsellor, 1, 1))
    async with data.read() as reading:
        bodies = list((await reading.execute(text("SELECT body FROM message"))).scalars())
    gone = await two.here.erasure.erase(two.client, two.counsellor, T0)
    assert len(gone) >= 2  # the client's and the page's
    for number, body in enumerate(bodies, 1):
        with pytest.raises(SealError):
            await two.here.keyring.open(bytes(body), f"message.body:{two.thread}:{number}", T0)
    async with data.read() as reading:
        for table in (MESSAGE, HAND, MARK):
            assert (await reading.execute(select(table))).all() == []
    assert await refused(two.here.writer.write(two.say(two.client, "more"))) is Code.NOT_ALLOWED


async def test_more_than_can_wait_are_told_to_come_again(two: Two) -> None:
    many = [Seen(two.thread, two.client, 0, 0) for _ in range(WAITING + 5)]
    found = await asyncio.gather(*map(two.here.writer.mark, many), return_exceptions=True)
    codes = [each.code for each in found if isinstance(each, Refusal)]
    assert codes == [Code.BUSY] * 5
    assert AT_ONCE < WAITING

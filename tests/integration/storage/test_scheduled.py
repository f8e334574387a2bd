"""Messages for later over a real database: sent once, at their time, and not into the night."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from signaling.accounts import Actor
from signaling.domain.booking import HOUR_MS
from signaling.domain.errors import Code
from signaling.domain.rights import Position
from signaling.gate import Gate
from signaling.postman import FURTHEST_MS, Postman
from signaling.storage.database import Database
from signaling.storage.reminder_store import Wish
from signaling.storage.scheduled_store import MOST, Standing
from signaling.threads import Threads, Told
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import pair, refused

WORDS = "想到您今天去复诊，慢慢来。"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Place:
    """A counsellor who writes ahead, and who sends it."""

    here: House
    clinic: UUID
    counsellor: UUID
    client: UUID
    thread: UUID = field(default_factory=uuid4)
    told: list[Told] = field(default_factory=list)
    now: int = T0

    @property
    def actor(self) -> Actor:
        """The counsellor."""
        return Actor(self.counsellor, self.clinic, frozenset({Position.COUNSELLOR}))

    def postman(self) -> Postman:
        """Of one gateway."""
        stores = self.here.stores
        gate = Gate(stores.people, stores.standing, self.here.journal)
        threads = Threads(self.here.threads, self.here.writer, gate)
        threads.attend(self.told.append)
        wishes = self.here.reminders
        return Postman(self.here.scheduled, wishes, threads, gate, lambda: self.now / 1000)

    async def later(self, due_at: int, body: str = WORDS, ident: UUID | None = None) -> UUID:
        """The counsellor writes ahead."""
        made = ident or uuid4()
        await self.postman().add(self.actor, self.thread, made, body, due_at, T0)
        return made

    async def read(self) -> list[str | None]:
        """What is in the thread."""
        return [each.body for each in await self.here.threads.since(self.thread, 0, self.now)]


@pytest.fixture
async def place(data: Database, keys: Database) -> AsyncIterator[Place]:
    here = house(data, keys)
    clinic, counsellor, client = await pair(here)
    await here.stores.standing.give_position(counsellor, Position.COUNSELLOR, None, T0)
    made = Place(here, clinic, counsellor, client)
    made.thread = (await here.threads.open(clinic, counsellor, client, counsellor, T0)).id
    yield made
    await here.writer.stop()


async def test_it_is_sent_once_at_its_time(place: Place) -> None:
    await place.later(T0 + HOUR_MS)
    place.now = T0 + HOUR_MS - 1
    await place.postman().look()
    assert await place.read() == []
    place.now += 1
    await asyncio.gather(*(place.postman().look() for _ in range(3)))
    await place.postman().look()
    assert await place.read() == [WORDS]
    assert len(place.told) == 1
    assert await place.postman().find(place.actor, place.thread, place.now) == []


async def test_it_waits_until_the_night_of_its_reader_is_over(place: Place) -> None:
    night = int(datetime(2027, 1, 15, 23, tzinfo=SHANGHAI).timestamp() * 1000)
    wish = Wish(zone="Asia/Shanghai", quiet_from="22:00", quiet_until="08:00")
    await place.here.reminders.set_wish(place.clinic, place.client, wish, T0)
    await place.later(night)
    place.now = night
    await place.postman().look()
    (waiting,) = await place.postman().find(place.actor, place.thread, place.now)
    assert datetime.fromtimestamp(waiting.due_at / 1000, SHANGHAI).hour == 8
    assert await place.read() == []
    place.now = waiting.due_at
    await place.postman().look()
    assert await place.read() == [WORDS]


async def test_what_cannot_be_sent_is_told_to_who_wrote_it(place: Place) -> None:
    ident = await place.later(T0 + HOUR_MS)
    await place.here.stores.standing.part(place.counsellor, place.client, place.counsellor, T0)
    place.now = T0 + HOUR_MS
    await place.postman().look()
    (held,) = await place.here.scheduled.of(place.thread, place.counsellor, place.now)
    assert (held.id, held.standing, held.body) == (ident, Standing.HELD, WORDS)
    assert await place.read() == []


async def test_one_is_taken_back_by_who_wrote_it_alone(place: Place) -> None:
    ident = await place.later(T0 + HOUR_MS)
    store = place.here.scheduled
    assert await refused(store.drop(ident, place.thread, place.client)) is Code.NOT_FOUND
    assert await refused(store.drop(ident, uuid4(), place.counsellor)) is Code.NOT_FOUND
    await place.postman().drop(place.actor, place.thread, ident, T0)
    place.now = T0 + HOUR_MS
    await place.postman().look()
    assert await place.read() == []


async def test_one_that_is_said_twice_is_one(place: Place) -> None:
    ident = await place.later(T0 + HOUR_MS)
    await place.later(T0 + HOUR_MS, ident=ident)
    assert len(await place.postman().find(place.actor, place.thread, T0)) == 1


async def test_what_is_past_far_ahead_or_too_much_is_refused(place: Place) -> None:
    for due_at in (T0, T0 + FURTHEST_MS + 1):
        assert await refused(place.later(due_at)) is Code.NOT_NOW
    assert await refused(place.later(T0 + 1, "a\u0000")) is Code.MALFORMED
    for _ in range(MOST):
        await place.later(T0 + HOUR_MS)
    assert await refused(place.later(T0 + HOUR_MS)) is Code.BUSY


async def test_nothing_of_it_is_readable_and_nothing_stays_of_who_was_erased(
    place: Place,
) -> None:
    await place.later(T0 + HOUR_MS)
    await place.here.erasure.erase(place.client, place.client, T0)
    assert await place.here.scheduled.of(place.thread, place.counsellor, T0) == []

"""Reminders over a real database: each once, as somebody chose it, and to nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from signaling.carriers.notice import Carried, Notice
from signaling.carriers.push import PushKeys, Subscription
from signaling.domain.booking import HOUR_MS, MINUTE_MS
from signaling.domain.errors import Code
from signaling.domain.life import Turn
from signaling.domain.reminding import Tongue, Wording
from signaling.reminders import MOST_TRIES, Reminders
from signaling.storage.database import Database
from signaling.storage.people_store import Details
from signaling.storage.reminder_store import (
    CLAIM_MS,
    MOST_BROWSERS,
    Wish,
    add_browser,
    drop_browser,
)
from signaling.storage.session_store import Wanted
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import pair

STARTS = T0 + 48 * HOUR_MS
MAIL = "moon@example.org"
WISH = Wish(Wording.PLAIN, Tongue.ZH, "Asia/Shanghai", (60,), by_mail=True)


@dataclass
class Fake:
    """Takes what is given to it."""

    answers: list[Carried] = field(default_factory=list)
    took: list[tuple[str, str]] = field(default_factory=list)

    async def carry(self, to: str, notice: Notice) -> Carried:
        """Take it."""
        self.took.append((to, notice.text))
        return self.answers.pop(0) if self.answers else Carried.DONE


@dataclass
class Place:
    """A client with an hour, and who reminds them."""

    here: House
    clinic: UUID
    counsellor: UUID
    client: UUID
    mail: Fake = field(default_factory=Fake)
    push: Fake = field(default_factory=Fake)
    now: int = STARTS - HOUR_MS

    def reminders(self) -> Reminders:
        """Of one gateway."""
        people = self.here.stores.people
        return Reminders(self.here.reminders, people, self.mail, self.push, lambda: self.now / 1000)

    async def wish(self, wish: Wish) -> None:
        """The client says so."""
        await self.here.reminders.set_wish(self.clinic, self.client, wish, T0)


@pytest.fixture
async def place(data: Database, keys: Database) -> Place:
    here = house(data, keys)
    clinic, counsellor, client = await pair(here)
    await here.stores.people.change_details(
        client, lambda _: Details("Zhang San", alias="Moon", email=MAIL), client, T0
    )
    await here.sessions.book(Wanted(counsellor, client, STARTS, 50), counsellor, T0)
    return Place(here, clinic, counsellor, client)


async def test_who_did_not_ask_is_not_reminded(place: Place) -> None:
    assert await place.reminders().look() == 0
    await place.wish(Wish(before=()))
    assert await place.reminders().look() == 0


async def test_it_is_said_once_in_the_words_that_were_chosen(place: Place) -> None:
    await place.wish(WISH)
    gateways = [place.reminders() for _ in range(3)]
    await asyncio.gather(*(each.look() for each in gateways))
    for each in gateways:
        await each.look()
    ((to, text),) = place.mail.took
    assert to == MAIL
    assert text.startswith("您今天") and text.endswith("有一个约定。")
    assert place.push.took == []


async def test_an_hour_that_is_off_is_not_reminded_of(place: Place) -> None:
    await place.wish(WISH)
    (booked,) = await place.here.sessions.cancel_ahead(place.client, None, None, T0)
    assert booked.client == place.client
    assert await place.reminders().look() == 0


async def test_an_hour_that_was_moved_is_reminded_of_at_its_new_time(place: Place) -> None:
    await place.wish(WISH)
    await place.reminders().look()
    (coming,) = await place.here.reminders.coming(place.now)
    later = STARTS + 24 * HOUR_MS
    await place.here.sessions.move(coming.session, later, 50, place.counsellor, T0)
    assert await place.reminders().look() == 0
    place.now = later - HOUR_MS
    assert await place.reminders().look() == 1
    assert len(place.mail.took) == 2


async def test_what_fails_is_tried_again_and_not_for_ever(place: Place) -> None:
    await place.wish(WISH)
    place.mail.answers = [Carried.LATER] * 3
    for _ in range(40):
        await place.reminders().look()
        place.now += MINUTE_MS
    assert len(place.mail.took) == 4
    place.mail.took.clear()


async def test_nothing_is_said_once_the_hour_has_begun(place: Place) -> None:
    await place.wish(WISH)
    place.mail.answers = [Carried.LATER] * (MOST_TRIES + 9)
    for _ in range(120):
        await place.reminders().look()
        place.now += MINUTE_MS
    assert len(place.mail.took) <= MOST_TRIES + 1
    assert await place.here.reminders.again(place.now + HOUR_MS) == []


async def test_what_a_gateway_left_in_its_middle_is_given_by_another(place: Place) -> None:
    await place.wish(WISH)
    (coming,) = await place.here.reminders.coming(place.now)
    assert await place.here.reminders.claim(coming, 60, place.now) is not None
    assert await place.here.reminders.claim(coming, 60, place.now) is None
    assert await place.reminders().look() == 0
    place.now += CLAIM_MS
    assert await place.reminders().look() == 1
    assert len(place.mail.took) == 1


def browser(number: int) -> Subscription:
    return Subscription(f"https://fcm.googleapis.com/{number}", PushKeys("k", "a"))


async def test_a_browser_that_is_gone_is_forgotten(place: Place) -> None:
    await place.wish(Wish(before=(60,), browsers=(browser(1), browser(2))))
    place.push.answers = [Carried.GONE, Carried.DONE]
    await place.reminders().look()
    kept = await place.here.reminders.wish(place.client, T0)
    assert kept is not None and kept.browsers == (browser(2),)


def test_a_person_has_a_few_browsers() -> None:
    wish = Wish()
    for number in range(MOST_BROWSERS):
        wish = add_browser(wish, browser(number))
    assert add_browser(wish, browser(0)).browsers[-1] == browser(0)
    with pytest.raises(Exception, match=Code.BUSY.value):
        add_browser(wish, browser(9))
    assert len(drop_browser(wish, browser(0).endpoint).browsers) == MOST_BROWSERS - 1


async def test_who_was_erased_is_not_reminded(place: Place) -> None:
    await place.wish(WISH)
    await place.here.erasure.erase(place.client, place.client, T0)
    assert await place.here.reminders.wish(place.client, T0) is None
    assert await place.reminders().look() == 0


async def test_an_hour_under_way_is_not_reminded_of(place: Place) -> None:
    await place.wish(WISH)
    (coming,) = await place.here.reminders.coming(place.now)
    booked = await place.here.sessions.get(coming.session)
    await place.here.sessions.step(booked, Turn.ARRIVE, place.client, place.now)
    assert await place.reminders().look() == 0

"""Booking by message, over REST: what is free, who may have it, and what both are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signaling.domain.booking import HOUR_MS
from signaling.working_times import WorkingDay, WorkingOpening, WorkingRule, WorkingTimes
from tests.support.page import until
from tests.support.practice import Practice, now_ms, practice

pytestmark = pytest.mark.integration

ALWAYS = WorkingTimes(
    "UTC", [WorkingRule("00:00", 1440, rule="FREQ=DAILY", first="2026-01-01")],
    notice_minutes=120,
)  # fmt: skip


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(tmp_path) as made:
        yield made


async def opened(here: Practice) -> str:
    """The thread of the two, whose counsellor works at any time."""
    path = f"people/{here.people['zhang']}/threads/{here.people['li']}"
    said = (await here.ask("zhang", "PUT", path))[1]
    times = f"people/{here.people['li']}/working-times"
    assert (await here.ask("li", "PUT", times, msgspec.to_builtins(ALWAYS)))[0] == 204
    return f"threads/{said['id']}"


async def free(here: Practice, thread: str, **asked: int) -> list[int]:
    """When an hour could begin."""
    params = {name: str(value) for name, value in asked.items()}
    status, said = await here.ask("zhang", "GET", f"{thread}/free-times", params=params)
    assert status == 200
    return [each["starts_at"] for each in said["items"]]


async def answer(
    here: Practice, who: str, thread: str, booking: dict[str, Any], act: str, **more: Any
) -> tuple[int, Any]:
    """Answer the card as it was when it was seen."""
    body = {"act": act, "revision": booking["revision"]} | more
    return await here.ask(who, "POST", f"{thread}/bookings/{booking['id']}/acts", body)


async def test_what_is_free_is_what_was_said_and_nobody_has(here: Practice) -> None:
    thread = await opened(here)
    found = await free(here, thread)
    assert len(found) == 200 and found[0] >= now_ms() + 2 * HOUR_MS - 1000
    assert {each % HOUR_MS for each in found} == {0}
    assert (await here.ask("zhang", "POST", f"{thread}/bookings", {"starts_at": found[3]}))[
        0
    ] == 201
    await here.hour("li", "zhang", found[5])
    assert await free(here, thread, until=found[8]) == [
        each for place, each in enumerate(found[:8]) if place not in (3, 5)
    ]
    assert await free(here, thread, near=found[3]) == [found[1], found[2], found[4]]


async def test_who_has_said_nothing_has_no_time(here: Practice) -> None:
    path = f"people/{here.people['zhang']}/threads/{here.people['li']}"
    thread = f"threads/{(await here.ask('zhang', 'PUT', path))[1]['id']}"
    status, said = await here.ask("zhang", "GET", f"{thread}/free-times")
    assert (status, said) == (200, {"items": [], "zone": None, "notice_minutes": 0})
    soon = now_ms() + 48 * HOUR_MS
    status, said = await here.ask("zhang", "POST", f"{thread}/bookings", {"starts_at": soon})
    assert (status, said["code"]) == (409, "not_now")
    assert (await here.ask("li", "POST", f"{thread}/bookings", {"starts_at": soon}))[0] == 201


async def test_ask_agree_and_both_pages_are_told(here: Practice) -> None:
    thread = await opened(here)
    wanted = (await free(here, thread))[0]
    pages = [await here.listen(who) for who in ("zhang", "li")]
    try:
        status, asked = await here.ask(
            "zhang", "POST", f"{thread}/bookings", {"starts_at": wanted},
            headers={"Idempotency-Key": "tap-1"},
        )  # fmt: skip
        assert (status, asked["stage"], asked["named"]["starts_at"]) == (201, "asked", wanted)
        again = await here.ask(
            "zhang", "POST", f"{thread}/bookings", {"starts_at": wanted},
            headers={"Idempotency-Key": "tap-1"},
        )  # fmt: skip
        assert again == (201, asked)
        assert (await answer(here, "zhang", thread, asked, "agree"))[0] == 409
        status, agreed = await answer(here, "li", thread, asked, "agree")
        assert (status, agreed["stage"], agreed["agreed"]["starts_at"]) == (
            200,
            "confirmed",
            wanted,
        )
        assert await answer(here, "li", thread, asked, "agree") == (200, agreed)
        for page in pages:
            await until(lambda page=page: len(page.all("message_changed")) == 2)
            told = [json.loads(each["message"]["body"]) for each in page.all("message_changed")]
            assert [(card["done"], card["by"]) for card in told] == [
                ("ask", "client"), ("agree", "counsellor"),
            ]  # fmt: skip
            assert told[-1]["session"] == agreed["session"]
    finally:
        for page in pages:
            await page.close()
    status, hour = await here.ask("zhang", "GET", f"appointments/{agreed['session']}")
    assert (status, hour["starts_at"], hour["stage"]) == (200, wanted, "booked")


async def test_who_comes_second_is_offered_the_nearest(here: Practice) -> None:
    thread = await opened(here)
    wanted = (await free(here, thread))[2]
    await here.ask("li", "POST", f"{thread}/bookings", {"starts_at": wanted})
    status, said = await here.ask("zhang", "POST", f"{thread}/bookings", {"starts_at": wanted})
    assert (status, said["code"]) == (409, "taken")
    near = await free(here, thread, near=wanted)
    assert near == [wanted - 2 * HOUR_MS, wanted - HOUR_MS, wanted + HOUR_MS]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"starts_at": 1}, 409, "not_now"),
        ({"starts_at": -1}, 400, "malformed"),
        ({}, 400, "malformed"),
        ({"starts_at": 4_000_000_000_000, "minutes": 240}, 400, "malformed"),
        ({"starts_at": 4_000_000_000_000}, 409, "taken"),
        ({"starts_at": 10**30}, 400, "malformed"),
        ({"starts_at": 4_000_000_000_000, "client": "x"}, 400, "malformed"),
    ],
)
async def test_what_cannot_be_asked_for_changes_nothing(
    here: Practice, body: dict[str, Any], status: int, code: str
) -> None:
    thread = await opened(here)
    found, said = await here.ask("zhang", "POST", f"{thread}/bookings", body)
    assert (found, said["code"]) == (status, code)
    assert (await here.ask("li", "GET", f"{thread}/bookings"))[1] == {"items": []}


async def test_a_time_between_those_that_are_offered_cannot_be_had(here: Practice) -> None:
    thread = await opened(here)
    between = (await free(here, thread))[1] + 20 * 60_000
    status, said = await here.ask("zhang", "POST", f"{thread}/bookings", {"starts_at": between})
    assert (status, said["code"]) == (409, "taken")


async def test_a_booking_is_answered_in_its_own_thread_alone(here: Practice) -> None:
    thread = await opened(here)
    asked = (
        await here.ask(
            "zhang", "POST", f"{thread}/bookings", {"starts_at": (await free(here, thread))[0]}
        )
    )[1]
    other = f"people/{here.people['moon']}/threads/{here.people['chen']}"
    theirs = f"threads/{(await here.ask('moon', 'PUT', other))[1]['id']}"
    before = await here.refusals()
    status, said = await answer(here, "moon", theirs, asked, "agree")
    assert (status, said["code"]) == (404, "not_found")
    assert await here.refusals() == before + 1
    for act, more in (("suggest", {}), ("agree", {"starts_at": now_ms()}), ("burn", {})):
        assert (await answer(here, "li", thread, asked, act, **more))[0] == 400


async def test_an_hour_that_is_moved_or_cancelled_at_the_desk_is_told_of(here: Practice) -> None:
    thread = await opened(here)
    first, second = (await free(here, thread))[:2]
    body = {"starts_at": first}
    asked = (await here.ask("zhang", "POST", f"{thread}/bookings", body))[1]
    agreed = (await answer(here, "li", thread, asked, "agree"))[1]
    path = f"appointments/{agreed['session']}"
    assert (await here.ask("admin", "PUT", f"{path}/start", {"starts_at": second}))[0] == 200
    (moved,) = (await here.ask("zhang", "GET", f"{thread}/bookings"))[1]["items"]
    assert (moved["agreed"]["starts_at"], moved["revision"]) == (second, 3)
    assert (await here.ask("admin", "DELETE", path))[0] == 204
    assert (await here.ask("zhang", "GET", f"{thread}/bookings"))[1]["items"] == []
    items = (await here.ask("zhang", "GET", f"{thread}/messages"))[1]["items"]
    cards = [json.loads(each["body"]) for each in items]
    assert [(card["done"], card["by"]) for card in cards[2:]] == [("move", None), ("end", None)]


async def test_who_parts_is_asked_nothing_more(here: Practice) -> None:
    thread = await opened(here)
    times = await free(here, thread)
    asked = (await here.ask("zhang", "POST", f"{thread}/bookings", {"starts_at": times[0]}))[1]
    parted = f"people/{here.people['zhang']}/counsellors/{here.people['li']}"
    assert (await here.ask("admin", "DELETE", parted))[0] == 204
    for who, act in (("zhang", "take_back"), ("li", "agree")):
        assert (await answer(here, who, thread, asked, act))[0] in {403, 404}
    assert (await here.ask("zhang", "GET", f"{thread}/bookings"))[1]["items"] == []


async def test_twenty_taps_at_once_are_one_booking(here: Practice) -> None:
    thread = await opened(here)
    wanted = (await free(here, thread))[0]
    keyed = {"headers": {"Idempotency-Key": "tap"}}
    found = await asyncio.gather(
        *(here.ask("zhang", "POST", f"{thread}/bookings", {"starts_at": wanted}, **keyed)
          for _ in range(20))
    )  # fmt: skip
    assert {status for status, _ in found} == {201}
    assert len({said["id"] for _, said in found}) == 1
    assert (await here.ask("li", "GET", f"{thread}/messages"))[1]["last"] == 1


async def test_a_day_off_has_no_time(here: Practice) -> None:
    thread = await opened(here)
    noon = (now_ms() // (24 * HOUR_MS) + 3) * 24 * HOUR_MS + 12 * HOUR_MS
    assert await free(here, thread, since=noon, until=noon + 6 * HOUR_MS)
    day = WorkingDay(datetime.fromtimestamp(noon / 1000, UTC).date().isoformat())
    off = msgspec.structs.replace(ALWAYS, days=[day])
    times = f"people/{here.people['li']}/working-times"
    await here.ask("li", "PUT", times, msgspec.to_builtins(off))
    assert await free(here, thread, since=noon, until=noon + 6 * HOUR_MS) == []


async def test_working_times_that_mean_nothing_are_refused(here: Practice) -> None:
    path = f"people/{here.people['li']}/working-times"
    for wrong in (
        {"zone": "Middle/Earth"},
        {"zone": "UTC", "rules": [{"rule": "FREQ=HOURLY", "first": "2027-01-01",
                                   "begins": "10:00", "minutes": 60}]},
        {"zone": "UTC", "every_minutes": 7},
        {"zone": "UTC", "minutes": 0},
    ):  # fmt: skip
        status, said = await here.ask("li", "PUT", path, wrong)
        assert (status, said["code"]) == (400, "malformed")
    of_client = f"people/{here.people['zhang']}/working-times"
    assert (await here.ask("admin", "PUT", of_client, {"zone": "UTC"}))[0] == 400


async def test_who_writes_is_told_whether_somebody_works_now(here: Practice) -> None:
    path = f"people/{here.people['zhang']}/threads/{here.people['li']}"
    thread = f"threads/{(await here.ask('zhang', 'PUT', path))[1]['id']}/working"
    assert (await here.ask("zhang", "GET", thread))[1] == {"now": None, "next_at": None}
    times = f"people/{here.people['li']}/working-times"
    tomorrow = datetime.fromtimestamp(now_ms() / 1000 + 24 * 3600, UTC).date()
    soon = WorkingTimes("UTC", [], [WorkingDay(f"{tomorrow}", [WorkingOpening("12:00", 60)])])
    begins = int(datetime.combine(tomorrow, time(12), UTC).timestamp() * 1000)
    for said, expected in (
        (ALWAYS, {"now": True, "next_at": None}),
        (WorkingTimes("UTC"), {"now": False, "next_at": None}),
        (soon, {"now": False, "next_at": begins}),
    ):
        await here.ask("li", "PUT", times, msgspec.to_builtins(said))
        assert (await here.ask("zhang", "GET", thread))[1] == expected


async def test_a_key_that_was_used_in_another_thread_gives_nothing_of_it(here: Practice) -> None:
    thread = await opened(here)
    people, standing = here.people, here.stores.accounts.stores.standing
    await standing.bind(people["li"], people["moon"], people["admin"], now_ms())
    path = f"people/{people['moon']}/threads/{people['li']}"
    other = f"threads/{(await here.ask('moon', 'PUT', path))[1]['id']}"
    first, second = (await free(here, thread))[:2]
    keyed: dict[str, Any] = {"headers": {"Idempotency-Key": "tap"}}
    body = {"starts_at": first}
    assert (await here.ask("li", "POST", f"{thread}/bookings", body, **keyed))[0] == 201
    body = {"starts_at": second}
    status, said = await here.ask("li", "POST", f"{other}/bookings", body, **keyed)
    assert (status, said["code"]) == (409, "taken")

"""A closed door in two browsers: waiting, being asked in, and being there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from tests.support.browsers import PHONE, Person, person
from tests.support.call import enter, hears_the_other, sees_the_other
from tests.support.clinic import SETTINGS, Clinic
from tests.support.gateway import gateway
from tests.support.screens import shoot


@dataclass
class Visit:
    """A session with a closed door, and two browsers that are not in it yet."""

    counsellor: Person
    client: Person
    links: dict[str, str]


@pytest_asyncio.fixture(loop_scope="session")
async def visit() -> AsyncIterator[Visit]:
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(gateway(**SETTINGS))
        clinic = Clinic(running.url)
        links = await clinic.links(await clinic.session("closed"))
        counsellor = await stack.enter_async_context(person())
        client = await stack.enter_async_context(person(viewport=PHONE))
        yield Visit(counsellor, client, links)
        for someone in (counsellor, client):
            assert not someone.errors
            assert not someone.foreign


async def peers(someone: Person) -> int:
    found: int = await someone.page.evaluate("() => window.testPeers.length")
    return found


async def test_a_client_waits_is_asked_in_and_is_there(visit: Visit, screenshots: Path):
    counsellor, client = visit.counsellor.page, visit.client.page
    await enter(visit.client, visit.links["client"])
    waiting = client.get_by_test_id("waiting")
    await expect(waiting).to_have_attribute("data-state", "nobody")
    await shoot(visit.client, screenshots, "door-nobody")

    await enter(visit.counsellor, visit.links["counsellor"])
    await expect(waiting).to_have_attribute("data-state", "ready")
    await expect(counsellor.get_by_test_id("door")).to_be_visible()
    await shoot(visit.client, screenshots, "door-ready")
    await shoot(visit.counsellor, screenshots, "door-counsellor")
    # Nothing passes: the waiting page has not even a connection to send or receive by.
    assert await peers(visit.client) == 0
    await client.wait_for_timeout(1_000)
    assert await peers(visit.client) == 0

    await counsellor.get_by_test_id("let-in").click()
    await sees_the_other(visit.client, 10)
    await sees_the_other(visit.counsellor, 10)
    await hears_the_other(visit.client, 10)
    await hears_the_other(visit.counsellor, 10)
    await expect(waiting).to_have_count(0)
    await expect(counsellor.get_by_test_id("door")).to_have_count(0)


async def test_a_client_may_leave_the_door(visit: Visit):
    counsellor, client = visit.counsellor.page, visit.client.page
    await enter(visit.counsellor, visit.links["counsellor"])
    await enter(visit.client, visit.links["client"])
    await expect(counsellor.get_by_test_id("door")).to_be_visible()
    await client.get_by_test_id("door-leave").click()
    await expect(counsellor.get_by_test_id("door")).to_have_count(0)
    await expect(client.get_by_test_id("waiting")).to_have_count(0)


async def test_a_reload_at_the_door_keeps_the_place(visit: Visit):
    counsellor, client = visit.counsellor.page, visit.client.page
    await enter(visit.counsellor, visit.links["counsellor"])
    await enter(visit.client, visit.links["client"])
    await expect(counsellor.get_by_test_id("door")).to_be_visible()
    await client.reload()
    await expect(client.get_by_test_id("waiting")).to_have_attribute("data-state", "ready")
    await counsellor.get_by_test_id("let-in").click()
    await sees_the_other(visit.client, 10)

"""A link that does not lead in: a calm page, in the person's language, silent about the room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from signaling.domain.grants import Role
from signaling.tokens import LEEWAY_S, Tokens
from tests.support.browsers import PHONE, Person, person
from tests.support.call import enter, has_linked, open_page
from tests.support.clinic import SIGNING_KEYS, Clinic
from tests.support.gateway import Gateway


@pytest_asyncio.fixture(loop_scope="session")
async def client() -> AsyncIterator[Person]:
    async with person(viewport=PHONE) as someone:
        yield someone


async def absent(running: Gateway, clinic: Clinic) -> str:
    return f"{running.url}/client"


async def altered(running: Gateway, clinic: Clinic) -> str:
    link = (await clinic.token(await clinic.session(), "client"))["link"]
    return str(link)[:-6] + ("AAAAAA" if not link.endswith("AAAAAA") else "BBBBBB")


async def revoked(running: Gateway, clinic: Clinic) -> str:
    minted = await clinic.token(await clinic.session(), "client")
    await clinic.call("DELETE", f"/api/v1/tokens/{minted['jti']}")
    return str(minted["link"])


async def ended(running: Gateway, clinic: Clinic) -> str:
    session = await clinic.session()
    link = (await clinic.token(session, "client"))["link"]
    await clinic.call("DELETE", f"/api/v1/sessions/{session}")
    return str(link)


async def foreign(running: Gateway, clinic: Clinic) -> str:
    other = Tokens({"other": "a-signing-key-of-another-gateway-altogether"})
    minted = other.mint(await clinic.session(), Role.CLIENT, "person", "安", 3600, time.time())
    return f"{running.url}/client#{minted.token}"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (absent, "absent"),
        (altered, "invalid"),
        (foreign, "invalid"),
        (revoked, "revoked"),
        (ended, "ended"),
    ],
)
async def test_a_link_that_does_not_lead_in_is_told_calmly(
    running: Gateway, client: Person, screenshots: Path, make, kind: str
):
    link = await make(running, Clinic(running.url))
    await open_page(client, link)
    come_in = client.page.get_by_test_id("come-in")
    refusal = client.page.get_by_test_id("refusal")
    await come_in.or_(refusal).wait_for()
    if await come_in.count():
        await come_in.click()
    await refusal.wait_for()
    assert await refusal.get_attribute("data-kind") == kind
    words = {}
    for language in ("en", "zh"):
        await client.page.get_by_test_id(f"lang-{language}").click()
        await client.page.wait_for_function(
            f"() => document.documentElement.lang.startsWith('{language}')"
        )
        words[language] = await refusal.inner_text()
        await client.page.screenshot(path=screenshots / f"refusal-{make.__name__}-{language}.png")
    assert words["en"] != words["zh"]
    assert not any("安" in text or "token" in text.lower() for text in words.values())


async def test_an_expired_link_is_told_calmly(running: Gateway, client: Person):
    clinic = Clinic(running.url)
    # Near its end, leeway for clocks included; signed by the clinic itself, for the interface
    # makes none that lives so short.
    lifetime = 10
    wall = time.time() + 2 - lifetime - LEEWAY_S
    signer = Tokens(SIGNING_KEYS)
    minted = signer.mint(await clinic.session(), Role.CLIENT, "person", "安", lifetime, wall)
    await open_page(client, f"{running.url}/client#{minted.token}")
    await client.page.get_by_test_id("come-in").wait_for()
    await asyncio.sleep(max(0.0, minted.expires_at + LEEWAY_S - time.time()))
    await client.page.get_by_test_id("come-in").click()
    await client.page.get_by_test_id("refusal").wait_for()
    assert await client.page.get_by_test_id("refusal").get_attribute("data-kind") == "expired"


async def test_revoking_ends_a_call_that_is_on(running: Gateway, client: Person):
    clinic = Clinic(running.url)
    minted = await clinic.token(await clinic.session(), "client")
    await enter(client, minted["link"], "arrive-voice")
    await has_linked(client)
    await clinic.call("DELETE", f"/api/v1/tokens/{minted['jti']}")
    await client.page.get_by_test_id("refusal").wait_for()
    assert await client.page.get_by_test_id("refusal").get_attribute("data-kind") == "revoked"


async def test_a_second_device_takes_the_seat_and_the_first_is_told(
    running: Gateway, client: Person
):
    await enter(client, running.links["client"], "arrive-text")
    await client.page.get_by_test_id("trust-chip").wait_for()
    async with person() as second:
        await enter(second, running.links["client"], "arrive-text")
        await second.page.get_by_test_id("trust-chip").wait_for()
        await client.page.get_by_test_id("refusal").wait_for()
        kind = await client.page.get_by_test_id("refusal").get_attribute("data-kind")
        assert kind == "elsewhere"

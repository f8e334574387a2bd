"""A counsellor and a client in two Chromium processes: see, hear, write, leave."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest_asyncio

from tests.support.browsers import PHONE, Person, person
from tests.support.call import (
    enter,
    hears_the_other,
    open_page,
    reads,
    sees_the_other,
    stats,
    write,
)
from tests.support.gateway import Gateway


@dataclass
class Pair:
    counsellor: Person
    client: Person


@pytest_asyncio.fixture(loop_scope="session")
async def pair(running: Gateway) -> AsyncIterator[Pair]:
    """Both people in the room with sound and picture."""
    async with AsyncExitStack() as stack:
        counsellor = await stack.enter_async_context(person())
        client = await stack.enter_async_context(person(viewport=PHONE))
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(counsellor)
        await sees_the_other(client)
        yield Pair(counsellor, client)
        for someone in (counsellor, client):
            assert not someone.errors
            assert not someone.foreign


async def test_they_see_hear_and_write_to_each_other(pair: Pair):
    for someone in (pair.counsellor, pair.client):
        await hears_the_other(someone, 50)
        await sees_the_other(someone, 30)
    await write(pair.client, "您好,听得到吗")
    await reads(pair.counsellor, "您好,听得到吗")
    await write(pair.counsellor, "I can hear you well")
    await reads(pair.client, "I can hear you well")
    found = await stats(pair.client)
    assert found["peers"] == 1
    assert found["codec"] == "video/VP8"


async def test_voice_is_heard_without_any_picture(running: Gateway):
    async with person() as counsellor, person(viewport=PHONE) as client:
        await enter(counsellor, running.links["counsellor"], "arrive-voice")
        await enter(client, running.links["client"], "arrive-voice")
        await hears_the_other(counsellor, 50)
        await hears_the_other(client, 50)
        assert (await stats(client))["frames"] == 0


async def test_nothing_is_on_until_its_owners_tap(running: Gateway):
    async with person(viewport=PHONE) as client:
        await open_page(client, running.links["client"])
        asked = (
            "() => { const devices = navigator.mediaDevices; window.asked = 0;"
            " const open = devices.getUserMedia.bind(devices);"
            " devices.getUserMedia = (...a) => { window.asked++; return open(...a); }; }"
        )
        await client.page.evaluate(asked)
        await client.page.get_by_test_id("come-in").click()
        await client.page.get_by_test_id("arrive-text").click()
        await client.page.get_by_test_id("text-input").wait_for()
        assert await client.page.evaluate("() => window.asked") == 0


async def test_the_language_changes_without_dropping_the_call(pair: Pair):
    page = pair.client.page
    await page.get_by_test_id("lang-en").click()
    await page.wait_for_function("() => document.documentElement.lang.startsWith('en')")
    assert await page.title() == "Appointment"
    before = (await stats(pair.client))["frames"]
    await sees_the_other(pair.client, before + 10)
    await page.get_by_test_id("lang-zh").click()
    await page.wait_for_function("() => document.documentElement.lang.startsWith('zh')")
    assert await page.title() == "约定"
    assert (await stats(pair.client))["peers"] == 1


async def test_camera_and_microphone_go_off_and_on_without_a_new_offer(pair: Pair):
    page = pair.client.page
    await page.get_by_test_id("camera").click()
    await (
        pair.counsellor.page.get_by_test_id("status-line")
        .filter(has_text=re.compile("关了画面|turned the picture off"))
        .wait_for()
    )
    await page.get_by_test_id("camera").click()
    before = (await stats(pair.counsellor))["frames"]
    await sees_the_other(pair.counsellor, before + 10)
    await page.get_by_test_id("mic").click()
    assert (await stats(pair.client))["peers"] == 1


async def test_leaving_asks_once_gently_and_is_told(pair: Pair):
    page = pair.client.page
    await page.get_by_test_id("leave").click()
    await page.get_by_test_id("leave-cancel").click()
    await sees_the_other(pair.client, (await stats(pair.client))["frames"] + 5)
    await page.get_by_test_id("leave").click()
    await page.get_by_test_id("leave-confirm").click()
    await page.get_by_test_id("after").wait_for()
    await (
        pair.counsellor.page.get_by_test_id("trust-chip")
        .filter(has_text=re.compile("1 人|1 person"))
        .wait_for()
    )


async def test_the_counsellor_ends_the_session_for_both(pair: Pair):
    await pair.counsellor.page.get_by_test_id("end-session").click()
    await pair.counsellor.page.get_by_test_id("end-confirm").click()
    await pair.client.page.get_by_test_id("after").wait_for()


async def test_a_reload_comes_back_to_the_same_seat(pair: Pair):
    await write(pair.client, "before the reload")
    await reads(pair.counsellor, "before the reload")
    await pair.client.page.reload()
    # The same seat goes on, without a tap; devices wait for their owner's.
    await reads(pair.client, "before the reload")
    await sees_the_other(pair.client)
    assert await pair.client.page.get_by_test_id("camera").get_attribute("aria-pressed") == "false"


async def test_quick_exit_leaves_nothing_behind(pair: Pair):
    page = pair.client.page
    await page.get_by_test_id("quick-exit").click()
    await page.wait_for_url(re.compile("/away"))
    assert await page.evaluate("() => sessionStorage.length + localStorage.length") == 0
    await page.go_back()
    assert await page.get_by_test_id("remote-video").count() == 0

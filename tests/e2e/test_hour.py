"""A booked hour in two browsers: from the link and the day's list to what stays of it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect

from signaling.demo_clinic import PAST
from signaling.storage.change_store import LineSaid
from tests.support.browsers import PHONE, Person, person
from tests.support.call import WATCH_PEERS, hears_the_other
from tests.support.gateway import Gateway, gateway
from tests.support.screens import SMALL, fits, shoot

PLACE = "海淀区梅花巷 12 号 3 单元"
PLAN_MS = 60_000
"""The plan speaks after half a minute, and a machine is busy."""
NOTE = "姐姐王梅在路上，二十分钟到。\n请值班老师晚上七点再打一次。"


@dataclass
class Hour:
    """A gateway with a clinic that lasts, and two browsers that know nothing yet."""

    stack: AsyncExitStack
    running: Gateway
    counsellor: Person
    client: Person
    settings: dict[str, str]
    ports: tuple[int, int]

    async def kill(self) -> None:
        """The gateway is gone in this moment."""
        self.running.process.kill()
        await self.running.process.wait()

    async def again(self) -> None:
        """Another gateway starts over the same folder and ports."""
        port, media_port = self.ports
        self.running = await self.stack.enter_async_context(
            gateway(port=port, media_port=media_port, **self.settings)
        )


@pytest_asyncio.fixture(loop_scope="session")
async def hour(between: Hour) -> Hour:
    """The same, whose peer connections are watched."""
    for each in (between.counsellor, between.client):
        await each.page.add_init_script(WATCH_PEERS)
    return between


async def arrive(hour: Hour, screenshots: Path | None = None, way: str = "arrive-voice") -> None:
    """The client's way from the link to the door."""
    page = hour.client.page

    async def look(name: str) -> None:
        if screenshots is not None:
            await shoot(hour.client, screenshots, f"hour-{name}")

    await page.goto(hour.running.booked["visit"])
    await look("link")
    await page.get_by_test_id("open-link").click()
    await expect(page.get_by_test_id("visit-hour")).to_be_visible()
    await look("arrive")
    await page.get_by_test_id("come-in").click()
    await expect(page.get_by_test_id("moment")).to_have_attribute("data-step", "place")
    await page.get_by_test_id("place").fill(PLACE)
    await look("place")
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("phone").fill("138 0000 1234")
    await page.get_by_test_id("caller-counsellor").check()
    await look("phone")
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("contactName").fill("王梅")
    await page.get_by_test_id("contactPhone").fill("137 1111 2222")
    await look("contact")
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("near-not_sure").check()
    await look("near")
    await page.get_by_test_id("next").click()
    await page.get_by_test_id("mood-4").check()
    await look("mood")
    await page.get_by_test_id("mood-done").click()
    await page.get_by_test_id(way).click()
    await expect(page.get_by_test_id("waiting")).to_be_visible()


async def come(
    hour: Hour, screenshots: Path | None = None, *, late: bool = False, way: str = "arrive-voice"
) -> None:
    """The counsellor's way from the day's list into the room."""
    page = hour.counsellor.page
    await page.goto(hour.running.booked["desk"])
    await expect(page.get_by_test_id("hour")).to_be_visible()
    if late:
        await page.get_by_test_id("late-5").click()
        await expect(hour.client.page.get_by_test_id("door-late")).to_contain_text("5")
    if screenshots is not None:
        await shoot(hour.counsellor, screenshots, "desk-today")
    await page.get_by_test_id("enter").click()
    await expect(page.get_by_test_id("place")).to_have_text(PLACE)
    if screenshots is not None:
        await shoot(hour.counsellor, screenshots, "desk-card")
    await page.get_by_test_id("to-room").click()
    await page.get_by_test_id(way).click()


async def let_in(page: Page) -> None:
    await page.get_by_test_id("let-in").click()
    await expect(page.get_by_test_id("door")).to_have_count(0)


async def note_for_handing_over(page: Page) -> None:
    """Written, lost by the network, kept by the page, and saved."""
    await page.get_by_test_id("note").fill(NOTE)
    await page.route("**/safety-note", lambda route: route.abort())
    await page.get_by_test_id("note-save").click()
    await expect(page.get_by_test_id("note-trouble")).not_to_be_empty()
    await page.unroute("**/safety-note")
    await page.get_by_test_id("safety-close").click()
    await page.keyboard.press("F9")
    await expect(page.get_by_test_id("note")).to_have_value(NOTE)
    await page.get_by_test_id("note-save").click()
    await expect(page.get_by_test_id("note-status")).to_contain_text("已保存")
    # The panel goes on counting, and what was saved stays where it is.
    await expect(page.get_by_test_id("elapsed")).not_to_have_text("0:00")
    await expect(page.get_by_test_id("note")).to_have_value(NOTE)
    await expect(page.get_by_test_id("note-status")).to_contain_text("已保存")
    await page.get_by_test_id("note-save").scroll_into_view_if_needed()


async def test_an_hour_from_the_link_to_what_stays(hour: Hour, screenshots: Path):
    client, counsellor = hour.client.page, hour.counsellor.page
    await arrive(hour, screenshots)
    await come(hour, screenshots)
    await shoot(hour.counsellor, screenshots, "desk-door")
    await let_in(counsellor)
    await hears_the_other(hour.client, 20)
    await hears_the_other(hour.counsellor, 20)
    await expect(counsellor.get_by_test_id("clock")).to_be_visible()
    await shoot(hour.counsellor, screenshots, "desk-room")
    await counsellor.keyboard.press("F9")
    await expect(counsellor.get_by_test_id("safety-panel")).to_contain_text(PLACE)
    await shoot(hour.counsellor, screenshots, "desk-safety")
    await note_for_handing_over(counsellor)
    await shoot(hour.counsellor, screenshots, "desk-safety-note")
    await counsellor.get_by_test_id("safety-close").click()
    await counsellor.get_by_test_id("more-time").click()

    await counsellor.get_by_test_id("end-session").click()
    await counsellor.get_by_test_id("end-confirm").click()
    await expect(client.get_by_test_id("visit-after")).to_be_visible()
    await client.get_by_test_id("mood-6").check()
    await client.get_by_test_id("mood-send").click()
    await client.get_by_test_id("line-cut").click()
    await expect(client.get_by_test_id("line-noted")).not_to_be_empty()
    await shoot(hour.client, screenshots, "hour-after", whole=True)
    await expect(counsellor.get_by_test_id("hour-after")).to_be_visible()
    # The page looks again by itself.
    await expect(counsellor.get_by_test_id("line-said")).to_have_text("有时断", timeout=20_000)
    await expect(counsellor.get_by_test_id("note")).to_have_text(NOTE)
    await shoot(hour.counsellor, screenshots, "desk-after", whole=True)
    await counsellor.get_by_test_id("see-change").click()
    table = counsellor.get_by_test_id("change-table")
    before = sum(kind is not None and kind[2] is LineSaid.CUT for kind in PAST)
    await expect(table.get_by_text("有时断")).to_have_count(before + 1)
    await shoot(hour.counsellor, screenshots, "desk-change", whole=True)
    for each in (hour.client, hour.counsellor):
        assert not each.errors
        await each.page.set_viewport_size(SMALL)
        await fits(each)


async def test_a_killed_server_comes_back_to_the_same_hour(hour: Hour, screenshots: Path):
    client, counsellor = hour.client.page, hour.counsellor.page
    await arrive(hour)
    await come(hour, late=True)
    await let_in(counsellor)
    await hears_the_other(hour.client, 20)
    await hour.kill()
    # Nobody can tell them anything now: what was agreed is in both pages.
    for someone, key in ((hour.client, "client"), (hour.counsellor, "counsellor")):
        plan = someone.page.get_by_test_id("plan")
        await expect(plan).to_be_visible(timeout=PLAN_MS)
        await expect(plan).to_have_attribute("data-key", f"plan.{key}.counsellor")
        await shoot(someone, screenshots, f"hour-plan-{key}")
    await expect(counsellor.get_by_test_id("plan-call")).to_be_visible()
    await expect(client.get_by_test_id("plan-call")).to_have_count(0)
    await hour.again()
    # Both are back by themselves: inside, heard, and the desk knows its hour.
    for page in (client, counsellor):
        await expect(page.get_by_test_id("plan")).to_have_count(0, timeout=PLAN_MS)
    await expect(client.get_by_test_id("waiting")).to_have_count(0)
    await hears_the_other(hour.client, 20)
    await hears_the_other(hour.counsellor, 20)
    await expect(counsellor.get_by_test_id("clock")).to_be_visible()


async def test_a_second_device_takes_over_and_a_reload_goes_on(hour: Hour):
    await arrive(hour)
    async with person(viewport=PHONE) as other:
        await other.page.goto(hour.running.booked["visit"])
        await other.page.get_by_test_id("open-link").click()
        await expect(other.page.get_by_test_id("visit-elsewhere")).to_be_visible()
        await other.page.get_by_test_id("move-here").click()
        await expect(other.page.get_by_test_id("visit-hour")).to_be_visible()
        await expect(hour.client.page.get_by_test_id("waiting")).to_have_count(0)

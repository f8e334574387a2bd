"""An hour is arranged by messages in two browsers: asked, agreed on, moved, cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.test_hour import Hour
from tests.e2e.test_messages import open_desk, open_visit, standing, write
from tests.support.browsers import PHONE
from tests.support.screens import SMALL, fits, shoot


def live(page: Page) -> Locator:
    """The card that can be answered."""
    return page.locator("[data-testid=booking-card][data-live=true]")


async def at_stage(page: Page, stage: str) -> Locator:
    card = page.locator(f"[data-testid=booking-card][data-live=true][data-stage={stage}]")
    await expect(card).to_have_count(1)
    return card


async def pick(page: Page, which: int = 0) -> int:
    """Tap one of the times that are shown; returns when it begins."""
    time = page.locator("[data-time]").nth(which)
    begins = int(await time.get_attribute("data-time") or "0")
    await time.click()
    return begins


async def do(page: Page, deed: str) -> None:
    await live(page).locator(f"[data-deed={deed}]").click()


async def test_an_hour_is_asked_for_and_agreed_on_by_message(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await client.get_by_test_id("thread-input").fill("我想约周三晚上")
    await client.get_by_test_id("find-time").click()
    await expect(client.locator("[data-time]").first).to_be_visible()
    await expect(client.get_by_test_id("time-picker")).to_contain_text("星期三")
    await shoot(between.client, screenshots, "booking-choose")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await client.set_viewport_size(PHONE)
    await pick(client)
    await at_stage(client, "asked")
    await expect(client.get_by_test_id("time-picker")).to_have_count(0)
    assert await client.get_by_test_id("thread-input").input_value() == "我想约周三晚上"
    await at_stage(desk, "asked")
    await shoot(between.counsellor, screenshots, "booking-asked-desk")
    await do(desk, "agree")
    for page in (client, desk):
        await at_stage(page, "confirmed")
    await shoot(between.client, screenshots, "booking-confirmed")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await client.set_viewport_size(PHONE)
    async with client.expect_download() as given:
        await client.get_by_test_id("card-calendar").click()
    assert (await given.value).suggested_filename == "appointment.ics"
    await client.get_by_test_id("card-go").click()
    await expect(client.get_by_test_id("visit-hour")).to_have_attribute("data-state", "closed")


async def test_the_old_time_stays_until_the_new_one_is_agreed_on(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await desk.get_by_test_id("find-time").click()
    await pick(desk)
    await at_stage(client, "suggested")
    await shoot(between.client, screenshots, "booking-suggested")
    await do(client, "agree")
    await at_stage(client, "confirmed")
    await do(client, "move")
    await pick(client, 2)
    moving = await at_stage(desk, "move_asked")
    await expect(moving).to_contain_text("原来的时间不变")
    await shoot(between.counsellor, screenshots, "booking-move-desk")
    await do(desk, "agree")
    await at_stage(client, "confirmed")
    await do(client, "cancel")
    await expect(client.get_by_test_id("cancel-hour")).to_be_visible()
    await shoot(between.client, screenshots, "booking-cancel")
    await client.get_by_test_id("cancel-hour").click()
    for page in (client, desk):
        await at_stage(page, "ended")
    await shoot(between.client, screenshots, "booking-cancelled")


async def test_who_comes_second_sees_the_nearest(between: Hour, screenshots: Path) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await client.get_by_test_id("find-time").click()
    await expect(client.locator("[data-time]").first).to_be_visible()
    await desk.get_by_test_id("find-time").click()
    wanted = await pick(desk, 1)
    await at_stage(desk, "suggested")
    await client.locator(f"[data-time='{wanted}']").click()
    await expect(client.get_by_test_id("time-taken")).to_contain_text("刚被约走了，这些时间还可以")
    await expect(client.locator("[data-time]")).to_have_count(3)
    await expect(client.locator(f"[data-time='{wanted}']")).to_have_count(0)
    await shoot(between.client, screenshots, "booking-taken")
    await pick(client)
    await expect(live(client)).to_have_count(2)


async def test_a_counsellor_says_when_they_work(between: Hour, screenshots: Path) -> None:
    desk = between.counsellor.page
    await desk.goto(between.running.booked["desk"])
    await desk.get_by_test_id("working-times").click()
    monday = desk.locator("fieldset[data-day='0']")
    await expect(monday.locator("input")).to_have_count(4)
    await shoot(between.counsellor, screenshots, "booking-working-times")
    await monday.get_by_role("button", name="去掉").last.click()
    await monday.locator("input").last.fill("10:00")
    await monday.locator("input").last.blur()
    await desk.locator("input[name=off]").fill("2026-12-25, 2027-01-01")
    await desk.get_by_test_id("times-save").click()
    await expect(desk.get_by_test_id("times-saved")).to_have_text("已保存。")
    await desk.keyboard.press("Escape")
    await desk.get_by_test_id("working-times").click()
    await expect(monday.locator("input")).to_have_count(2)
    await expect(monday.locator("input").last).to_have_value("10:00")
    await expect(desk.locator("input[name=off]")).to_have_value("2026-12-25, 2027-01-01")
    await desk.locator("input[name=off]").fill("someday")
    await desk.get_by_test_id("times-save").click()
    wrong = desk.locator("qr-working-times").get_by_test_id("trouble")
    await expect(wrong).to_contain_text("2026-12-25 这样")


async def test_a_client_chooses_how_to_be_reminded(between: Hour, screenshots: Path) -> None:
    client = between.client.page
    await client.goto(between.running.booked["visit"])
    await client.get_by_test_id("open-link").click()
    await client.get_by_test_id("open-messages").click()
    desk = await open_desk(between)
    await desk.get_by_test_id("find-time").click()
    await pick(desk)
    await do(client, "agree")
    await at_stage(client, "confirmed")
    await client.get_by_test_id("card-go").click()
    await client.get_by_test_id("remind-me").click()
    day, mail = client.locator("input[value='1440']"), client.locator("input[name=mail]")
    await expect(day).not_to_be_checked()
    await expect(mail).not_to_be_checked()
    await day.click()
    await mail.click()
    await expect(client.get_by_test_id("remind-saved")).to_have_text("已保存。")
    await shoot(between.client, screenshots, "reminders")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await client.keyboard.press("Escape")
    await client.get_by_test_id("remind-me").click()
    await expect(day).to_be_checked()
    await expect(mail).to_be_checked()


async def test_who_writes_outside_working_hours_is_told_before(
    between: Hour, screenshots: Path
) -> None:
    desk = await open_desk(between)
    set_times = """async (person) => {
        const body = JSON.stringify({ zone: 'Asia/Shanghai', days: [
            { day: '2099-01-01', openings: [] },
        ] });
        const me = await (await fetch('/api/v1/me')).json();
        const headers = { 'content-type': 'application/json' };
        const path = `/api/v1/people/${me.id}/working-times`;
        return (await fetch(path, { method: 'PUT', headers, body })).status;
    }"""
    assert await desk.evaluate(set_times) == 204
    client = await open_visit(between)
    await expect(client.get_by_test_id("off-hours")).to_contain_text("12356")
    await shoot(between.client, screenshots, "messages-off-hours")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await write(client, "不急，看到再回。")
    await standing(client, "不急", "delivered")


async def test_a_counsellor_writes_ahead(between: Hour, screenshots: Path) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await desk.get_by_test_id("thread-input").fill("想到您今天去复诊，慢慢来。")
    await desk.get_by_test_id("send-later").click()
    sheet = desk.locator("qr-later-sheet")
    await expect(sheet.locator("textarea")).to_have_value("想到您今天去复诊，慢慢来。")
    soon = datetime.now().astimezone() + timedelta(days=1)
    await sheet.locator("input").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    await desk.get_by_test_id("later-send").click()
    await expect(desk.get_by_test_id("later-ones")).to_contain_text("复诊")
    await shoot(between.counsellor, screenshots, "messages-later")
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_test_id("thread-input")).to_have_value("")
    await expect(client.get_by_test_id("thread-list")).not_to_contain_text("复诊")

"""Quiet at the desk in two browsers: what is held is not told, not lost, and there after."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, Route, expect

from tests.e2e.test_hour import Hour, arrive, come, let_in
from tests.e2e.test_messages import open_visit, standing, write
from tests.support.browsers import DESK
from tests.support.screens import SMALL, fits, shoot


async def with_another(route: Route) -> None:
    """A counsellor who has two clients: the other one has never written."""
    answer = await route.fetch()
    (thread,) = (await answer.json())["items"]
    client = {**thread["client"], "name": "周雪"}
    another = {**thread, "id": "0" * 32, "client": client}
    await route.fulfill(response=answer, json={"items": [thread, another]})


async def open_today(between: Hour) -> Page:
    page = between.counsellor.page
    await page.route("**/api/v1/threads", with_another)
    await page.goto(between.running.booked["desk"])
    await expect(page.get_by_test_id("today")).to_be_visible()
    await expect(page.get_by_test_id("open-messages")).to_be_visible()
    return page


async def test_what_came_while_nobody_was_to_be_disturbed_is_there_after(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_today(between)
    switch, link = desk.get_by_test_id("quiet"), desk.get_by_test_id("open-messages")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await shoot(between.counsellor, screenshots, "quiet-off")
    await switch.press("Space")
    await expect(desk.get_by_role("switch", name="勿扰")).to_be_checked()
    await expect(desk.get_by_test_id("quiet-about")).to_contain_text("6:00")
    for text in ("今天有点难。", "晚一点再说也可以。"):
        await write(client, text)
        # It came, as ever, and nobody was told.
        await standing(client, text, "delivered")
    await expect(link).to_have_text("消息")
    await shoot(between.counsellor, screenshots, "quiet-on")
    await desk.reload()
    await expect(switch).to_be_checked()
    await expect(link).to_have_text("消息")
    await link.click()
    held = desk.get_by_test_id("held")
    await expect(held).to_contain_text("勿扰中 · 有 2 条新消息等着")
    await expect(desk.locator(".count")).to_have_count(0)
    await shoot(between.counsellor, screenshots, "quiet-inbox")
    await write(client, "第三条。")
    await standing(client, "第三条。", "delivered")
    # Nothing moves under who looks.
    await expect(held).to_contain_text("2 条")
    await desk.set_viewport_size(SMALL)
    await shoot(between.counsellor, screenshots, "quiet-inbox-small")
    await fits(between.counsellor)
    await switch.click()
    await expect(held).to_have_count(0)
    await expect(desk.locator(".count")).to_have_text("3 条新消息")
    await expect(desk.get_by_test_id("quiet-over")).to_have_text("消息，3 条新的")
    await desk.set_viewport_size(DESK)
    await desk.get_by_test_id("messages-back").click()
    await expect(link).to_have_text("消息，3 条新的")
    await shoot(between.counsellor, screenshots, "quiet-over")
    assert between.counsellor.errors == []


async def test_nobody_is_shown_to_be_there_who_wants_no_disturbance(between: Hour) -> None:
    client, desk = await open_visit(between), await open_today(between)
    here = client.get_by_test_id("thread-here")
    await desk.get_by_test_id("open-messages").click()
    await desk.locator(".person").first.click()
    await desk.get_by_test_id("thread-settings").click()
    await desk.get_by_role("checkbox", name="正在看").check()
    await desk.keyboard.press("Escape")
    await expect(here).to_have_text("李老师现在也在这里。")
    await desk.get_by_test_id("quiet").click()
    await expect(here).to_be_empty()
    # Who looks sees what comes; it is only not read out.
    await write(client, "您在吗？")
    await expect(desk.get_by_test_id("thread-list")).to_contain_text("您在吗？")
    await expect(desk.get_by_test_id("thread-said")).to_be_empty()
    await desk.get_by_test_id("quiet").click()
    await expect(here).to_have_text("李老师现在也在这里。")
    await write(client, "那晚点再说。")
    await expect(desk.get_by_test_id("thread-said")).to_have_text("小雨: 那晚点再说。")
    assert between.counsellor.errors == []


async def test_messages_wait_in_every_window_until_the_session_is_over(
    between: Hour, screenshots: Path
) -> None:
    await arrive(between)
    await come(between)
    room = between.counsellor.page
    await let_in(room)
    await expect(room.get_by_test_id("in-session")).to_be_visible()
    await shoot(between.counsellor, screenshots, "quiet-room")
    desk = await between.counsellor.context.new_page()
    await desk.route("**/api/v1/threads", with_another)
    await desk.goto(room.url)
    about = desk.get_by_test_id("quiet-about")
    await expect(about).to_contain_text("会谈中")
    await expect(desk.get_by_test_id("quiet")).to_have_attribute("aria-checked", "false")
    await desk.get_by_test_id("open-messages").click()
    await expect(desk.get_by_test_id("held")).to_contain_text("会谈中")
    await desk.set_viewport_size(DESK)
    await desk.screenshot(path=screenshots / "quiet-other-window-zh.png")
    await room.get_by_test_id("end-session").click()
    await room.get_by_test_id("end-confirm").click()
    await expect(desk.get_by_test_id("held")).to_have_count(0)
    await expect(about).to_be_empty()
    assert between.counsellor.errors == []

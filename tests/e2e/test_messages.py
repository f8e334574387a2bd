"""Messages between hours in two browsers: while one is away, left half written, past a kill."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.test_hour import Hour
from tests.support.screens import SMALL, fits, shoot

FIRST = "昨晚又没睡好，梦见河边。"
ODD = "\u202eabc\u202c <b>x</b> \u200b👩‍👩‍👧"
"""What turns, hides or marks up stays within its message."""


async def open_visit(between: Hour) -> Page:
    page = between.client.page
    await page.goto(between.running.booked["visit"])
    await page.get_by_test_id("open-link").click()
    await expect(page.get_by_test_id("visit-hour")).to_be_visible()
    await page.get_by_test_id("open-messages").click()
    await expect(page.get_by_test_id("thread-input")).to_be_visible()
    return page


async def open_desk(between: Hour) -> Page:
    page = between.counsellor.page
    await page.goto(between.running.booked["desk"])
    await page.get_by_test_id("open-messages").click()
    await expect(page.get_by_test_id("messages")).to_be_visible()
    return page


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("thread-input").fill(text)
    await page.get_by_test_id("thread-input").press("Enter")


async def said(page: Page) -> list[str]:
    """What is in the thread as this page shows it, with what is on its way."""
    return await page.get_by_test_id("thread-list").evaluate(
        """list => [...list.querySelectorAll('qr-thread-block')]
            .flatMap(block => [...block.shadowRoot.querySelectorAll('.body')])
            .map(body => body.textContent)"""
    )


def standing(page: Page, text: str, how: str) -> object:
    """A message of one's own that has come so far."""
    rows = page.locator(f"[data-standing={how}]").filter(has_text=text)
    return expect(rows).to_have_count(1)


async def test_what_is_written_while_the_other_is_away_is_there_once_and_in_order(
    between: Hour, screenshots: Path
) -> None:
    client = await open_visit(between)
    await shoot(between.client, screenshots, "messages-empty")
    for number, text in enumerate((FIRST, "想下次说说这个。", ODD)):
        await write(client, text)
        await standing(client, text[:4] if number < 2 else "abc", "stored")
    await client.get_by_test_id("thread-input").fill("写了一半")
    await expect(client.get_by_test_id("thread-input")).to_have_value("写了一半")
    await client.wait_for_timeout(500)
    # The tab is closed with a draft in it; meanwhile the counsellor comes.
    await client.reload()
    await client.get_by_test_id("open-messages").click()
    await expect(client.get_by_test_id("thread-input")).to_have_value("写了一半")
    desk = await open_desk(between)
    await expect(desk.get_by_test_id("thread-list")).to_contain_text(FIRST)
    assert await said(desk) == [FIRST, "想下次说说这个。", ODD]
    await standing(client, FIRST[:4], "delivered")
    await write(desk, "看到了，周三我们慢慢说。")
    await expect(client.get_by_test_id("thread-list")).to_contain_text("看到了")
    await shoot(between.client, screenshots, "messages-client")
    await shoot(between.counsellor, screenshots, "messages-desk")
    await client.set_viewport_size(SMALL)
    await fits(between.client)


async def test_a_killed_gateway_and_a_dead_line_lose_and_double_nothing(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await write(client, "一")
    await standing(client, "一", "delivered")
    await between.kill()
    await write(client, "二")
    await write(client, "三")
    await expect(client.get_by_test_id("thread-away")).to_be_visible()
    await shoot(between.client, screenshots, "messages-away")
    # The page itself goes, too, with both on their way.
    await between.again()
    await client.reload()
    await client.get_by_test_id("open-messages").click()
    for text in ("二", "三"):
        await expect(desk.get_by_test_id("thread-list")).to_contain_text(text, timeout=30_000)
    assert await said(desk) == ["一", "二", "三"]
    assert await said(client) == ["一", "二", "三"]


async def test_one_takes_a_message_back_and_lets_the_other_see_what_was_read(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await write(client, "先别看这条")
    await standing(client, "先别看这条", "delivered")
    await client.get_by_text("撤回", exact=True).click()
    await expect(desk.get_by_test_id("thread-list")).to_contain_text("撤回了一条消息")
    await expect(desk.get_by_test_id("thread-list")).not_to_contain_text("先别看这条")
    await write(client, "这条可以看")
    await standing(client, "这条可以看", "delivered")
    await desk.get_by_test_id("thread-settings").click()
    await desk.get_by_role("checkbox", name="读过").check()
    await expect(client.get_by_test_id("thread-here")).to_be_empty()
    await desk.get_by_role("checkbox", name="正在看").check()
    await expect(client.get_by_test_id("thread-here")).to_have_text("李老师现在也在这里。")
    await shoot(between.counsellor, screenshots, "messages-settings")
    await desk.keyboard.press("Escape")
    await standing(client, "这条可以看", "read")
    await shoot(between.client, screenshots, "messages-read")
    await desk.get_by_test_id("messages-back").click()
    await expect(client.get_by_test_id("thread-here")).to_be_empty()
    # Who must be gone leaves nothing of it in the browser.
    await client.get_by_test_id("thread-input").fill("留在这里的话")
    await client.wait_for_timeout(500)
    await client.get_by_test_id("quick-exit").click()
    await client.wait_for_url("**/away")
    left = await client.evaluate(
        """async () => {
            const open = indexedDB.open('quietroom');
            const data = await new Promise(done => { open.onsuccess = () => done(open.result); });
            if (!data.objectStoreNames.contains('sealed')) return 0;
            const all = data.transaction('sealed').objectStore('sealed').getAllKeys();
            return await new Promise(done => { all.onsuccess = () => done(all.result.length); });
        }"""
    )
    assert left == 0


FULL = """
() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
}
"""
REFUSED = """
() => {
  Object.defineProperty(window, 'indexedDB', {
    get() { throw new DOMException('refused', 'SecurityError'); },
  });
}
"""


@pytest.mark.parametrize("storage", [FULL, REFUSED], ids=["full", "refused"])
async def test_where_a_browser_keeps_nothing_it_is_said_and_messages_arrive_all_the_same(
    between: Hour, screenshots: Path, storage: str
) -> None:
    await between.client.page.add_init_script(f"({storage})()")
    client, desk = await open_visit(between), await open_desk(between)
    await write(client, FIRST)
    await expect(client.get_by_test_id("thread-unkept")).to_be_visible()
    await standing(client, FIRST, "delivered")
    await expect(desk.get_by_test_id("thread-list")).to_contain_text(FIRST)
    assert await said(client) == [FIRST]
    name = "full" if storage is FULL else "refused"
    await shoot(between.client, screenshots, f"messages-storage-{name}")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    assert between.client.errors == []

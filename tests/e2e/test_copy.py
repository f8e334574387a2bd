"""A client's own messages: kept for as long as they say, and saved as a page of theirs to read."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.e2e.test_hour import Hour
from tests.e2e.test_messages import ODD, open_visit, standing, write
from tests.support.screens import SMALL, fits, shoot

FIRST = "昨晚又没睡好，梦见河边。"
HARM = "<script>document.title = 'harmed'</script><img src=x onerror=\"document.title='harmed'\">"


async def test_a_client_saves_a_copy_and_says_for_how_long_the_rest_is_kept(
    between: Hour, screenshots: Path, tmp_path: Path
) -> None:
    client = await open_visit(between)
    for text in (FIRST, HARM, ODD):
        await write(client, text)
        await standing(client, text, "stored")
    await client.get_by_test_id("thread-settings").click()
    await shoot(between.client, screenshots, "copy-settings")
    async with client.expect_download() as coming:
        await client.get_by_test_id("save-copy").click()
    saved = tmp_path / (await coming.value).suggested_filename
    await (await coming.value).save_as(saved)
    # Nobody's name is in the name of a file that lies about on a phone others use.
    assert saved.suffix == ".html"
    assert "李" not in saved.name
    await read(await between.client.context.new_page(), saved, screenshots)
    await choose(client)
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await client.screenshot(path=screenshots / "copy-settings-320.png")


async def read(page: Page, saved: Path, screenshots: Path) -> None:
    """All of it, as it was written, and nothing of it does anything."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(saved.as_uri())
    for text in (FIRST, HARM, ODD):
        await expect(page.locator("p", has_text=text)).to_have_count(1)
    assert await page.locator("script, img").count() == 0
    assert await page.title() != "harmed"
    assert asked == [saved.as_uri()]
    await page.screenshot(path=screenshots / "copy-zh.png")
    await page.set_viewport_size(SMALL)
    wide = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide)


async def choose(client: Page) -> None:
    """For how long each is kept, which the next page still knows."""
    keep, change = client.locator("select[name=keep]"), client.locator("select[name=keep-change]")
    await expect(change.locator("option:checked")).to_have_text("和机构保留的时间一样")
    await keep.select_option("30")
    await expect(client.get_by_test_id("settings-saved")).to_have_text("已保存。")
    await change.select_option("90")
    await expect(change).to_have_value("90")
    await client.reload()
    await client.get_by_test_id("open-messages").click()
    await client.get_by_test_id("thread-settings").click()
    await expect(keep).to_have_value("30")
    await expect(change).to_have_value("90")

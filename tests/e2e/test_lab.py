"""The laboratory by hand: a line is cut on its page, the other side is told, and it comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.browsers import DESK, PHONE, Person, person
from tests.support.call import enter, hears_the_other, stats
from tests.support.gateway import gateway

pytestmark = pytest.mark.line

NARROW = {"width": 320, "height": 640}


async def open_lab(someone: Person, url: str) -> None:
    await someone.page.goto(f"{url}/lab")
    await someone.page.get_by_test_id("leg-client").wait_for()


async def test_a_cut_line_is_told_of_on_the_other_side_and_comes_back(screenshots: Path):
    async with gateway("--lab") as running, person(viewport=PHONE) as client, person() as other:
        await enter(other, running.links["counsellor"], "arrive-voice")
        await enter(client, running.links["client"], "arrive-voice")
        await hears_the_other(other)
        # the counsellor's own browser has the page in another tab, as a developer would
        bench = Person(other.browser, other.context, await other.context.new_page(), [], [])
        await open_lab(bench, running.url)
        leg = bench.page.get_by_test_id("leg-client")
        passed = leg.get_by_test_id("count.passed").get_by_role("cell").first
        await expect(passed).to_have_text(re.compile(r"[1-9]"))

        await leg.get_by_test_id("cut-5").click()
        await expect(leg.get_by_test_id("standing")).to_have_text(re.compile("断开，还有 \\d 秒"))
        told = other.page.get_by_test_id("status-line")
        await expect(told).to_have_attribute("data-key", "status.peer.lost", timeout=15_000)
        await bench.page.screenshot(path=screenshots / "lab-cut.png", full_page=True)
        await expect(leg.get_by_test_id("standing")).to_have_text("没有加任何东西", timeout=15_000)
        heard = (await stats(other))["voice"]
        await hears_the_other(other, heard + 50)
        await expect(told).not_to_have_attribute("data-key", "status.peer.lost", timeout=30_000)
        await other.page.get_by_test_id("more").click()
        await other.page.get_by_test_id("open-timeline").click()
        gap = other.page.get_by_test_id("timeline").locator("li")
        await expect(gap).to_have_text(re.compile("断了 [4-9] 秒，对方那边：(断线|网络)"))
        for each in (client, other, bench):
            assert not each.errors
            assert not each.foreign


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
async def test_the_page_sets_values_by_keyboard_and_fits_a_small_screen(
    lang: str, screenshots: Path
):
    async with gateway("--lab") as running, person(viewport=DESK, lang=lang) as someone:
        page = someone.page
        await open_lab(someone, running.url)
        leg = page.get_by_test_id("leg-client")
        village = leg.get_by_test_id("preset.village")
        await village.focus()
        await page.keyboard.press("Enter")
        await expect(village).to_have_attribute("aria-pressed", "true")
        await expect(page.get_by_test_id("said")).to_have_text(re.compile("已生效|Applied"))
        await page.screenshot(path=screenshots / f"lab-1280-{lang}.png", full_page=True)

        await page.set_viewport_size(NARROW)
        await leg.get_by_test_id("fine").click()
        await leg.get_by_test_id("up-loss_percent").fill("7.5")
        await leg.get_by_test_id("up-rate_kbps").fill("")
        await page.screenshot(path=screenshots / f"lab-320-{lang}.png", full_page=True)
        await leg.get_by_test_id("up-loss_percent").press("Enter")
        now = leg.get_by_test_id("now").get_by_role("cell")
        await expect(now.first).to_have_text(re.compile(r"7\.5"))
        await expect(now.first).not_to_have_text(re.compile("kbit/s"))
        await expect(now.last).to_have_text(re.compile("250 kbit/s"))
        await expect(village).to_have_attribute("aria-pressed", "false")
        wide = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(wide)
        assert not someone.errors

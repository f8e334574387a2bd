"""Every page in both languages, as pictures to look at; and what can be checked without eyes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.browsers import DESK, PHONE, Person, person
from tests.support.call import enter, open_page, reads, sees_the_other, stats, write
from tests.support.gateway import Gateway
from tests.support.screens import SMALL, fits, shoot

WHOLLY_SEEN = """
(words) => {
  const box = words.getBoundingClientRect();
  const tile = words.getRootNode().host.getBoundingClientRect();
  return box.top >= tile.top && box.bottom <= tile.bottom
    && box.left >= tile.left && box.right <= tile.right;
}
"""


async def test_screens_of_a_session(running: Gateway, screenshots: Path):
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        await open_page(client, running.links["client"])
        await client.page.get_by_test_id("come-in").wait_for()
        await shoot(client, screenshots, "client-1-arrive")
        await client.page.get_by_test_id("come-in").click()
        await client.page.get_by_test_id("arrive-video").wait_for()
        await shoot(client, screenshots, "client-2-how")
        await open_page(counsellor, running.links["counsellor"])
        await counsellor.page.get_by_test_id("come-in").wait_for()
        await shoot(counsellor, screenshots, "counsellor-1-arrive")
        await counsellor.page.get_by_test_id("come-in").click()
        await counsellor.page.get_by_test_id("arrive-video").click()
        await counsellor.page.get_by_test_id("trust-chip").wait_for()
        await shoot(counsellor, screenshots, "counsellor-2-alone")
        await client.page.get_by_test_id("arrive-video").click()
        await sees_the_other(client)
        await sees_the_other(counsellor)
        await write(counsellor, "不着急,我们慢慢来。")
        await shoot(client, screenshots, "client-3-session")
        await write(client, "好的,谢谢您。")
        await reads(client, "不着急,我们慢慢来。")
        await shoot(client, screenshots, "client-4-text")
        await shoot(counsellor, screenshots, "counsellor-3-session")
        await client.page.get_by_test_id("trust-chip").click()
        await shoot(client, screenshots, "client-5-trust")
        await client.page.get_by_role("button", name="关闭").click()
        await client.page.get_by_test_id("more").click()
        await shoot(client, screenshots, "client-8-more")
        await client.page.get_by_test_id("open-devices").click()
        await client.page.get_by_test_id("choose-speaker").wait_for()
        await shoot(client, screenshots, "client-9-devices")
        await client.page.keyboard.press("Escape")
        await counsellor.page.keyboard.press("Escape")
        await counsellor.page.get_by_test_id("trust-chip").focus()
        await counsellor.page.keyboard.press("h")
        await shoot(counsellor, screenshots, "counsellor-5-help")
        await counsellor.page.keyboard.press("Escape")
        await client.page.get_by_test_id("leave").click()
        await shoot(client, screenshots, "client-6-leave")
        await client.page.get_by_test_id("leave-confirm").click()
        await client.page.get_by_test_id("after").wait_for()
        await shoot(client, screenshots, "client-7-after")
        await shoot(counsellor, screenshots, "counsellor-4-left")
        await counsellor.page.goto(running.links["operator"])
        await counsellor.page.locator("dl .count").first.wait_for()
        await shoot(counsellor, screenshots, "operator")


@pytest.mark.parametrize("role", ["client", "counsellor"])
async def test_everything_fits_320_pixels(running: Gateway, screenshots: Path, role: str):
    async with person(viewport=SMALL) as someone:
        await open_page(someone, running.links[role])
        await someone.page.get_by_test_id("come-in").wait_for()
        await fits(someone)
        await someone.page.get_by_test_id("come-in").click()
        await someone.page.get_by_test_id("arrive-text").wait_for()
        await fits(someone)
        await someone.page.get_by_test_id("arrive-text").click()
        await someone.page.get_by_test_id("trust-chip").wait_for()
        await fits(someone)
        await shoot(someone, screenshots, f"small-{role}")


async def test_the_whole_way_by_keyboard_alone(running: Gateway):
    async with person(viewport=DESK) as client:
        await open_page(client, running.links["client"])
        await client.page.get_by_test_id("come-in").wait_for()
        for testid in ("come-in", "arrive-text", "leave", "leave-confirm"):
            await client.page.get_by_test_id(testid).wait_for()
            await tab_to(client, testid)
            await client.page.keyboard.press("Enter")
        await client.page.get_by_test_id("after").wait_for()


async def tab_to(someone: Person, testid: str) -> None:
    """Press Tab until the control has the focus, as a person without a mouse does."""
    focused = (
        "() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement)"
        " e = e.shadowRoot.activeElement; return e?.dataset?.testid ?? ''; }"
    )
    for _ in range(40):
        if await someone.page.evaluate(focused) == testid:
            return
        await someone.page.keyboard.press("Tab")
    raise AssertionError(f"{testid} cannot be reached by Tab")


async def test_escape_closes_a_sheet_from_anywhere_and_is_not_the_way_out(running: Gateway):
    async with person(viewport=PHONE) as client:
        await enter(client, running.links["client"], "arrive-text")
        sheet = client.page.get_by_role("dialog")
        for _ in range(3):
            await client.page.get_by_test_id("trust-chip").click()
            await sheet.wait_for()
            await client.page.get_by_test_id("lang-zh").focus()
            await client.page.keyboard.press("Escape")
            await sheet.wait_for(state="detached")
        await client.page.get_by_test_id("trust-chip").wait_for()
        for _ in range(3):
            await client.page.keyboard.press("Escape")
        await client.page.wait_for_url("**/away")


async def test_single_keys_work_outside_of_text_and_can_be_switched_off(running: Gateway):
    async with person(viewport=DESK) as client:
        await enter(client, running.links["client"], "arrive-text")
        page = client.page
        await page.get_by_test_id("text-input").fill("m")
        await page.get_by_test_id("text-input").press("m")
        mic = page.get_by_test_id("mic")
        assert await mic.get_attribute("aria-pressed") == "false"
        await page.get_by_test_id("trust-chip").focus()
        await page.keyboard.press("m")
        await page.locator('[data-testid="mic"][aria-pressed="true"]').wait_for()
        await page.keyboard.press("t")
        await page.get_by_test_id("text-input").wait_for(state="detached")
        await page.keyboard.press("?")
        await page.get_by_test_id("single-keys").uncheck()
        await page.keyboard.press("Escape")
        await page.keyboard.press("t")
        assert await page.get_by_test_id("text-input").count() == 0
        await page.reload()
        await page.get_by_test_id("trust-chip").focus()
        await page.keyboard.press("h")
        assert await page.get_by_role("dialog").count() == 0


async def test_the_counsellor_is_told_of_a_quick_exit_and_of_nothing_to_call_back(running: Gateway):
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        await enter(client, running.links["client"])
        await enter(counsellor, running.links["counsellor"])
        await sees_the_other(counsellor)
        await client.page.get_by_test_id("quick-exit").click()
        await client.page.wait_for_url("**/away")
        await counsellor.page.get_by_text("对方快速离开了。").first.wait_for(timeout=5_000)
        assert await counsellor.page.get_by_text("同一个链接").count() == 0
        before = (await stats(counsellor))["frames"]
        await counsellor.page.wait_for_timeout(1000)
        assert (await stats(counsellor))["frames"] == before


async def test_words_do_not_overlap_at_320_pixels(running: Gateway):
    async with person(viewport=SMALL, lang="en") as client:
        await enter(client, running.links["client"], "arrive-text")
        await client.page.get_by_test_id("lang-en").click()
        for testid in ("mic", "camera", "text", "more", "leave"):
            button = client.page.get_by_test_id(testid)
            box = await button.bounding_box()
            assert box is not None
            assert box["width"] >= 44
            assert box["height"] >= 44
            spilt = await button.evaluate(
                "(e) => [...e.querySelectorAll('*')].some((c) => c.scrollWidth > c.clientWidth + 1"
                " && c.clientWidth > 1) || e.scrollWidth > e.clientWidth"
            )
            assert not spilt
        for words in ("isn’t here yet", "You can stay here"):
            seen = await client.page.get_by_text(words).evaluate(WHOLLY_SEEN)
            assert seen
        dock = await client.page.locator("qr-dock").bounding_box()
        assert dock is not None
        assert dock["y"] + dock["height"] <= SMALL["height"]


async def test_the_counsellors_page_of_a_real_call_is_not_lost_on_a_client(running: Gateway):
    """A client's link does not open the counsellor's page."""
    async with person() as someone:
        await open_page(someone, running.links["client"].replace("/client", "/counsellor"))
        await someone.page.get_by_test_id("come-in").click()
        await someone.page.get_by_test_id("refusal").wait_for()


async def test_entering_by_voice_needs_no_camera(running: Gateway):
    async with person() as someone:
        await enter(someone, running.links["client"], "arrive-voice")
        await someone.page.get_by_test_id("trust-chip").wait_for()
        pressed = await someone.page.get_by_test_id("camera").get_attribute("aria-pressed")
        assert pressed == "false"

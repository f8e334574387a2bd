"""What everybody can see, hear and reach of a recording: by keyboard, by ear, large, no colour."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browsers import DESK, PHONE, person
from tests.support.gateway import Gateway
from tests.support.recording_events import (
    REQUEST,
    pretended,
    purpose,
    terms,
)
from tests.support.recording_events import running as recorded

SUPERVISION = purpose("supervision", "李老师", "王督导")
OWN = purpose("clinical_review", "李老师", days=30)
MAY = {
    "you_may_ask": True, "why_not": "", "may_purposes": ["supervision", "clinical_review"],
    "may_media": ["audio", "video"],
    "may_terms": terms(SUPERVISION, OWN, asker="李老师", media=("audio", "video")),
}  # fmt: skip
LINES = "(e) => e.innerText.split('\\n').map((line) => line.trim()).filter(Boolean)"
FOCUSED = """
() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.dataset.testid ?? active?.innerText ?? '';
}
"""
IN_SIGHT = """
(e) => {
  e.scrollIntoView({ block: 'nearest' });
  const own = e.getBoundingClientRect();
  const scroller = document.querySelector('qr-app').shadowRoot.querySelector('qr-room').shadowRoot
    .querySelector('qr-recording-ask').shadowRoot.querySelector('qr-sheet').shadowRoot
    .querySelector('.body').getBoundingClientRect();
  return own.top >= scroller.top - 1 && own.bottom <= scroller.bottom + 1
    && own.left >= scroller.left && own.right <= scroller.right;
}
"""


@pytest.mark.parametrize(
    ("role", "button", "said"),
    [
        ("client", "leave", "您离开时，录制也就结束"),
        ("counsellor", "end-session", "录制也一起结束"),
    ],
)
async def test_who_goes_is_told_that_it_ends_the_recording(
    running: Gateway, role: str, button: str, said: str
):
    async with person(viewport=DESK if role == "counsellor" else PHONE) as someone:
        events = await pretended(running, someone, role, "arrive-voice")
        sheet = someone.page.get_by_role("dialog")
        told = someone.page.get_by_test_id("ends-recording")
        await someone.page.get_by_test_id(button).click()
        await expect(sheet).to_be_visible()
        await expect(told).to_have_count(0)
        events.tell(**recorded(SUPERVISION))
        await expect(told).to_contain_text(said)
        events.tell(**recorded(SUPERVISION) | {"stage": "hold"})
        await expect(told).to_contain_text(said)
        await someone.page.get_by_test_id("lang-en").click()
        await expect(told).to_contain_text("The recording ends")
        events.tell(stage="finalising")
        await expect(told).to_have_count(0)
        assert not someone.errors


async def focused(page: Page) -> str:
    """The test id of what has the focus, through every shadow; else its words."""
    return str(await page.evaluate(FOCUSED))


async def bottom(found: Locator) -> float:
    box = await found.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize(("width", "height"), [(320, 568), (360, 640), (640, 360), (1280, 720)])
async def test_nothing_of_the_composer_is_cut_off(running: Gateway, width: int, height: int):
    size = {"width": width, "height": height}
    async with person(viewport=size) as counsellor, person(viewport=PHONE) as client:
        events = await pretended(running, counsellor, "counsellor", "arrive-voice")
        asked = await pretended(running, client, "client", "arrive-voice")
        page = counsellor.page
        for language in ("en", "zh"):
            events.tell(**MAY)
            for each in (page, client.page):
                await each.get_by_test_id(f"lang-{language}").first.click()
            await page.get_by_test_id("more").click()
            await page.get_by_test_id("open-recording").click()
            for name in ("supervision", "clinical_review"):
                await page.get_by_test_id(f"ask-{name}").check()
            sheet, send = (
                page.get_by_test_id("recording-ask"),
                page.get_by_test_id("recording-send"),
            )
            preview = page.get_by_test_id("recording-preview")
            await expect(send).to_be_in_viewport(ratio=1)
            assert await bottom(sheet.locator(".body")) <= (await send.bounding_box() or {})["y"]
            for part in await sheet.locator("label, h3, p.about, .words p, .answers button").all():
                assert await part.evaluate(IN_SIGHT), await part.inner_text()
            # What is seen beforehand is what is seen.
            shown = terms(SUPERVISION, OWN, asker="李老师", media=("audio",))
            asked.tell(stage="requested", request=REQUEST, you_answer=True, terms=shown, asked=2)
            there = client.page.get_by_test_id("recording-sheet")
            assert await preview.evaluate(LINES) == await there.evaluate(LINES)
            await expect(preview).to_contain_text("12 月" if language == "zh" else "kept until")
            await page.keyboard.press("Escape")
            await expect(sheet).to_have_count(0)
        assert not counsellor.errors


async def test_who_asks_hears_beforehand_what_the_other_will_read(running: Gateway):
    async with person(lang="en") as counsellor:
        events = await pretended(running, counsellor, "counsellor", "arrive-text")
        page = counsellor.page
        events.tell(**MAY)
        await page.get_by_test_id("more").click()
        await page.get_by_test_id("open-recording").click()
        await page.get_by_test_id("ask-supervision").check()
        preview = page.get_by_test_id("recording-preview")
        await expect(preview).to_match_aria_snapshot("""
            - group "May we record today?":
              - heading "May we record today?"
              - paragraph: /voice recording so their supervisor/
              - paragraph: /Saying no is completely fine/
              - group "Supervision":
                - radio "Agree" [disabled]
                - radio "Don’t agree" [disabled]
              - button "Don’t record" [disabled]
              - button "Agree to record" [disabled]
        """)


async def test_a_sheet_is_gone_through_by_keyboard_and_gives_the_focus_back(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        page = client.page
        events.tell(**recorded(SUPERVISION))
        badge = page.get_by_test_id("recording-badge")
        await badge.focus()
        await page.keyboard.press("Enter")
        around = ["trust-stop_recording", "withdraw_recording", "关闭"]
        for expected in (*around, around[0]):
            await page.keyboard.press("Tab")
            assert await focused(page) == expected
        for expected in reversed(around):
            await page.keyboard.press("Shift+Tab")
            assert await focused(page) == expected
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert await focused(page) == "recording-badge"
        assert not client.errors

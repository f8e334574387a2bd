"""What everybody can see, hear and reach of a recording: by keyboard, by ear, large, no colour."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browsers import DESK, PHONE, person
from tests.support.gateway import Gateway
from tests.support.recording_events import (
    REQUEST,
    ended,
    now_ms,
    pretended,
    purpose,
    strip_at,
    terms,
    until,
)
from tests.support.recording_events import running as recorded
from tests.support.screens import SMALL, fits

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
        around = ["trust-stop_recording", "withdraw_recording", "company", "关闭"]
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


async def test_without_colours_the_strip_is_told_by_its_frame_its_shape_and_its_words(
    running: Gateway,
):
    async with person(viewport=PHONE) as client:
        await client.page.emulate_media(forced_colors="active", reduced_motion="reduce")
        events = await pretended(running, client, "client", "arrive-voice")
        on = recorded(SUPERVISION)
        held = on | {"stage": "hold", "holds": [{"reason": "user", "participant": ""}]}
        arming = {"stage": "arming", "request": REQUEST, "begins_at": now_ms() + 60_000}
        for told, frame, words in (
            (on, "4px solid", "正在录制 · 督导"), (held, "4px dashed", "录制暂停"),
            (arming, "4px dashed", "秒后开始录制"),
        ):  # fmt: skip
            events.tell(**told)
            strip = await strip_at(client, told["stage"])
            look = "(e) => { const s = getComputedStyle(e); return `${s.borderTopWidth} ${"
            look += "s.borderTopStyle} ${s.borderTopColor !== s.backgroundColor}`; }"
            assert await strip.evaluate(look) == f"{frame} true"
            await expect(strip.locator("svg")).to_be_visible()
            await expect(strip).to_contain_text(words)
        # What floats over the room has an edge, too.
        await strip.get_by_test_id("recording-badge").click()
        edge = "(e) => { const s = getComputedStyle(e); return s.borderTopWidth === '1px'"
        edge += " && s.borderTopColor !== s.backgroundColor; }"
        assert await client.page.get_by_role("dialog").evaluate(edge)


async def test_in_a_low_window_the_strip_covers_nothing_and_a_question_is_in_sight(
    running: Gateway,
):
    async with person(viewport={"width": 320, "height": 256}, lang="en") as client:
        events = await pretended(running, client, "client", "arrive-video")
        page = client.page
        events.tell(**recorded(SUPERVISION) | {"you_excluded": ["video"]})
        strip = await strip_at(client, "recording")
        await page.evaluate("scrollTo(0, 0)")
        way_out = page.get_by_role("button", name="leave this page quickly")
        await expect(way_out).to_be_in_viewport(ratio=1)
        assert await bottom(strip) <= (await way_out.bounding_box() or {})["y"]
        events.tell(ended=ended("withdraw", SUPERVISION, by_you=True))
        await expect(page.get_by_test_id("recording-delete")).to_be_in_viewport(ratio=1)
        assert not client.errors


async def test_what_is_seen_is_said_again_to_a_gateway_that_came_back(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        events.tell(**recorded(SUPERVISION))
        await until(lambda: events.said("show_recording"))
        await events.cut()
        events.heard.clear()
        await events.welcomed()
        assert not events.said("show_recording")  # it was told of nothing to show yet
        told_at = now_ms()
        events.tell(**recorded(SUPERVISION))
        await until(lambda: events.said("show_recording"))
        assert now_ms() - told_at < 1_500  # at once, and not with the next beat
        assert not client.errors


@pytest.mark.parametrize("size", [DESK, PHONE, SMALL])
async def test_who_is_seen_outside_of_what_was_agreed_reads_it_at_their_own_picture(
    running: Gateway, size: dict[str, int]
):
    async with person(viewport=size) as client:
        events = await pretended(running, client, "client", "arrive-video")
        page, tag = client.page, client.page.get_by_test_id("own-not-recorded")
        await expect(page.get_by_test_id("self-video")).to_be_visible()
        events.tell(**recorded(SUPERVISION))
        await strip_at(client, "recording")
        await expect(tag).to_have_count(0)
        events.tell(**recorded(SUPERVISION) | {"you_excluded": ["video"]})
        await expect(tag).to_have_text("画面不在录制内")
        await expect(tag).to_be_in_viewport(ratio=1)
        own = await page.get_by_test_id("self-video").bounding_box()
        assert own is not None
        assert own["y"] + own["height"] <= (await tag.bounding_box() or {})["y"]
        await page.get_by_test_id("lang-en").click()
        await expect(tag).to_have_text("Your picture is not recorded")
        await fits(client)
        assert not client.errors


async def test_the_focus_stays_with_what_it_was_on(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        page, on = client.page, recorded(SUPERVISION)
        mine = {"stage": "hold", "holds": [{"reason": "user", "participant": ""}]}
        events.tell(**on)
        await page.get_by_test_id("pause_recording").focus()
        events.tell(**on | mine | {"you_paused": True})
        await strip_at(client, "hold")
        assert await focused(page) == "resume_recording"
        await page.get_by_test_id("stop_recording").focus()
        for told in (mine, {}):  # somebody else pauses, and goes on
            events.tell(**on | told)
            await strip_at(client, told.get("stage", "recording"))
            assert await focused(page) == "stop_recording"
        events.tell(**on | {"stage": "finalising"})
        await strip_at(client, "finalising")
        assert await focused(page) == "recording-badge"
        events.tell(ended=ended("close", SUPERVISION))
        await expect(page.get_by_test_id("recording")).to_have_count(0)
        assert await focused(page) == "trust-chip"
        await page.get_by_test_id("recording-note-close").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("recording-note")).to_have_count(0)
        assert await focused(page) == "trust-chip"
        assert not client.errors


async def test_who_takes_it_back_by_keyboard_is_not_sent_to_the_top_of_the_page(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        page = client.page
        on = recorded(SUPERVISION, OWN)
        events.tell(**on)
        await page.get_by_test_id("recording-badge").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("trust-stop_recording")).to_have_text("停止录制")
        await page.get_by_test_id("narrow-supervision").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("trust-said")).to_have_text("已取消用于督导。")
        events.tell(**on | {"purposes": [OWN]})
        await expect(page.get_by_test_id("narrow-supervision")).to_have_count(0)
        assert await focused(page) == "trust-stop_recording"
        await page.get_by_test_id("withdraw_recording").focus()
        await page.keyboard.press("Enter")
        events.tell(ended=ended("withdraw", OWN, by_you=True))
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert await focused(page) == "trust-chip"
        await expect(page.get_by_test_id("recording-delete")).to_have_text("删除（默认）")
        assert not client.errors


async def test_what_is_being_closed_can_be_taken_back_yet(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        page, on = client.page, recorded(SUPERVISION, OWN)
        events.tell(**on)
        await page.get_by_test_id("recording-badge").focus()
        await page.keyboard.press("Enter")
        await page.get_by_test_id("trust-stop_recording").focus()
        done = {"ended": ended("stop", SUPERVISION), "purposes": [], "media": []}
        events.tell(**on | done | {"stage": "finalising"})  # somebody else was quicker
        await expect(page.get_by_test_id("trust-recording")).to_have_text("录制已停，正在收好")
        await expect(page.get_by_test_id("trust-stop_recording")).to_have_count(0)
        assert await focused(page) == "trust-recording"
        await page.keyboard.press("Enter")  # it was meant to stop it, and deletes nothing
        assert events.said("withdraw_recording") == []
        await fits(client)
        await page.get_by_test_id("lang-en").click()
        await expect(page.get_by_test_id("trust-recording")).to_have_text(
            "Recording stopped, being closed"
        )
        await expect(page.get_by_test_id("withdraw_recording")).to_have_text("Delete it")
        await page.get_by_test_id("withdraw_recording").click()
        (said,) = events.said("withdraw_recording")
        assert not said.get("purposes") and not said.get("media")
        events.tell(ended=ended("withdraw", SUPERVISION, by_you=True))
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_test_id("recording-delete")).to_have_text("Delete (the default)")
        assert not client.errors


async def test_what_is_told_by_ear_and_where_tab_goes(running: Gateway):
    async with person(viewport=PHONE, lang="en") as client:
        events = await pretended(running, client, "client", "arrive-voice")
        page = client.page
        shown = terms(SUPERVISION, asker="Li")
        events.tell(stage="requested", request=REQUEST, you_answer=True, terms=shown, asked=2)
        asked = page.get_by_role("dialog", name="May we record today?")
        await expect(asked).to_have_accessible_description(re.compile("changes nothing"))
        await expect(asked).not_to_have_attribute("aria-modal", "true")  # the call goes on
        await expect(page.get_by_test_id("said")).to_contain_text("May we record today?")
        await expect(page.get_by_test_id("said-urgently")).to_be_empty()
        events.tell(**recorded(SUPERVISION))
        await strip_at(client, "recording")
        await expect(page.get_by_role("group", name="The recording")).to_match_aria_snapshot("""
            - group "The recording":
              - button /Recording · supervision · .* What is recorded, and how to take it back/
              - button "Pause"
              - button "Stop"
        """)
        # It begins and ends once in words, not with each second of its clock.
        await expect(page.get_by_test_id("said-urgently")).to_have_text("Recording has begun.")
        await expect(page.locator("qr-recording-strip [aria-live], qr-recording-strip [role=status]"
                                  )).to_have_count(0)  # fmt: skip
        await page.get_by_test_id("trust-chip").focus()
        for expected in ("recording-badge", "pause_recording", "stop_recording", "lang-zh"):
            await page.keyboard.press("Tab")
            assert await focused(page) == expected
        assert not client.errors

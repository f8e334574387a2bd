"""What everybody sees of a recording, in both languages: looked at, and what they do with it."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.e2e.test_widget import embedded
from tests.support.browsers import DESK, PHONE, Person, person
from tests.support.call import enter, sees_the_other
from tests.support.gateway import Gateway
from tests.support.recording_events import (
    DIGEST,
    NOTHING,
    REQUEST,
    RecordingEvents,
    ended,
    now_ms,
    pretended,
    purpose,
    strip_at,
    terms,
    until,
)
from tests.support.recording_events import (
    running as running_,
)
from tests.support.screens import SMALL, fits, shoot

SUPERVISION = purpose("supervision", "李老师", "王督导")
OWN = purpose("clinical_review", "李老师", days=30)
ASKED = {
    "stage": "requested", "request": REQUEST, "agreed": 1, "asked": 2, "you_answer": True,
    "terms": terms(SUPERVISION, asker="李老师"), "why_not": "running",
}  # fmt: skip
SAID = """
() => document.querySelector('qr-app').shadowRoot.querySelector('qr-room').shadowRoot
  .querySelector('qr-recording-sheet').shadowRoot.querySelector('section').innerText
  .split('\\n').map((line) => line.trim()).filter((line) => line !== '').join('\\n')
"""


async def test_a_client_is_asked_and_sees_all_that_goes_on(running: Gateway, screenshots: Path):
    await _all_screens(running, screenshots, PHONE, "phone")


async def test_on_a_small_phone(running: Gateway, screenshots: Path):
    await _all_screens(running, screenshots, SMALL, "small")


async def test_on_a_desk(running: Gateway, screenshots: Path):
    await _all_screens(running, screenshots, DESK, "desk")


async def _all_screens(house: Gateway, folder: Path, size: dict[str, int], name: str) -> None:
    async with person(viewport=size) as client, person(viewport=DESK) as counsellor:
        events = await pretended(house, client, "client", "arrive-video")
        await enter(counsellor, house.links["counsellor"], "arrive-video")
        await sees_the_other(client)
        asked = NOTHING | ASKED
        several = {"terms": terms(SUPERVISION, OWN, asker="李老师", media=("audio", "video"))}
        arming = asked | {"stage": "arming", "you_answer": False, "begins_at": now_ms() + 60_000}
        on = running_(SUPERVISION)
        hold = {"stage": "hold", "holds": [{"reason": "user", "participant": events.other}]}
        mine = hold | {"you_paused": True}
        for shot, told in {
            "asked": asked,
            "asked-several": asked | several,
            "joins": asked | running_(SUPERVISION) | {"stage": "hold"},
            "agreed": asked | {"you_answer": False},
            "arming": arming,
            "on": on,
            "excluded": on | {"you_excluded": ["video"]},
            "hold": on | mine,
            "finishing": on | {"stage": "finalising"},
            "done": {"ended": ended("close", SUPERVISION)},
        }.items():
            events.tell(**told)
            await asyncio.sleep(0.1)
            await fits(client)
            await shoot(client, folder, f"recording-{name}-{shot}")
        events.tell(**on)
        await (await strip_at(client, "recording")).get_by_test_id("recording-badge").click()
        await shoot(client, folder, f"recording-{name}-trust")
        await client.page.get_by_test_id("withdraw_recording").click()
        await until(lambda: events.said("withdraw_recording"))
        events.tell(ended=ended("withdraw", SUPERVISION, by_you=True))
        await client.page.get_by_test_id("recording-delete").wait_for()
        await fits(client)
        await shoot(client, folder, f"recording-{name}-withdrawn")
        taken: list[str] = []

        async def take_back(route: Route) -> None:
            taken.append(route.request.post_data or "")
            await route.fulfill(json={"stage": "erased", "floor_until": None})

        await client.page.route("**/api/v1/recordings/*/take-back", take_back)
        await asyncio.sleep(0.7)  # it could not have been read before
        await client.page.get_by_test_id("recording-delete").click()
        await client.page.get_by_text("已删除。").wait_for()
        assert taken == ['{"now":true}']
        await client.page.get_by_test_id("text").click()
        events.tell(**asked)
        await client.page.get_by_test_id("recording-no").wait_for()
        await fits(client)
        await shoot(client, folder, f"recording-{name}-asked-text")
        events.tell(**on)
        await strip_at(client, "recording")
        await shoot(client, folder, f"recording-{name}-on-text")
        assert not client.errors


async def test_agreeing_says_which_words_stood_there(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-text")
        events.tell(**ASKED)
        agree = client.page.get_by_test_id("recording-yes")
        await agree.click()
        await asyncio.sleep(0.7)
        assert not events.said("agree_recording")  # it could not have been read
        await agree.click()
        await client.page.get_by_text("请先选好您同意的用途。").wait_for()
        await client.page.get_by_test_id("agree-supervision").check()
        words = await client.page.evaluate(SAID)
        await agree.click()
        await until(lambda: events.said("agree_recording"))
        [said] = events.said("agree_recording")
        assert said == {
            "type": "agree_recording", "request": REQUEST, "terms": DIGEST,
            "words": hashlib.sha256(words.encode()).hexdigest(), "language": "zh-CN",
            "purposes": ["supervision"], "media": ["audio"],
        }  # fmt: skip
        assert not client.errors


async def test_a_no_by_keyboard_and_escape_is_no_answer(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-text")
        box = client.page.get_by_role("textbox")
        await box.press_sequentially("我在想")
        events.tell(**ASKED)
        no = client.page.get_by_test_id("recording-no")
        await no.wait_for()
        await client.page.keyboard.press("Escape")
        await box.press_sequentially("。")
        assert await box.input_value() == "我在想。"  # the focus stayed where it was
        await asyncio.sleep(0.7)
        assert not events.heard
        await no.focus()
        await client.page.keyboard.press("Enter")
        await until(lambda: events.heard)
        assert events.heard == [{"type": "decline_recording", "request": REQUEST}]
        events.tell(ended=ended("decline", by_you=True))
        await client.page.get_by_test_id("recording-note").get_by_text("好的，不录").wait_for()


async def test_a_no_and_a_yes_look_alike(running: Gateway):
    async with person(viewport=SMALL) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        events.tell(**ASKED)
        no, yes = (client.page.get_by_test_id(f"recording-{each}") for each in ("no", "yes"))
        left, right = await no.bounding_box(), await yes.bounding_box()
        assert left is not None
        assert right is not None
        assert (left["width"], left["height"]) == (right["width"], right["height"])
        assert left["x"] < right["x"]
        look = "(e) => { const s = getComputedStyle(e); return [s.color, s.backgroundColor,"
        look += " s.borderColor, s.fontWeight, s.fontSize].join(); }"
        assert await no.evaluate(look) == await yes.evaluate(look)


async def test_what_is_seen_is_said_and_nothing_else(running: Gateway):
    async with person(viewport=PHONE) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        events.tell(stage="arming", request=REQUEST, begins_at=now_ms() + 5_000)
        await until(lambda: events.said("show_recording"))
        assert events.said("show_recording")[0]["stage"] == "arming"
        events.heard.clear()
        events.tell(**running_(SUPERVISION))
        await until(lambda: len(events.said("show_recording")) >= 2)
        assert {each["stage"] for each in events.said("show_recording")} == {"recording"}
        # Whatever sheet is open, it stays in sight.
        await client.page.get_by_test_id("more").click()
        events.heard.clear()
        await until(lambda: events.said("show_recording"))
        await client.page.set_viewport_size({"width": 60, "height": 60})
        await asyncio.sleep(0.3)
        events.heard.clear()
        await asyncio.sleep(2.5)
        assert not events.said("show_recording")
        await client.page.set_viewport_size(PHONE)
        await until(lambda: events.said("show_recording"))


async def test_every_face_has_a_line_that_is_whole_or_broken(running: Gateway, screenshots: Path):
    async with person(viewport=PHONE) as client, person(viewport=DESK) as counsellor:
        events = await pretended(running, client, "client", "arrive-video")
        theirs = await pretended(running, counsellor, "counsellor", "arrive-video")
        await sees_the_other(client)
        await sees_the_other(counsellor)
        on = running_(SUPERVISION)
        hold = {"stage": "hold", "holds": [{"reason": "absent", "participant": events.other}]}
        for name, one, told in (("phone", client, events), ("desk", counsellor, theirs)):
            assert await edges(one) == ("none", "none")
            told.tell(**on)
            await strip_at(one, "recording")
            assert await edges(one) == ("solid", "solid")
            await shoot(one, screenshots, f"recording-edge-{name}-on")
            told.tell(**on | {"you_excluded": ["video"]})
            await one.page.get_by_test_id("own-not-recorded").wait_for()
            assert await edges(one) == ("solid", "none")
            told.tell(**on | hold)
            await strip_at(one, "hold")
            assert await edges(one) == ("dashed", "dashed")
            await shoot(one, screenshots, f"recording-edge-{name}-hold")
            # Where colours are the reader's own, the line stays, whole or broken.
            await one.page.emulate_media(forced_colors="active")
            assert await edges(one) == ("dashed", "dashed")
            await one.page.emulate_media(forced_colors="none")


async def edges(someone: Person) -> tuple[str, str]:
    """How the line looks around the other's face, and around one's own."""
    style = "each => getComputedStyle(each).borderTopStyle"
    tile = someone.page.locator("qr-tile").first
    return await tile.evaluate(style), await someone.page.get_by_test_id("self-video").evaluate(
        style
    )


@pytest.mark.parametrize("act", ["pause_recording", "stop_recording"])
async def test_one_tap_pauses_or_stops(running: Gateway, act: str):
    async with person(viewport=SMALL) as client:
        events = await pretended(running, client, "client", "arrive-voice")
        events.tell(**running_(SUPERVISION))
        await client.page.get_by_test_id(act).click()
        await until(lambda: events.said(act))
        events.tell(stage="arming", request=REQUEST, begins_at=now_ms() + 5_000)
        no = (await strip_at(client, "arming")).get_by_test_id("stop_recording")
        box = await no.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48
        await no.click()
        await until(lambda: events.said("stop_recording"))
        assert await client.page.get_by_test_id("trust-chip").inner_text()


async def test_a_counsellor_asks(running: Gateway, screenshots: Path):
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        events = await pretended(running, counsellor, "counsellor", "arrive-video")
        await enter(client, running.links["client"], "arrive-video")
        await sees_the_other(counsellor)
        may = {
            "you_may_ask": True, "why_not": "", "may_purposes": ["supervision", "clinical_review"],
            "may_media": ["audio", "video"],
            "may_terms": terms(SUPERVISION, OWN, asker="李老师", media=("audio", "video")),
        }  # fmt: skip
        events.tell(you_may_ask=False, why_not="soon")
        await counsellor.page.get_by_test_id("more").click()
        await counsellor.page.get_by_test_id("open-recording").wait_for()
        await shoot(counsellor, screenshots, "recording-desk-why-not")
        assert (
            await counsellor.page.get_by_test_id("open-recording").get_attribute("aria-disabled")
            == "true"
        )
        events.tell(**may, asked_before=True)
        await counsellor.page.get_by_test_id("open-recording").click()
        await counsellor.page.get_by_test_id("ask-supervision").check()
        await counsellor.page.get_by_test_id("recording-preview").wait_for()
        await counsellor.page.get_by_test_id("recording-send").click()
        # What the hint asks for stands in sight, above what the other person will see.
        await expect(counsellor.page.get_by_test_id("ask-reopened")).to_be_in_viewport()
        await shoot(counsellor, screenshots, "recording-desk-ask")
        assert events.said("ask_recording") == []  # a second time only where it was reopened
        await counsellor.page.get_by_test_id("ask-reopened").check()
        await counsellor.page.get_by_test_id("recording-send").click()
        await until(lambda: events.said("ask_recording"))
        assert events.said("ask_recording") == [
            {"type": "ask_recording", "purposes": ["supervision"], "media": ["audio"]}
        ]
        events.tell(**ASKED | {"you_answer": False, "you_asked": True})
        await strip_at(counsellor, "requested")
        await shoot(counsellor, screenshots, "recording-desk-waiting")
        await counsellor.page.get_by_test_id("cancel_recording").click()
        await until(lambda: events.said("cancel_recording"))
        events.tell(**running_(SUPERVISION, media=["audio", "video"]))
        await strip_at(counsellor, "recording")
        await shoot(counsellor, screenshots, "recording-desk-counsellor-on")
        await counsellor.page.get_by_test_id("trust-chip").click()
        await counsellor.page.get_by_test_id("leave-out-video").click()
        await until(lambda: events.said("withdraw_recording"))
        assert events.said("withdraw_recording") == [
            {"type": "withdraw_recording", "media": ["video"]}
        ]
        await shoot(counsellor, screenshots, "recording-desk-counsellor-trust")
        assert not counsellor.errors


async def test_in_a_small_frame_it_stays_in_sight(screenshots: Path):
    async with embedded() as (_gateway, url, _counsellor), person(viewport=DESK) as host:
        events = RecordingEvents()
        await events.attach(host)
        await host.page.goto(url)
        frame = host.page.frame_locator("quiet-room iframe")
        await frame.get_by_test_id("come-in").click()
        await frame.get_by_test_id("arrive-text").click()
        await events.welcomed()
        await host.page.evaluate(SHRINK)
        events.tell(**running_(SUPERVISION))
        await until(lambda: events.said("show_recording"))
        await frame.get_by_test_id("end-session").or_(frame.get_by_test_id("more")).first.focus()
        await asyncio.sleep(0.5)
        await host.page.screenshot(path=screenshots / "recording-frame-on.png")
        events.heard.clear()
        await until(lambda: events.said("show_recording"))  # scrolled down, it is seen still


SHRINK = """
() => {
  const frame = document.querySelector('quiet-room');
  frame.setAttribute('height', '240');
  frame.style.cssText = 'display:block;width:360px;height:240px';
  frame.shadowRoot.querySelector('iframe').style.cssText = 'width:360px;height:240px';
}
"""
COVER = """
() => {
  const cover = document.createElement('div');
  cover.id = 'cover';
  cover.style.cssText = 'position:fixed;inset:0;z-index:9;background:#fff';
  document.documentElement.append(cover);
}
"""
FADE = "() => { document.querySelector('quiet-room').style.opacity = '0.01'; }"
UNDO = """
() => {
  document.getElementById('cover')?.remove();
  document.querySelector('quiet-room').style.opacity = '';
}
"""


async def test_a_page_around_it_cannot_hide_it():
    async with embedded() as (_gateway, url, _counsellor), person(viewport=DESK) as host:
        events = RecordingEvents()
        await events.attach(host)
        told = "document.addEventListener('quietroom:recording', (e) => "
        told += "(window.states ??= []).push(e.detail.state), true);"
        await host.page.add_init_script(told)
        await host.page.goto(url)
        frame = host.page.frame_locator("quiet-room iframe")
        await frame.get_by_test_id("come-in").click()
        await frame.get_by_test_id("arrive-text").click()
        await events.welcomed()
        events.tell(**ASKED)
        events.tell(**running_(SUPERVISION))
        await until(lambda: events.said("show_recording"))
        assert await host.page.evaluate("window.states") == ["on"]
        for hide in (COVER, FADE):
            await host.page.evaluate(hide)
            await asyncio.sleep(0.5)
            events.heard.clear()
            await asyncio.sleep(2.5)
            assert not events.said("show_recording"), hide
            await host.page.evaluate(UNDO)
            await until(lambda: events.said("show_recording"))

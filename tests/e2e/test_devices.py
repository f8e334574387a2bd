"""Devices that are refused, missing or torn out: one sentence, one step, and the call goes on."""

from __future__ import annotations

import pytest

from tests.support.browsers import FLAGS, GRANT_AT_ONCE, PHONE, person
from tests.support.call import enter, hears_the_other, reads, sees_the_other, stats, write
from tests.support.gateway import Gateway

NO_DEVICES = "--use-fake-device-for-media-stream=device-count=0"
ERRORS = """
(name) => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); };
}
"""


async def test_a_refused_microphone_leaves_text(running: Gateway):
    async with person(viewport=PHONE, flags=("--deny-permission-prompts",)) as client:
        await enter(client, running.links["client"], "arrive-voice")
        note = client.page.get_by_test_id("device-note")
        await note.wait_for()
        assert await note.get_attribute("data-trouble") in {"denied", "dismissed"}
        async with person() as counsellor:
            await enter(counsellor, running.links["counsellor"], "arrive-text")
            await write(client, "我先打字")
            await reads(counsellor, "我先打字")


async def test_without_a_camera_voice_is_enough_and_the_other_is_still_seen(running: Gateway):
    async with person(viewport=PHONE) as client, person() as counsellor:
        await client.page.add_init_script(
            "const g = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
            "navigator.mediaDevices.getUserMedia = async (c) => {"
            " if (c.video) throw new DOMException('', 'NotFoundError'); return g(c); };"
        )
        await enter(client, running.links["client"], "arrive-video")
        note = client.page.get_by_test_id("device-note")
        await note.wait_for()
        assert await note.get_attribute("data-trouble") == "no_camera"
        await enter(counsellor, running.links["counsellor"], "arrive-video")
        await sees_the_other(client)


async def test_each_error_of_the_browser_has_a_sentence_of_its_own(running: Gateway):
    seen = {}
    async with person(viewport=PHONE) as client:
        await enter(client, running.links["client"], "arrive-text")
        await client.page.get_by_test_id("trust-chip").wait_for()
        for name in ("NotFoundError", "NotReadableError", "SecurityError", "NotAllowedError"):
            await client.page.evaluate(ERRORS, name)
            await client.page.get_by_test_id("camera").click()
            note = client.page.get_by_test_id("device-note")
            await note.wait_for()
            seen[name] = await note.inner_text()
            await note.get_by_role("button").last.click()
            await note.wait_for(state="detached")
    assert len(set(seen.values())) == len(seen)


SILENT = """
navigator.mediaDevices.getUserMedia = async () =>
  new AudioContext().createMediaStreamDestination().stream;
"""
LOUD = """
window.opened = 0;
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  window.opened += 1;
  return out.stream;
};
"""
KEEP_TRACKS = """
const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.opened = [];
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await native(wish);
  window.opened.push(...stream.getTracks());
  return stream;
};
"""
NO_MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); };
"""
LOW_BATTERY = """
navigator.getBattery = async () => Object.assign(new EventTarget(), {charging: false, level: 0.15});
"""
SHOW_AND_HIDE = """
() => {
  window.opened.find((track) => track.kind === 'audio').dispatchEvent(new Event('mute'));
  for (const hidden of [true, false]) {
    Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
  }
}
"""


async def test_a_microphone_that_brings_nothing_is_asked_about(running: Gateway):
    async with person(viewport=PHONE) as client:
        await client.page.add_init_script(SILENT)
        await enter(client, running.links["client"], "arrive-voice")
        hint = client.page.get_by_test_id("hint")
        await hint.wait_for(timeout=15_000)
        assert await hint.get_attribute("data-hint") == "silent"
        await client.page.get_by_test_id("hint-step").click()
        await client.page.get_by_test_id("level").wait_for()


async def test_sound_and_devices_can_be_tried_and_chosen(running: Gateway):
    async with person(viewport=PHONE) as client:
        page = client.page
        await page.add_init_script(KEEP_TRACKS)
        await enter(client, running.links["client"], "arrive-voice")
        await page.get_by_test_id("more").click()
        await page.get_by_test_id("open-devices").click()
        # The fake microphone beeps: the bar moves, and the page says that it heard.
        await page.get_by_test_id("level-words").get_by_text("听到您了").wait_for()
        choose = page.get_by_test_id("choose-audio")
        options = choose.locator("option")
        await options.nth(1).wait_for(state="attached")
        wanted = await options.nth(1).get_attribute("value")
        await choose.select_option(wanted)
        await page.wait_for_function(
            "(wanted) => window.opened.at(-1)?.getSettings().deviceId === wanted", arg=wanted
        )
        await page.get_by_test_id("play-sound").click()
        await page.get_by_test_id("unheard").click()
        await page.get_by_text("请按音量键调大").wait_for()
        await page.get_by_test_id("play-sound").click()
        await page.get_by_test_id("heard").click()
        assert await page.get_by_test_id("mic").get_attribute("aria-pressed") == "true"
        assert not client.errors


async def test_without_a_microphone_the_link_goes_to_the_phone(running: Gateway):
    async with person() as client:
        await client.page.add_init_script(NO_MICROPHONE)
        await enter(client, running.links["client"], "arrive-voice")
        await client.page.get_by_test_id("to-phone").click()
        await client.page.get_by_test_id("qr").wait_for()


async def test_talking_into_a_muted_microphone_is_said_and_one_tap_opens_it(running: Gateway):
    async with person(viewport=PHONE) as client:
        await client.page.add_init_script(LOUD)
        await enter(client, running.links["client"], "arrive-voice")
        mic = client.page.get_by_test_id("mic")
        await client.page.wait_for_function("() => window.opened === 1")
        await mic.click()
        hint = client.page.get_by_test_id("hint")
        await hint.wait_for()
        assert await hint.get_attribute("data-hint") == "muted_talking"
        said = client.page.get_by_test_id("said-urgently")
        await said.get_by_text("您的麦克风关着").wait_for(state="attached")
        await client.page.get_by_test_id("hint-step").click()
        await hint.wait_for(state="detached")
        assert await mic.get_attribute("aria-pressed") == "true"


async def test_after_a_phone_call_one_tap_brings_sound_and_picture_back(running: Gateway):
    async with person(viewport=PHONE) as client, person() as counsellor:
        await client.page.add_init_script(KEEP_TRACKS)
        await enter(client, running.links["client"])
        await enter(counsellor, running.links["counsellor"])
        await hears_the_other(counsellor)
        await sees_the_other(client)
        before = await client.page.evaluate("() => window.opened.length")
        await client.page.evaluate(SHOW_AND_HIDE)
        hint = client.page.get_by_test_id("hint")
        await hint.wait_for()
        assert await hint.get_attribute("data-hint") == "interrupted"
        await client.page.get_by_test_id("hint-step").click()
        await hint.wait_for(state="detached")
        fresh = "(before) => window.opened.length === before + 2"
        await client.page.wait_for_function(fresh, arg=before)
        live = "() => window.opened.map((track) => track.readyState === 'live')"
        assert await client.page.evaluate(live) == [False] * before + [True] * 2
        now = await stats(counsellor)
        await hears_the_other(counsellor, now["voice"] + 20)
        await sees_the_other(counsellor, now["frames"] + 5)
        await sees_the_other(client, (await stats(client))["frames"] + 5)


async def test_a_low_battery_is_said_once(running: Gateway):
    async with person(viewport=PHONE) as client:
        await client.page.add_init_script(LOW_BATTERY)
        await enter(client, running.links["client"], "arrive-text")
        hint = client.page.get_by_test_id("hint")
        await hint.get_by_text("电量 15%").wait_for()
        await client.page.get_by_test_id("hint-step").click()
        await hint.wait_for(state="detached")


@pytest.mark.line
async def test_a_picture_that_sticks_is_named_while_the_sound_goes_on(running: Gateway):
    async with person(viewport=PHONE) as client, person() as counsellor:
        await counsellor.page.add_init_script(KEEP_TRACKS)
        await enter(client, running.links["client"])
        await enter(counsellor, running.links["counsellor"])
        await sees_the_other(client, 30)
        await hears_the_other(client)
        # The camera still counts as on, yet no picture comes any more.
        stop = "() => window.testPeers.at(-1).getSenders()[1].replaceTrack(null)"
        await counsellor.page.evaluate(stop)
        status = client.page.get_by_test_id("status-line")
        await status.get_by_text("画面卡住了，声音正常。").wait_for(timeout=15_000)
        await client.page.get_by_text("声音正常", exact=True).wait_for()
        again = (
            "() => window.testPeers.at(-1).getSenders()[1].replaceTrack("
            "window.opened.find((track) => track.kind === 'video'))"
        )
        await counsellor.page.evaluate(again)
        await status.get_by_text("画面卡住了").wait_for(state="detached", timeout=15_000)


def test_the_flags_grant_devices_only_where_a_test_says_so():
    assert GRANT_AT_ONCE not in FLAGS

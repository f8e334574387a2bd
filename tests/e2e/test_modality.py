"""Text, voice and picture by a person's own choice; invitations; and a way up that is narrow."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.e2e.test_screens import shoot
from tests.support.browsers import DESK, PHONE, Person, person
from tests.support.call import enter, hears_the_other, open_page, sees_the_other, stats
from tests.support.gateway import Gateway

pytestmark = pytest.mark.line

ARRIVES = """
async (what) => {
  const look = async () => {
    const out = {voice: 0, picture: 0};
    for (const each of (await window.testPeers.at(-1).getStats()).values()) {
      if (each.type !== 'inbound-rtp') continue;
      if (each.kind === 'audio') out.voice += each.packetsReceived;
      else out.picture += each.framesDecoded;
    }
    return out;
  };
  const before = await look();
  const key = () => document.querySelector('qr-app')?.shadowRoot.querySelector('qr-room')
    ?.shadowRoot.querySelector('[data-testid=status-line]')?.dataset.key;
  window.watching = true;
  for (;;) {
    if (what.startsWith('status') ? key() === what : (await look())[what] > before[what])
      return Date.now();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
"""
"""When something arrives in this page: a voice, a picture, or what the line says."""

NARROW = """
(() => {
  const measure = RTCPeerConnection.prototype.getStats;
  RTCPeerConnection.prototype.getStats = async function () {
    const all = await measure.call(this);
    if (!window.narrow) return all;
    return new Map([...all.values()].map((each) => [each.id,
      each.type === 'candidate-pair' ? {...each, availableOutgoingBitrate: 60_000} : each]));
  };
})();
"""
"""The browser's estimate of the way up, as a test wants it."""

VOICE = """
async () => {
  const peer = window.testPeers.at(-1);
  const look = async () => {
    for (const each of (await peer.getStats()).values())
      if (each.type === 'outbound-rtp' && each.kind === 'audio')
        return {packets: each.packetsSent, bytes: each.bytesSent, at: each.timestamp};
  };
  const before = await look();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const after = await look();
  const seconds = (after.at - before.at) / 1000;
  return {pace: (after.packets - before.packets) / seconds,
    kbps: (after.bytes - before.bytes) * 8 / 1000 / seconds,
    cap: peer.getSenders()[0].getParameters().encodings[0].maxBitrate ?? null,
    pictures: peer.getSenders()[1].getParameters().encodings.filter((each) => each.active).length};
}
"""


async def switch(giver: Person, taker: Person, control: str, what: str) -> float:
    """Tap a control; returns after how many ms its effect arrives on the other side."""
    await taker.page.evaluate("() => { window.watching = false; }")
    arrival = asyncio.create_task(taker.page.evaluate(ARRIVES, what))
    await taker.page.wait_for_function("() => window.watching")
    tap = "(control) => { const at = Date.now(); control.click(); return at; }"
    tapped = await giver.page.get_by_test_id(control).evaluate(tap)
    async with asyncio.timeout(30):
        return float(await arrival) - float(tapped)


async def test_ten_switches_on_one_connection(running: Gateway):
    async with person() as counsellor, person(viewport=PHONE) as client:
        await enter(counsellor, running.links["counsellor"], "arrive-voice")
        await enter(client, running.links["client"], "arrive-text")
        await hears_the_other(client, 20)
        steps = [
            ("text → voice", "mic", "voice"),
            ("voice → video", "camera", "picture"),
            ("video → voice", "camera", "status.peer.camera.off"),
            ("voice → text", "mic", "status.peer.quiet"),
        ]
        print("\nswitch          ms until it has arrived")
        for turn in range(10):
            name, control, what = steps[turn % len(steps)]
            took = await switch(client, counsellor, control, what)
            print(f"{name:15} {took:6.0f}")
            await client.page.wait_for_timeout(700)
        for someone in (counsellor, client):
            assert (await stats(someone))["peers"] == 1
            assert not someone.errors


async def test_the_ways_to_take_part_stand_plainly_in_more(running: Gateway, screenshots: Path):
    async with person(viewport=PHONE) as client, person(viewport=DESK) as counsellor:
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(counsellor)
        await client.page.get_by_test_id("more").click()
        chosen = client.page.locator("[data-testid^=mode-][aria-pressed=true]")
        assert await chosen.get_attribute("data-testid") == "mode-video"
        await client.page.get_by_test_id("mode-voice").click()
        key = "[data-testid=status-line][data-key='status.peer.camera.off']"
        await counsellor.page.locator(key).wait_for()
        assert await client.page.get_by_test_id("mic").get_attribute("aria-pressed") == "true"


async def test_the_counsellor_invites_and_only_the_client_switches_on(
    running: Gateway, screenshots: Path
):
    async with person(viewport=PHONE) as client, person(viewport=DESK) as counsellor:
        await enter(counsellor, running.links["counsellor"], "arrive-voice")
        await open_page(client, running.links["client"])
        asked = (
            "() => { const devices = navigator.mediaDevices; window.asked = 0;"
            " const open = devices.getUserMedia.bind(devices);"
            " devices.getUserMedia = (...a) => { window.asked++; return open(...a); }; }"
        )
        await client.page.evaluate(asked)
        await client.page.get_by_test_id("come-in").click()
        await client.page.get_by_test_id("arrive-text").click()
        await hears_the_other(client, 20)
        question = client.page.get_by_test_id("question")

        async def invite(kind: str) -> None:
            await counsellor.page.get_by_test_id("more").click()
            await counsellor.page.get_by_test_id(f"invite-{kind}").click()
            await question.wait_for()
            assert await question.get_attribute("data-question") == kind

        await counsellor.page.get_by_test_id("more").click()
        await shoot(counsellor, screenshots, "counsellor-6-more")
        await counsellor.page.keyboard.press("Escape")
        await invite("video")
        await (
            client.page.get_by_test_id("said-urgently")
            .filter(has_text="可以吗")
            .wait_for(state="attached")
        )
        await shoot(client, screenshots, "client-10-invited")
        # Nothing has begun, and a no changes nothing.
        assert await client.page.evaluate("() => window.asked") == 0
        await client.page.get_by_test_id("question-no").click()
        await question.wait_for(state="detached")
        assert await client.page.evaluate("() => window.asked") == 0
        await invite("voice")
        await client.page.get_by_test_id("question-open").click()
        await hears_the_other(counsellor, 20)
        await invite("video")
        await client.page.get_by_test_id("question-open").click()
        await sees_the_other(counsellor, 5)
        assert not client.errors
        assert not counsellor.errors


async def test_a_narrow_way_up_is_said_to_both_and_leaves_its_room_to_the_voice(
    running: Gateway, screenshots: Path
):
    async with person(viewport=PHONE) as client, person(viewport=DESK) as counsellor:
        await client.page.add_init_script(NARROW)
        await enter(client, running.links["client"])
        await enter(counsellor, running.links["counsellor"])
        await sees_the_other(counsellor, 10)
        print("\nvoice before", await client.page.evaluate(VOICE))
        await client.page.evaluate("() => { window.narrow = true; }")
        own = client.page.locator("[data-testid=status-line][data-key='rung.own.voice']")
        await own.wait_for(timeout=40_000)
        their = counsellor.page.locator("[data-testid=status-line][data-key='rung.peer.voice']")
        await their.wait_for()
        said = client.page.get_by_test_id("said").filter(has_text=re.compile("先用声音"))
        await said.wait_for(state="attached")
        found = await client.page.evaluate(VOICE)
        print("voice after ", found)
        assert (found["cap"], found["pictures"]) == (16_000, 0)
        assert found["pace"] > 0
        await shoot(client, screenshots, "client-11-voice")
        await shoot(counsellor, screenshots, "counsellor-7-voice")
        await hears_the_other(counsellor, (await stats(counsellor))["voice"] + 20)
        assert (await stats(client))["peers"] == 1

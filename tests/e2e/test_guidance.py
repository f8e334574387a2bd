"""What the counsellor wishes of a picture, and a moment kept steady: pages follow, and say so."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_stills import Wishes
from tests.support.browsers import CAMERA, DESK, FLAGS, GRANT_AT_ONCE, PHONE, Person, person
from tests.support.call import enter, hears_the_other, reads, sees_the_other, stats, write
from tests.support.gateway import Gateway
from tests.support.screens import SMALL, fits, shoot

pytestmark = [pytest.mark.line, pytest.mark.timeout(240)]

FAST = "--use-fake-device-for-media-stream=fps=30"
"""A camera that is fast enough for what is wished of movement; the default makes 20 a second."""

WIDE = """
(() => {
  const measure = RTCPeerConnection.prototype.getStats;
  RTCPeerConnection.prototype.getStats = async function () {
    const all = [...(await measure.call(this)).values()];
    return new Map(all.filter((each) => each.type !== 'remote-inbound-rtp').map((each) => [each.id,
      each.type === 'candidate-pair'
        ? {...each, availableOutgoingBitrate: 5_000_000, currentRoundTripTime: 0.02} : each]));
  };
})();
"""
"""A way up that is never found narrow: a busy machine is not what is tried here."""

SENT = """
async (seconds) => {
  const {sender} = window.testPeers.at(-1).getTransceivers()[1];  // as the offer has them
  const look = async () => {
    let frames = 0, height = 0, at = 0;
    for (const each of (await sender.getStats()).values()) {
      if (each.type !== 'outbound-rtp') continue;
      frames += each.framesEncoded ?? 0;
      if (each.active !== false) height = Math.max(height, each.frameHeight ?? 0);
      at = each.timestamp;
    }
    return {frames, height, at};
  };
  const before = await look();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = await look();
  const {encodings, degradationPreference} = sender.getParameters();
  const active = encodings.filter((each) => each.active);
  return {pace: (after.frames - before.frames) * 1000 / (after.at - before.at),
    height: after.height, keeps: degradationPreference ?? null,
    most: active.map((each) => each.maxFramerate ?? null),
    scales: active.map((each) => each.scaleResolutionDownBy)};
}
"""
"""How one's own picture is sent."""


async def says(someone: Person, key: str, words: str = "") -> None:
    """Wait until the line under the picture says it, and, with words, until they are spoken."""
    line = someone.page.locator(f"[data-testid=status-line][data-key='{key}']")
    await line.wait_for(state="attached", timeout=20_000)
    if words:
        said = someone.page.get_by_test_id("said").filter(has_text=re.compile(words))
        await said.wait_for(state="attached", timeout=20_000)


async def choose(counsellor: Person, cue: str) -> None:
    await counsellor.page.get_by_test_id("more").click()
    await counsellor.page.get_by_test_id(f"cue-{cue}").click()
    await counsellor.page.locator(f"[data-testid=cue-{cue}][aria-pressed=true]").wait_for()


async def sent(someone: Person, most: int) -> dict[str, Any]:
    """How one's own picture is sent, once it has no more than so many frames."""
    found: dict[str, Any] = {}
    for _ in range(10):
        found = await someone.page.evaluate(SENT, 3)
        if found["most"] == [most]:
            return found
    raise AssertionError(f"not in 30 s: {found}")


async def test_the_counsellor_chooses_what_the_picture_shows_best(
    running: Gateway, screenshots: Path
):
    wishes = Wishes()
    assert CAMERA in FLAGS
    assert CAMERA.startswith(FAST.split("=", 1)[0])
    fast = person(viewport=SMALL, flags=(GRANT_AT_ONCE, FAST))
    async with person(viewport=DESK) as counsellor, fast as client:
        await wishes.stand_between(client)
        await client.page.add_init_script(WIDE)
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(counsellor, 10)
        wishes.say(bps=350_000, stills=False)
        balanced = await sent(client, 15)
        assert balanced["keeps"] is None

        await choose(counsellor, "detail")
        await shoot(counsellor, screenshots, "counsellor-8-cues")
        await counsellor.page.keyboard.press("Escape")
        await says(client, "cue.told.detail", "表情")
        await shoot(client, screenshots, "client-12-detail")
        await fits(client)
        detail = await sent(client, 12)
        assert (detail["scales"], detail["keeps"]) == ([1], "maintain-resolution")
        assert detail["pace"] < 14

        await choose(counsellor, "motion")
        await counsellor.page.set_viewport_size({"width": 320, "height": 640})
        await shoot(counsellor, screenshots, "small-counsellor-more")
        await fits(counsellor)
        await counsellor.page.keyboard.press("Escape")
        await says(client, "cue.told.motion", "动作")
        motion = await sent(client, 30)
        assert (motion["scales"], motion["keeps"]) == ([2], "maintain-framerate")
        print(f"\nbalanced {balanced}\ndetail   {detail}\nmotion   {motion}")

        await choose(counsellor, "balanced")
        await says(client, "cue.told.balanced")
        assert (await sent(client, 15))["keeps"] is None
        assert not counsellor.errors
        assert not client.errors


async def frames_stop(someone: Person) -> None:
    """Wait until no frame of the other comes in any more."""
    async with asyncio.timeout(20):
        before = -1
        while (found := int((await stats(someone))["frames"])) != before:
            before = found
            await asyncio.sleep(2)


async def test_a_moment_is_held_steady_for_the_voice(running: Gateway, screenshots: Path):
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        await client.page.add_init_script(WIDE)
        await counsellor.page.add_init_script(WIDE)
        await enter(counsellor, running.links["counsellor"])
        steady = counsellor.page.get_by_test_id("steady")
        await steady.click()
        await counsellor.page.locator("[data-testid=steady][aria-pressed=true]").wait_for()
        # Who comes into it sends no picture that moves, from the first moment on.
        await enter(client, running.links["client"])
        await says(client, "steady.client", "留给声音")
        await says(counsellor, "steady.counsellor", "稳住了")
        still = '[data-testid="still"]'
        await counsellor.page.locator(still).wait_for(timeout=30_000)
        await client.page.locator(still).wait_for(timeout=30_000)
        assert (await stats(counsellor))["frames"] == 0
        await hears_the_other(counsellor, 20)

        # Texts are there, and make no noise.
        listed = counsellor.page.get_by_test_id("text-list")
        assert await listed.get_attribute("aria-live") == "off"
        await write(client, "我在。")
        await reads(counsellor, "我在。")
        await client.page.get_by_test_id("text").click()
        await write(counsellor, "不着急。")
        await hears_the_other(client, (await stats(client))["voice"] + 50)
        assert await client.page.locator(".unread").count() == 0
        await shoot(counsellor, screenshots, "counsellor-9-steady")
        await shoot(client, screenshots, "client-13-steady")
        await client.page.set_viewport_size({"width": 320, "height": 640})
        await shoot(client, screenshots, "small-client-steady")
        await fits(client)

        # Over. Nobody was seen moving for long: they are asked first.
        await asyncio.sleep(30)
        await steady.click()
        await says(counsellor, "steady.over.texts")
        await says(client, "steady.over.texts", "1 条")
        assert await client.page.locator(".unread").text_content() == "1"
        assert await listed.get_attribute("aria-live") == "polite"
        for someone in (client, counsellor):
            question = someone.page.locator("[data-testid=question][data-question=picture]")
            await question.wait_for()
        await shoot(client, screenshots, "client-14-back")
        assert (await stats(counsellor))["frames"] == 0
        for someone in (client, counsellor):
            await someone.page.get_by_test_id("question-open").click()
        await sees_the_other(counsellor)
        await sees_the_other(client)
        assert not counsellor.errors
        assert not client.errors


async def test_after_a_short_moment_pictures_come_back_by_themselves(
    running: Gateway, screenshots: Path
):
    async with person(viewport=SMALL) as counsellor, person(viewport=PHONE) as client:
        await client.page.add_init_script(WIDE)
        await counsellor.page.add_init_script(WIDE)
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(counsellor, 10)
        await sees_the_other(client, 10)
        assert not await counsellor.page.get_by_test_id("steady").is_visible()
        await counsellor.page.get_by_test_id("more").click()
        await counsellor.page.get_by_test_id("steady-more").click()
        await shoot(counsellor, screenshots, "small-counsellor-steady")
        await frames_stop(client)
        assert await counsellor.page.locator("[data-testid=still]").count() == 1
        seen = {id(each): (await stats(each))["frames"] for each in (client, counsellor)}
        await counsellor.page.get_by_test_id("steady-more").click()
        for someone in (client, counsellor):
            await sees_the_other(someone, seen[id(someone)] + 10)
            assert await someone.page.get_by_test_id("question").count() == 0
            assert (await stats(someone))["peers"] == 1
            assert not someone.errors

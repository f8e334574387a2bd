"""Why the other is not heard: their device, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_screens import fits, shoot
from tests.support.browsers import DESK, PHONE, person
from tests.support.call import enter, hears_the_other
from tests.support.gateway import Gateway

pytestmark = pytest.mark.line

PAUSE = """
(paused) => {
  for (const { track } of window.testPeers.at(-1).getSenders()) {
    if (track?.kind !== 'audio') continue;
    track.enabled = !paused;
    Object.defineProperty(track, 'muted', { value: paused, configurable: true });
    track.dispatchEvent(new Event(paused ? 'mute' : 'unmute'));
  }
}
"""
HUSH = """
(quiet) => {
  for (const { track } of window.testPeers.at(-1).getSenders())
    if (track?.kind === 'audio') track.enabled = !quiet;
}
"""


async def test_device_and_silence_are_told_apart(running: Gateway, screenshots: Path):
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        await enter(counsellor, running.links["counsellor"], "arrive-video")
        await enter(client, running.links["client"], "arrive-video")
        await hears_the_other(counsellor)
        strip = counsellor.page.locator("qr-line-strip p.cause")
        await client.page.evaluate(PAUSE, True)
        await counsellor.page.locator("p.cause[data-kind=device]").wait_for(timeout=15_000)
        await shoot(counsellor, screenshots, "strip-1-device-counsellor")
        await client.page.evaluate(PAUSE, False)
        await client.page.evaluate(HUSH, True)
        await counsellor.page.locator("p.cause[data-kind=quiet]").wait_for(timeout=30_000)
        assert await strip.get_attribute("data-cause") == "quiet"
        await shoot(counsellor, screenshots, "strip-2-quiet-counsellor")
        await fits(client)
        await client.page.evaluate(HUSH, False)
        await counsellor.page.locator("p.cause[data-kind=none]").wait_for(
            timeout=30_000, state="attached"
        )
        assert client.errors == counsellor.errors == []

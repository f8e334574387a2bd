"""The slow picture between real browsers: it comes when it is wished for, and ends with a tap."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from playwright.async_api import WebSocketRoute

from tests.support.browsers import DESK, PHONE, Person, person
from tests.support.call import enter, sees_the_other
from tests.support.gateway import Gateway

pytestmark = [pytest.mark.line, pytest.mark.timeout(240)]

LOG_CHUNKS = """
(() => {
  const Native = RTCPeerConnection.prototype.createDataChannel;
  window.stillLog = {sent: [], came: []};
  RTCPeerConnection.prototype.createDataChannel = function (label, ...rest) {
    const channel = Native.call(this, label, ...rest);
    if (label !== 'still') return channel;
    channel.addEventListener('message', ({data}) => {
      const number = new DataView(data).getUint16(1);
      window.stillLog.came.push([performance.now(), data.byteLength, number]);
    });
    const send = channel.send.bind(channel);
    channel.send = (data) => {
      window.stillLog.sent.push([performance.now(), data.byteLength, data[0] * 256 + data[1]]);
      send(data);
    };
    return channel;
  };
})();
"""
PICTURE = """
async (on) => {
  const {sender} = window.testPeers.at(-1).getTransceivers()[1];  // as the offer has them
  sender.kept = sender.track ?? sender.kept;
  await sender.replaceTrack(on ? sender.kept : null);
}
"""
"""Stops and goes on with the picture alone, as a page does that is told to send none."""
VOICE = """
async () => {
  for (const each of (await window.testPeers.at(-1).getStats()).values()) {
    if (each.type !== 'inbound-rtp' || each.kind !== 'audio' || !each.packetsReceived) continue;
    return {packets: each.packetsReceived, concealed: each.concealedSamples, jitter: each.jitter,
      delay: each.jitterBufferDelay, emitted: each.jitterBufferEmittedCount,
      samples: each.totalSamplesReceived};
  }
}
"""


class Wishes:
    """What the gateway would say of a person's picture, said by the test in its place."""

    def __init__(self) -> None:
        self._page: WebSocketRoute | None = None

    async def stand_between(self, someone: Person) -> None:
        await someone.page.add_init_script(LOG_CHUNKS)
        await someone.page.route_web_socket("**/socket.io/**", self._route)

    def _route(self, page: WebSocketRoute) -> None:
        self._page = page
        gateway = page.connect_to_server()
        gateway.on_message(lambda said: None if '"rate"' in str(said) else page.send(said))

    def say(self, *, bps: int, stills: bool) -> None:
        assert self._page is not None
        event = {"type": "rate", "mid": "1", "bps": bps, "stills": stills}
        self._page.send("42" + json.dumps(["event", event]))


async def log(someone: Person, which: str) -> list[list[float]]:
    found: list[list[float]] = await someone.page.evaluate(f"() => window.stillLog.{which}")
    return found


async def until_more(someone: Person, than: int) -> None:
    """Wait until more chunks have been sent."""
    async with asyncio.timeout(30):
        while len(await log(someone, "sent")) <= than:
            await asyncio.sleep(0.1)


async def listen(someone: Person, seconds: float) -> dict[str, float]:
    before = await someone.page.evaluate(VOICE)
    await asyncio.sleep(seconds)
    after = await someone.page.evaluate(VOICE)
    emitted = max(1, after["emitted"] - before["emitted"])
    return {
        "packets/s": (after["packets"] - before["packets"]) / seconds,
        "concealed %": 100 * (after["concealed"] - before["concealed"])
        / max(1, after["samples"] - before["samples"]),
        "buffer ms": 1000 * (after["delay"] - before["delay"]) / emitted,
        "jitter ms": 1000 * after["jitter"],
    }  # fmt: skip


def figures(sent: list[list[float]]) -> dict[str, float]:
    """Of whole stills: their size, what is between them, and the rate of it all."""
    numbers = sorted({number for _, _, number in sent})[:-1]  # the last may be under way
    sizes = [sum(size - 4 for _, size, n in sent if n == number) for number in numbers]
    began = [min(at for at, _, n in sent if n == number) for number in numbers]
    gaps = [after - before for (before, *_), (after, *_) in pairwise(sent)]
    seconds = (sent[-1][0] - sent[0][0]) / 1000
    return {
        "stills": len(numbers),
        "bytes median": median(sizes),
        "bytes most": max(sizes),
        "apart s": median([b - a for a, b in pairwise(began)]) / 1000,
        "chunk gap ms least": min(gaps),
        "kbit/s": sum(size for _, size, _ in sent[:-1]) * 8 / seconds / 1000,
    }


def show(title: str, values: dict[str, float]) -> None:
    print(f"{title}: " + ", ".join(f"{name} {value:.1f}" for name, value in values.items()))


async def shoot(someone: Person, folder: Path, name: str) -> None:
    for language in ("en", "zh"):
        await someone.page.get_by_test_id(f"lang-{language}").first.click()
        await someone.page.screenshot(path=folder / f"{name}-{language}.png", animations="disabled")


async def test_a_slow_picture_comes_and_goes(running: Gateway, screenshots: Path):
    wishes = Wishes()
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        await wishes.stand_between(counsellor)
        await client.page.add_init_script(LOG_CHUNKS)
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(client, 10)
        alone = await listen(client, 10)
        assert not await log(counsellor, "sent")

        await counsellor.page.evaluate(PICTURE, False)
        wishes.say(bps=0, stills=True)
        still = client.page.get_by_test_id("still")
        await still.wait_for(timeout=30_000)
        assert await still.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
        beside = await listen(client, 15)
        show("stills", figures(await log(counsellor, "sent")))
        show("voice alone", alone)
        show("voice beside stills", beside)
        assert figures(await log(counsellor, "sent"))["bytes most"] <= 4000
        await shoot(client, screenshots, "client-10-slow")
        # Nothing is stuck: whatever the line says, it is not that.
        told = await client.page.get_by_test_id("status-line").get_attribute("data-key")
        assert told not in {"status.peer.frozen", "status.peer.stuck"}

        # Off by a tap: nothing more leaves, mid-still or not, and nothing more is shown.
        await counsellor.page.get_by_test_id("camera").click()
        gone = len(await log(counsellor, "sent"))
        await still.wait_for(state="detached", timeout=5_000)
        await asyncio.sleep(3)
        assert len(await log(counsellor, "sent")) == gone

        # On again, by a tap again: the wish still stands.
        await counsellor.page.get_by_test_id("camera").click()
        await until_more(counsellor, gone)
        await counsellor.page.evaluate(PICTURE, False)
        await still.wait_for(timeout=30_000)

        # Over when nobody wishes for it. No rate above 0 is said here: a page on a busy machine may
        # find its own line narrow, and would then go on.
        wishes.say(bps=0, stills=False)
        await still.wait_for(state="detached", timeout=20_000)
        gone = len(await log(counsellor, "sent"))
        await asyncio.sleep(3)
        assert len(await log(counsellor, "sent")) == gone
        assert not counsellor.errors
        assert not client.errors
        assert not client.foreign


async def test_an_old_still_gives_way_to_words(running: Gateway):
    wishes = Wishes()
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        await wishes.stand_between(client)
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(counsellor, 10)
        await client.page.evaluate(PICTURE, False)
        wishes.say(bps=0, stills=True)
        still = counsellor.page.get_by_test_id("still")
        await still.wait_for(timeout=30_000)
        wishes.say(bps=0, stills=False)
        await still.wait_for(state="detached", timeout=20_000)
        await counsellor.page.locator("qr-tile .place").wait_for()

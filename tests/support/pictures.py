"""In what sizes a page sends its own picture, and gets the others'."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.browsers import Person

SMALL_CAMERA = """
(() => {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (wish) => open(wish.video
    ? {...wish, video: {width: 480, height: 360, frameRate: 10}} : wish);
  const { setParameters } = RTCRtpSender.prototype;
  RTCRtpSender.prototype.setParameters = function (parameters) {
    return setParameters.call(this,
      {...parameters, degradationPreference: 'maintain-resolution'});
  };
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
    const held = 'x-google-min-bitrate=1500;x-google-start-bitrate=1500';
    return setRemoteDescription.call(this, { type, sdp: sdp.replace(
      /a=rtpmap:(\\d+) VP8.*\\r\\n/g, (line, pt) => `${line}a=fmtp:${pt} ${held}\\r\\n`) });
  };
})();
"""
"""A camera whose picture costs little, in as many sizes as any. On a busy machine a page takes late
packets for a narrow line, and a size would mean that; here its estimate has a floor, and a page
that is short of time sends fewer pictures, not smaller ones. Then a size means an encoding."""

SENT = """
async () => {
  const sender = window.testPeers.at(-1).getSenders().find((each) => each.track?.kind === 'video');
  const bytes = {};
  for (const each of (await sender.getStats()).values())
    if (each.type === 'outbound-rtp') bytes[each.rid] = each.bytesSent;
  const active = sender.getParameters().encodings.filter((each) => each.active);
  return {bytes, active: active.map(({rid}) => rid)};
}
"""
LOOK = """
(period) => {
  window.testSizes = [];
  const tiles = (root) => [...root.querySelectorAll('*')].flatMap((each) => [
    ...(each.localName === 'qr-tile' ? [each] : []),
    ...(each.shadowRoot ? tiles(each.shadowRoot) : [])]);
  setInterval(async () => {
    const peer = window.testPeers.at(-1);
    for (const {name, videoTrack} of tiles(document)) {
      if (!peer || !videoTrack) continue;
      for (const each of (await peer.getStats(videoTrack)).values())
        if (each.type === 'inbound-rtp') window.testSizes.push([performance.now() / 1000, name,
          each.frameWidth ?? 0, each.framesDecoded ?? 0, each.freezeCount ?? 0]);
    }
  }, period);
}
"""
PERIOD_MS = 50


@dataclass(frozen=True)
class Look:
    """What a page had decoded of somebody at a moment: seconds of its own clock, width, counts."""

    at: float
    width: int
    frames: int
    freezes: int


async def sent(someone: Person, seconds: float = 1.5) -> tuple[list[str], list[str]]:
    """The rids a page has switched on, and those of which bytes went out in so much time.

    Smallest first: "s" and "l" are.
    """
    before = await someone.page.evaluate(SENT)
    await asyncio.sleep(seconds)
    after = await someone.page.evaluate(SENT)
    moved = [rid for rid, count in after["bytes"].items() if count > before["bytes"].get(rid, 0)]
    return after["active"], sorted(moved, reverse=True)


async def start_looking(someone: Person) -> None:
    """Begin to note what is decoded of everyone shown."""
    await someone.page.evaluate(LOOK, PERIOD_MS)


async def moment(someone: Person) -> float:
    """The page's own clock, in seconds."""
    return float(await someone.page.evaluate("() => performance.now() / 1000"))


async def looks(someone: Person, name: str, since: float = 0.0) -> list[Look]:
    """What was noted of somebody since a moment of the page's clock."""
    rows = await someone.page.evaluate("() => window.testSizes")
    return [Look(at, *rest) for at, whose, *rest in rows if whose == name and at >= since]


async def until_looks(
    someone: Person, name: str, since: float, right: Callable[[Look], bool], patience_s: float
) -> Look:
    """Wait for the first look since then that is as it should be."""
    async with asyncio.timeout(patience_s):
        while not (found := [each for each in await looks(someone, name, since) if right(each)]):
            await asyncio.sleep(0.1)
    return found[0]


def longest_stall(seen: list[Look]) -> float:
    """The longest time without a new decoded picture, in seconds."""
    longest, moved = 0.0, seen[0]
    for each in seen:
        longest = max(longest, each.at - moved.at)
        if each.frames != moved.frames:
            moved = each
    return longest

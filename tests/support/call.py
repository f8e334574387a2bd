"""What tests do in the web client's pages, and how they look at its peer connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.browsers import Person

WATCH_PEERS = """
(() => {
  if (window.testPeers) return;
  const Native = window.RTCPeerConnection;
  window.testPeers = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...args) { super(...args); window.testPeers.push(this); }
  };
})();
"""
"""Keeps the page's peer connections where a test can ask them; changes nothing about them, however
often it is put into a page."""

STATS = """
async () => {
  const peer = window.testPeers.at(-1);
  const out = {peers: window.testPeers.length, state: peer?.connectionState ?? 'none',
    frames: 0, voice: 0, energy: 0, lost: 0, codec: null, concealed: 0};
  if (!peer) return out;
  const report = await peer.getStats();
  for (const each of report.values()) {
    if (each.type !== 'inbound-rtp') continue;
    out.lost += each.packetsLost ?? 0;
    if (each.kind === 'video') {
      out.frames += each.framesDecoded ?? 0;
      if (each.codecId && each.framesDecoded) out.codec = report.get(each.codecId)?.mimeType;
    } else {
      out.voice += each.packetsReceived ?? 0;
      out.energy += each.totalAudioEnergy ?? 0;
      out.concealed += each.concealedSamples ?? 0;
    }
  }
  return out;
}
"""


async def open_page(someone: Person, link: str) -> None:
    """Open a link as a person does; nothing has been tapped yet."""
    await someone.page.add_init_script(WATCH_PEERS)
    await someone.page.goto(link)


async def enter(someone: Person, link: str, way: str = "arrive-video") -> None:
    """Open a link, come in, and choose how."""
    await open_page(someone, link)
    await someone.page.get_by_test_id("come-in").click()
    await someone.page.get_by_test_id(way).click()


async def stats(someone: Person) -> dict[str, Any]:
    """The last peer connection's inbound figures."""
    answer: dict[str, Any] = await someone.page.evaluate(STATS)
    return answer


async def sees_the_other(someone: Person, more_than: int = 0) -> None:
    """Wait until frames of the other person are decoded, more than so many."""
    await _until(someone, lambda found: found["frames"] > more_than)


async def hears_the_other(someone: Person, more_than: int = 0) -> None:
    """Wait until sound with energy in it has come in more than so many packets."""
    await _until(someone, lambda found: found["voice"] > more_than and found["energy"] > 0)


async def has_linked(someone: Person) -> None:
    """Wait until the page's media link is up, whether or not anyone else is there."""
    await _until(someone, lambda found: found["state"] == "connected")


async def _until(someone: Person, condition: Callable[[dict[str, Any]], bool]) -> None:
    # Not the page's own waiting: a promise there would count as true before it is kept.
    found: dict[str, Any] = {}
    for _ in range(300):
        found = await stats(someone)
        if condition(found):
            return
        await someone.page.wait_for_timeout(100)
    raise AssertionError(f"not within 30 s: {found}")


async def first_frame_ms(someone: Person) -> float:
    """From the tap that entered to the first decoded frame of the other, in ms."""
    await someone.page.wait_for_function(
        "() => document.documentElement.dataset.firstFrameMs !== undefined", timeout=30_000
    )
    return float(
        await someone.page.evaluate("() => Number(document.documentElement.dataset.firstFrameMs)")
    )


async def show_text(someone: Person) -> None:
    """Open the text panel; on a phone it is folded away."""
    if not await someone.page.get_by_test_id("text-input").is_visible():
        await someone.page.get_by_test_id("text").click()


async def write(someone: Person, text: str) -> None:
    """Write a line in the room."""
    await show_text(someone)
    await someone.page.get_by_test_id("text-input").fill(text)
    await someone.page.get_by_test_id("text-send").click()


async def reads(someone: Person, text: str) -> None:
    """Wait until the line stands in the room's text."""
    await show_text(someone)
    await (
        someone.page.get_by_test_id("text-list")
        .get_by_text(text, exact=True)
        .wait_for(state="attached", timeout=15_000)
    )

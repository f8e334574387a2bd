"""Voice on a line that loses packets: sent in redundant copies, and asked for again."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.browsers import DESK, Person, person
from tests.support.call import enter, hears_the_other
from tests.support.figures import Figures
from tests.support.gateway import free_port, gateway
from tests.support.namespace import filtered, own_network

pytestmark = [pytest.mark.e2e_media, pytest.mark.timeout(240)]

HERE = "10.77.0.1"
SECONDS = 20.0
RED, OPUS = 63, 111
"""Chromium's payload types, which the gateway answers as offered."""
ETHERNET, EVERY_PROTOCOL = 14, 3
LOSSY = "{way} lo meta l4proto udp numgen random mod 1000 < 20"
"""On its way out and in again: twice 2 % for each leg."""

VOICE = """
async () => {
  const out = {asked: 0, lost: 0, received: 0, concealed: 0, samples: 0, asked_of_us: 0, again: 0};
  for (const each of (await window.testPeers.at(-1).getStats()).values()) {
    if (each.kind !== 'audio') continue;
    if (each.type === 'inbound-rtp') {
      out.asked += each.nackCount ?? 0;
      out.lost += each.packetsLost;
      out.received += each.packetsReceived;
      out.concealed += each.concealedSamples ?? 0;
      out.samples += each.totalSamplesReceived ?? 0;
    } else if (each.type === 'outbound-rtp') {
      out.asked_of_us += each.nackCount ?? 0;
      out.again += each.retransmittedPacketsSent ?? 0;
    }
  }
  return out;
}
"""


@contextmanager
def payload_types(port: int) -> Iterator[Counter[int]]:
    """Count the payload types of RTP to this port: an SRTP header is in the clear."""
    found: Counter[int] = Counter()
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL)) as raw:
        raw.bind(("lo", 0))
        raw.setblocking(False)

        def read() -> None:
            frame = raw.recv(2048)[ETHERNET:]
            at = (frame[0] & 15) * 4
            to, payload = frame[at + 2 : at + 4], frame[at + 8 :]
            is_udp = frame[0] >> 4 == 4 and frame[9] == socket.IPPROTO_UDP
            if is_udp and int.from_bytes(to, "big") == port and payload[:1] >= b"\x80":
                found[payload[1] & 0x7F] += 1

        loop.add_reader(raw, read)
        try:
            yield found
        finally:
            loop.remove_reader(raw)


async def voice(someone: Person) -> dict[str, int]:
    """A page's counts of voice both ways."""
    counts: dict[str, int] = await someone.page.evaluate(VOICE)
    return counts


async def test_lost_voice_is_asked_for_and_comes_again(figures: Figures) -> None:
    port = free_port()
    with own_network():
        async with (
            gateway(media_port=port, media_host=HERE) as running,
            person(viewport=DESK) as counsellor,
            person(viewport=DESK) as client,
        ):
            people = (counsellor, client)
            await enter(counsellor, running.links["counsellor"])
            await enter(client, running.links["client"])
            for someone in people:
                await hears_the_other(someone, 50)
            before = [await voice(someone) for someone in people]
            with payload_types(port) as sent, filtered(LOSSY):
                await asyncio.sleep(SECONDS)
            after = [await voice(someone) for someone in people]
            assert not any(someone.errors for someone in people)
    took = {name: sum(b[name] - a[name] for a, b in zip(before, after, strict=True))
            for name in before[0]}  # fmt: skip
    lost = took["lost"] / max(1, took["lost"] + took["received"])
    figures.table(
        f"Voice both ways, {SECONDS:.0f} s at 4 % loss each way",
        [("voice packets sent with a redundant copy", str(sent[RED]), f"{sent[OPUS]} without"),
         ("asked for by the pages", str(took["asked"]), ""),
         ("asked of the pages, and sent again", f"{took['asked_of_us']}, {took['again']}", ""),
         ("still lost", f"{lost:.2%}", ""),
         ("concealed", f"{took['concealed'] / max(1, took['samples']):.2%}", "")],
    )  # fmt: skip
    assert sent[RED] > sent[OPUS]
    assert took["asked"] > 0
    assert took["again"] > 0

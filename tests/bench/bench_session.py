"""What one 480p session costs the gateway.

Twice: between two light peers that send what two browsers were seen to send, so that the gateway
has its core to itself as it has in service; and between two real Chromium processes on the same
cores, which leave nothing in any cache.
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import AsyncExitStack

import pytest

from tests.support.browsers import Person, person
from tests.support.call import enter, hears_the_other, sees_the_other
from tests.support.figures import Figures, median
from tests.support.gateway import Gateway, gateway
from tests.support.peer import OPUS, VP8, LoopbackPeer
from tests.support.seat import seated

RUNS, SECONDS = 3, 15
SETTLE_S = 4
"""The warm spare worker starts behind the first; its start is not the cost of a session."""
VOICE_BYTES, PICTURE_BYTES, PACKETS_A_FRAME, FRAMES_A_SECOND = 100, 1050, 4, 20
"""About 700 kbit/s of picture: what Chromium's fake camera sends at 640x480."""


@pytest.mark.bench
async def test_cost_of_a_480p_session_between_light_peers(figures: Figures):
    """CPU of the gateway's process, by the kernel's accounting, in percent of one core."""
    flowing, silent = [], []
    received = 0
    for _ in range(RUNS):
        async with gateway() as running, AsyncExitStack() as stack:
            peers = [
                await stack.enter_async_context(seated(running.links[role]))
                for role in ("counsellor", "client")
            ]
            await asyncio.sleep(SETTLE_S)
            silent.append(await share_of_a_core(running))
            senders = [asyncio.create_task(send(peer)) for peer in peers]
            flowing.append(await share_of_a_core(running))
            for sender in senders:
                sender.cancel()
            await asyncio.gather(*senders, return_exceptions=True)
            received += sum(len(peer.rtp) for peer in peers)
    rate = received / RUNS / SECONDS
    figures.table(
        f"Gateway CPU for a 1:1 session of light peers, {rate:.0f} packets/s forwarded,"
        f" medians of {RUNS} runs of {SECONDS} s",
        [
            ("voice and 480p picture both ways", f"{median(flowing):.2f} % of a core", "5 %"),
            ("the same two seats, nothing sent", f"{median(silent):.2f} % of a core", "(floor)"),
        ],
    )
    assert received > 0.9 * RUNS * SECONDS * 2 * (50 + PACKETS_A_FRAME * FRAMES_A_SECOND)


async def send(peer: LoopbackPeer) -> None:
    """Voice every 20 ms, a picture's packets every frame."""
    loop = asyncio.get_running_loop()
    start, voice, frame, picture = loop.time(), 0, 0, 0
    while True:
        header = struct.pack("!BBHII", 0x80, OPUS, voice & 0xFFFF, voice * 960, peer.ssrcs.voice)
        peer.send_rtp(header + bytes(VOICE_BYTES))
        voice += 1
        if voice * 0.02 >= frame / FRAMES_A_SECOND:
            for part in range(PACKETS_A_FRAME):
                marker = 0x80 if part == PACKETS_A_FRAME - 1 else 0
                header = struct.pack(
                    "!BBHII", 0x80, VP8 | marker, picture & 0xFFFF, frame * 4500, peer.ssrcs.picture
                )
                peer.send_rtp(header + b"\x10" + bytes(PICTURE_BYTES))
                picture += 1
            frame += 1
        await asyncio.sleep(max(0.0, start + voice * 0.02 - loop.time()))


@pytest.mark.bench
async def test_cost_of_a_480p_session_between_browsers(figures: Figures):
    """As above, with two Chromium processes busy on the same two cores."""
    both, silent = [], []
    sizes = set()
    for _ in range(RUNS):
        async with gateway() as running, person() as counsellor, person() as client:
            await enter(counsellor, running.links["counsellor"], "arrive-text")
            await enter(client, running.links["client"], "arrive-text")
            await client.page.get_by_test_id("trust-chip").wait_for()
            await asyncio.sleep(SETTLE_S)
            silent.append(await share_of_a_core(running))
            for someone in (counsellor, client):
                await someone.page.get_by_test_id("mic").click()
                await someone.page.get_by_test_id("camera").click()
            for someone in (counsellor, client):
                await sees_the_other(someone, 30)
                await hears_the_other(someone, 50)
                sizes.add(await size(someone))
            both.append(await share_of_a_core(running))
    figures.table(
        f"Gateway CPU for the same with two Chromium processes beside it ({', '.join(sizes)})",
        [
            ("sound and picture both ways", f"{median(both):.2f} % of a core", "5 %"),
            ("the same two pages, nothing on", f"{median(silent):.2f} % of a core", "(floor)"),
        ],
    )
    assert min(both) > 0


async def share_of_a_core(running: Gateway) -> float:
    before = running.cpu_seconds()
    await asyncio.sleep(SECONDS)
    return 100 * (running.cpu_seconds() - before) / SECONDS


async def size(someone: Person) -> str:
    """The size of the picture that arrives."""
    answer: str = await someone.page.get_by_test_id("remote-video").evaluate(
        "(video) => `${video.videoWidth}x${video.videoHeight}`"
    )
    return answer

"""Stills over real sockets: from one peer's channel to the other's, and never in a voice's way."""

from __future__ import annotations

import asyncio
import statistics
import struct
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import pytest

from media.channel import Notification, TextReceived
from media.config import MediaConfig
from media.engine import Engine
from media.ids import EndpointId, RoomKey
from media.stills import HEAD
from tests.support.peer import OPUS, LoopbackPeer

pytestmark = pytest.mark.integration
ROOM = RoomKey("room")
PACE_S = 0.18
CHUNKS = 13
FEW = 4
"""So many may be on their way however late they are acknowledged."""


class Plane:
    """An engine, what it said, and the peers of a test."""

    def __init__(self) -> None:
        self.said: list[Notification] = []
        self.engine = Engine(MediaConfig(host="127.0.0.1", port=0), self.said.append)
        self.peers: list[LoopbackPeer] = []

    async def join(self, name: str, room: RoomKey = ROOM) -> LoopbackPeer:
        peer = LoopbackPeer()
        self.peers.append(peer)
        await peer.connect(await self.engine.negotiate(room, EndpointId(name), peer.offer()))
        await peer.open_stills()
        return peer

    async def dropped(self, reason: str) -> int:
        return (await self.engine.stats()).dropped.get(reason, 0)


@pytest.fixture
async def plane() -> AsyncIterator[Plane]:
    plane = Plane()
    await plane.engine.start()
    yield plane
    for peer in plane.peers:
        await peer.close()
    await plane.engine.stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


def chunks(number: int, count: int = CHUNKS) -> list[bytes]:
    return [HEAD.pack(number, index, count) + bytes([index]) * 300 for index in range(count)]


async def test_a_still_passes_untouched_to_the_other_and_to_nobody_else(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    stranger = await plane.join("stranger", RoomKey("another"))
    for each in chunks(1, FEW):
        a.still_channel.send(each)
    await until(lambda: len(b.stills) == FEW)
    assert sorted(b.stills) == [b"\0" + each for each in chunks(1, FEW)]
    assert not a.stills
    assert not stranger.stills
    assert not [said for said in plane.said if isinstance(said, TextReceived)]
    assert (await plane.engine.stats()).stills == {"received": 1, "sent": 1, "cut": 0}


async def test_what_is_no_chunk_ends_nothing(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    for hostile in (b"\0", "words", b"x" * 2000, HEAD.pack(1, 9, 3) + b"y"):
        a.still_channel.send(hostile)
    async with asyncio.timeout(10):
        while await plane.dropped("still_malformed") < 4:
            await asyncio.sleep(0.01)
    a.still_channel.send(chunks(1, 1)[0])
    await until(lambda: b.stills)
    assert b.stills == [b"\0" + chunks(1, 1)[0]]


async def test_a_page_that_opened_no_such_channel_gets_none(plane: Plane):
    a = await plane.join("a")
    old = LoopbackPeer()
    plane.peers.append(old)
    await old.connect(await plane.engine.negotiate(ROOM, EndpointId("old"), old.offer()))
    a.still_channel.send(chunks(1, 1)[0])
    async with asyncio.timeout(10):
        while not await plane.dropped("still_unread"):
            await asyncio.sleep(0.01)
    assert (await plane.engine.stats()).stills["cut"] == 1


async def test_a_line_that_takes_nothing_is_spared_the_rest(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    b.deaf = True
    for each in chunks(1):
        a.still_channel.send(each)
    async with asyncio.timeout(10):
        while not await plane.dropped("still_unread"):
            await asyncio.sleep(0.01)
    assert (await plane.engine.stats()).stills["cut"] == 1
    a.send_rtp(struct.pack("!BBHII", 0x80, OPUS, 1, 960, a.ssrcs.voice) + b"v" * 60)
    await until(lambda: b.rtp)
    b.deaf = False


async def test_voice_does_not_wait_for_stills(plane: Plane):
    """The gateway's own part of it; what a narrow line adds is in tests/sim/test_stills.py."""
    a, b = await plane.join("a"), await plane.join("b")
    arrived: list[float] = []
    now = asyncio.get_running_loop().time
    b.on_rtp = lambda _packet: arrived.append(now())  # type: ignore[method-assign]

    async def talk(first: int, seconds: float, *, stills: bool) -> list[float]:
        arrived.clear()
        pending = chunks(first % 65536) if stills else []
        start = now()
        sent: list[float] = []
        for number in range(int(seconds / 0.02)):
            due = start + number * 0.02
            await asyncio.sleep(max(0.0, due - now()))
            if pending and number % 9 == 0:
                a.still_channel.send(pending.pop(0))
            sent.append(now())
            header = struct.pack(
                "!BBHII", 0x80, OPUS, first + number, (first + number) * 960, a.ssrcs.voice
            )
            a.send_rtp(header + bytes(120))
        await until(lambda: len(arrived) == len(sent))
        assert not pending
        return [came - left for came, left in zip(arrived, sent, strict=True)]

    alone = await talk(1, 2.5, stills=False)
    beside = await talk(1000, 2.5, stills=True)
    for name, delays in (("voice alone", alone), ("voice beside stills", beside)):
        p95, worst = statistics.quantiles(delays, n=20)[-1], max(delays)
        print(f"{name}: p95 {p95 * 1000:.2f} ms, worst {worst * 1000:.2f} ms")
    assert all(before <= after for before, after in pairwise(arrived))

"""RFC 8867 section 5.1: one adaptive flow through a gateway on a line whose capacity changes.

The source is synthetic: frames of RTP of exactly the rate that the gateway asks for (the event
`rate`), beside voice of 48 kbit/s; so what is measured is the gateway's estimate and its pacer,
with the ladder held at the top. The receiver lives behind the line and answers with transport-cc
feedback as a browser does. What is offered and what waits are the line's own counters.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import socketio

from signaling.lab.link import Impairment
from tests.bench.network.trial import Figures
from tests.bench.plane.heard import Heard, Stream
from tests.bench.plane.peers import BenchPeer
from tests.support.figures import percentile
from tests.support.gateway import free_port, gateway
from tests.support.netlab.lab import HERE, THERE, Netlab
from tests.support.netlab.tun import within
from tests.support.peer import OPUS, TRANSPORT_CC, VP8

STEPS = ((40.0, 1.0e6), (20.0, 2.5e6), (20.0, 0.6e6), (20.0, 1.0e6))
"""(seconds, bits a second) of RFC 8867 table 2."""
DELAY_S, JITTER_S, QUEUE_S = 0.05, 0.03, 0.3
RISES, DROPS = (0, 1, 3), (2,)
TICK_S, FEEDBACK_S, REPORT_S, CHECK_S, SAMPLE_S = 0.02, 0.05, 1.0, 2.5, 0.1
START_BPS, MOST_BPS = 300_000.0, 4_000_000.0
VOICE_BYTES, PICTURE_BYTES = 120, 1100
_head = struct.Struct("!BBHIIHHBHx")
"""RTP, then a one-byte extension block of one word: transport-cc's number."""


class Source(BenchPeer):
    """Sends as much picture as it is told to."""

    def __init__(self) -> None:
        super().__init__(HERE)
        self.rate_bps = START_BPS
        self._voice = self._picture = self._number = self._ticks = 0
        self._credit = 0.0
        self._keyed = False

    def tick(self) -> None:
        """A voice packet, and a frame of what there is credit for."""
        self._send(OPUS, self.ssrcs.voice, self._voice, 960, b"\0" * (VOICE_BYTES - 20))
        self._voice += 1
        self._credit += self.rate_bps / 8 * TICK_S
        count = int(self._credit // PICTURE_BYTES)
        self._credit -= count * PICTURE_BYTES
        for part in range(count):
            key = 1 if self._keyed else 0
            start = 0x90 if part == 0 else 0x80
            descriptor = struct.pack("!BBHB", start, 0x80, 0x8000 | self._ticks & 0x7FFF, key)
            marker = 0x80 if part == count - 1 else 0
            body = descriptor.ljust(PICTURE_BYTES - 20, b"\0")
            self._send(VP8 | marker, self.ssrcs.picture, self._picture, 1800, body)
            self._picture += 1
        self._keyed = self._keyed or count > 0
        self._ticks += 1

    def _send(self, kind: int, ssrc: int, number: int, clock: int, body: bytes) -> None:
        head = _head.pack(
            0x90, kind, number & 0xFFFF, self._ticks * clock & 0xFFFFFFFF, ssrc,
            0xBEDE, 1, TRANSPORT_CC << 4 | 1, self._number & 0xFFFF,
        )  # fmt: skip
        self._number += 1
        self.send_rtp(head + body)

    def on_rtp(self, packet: bytes) -> None:
        """Nobody is listened to."""

    def read_requests(self) -> None:
        """Whoever came newly needs a frame to begin with."""
        for compound in self.rtcp:
            at = 0
            while at + 4 <= len(compound):
                if compound[at + 1] == 206 and compound[at] & 0x1F in {1, 4}:
                    self._keyed = False
                at += 4 * (int.from_bytes(compound[at + 2 : at + 4], "big") + 1)
        self.rtcp.clear()


class Receiver(BenchPeer):
    """Hears behind the line, and tells when what came."""

    def __init__(self, lab: Netlab) -> None:
        self._lab = lab
        self.heard = Heard()
        super().__init__(THERE)

    def _new_socket(self) -> Any:
        with within(self._lab.name):
            return super()._new_socket()

    def on_rtp(self, packet: bytes) -> None:
        """Note its numbers."""
        ssrc, number = int.from_bytes(packet[8:12], "big"), int.from_bytes(packet[2:4], "big")
        self.heard.streams.setdefault(ssrc, Stream(number)).newest = number
        if packet[0] & 0x10 and packet[12:14] == b"\xbe\xde":
            at, end = 16, 16 + 4 * int.from_bytes(packet[14:16], "big")
            while at < end:
                if packet[at] >> 4 == self.transport_cc_id:
                    wide = int.from_bytes(packet[at + 1 : at + 3], "big")
                    self.heard.arrivals.record(wide, time.monotonic())
                    return
                at += 2 + (packet[at] & 0xF) if packet[at] else 1


@dataclass(frozen=True)
class Reading:
    """The line's counters at a moment."""

    at: float
    passed_bytes: int
    waiting_bytes: int
    dropped: int

    @property
    def offered_bytes(self) -> float:
        """What has come to the line so far; the dropped are taken for picture."""
        return self.passed_bytes + self.waiting_bytes + self.dropped * PICTURE_BYTES


@contextlib.asynccontextmanager
async def seated(link: str, peer: BenchPeer) -> AsyncIterator[None]:
    """A peer in the seat of a link; a source goes by the rates it is told."""
    base, _, token = link.partition("#")
    url = base.rsplit("/", 1)[0]
    async with aiohttp.ClientSession(headers={"Origin": url}) as http:
        async with http.post(f"{url}/api/v1/seats", json={"token": token}) as response:
            seat = (await response.json())["seat"]
        client = socketio.AsyncClient(http_session=http, reconnection=False)

        async def on_event(event: dict[str, Any]) -> None:
            if event["type"] == "rate" and isinstance(peer, Source):
                peer.rate_bps = min(MOST_BPS, event["bps"])

        client.on("event", on_event)
        await client.connect(url, auth={"seat": seat, "protocol": 1}, transports=["websocket"])
        reply = await client.call("command", {"type": "offer", "sdp": peer.offer()})
        await peer.connect(reply["sdp"])
        try:
            yield
        finally:
            peer.abandon()
            await client.disconnect()


async def capacity(lab: Netlab) -> Figures:
    """The whole of table 2."""
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(
            gateway("--host", HERE, port=free_port(), media_host=HERE)
        )
        source, receiver = Source(), Receiver(lab)
        await stack.enter_async_context(seated(running.links["counsellor"], source))
        await stack.enter_async_context(seated(running.links["client"], receiver))
        async with asyncio.TaskGroup() as tasks:
            driven = [tasks.create_task(each) for each in (_send(source), _answer(receiver))]
            readings, bounds = await _steps(lab, source)
            for task in driven:
                task.cancel()
    return judge(readings, bounds)


async def _every(period_s: float) -> AsyncIterator[None]:
    """Ticks that keep their pace when one is late."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        yield
        due += period_s
        await asyncio.sleep(max(0.0, due - loop.time()))


async def _send(source: Source) -> None:
    checked = 0.0
    async for _ in _every(TICK_S):
        source.read_requests()
        source.tick()
        if time.monotonic() >= checked + CHECK_S:
            checked = time.monotonic()
            source.send_raw(source.check_bytes())


async def _answer(receiver: Receiver) -> None:
    reported = checked = 0.0
    async for _ in _every(FEEDBACK_S):
        now = time.monotonic()
        message = receiver.heard.feedback(receiver.ssrcs.picture)
        if message is not None:
            receiver.send_rtcp(message)
        if now >= reported + REPORT_S:
            reported = now
            blocks = receiver.heard.blocks(time.time())
            count = len(blocks) // 24
            head = struct.pack("!BBHI", 0x80 | count, 201, 1 + 6 * count, receiver.ssrcs.picture)
            receiver.send_rtcp(head + blocks)
        if now >= checked + CHECK_S:
            checked = now
            receiver.send_raw(receiver.check_bytes())
        receiver.rtcp.clear()


async def _steps(lab: Netlab, source: Source) -> tuple[list[Reading], list[float]]:
    loop = asyncio.get_running_loop()
    readings: list[Reading] = []
    bounds = [loop.time()]
    for seconds, capacity_bps in STEPS:
        lab.set(
            down=Impairment(
                delay_s=DELAY_S, jitter_s=JITTER_S, rate_bps=capacity_bps,
                queue_bytes=int(capacity_bps / 8 * QUEUE_S),
            ),
            up=Impairment(delay_s=DELAY_S),
        )  # fmt: skip
        bounds.append(bounds[-1] + seconds)
        while loop.time() < bounds[-1]:
            found = lab.counters()["down"]
            readings.append(
                Reading(
                    loop.time(), found["passed_bytes"], found["waiting_bytes"], found["dropped"]
                )
            )
            await asyncio.sleep(SAMPLE_S)
    assert source.rate_bps > 0
    lab.both()
    return readings, bounds


def judge(readings: list[Reading], bounds: list[float]) -> Figures:
    """The figures of the bars. Pure."""
    used, waits = [], []
    for index in RISES:
        part = [each for each in readings if bounds[index] + 10 <= each.at < bounds[index + 1]]
        bits = (part[-1].passed_bytes - part[0].passed_bytes) * 8
        used.append(bits / (part[-1].at - part[0].at) / STEPS[index][1])
    for index, (_, capacity_bps) in enumerate(STEPS):
        part = [each for each in readings if bounds[index] <= each.at < bounds[index + 1]]
        waits += [each.waiting_bytes * 8 / capacity_bps for each in part]
    slow = max(_under_s(readings, bounds[index], STEPS[index][1]) for index in DROPS)
    return {
        "worse": {
            "used_share": min(used),
            "under_capacity_s": slow,
            "queue_p95_ms": percentile(waits, 0.95) * 1000,
            "queue_max_ms": max(waits) * 1000,
        },
        "used": used,
    }


def _under_s(readings: list[Reading], drop: float, capacity_bps: float) -> float:
    """From a drop to the first second in which no more was offered than passes."""
    after = [each for each in readings if each.at >= drop]
    span = round(1 / SAMPLE_S)
    for first, last in zip(after, after[span:], strict=False):
        offered = (last.offered_bytes - first.offered_bytes) * 8 / (last.at - first.at)
        if offered <= capacity_bps:
            return first.at - drop
    return math.inf

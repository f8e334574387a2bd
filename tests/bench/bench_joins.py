"""What a voice waits in the gateway while five people a second join: the handshakes' price.

The voice's peers and the joining ones are processes apart from the engine and from each other, so
that nobody's handshake but the engine's own can hold a packet up.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import struct
import time
from multiprocessing.connection import Connection

import pytest

from tests.support.engine_process import EngineProcess
from tests.support.figures import Figures, percentile
from tests.support.peer import OPUS, LoopbackPeer

SECONDS, JOINS_A_SECOND, VOICES = 12, 5, 10
PACKET_S = 0.02


@pytest.mark.bench
async def test_voice_delay_while_people_join(figures: Figures):
    """Send to receive between two peers of one process, over the engine, in milliseconds."""
    rows = []
    for what, joins in (("nobody joins", 0), (f"{JOINS_A_SECOND} joins a second", JOINS_A_SECOND)):
        delays = await measure(joins)
        rows.append(
            (
                what,
                f"p50 {percentile(delays, 0.5):.2f} ms, p99 {percentile(delays, 0.99):.2f} ms, "
                f"max {max(delays):.1f} ms",
                "p99 ≤ 10 ms" if joins else "p99 ≤ 5 ms",
            )
        )
    figures.table(f"Voice through the engine, {VOICES} voices, {SECONDS} s each", rows)


async def measure(joins: int, switch_interval_s: float | None = None) -> list[float]:
    """Delays of every voice packet in milliseconds, while ``joins`` people a second come and go."""
    engine = EngineProcess(switch_interval_s)
    await engine.start()
    first_in_line(engine.pid)
    context = multiprocessing.get_context("spawn")
    children = []
    for target, arguments in ((talk, (VOICES,)), (join, (joins,))):
        ours, theirs = context.Pipe()
        child = context.Process(target=target, args=(theirs, *arguments))
        child.start()
        children.append((child, ours))
    try:
        async with asyncio.timeout(SECONDS + 60):
            told = await asyncio.gather(*(serve(engine, ours) for _, ours in children))
    finally:
        for child, _ in children:
            child.join(5)
        await engine.stop()
    return next(each for each in told if each)


async def serve(engine: EngineProcess, pipe: Connection) -> list[float]:
    """Pass a child's requests to the engine until it tells what it measured."""
    while True:
        said = await asyncio.to_thread(pipe.recv)
        if isinstance(said, list):
            return said
        async with LOCK:
            answer = await engine.ask(**said)
        pipe.send(answer)


LOCK = asyncio.Lock()


async def ask(pipe: Connection, **words: str) -> str:
    pipe.send(words)
    return str(await asyncio.to_thread(pipe.recv))


def first_in_line(pid: int) -> None:
    """Run before whatever else this machine is busy with, where that is allowed."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(10))


def talk(pipe: Connection, voices: int) -> None:
    first_in_line(0)
    asyncio.run(_talk(pipe, voices))


async def _talk(pipe: Connection, voices: int) -> None:
    pairs = []
    for index in range(voices):
        pair = []
        for side in "ab":
            peer = LoopbackPeer()
            words = {"do": "offer", "room": str(index), "endpoint": f"{side}{index}"}
            await peer.connect(await ask(pipe, **words, offer=peer.offer()))
            pair.append(peer)
        pairs.append(pair)
    delays: list[float] = []
    await asyncio.sleep(1.5)
    for sender, receiver in pairs:
        receiver.on_rtp = (
            lambda packet: delays.append(  # type: ignore[method-assign]
                (time.perf_counter() - struct.unpack("!d", packet[-8:])[0]) * 1000
            )
        )
        del sender
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(int(SECONDS / PACKET_S)):
        for sender, _ in pairs:
            header = struct.pack("!BBHII", 0x80, OPUS, number, number * 960, sender.ssrcs.voice)
            sender.send_rtp(header + bytes(80) + struct.pack("!d", time.perf_counter()))
        await asyncio.sleep(max(0.0, start + (number + 1) * PACKET_S - loop.time()))
    pipe.send(delays)
    for pair in pairs:
        for peer in pair:
            peer.abandon()


def join(pipe: Connection, rate: int) -> None:
    asyncio.run(_join(pipe, rate))


async def _join(pipe: Connection, rate: int) -> None:
    await asyncio.sleep(2.5)
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(rate * SECONDS):
        peer = LoopbackPeer()
        name = f"joining{number}"
        answer = await ask(pipe, do="offer", room=name, endpoint=name, offer=peer.offer())
        with contextlib.suppress(ConnectionError, TimeoutError):
            await peer.connect(answer)
        await ask(pipe, do="close", endpoint=name)
        peer.abandon()
        await asyncio.sleep(max(0.0, start + (number + 1) / rate - loop.time()))
    pipe.send([])

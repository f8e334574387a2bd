"""Many at once: idle pages, joins that are stored, and what one relayed event costs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import aiohttp

from signaling.domain.grants import Role
from signaling.tokens import Tokens
from tests.bench.sessions.place import SIGNING_KEYS, Running, Seeded, Socket, running
from tests.support.gateway import ROOT, free_port

OURS, THEIRS = 0, 1
"""Cores: the gateway has one, whoever asks the other."""
ROOM = 4
IDLE_S = 30.0
BATCH = 50
MESSAGES = 4_000
CROWD = {
    "LIMITS__MAX_SOCKETS": "20000", "LIMITS__MAX_SESSIONS": "20000",
    "LIMITS__TEXTS_PER_S": "100000", "LIMITS__TEXTS_BURST": "100000",
    "LIMITS__COMMANDS_PER_S": "100000", "LIMITS__COMMANDS_BURST": "100000",
}  # fmt: skip
ECHO = "tests.bench.sessions.echo"


async def idle(people: int) -> dict[str, float]:
    """So many pages that do nothing: what they cost the gateway's one core, and that all live."""
    with on_core(THEIRS):
        async with running(None, core=OURS, **CROWD) as gateway:
            begun = time.perf_counter()
            pages = await _crowd(gateway, people)
            joined_s = time.perf_counter() - begun
            await asyncio.sleep(5.0)  # joins are over, and what followed from them
            before = gateway.cpu_s()
            await asyncio.sleep(IDLE_S)
            share = 100 * (gateway.cpu_s() - before) / IDLE_S
            alive = sum(page.alive for page in pages)
            memory = gateway.memory_mib()
            await asyncio.gather(*(page.close() for page in pages))
    return {"alive": alive, "share": share, "memory": memory, "joined_s": joined_s}


async def _crowd(gateway: Running, people: int) -> list[Socket]:
    tokens = Tokens(SIGNING_KEYS)
    links = []
    for number in range(people):
        room = f"room-{number // ROOM}"
        links.append(tokens.mint(room, Role.CLIENT, f"p{number}", "安", 3600, time.time()).token)
    pages: list[Socket] = []
    for first in range(0, people, BATCH):
        part = links[first : first + BATCH]
        pages += await asyncio.gather(*(_join(gateway, token) for token in part))
    return pages


async def _join(gateway: Running, token: str) -> Socket:
    status, seat = await gateway.ask("", "POST", "seats", {"token": token})
    assert status == 201, (status, seat)
    page = Socket(gateway)
    await page.connect(seat["seat"])
    await page.event("welcome")
    return page


async def joins(seeded: Seeded, per_s: float) -> dict[str, float]:
    """Each client comes to the door of an hour, which is stored, at a steady rate."""
    took: list[float] = []
    with on_core(THEIRS):
        async with running(seeded.storage, core=OURS, **CROWD) as gateway:
            loop = asyncio.get_running_loop()
            begun = loop.time()

            async def join(number: int) -> None:
                due = begun + number / per_s
                await asyncio.sleep(max(0.0, due - loop.time()))
                pair, hour = seeded.pairs[number], seeded.hours[number]
                status, said = await gateway.ask(
                    pair.tokens[pair.client], "POST", f"appointments/{hour.id}/seat"
                )
                assert status == 201, (status, said)
                # From when it should have begun: whoever waits in a queue waits, too.
                took.append(loop.time() - due)

            await asyncio.gather(*(join(number) for number in range(len(seeded.pairs))))
            seconds = loop.time() - begun
    took.sort()
    return {
        "rate": len(took) / seconds,
        "p50": statistics.median(took),
        "p99": took[int(0.99 * (len(took) - 1))],
    }


async def relay_ours() -> float:
    """CPU seconds of the gateway for one text that is relayed to one other and acknowledged."""
    with on_core(THEIRS):
        async with running(None, core=OURS, **CROWD) as gateway:
            one, other = await _crowd(gateway, 2)
            ref = iter(range(1, 10**9))

            async def send() -> None:
                reply = await one.ask("send_text", ref=next(ref), body="a line of text")
                assert reply["type"] == "text_accepted", reply

            return await _cost(gateway, send, other)


async def relay_bare() -> float:
    """The same of a bare python-socketio server that echoes to the other and acknowledges."""
    port = free_port()
    with on_core(THEIRS):
        process = await asyncio.create_subprocess_exec(
            "taskset", "-c", str(OURS), sys.executable, "-m", ECHO, str(port), cwd=ROOT
        )
        try:
            async with aiohttp.ClientSession() as http:
                gateway = Running(process, f"http://127.0.0.1:{port}", http)
                one, other = Socket(gateway), Socket(gateway)
                for page in (one, other):
                    await _until_there(page)
                return await _cost(
                    gateway, lambda: one.ask("send_text", ref=1, body="a line of text"), other
                )
        finally:
            process.kill()
            await process.wait()


async def _until_there(page: Socket) -> None:
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                return await page.connect(uuid4().hex)
            await asyncio.sleep(0.1)


async def _cost(gateway: Running, send: Callable[[], Awaitable[object]], other: Socket) -> float:
    # One at a time: a text is numbered by its page, and refused out of order.
    for _ in range(200):
        await send()
    heard, before = len(other.heard), gateway.cpu_s()
    for _ in range(MESSAGES):
        await send()
    async with asyncio.timeout(20):
        while len(other.heard) < heard + MESSAGES:
            await asyncio.sleep(0.02)
    return (gateway.cpu_s() - before) / MESSAGES


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """This process on one core, for a while."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)

"""kill -9 at random moments: what was acknowledged is there afterwards, every time."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp

from signaling.config import Storage
from signaling.domain.life import Stage
from signaling.domain.rights import Position
from signaling.storage.audit_store import pages
from signaling.stores import Opened, open_stores
from tests.bench.sessions.meeting import TODAY
from tests.bench.sessions.place import (
    Pair,
    Running,
    Seeded,
    Socket,
    now_ms,
    running,
    seed,
    sign_in_again,
)
from tests.support.gateway import free_port

GONE = (
    aiohttp.ClientError, aiohttp.WSMessageTypeError, ConnectionError, OSError, TimeoutError,
)  # fmt: skip
LONGEST_S = 1.0
"""The kill comes at a moment by chance within so long."""


@dataclass
class Acknowledged:
    """What one gateway said was done, before it died."""

    hours: set[UUID] = field(default_factory=set)
    confirmed: set[UUID] = field(default_factory=set)
    waiting: set[UUID] = field(default_factory=set)
    admitted: set[UUID] = field(default_factory=set)
    supervisors: set[UUID] = field(default_factory=set)
    seats: dict[UUID, tuple[UUID, str, bool]] = field(default_factory=dict)
    """Of the hour's client: (hour, the seat they hold, whether they were let in)."""
    actions: int = 0


async def kill_again_and_again(folder: Path, times: int, seed_number: int) -> dict[str, int]:
    """Returns how often what happened."""
    chance = random.Random(seed_number)
    seeded = await seed(Storage(folder=str(folder)), times)
    port = free_port()
    found = {"kills": 0, "acknowledged": 0, "missing": 0, "chain": 0, "people not back": 0}
    before: Acknowledged | None = None
    for number in range(times + 1):
        await sign_in_again(seeded, seeded.pairs[min(number, times - 1)])
        async with running(seeded.storage, port=port) as gateway:
            if before is not None:
                await _check(seeded, gateway, before, found)
            if number == times:
                break
            before = Acknowledged()
            work = asyncio.create_task(_work(gateway, seeded, seeded.pairs[number], before))
            await asyncio.sleep(chance.uniform(0.0, LONGEST_S))
            gateway.kill()
            await gateway.process.wait()
            await work
            found["kills"] += 1
            found["acknowledged"] += before.actions
    return found


async def _work(gateway: Running, seeded: Seeded, pair: Pair, told: Acknowledged) -> None:
    with contextlib.suppress(*GONE):
        async with asyncio.TaskGroup() as group:
            group.create_task(_meet(gateway, seeded, pair, told))
            group.create_task(_keep(gateway, seeded, pair, told))


async def _meet(gateway: Running, seeded: Seeded, pair: Pair, told: Acknowledged) -> None:
    """An hour from its booking to the moment the client is let in."""
    with contextlib.suppress(*GONE):
        client, counsellor = (pair.tokens[who] for who in (pair.client, pair.counsellor))
        wanted = {
            "counsellor": str(pair.counsellor), "client": str(pair.client), "starts_at": now_ms(),
        }  # fmt: skip
        made = await _done(gateway, f"program:{seeded.program}", "POST", "appointments", wanted)
        hour = UUID(made["id"])
        _note(told, told.hours, hour)
        await _done(gateway, client, "PUT", f"appointments/{hour}/today", TODAY)
        _note(told, told.confirmed, hour)
        seat = (await _done(gateway, client, "POST", f"appointments/{hour}/seat"))["seat"]
        _note(told, told.waiting, hour)
        told.seats[pair.client] = (hour, seat, False)
        waits, leads = Socket(gateway), Socket(gateway)
        await waits.connect(seat)
        welcome = await waits.event("welcome")
        told.seats[pair.client] = (hour, welcome["seat"], False)
        own = (await _done(gateway, counsellor, "POST", f"appointments/{hour}/seat"))["seat"]
        await leads.connect(own)
        await leads.event("welcome")
        reply = await leads.ask("let_in", participant=welcome["you"])
        if reply["type"] == "done":
            _note(told, told.admitted, hour)
            told.seats[pair.client] = (hour, welcome["seat"], True)
        while leads.alive:  # both stay, until the gateway is gone
            await asyncio.sleep(0.02)


async def _keep(gateway: Running, seeded: Seeded, pair: Pair, told: Acknowledged) -> None:
    """Rights given, and hours booked, one after the other until the end."""
    with contextlib.suppress(*GONE):
        path = f"people/{pair.counsellor}/positions/supervisor"
        await _done(gateway, seeded.admin_token, "PUT", path)
        _note(told, told.supervisors, pair.counsellor)
        for number in range(10_000):
            wanted = {
                "counsellor": str(pair.counsellor), "client": str(pair.client),
                "starts_at": now_ms() + (number + 2) * 7_200_000,
            }  # fmt: skip
            made = await _done(gateway, f"program:{seeded.program}", "POST", "appointments", wanted)
            _note(told, told.hours, UUID(made["id"]))


async def _done(gateway: Running, token: str, method: str, path: str, body: Any = None) -> Any:
    status, said = await gateway.ask(token, method, path, body)
    if status >= 300:
        raise RuntimeError(f"{method} {path}: {status}")
    return said


def _note(told: Acknowledged, kind: set[UUID], one: UUID) -> None:
    kind.add(one)
    told.actions += 1


async def _check(
    seeded: Seeded, gateway: Running, told: Acknowledged, found: dict[str, int]
) -> None:
    stores = await open_stores(seeded.storage)
    try:
        found["missing"] += await _missing(stores, seeded, told)
        _, fault = await stores.journal.verify(seeded.clinic, now_ms())
        found["chain"] += fault is not None
    finally:
        await stores.close()
    for hour, seat, inside in told.seats.values():
        page = Socket(gateway)
        await page.connect(seat)
        welcome = await page.event("welcome")
        waits = next(each["waits"] for each in welcome["roster"] if each["id"] == welcome["you"])
        decided = hour in told.admitted or inside
        found["people not back"] += decided and waits
        await page.close()


async def _missing(stores: Opened, seeded: Seeded, told: Acknowledged) -> int:
    """How much of what was acknowledged is not there, or is not told of."""
    actions: set[tuple[str, UUID | None]] = set()
    async for page in pages(stores.data, seeded.clinic):
        actions |= {(row.action, row.object) for row in page}
    missing = sum(("session.book", hour) not in actions for hour in told.hours)
    missing += sum(("session.admit", hour) not in actions for hour in told.admitted)
    for hour in told.hours:
        booked = await stores.sessions.get(hour)
        life = booked.life
        missing += hour in told.confirmed and booked.today_at is None
        missing += hour in told.waiting and life.stage is Stage.BOOKED
        missing += hour in told.admitted and not life.door_is_open
    for person in told.supervisors:
        held = await stores.accounts.stores.standing.positions(person, now_ms())
        missing += Position.SUPERVISOR not in held
    return missing

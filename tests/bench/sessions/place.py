"""A clinic in a folder or in PostgreSQL, a gateway process over it, and pages without a browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import aiohttp

from signaling.access import bearer
from signaling.config import Storage
from signaling.domain.rights import Position
from signaling.keys import master
from signaling.people_routes import COOKIE
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from signaling.storage.session_store import Booked, Wanted
from signaling.stores import Opened, open_stores
from tests.support.databases import urls
from tests.support.gateway import ROOT, free_port

DAY_MS = 86_400_000
SIGNING_KEYS = {"bench": "a-signing-key-of-the-bench-and-of-nobody-else"}
AT_ONCE = 6
"""People that are added side by side: PostgreSQL syncs its disk once for several."""
READY_S = 40.0
PATIENCE_S = 20.0


def now_ms() -> int:
    """Unix milliseconds."""
    return int(time.time() * 1000)


@dataclass
class Pair:
    """A counsellor and their client, each with what their browser holds."""

    counsellor: UUID
    client: UUID
    tokens: dict[UUID, str]


@dataclass
class Seeded:
    """A clinic that was filled before the gateway began."""

    storage: Storage
    clinic: UUID
    admin: UUID
    admin_token: str
    program: str
    pairs: list[Pair] = field(default_factory=list)
    hours: list[Booked] = field(default_factory=list)


async def empty_storage(kind: str, folder: Path) -> Storage:
    """Two empty databases and a master key."""
    where = await urls(kind, folder)
    key = folder / "master.key"
    master.put_first(key, master.new_line())
    return Storage(
        folder=str(folder), data=where.data, keys=where.keys, master_key_file=str(key)
    )  # fmt: skip


async def seed(storage: Storage, pairs: int, *, book: bool = False) -> Seeded:
    """Fill a clinic; with ``book`` each pair has an hour now."""
    stores = await open_stores(storage)
    try:
        kept, at = stores.accounts.stores, now_ms()
        clinic = await kept.people.add_clinic("Bench", ClinicSettings(), at)
        admin, token = await _person(stores, clinic, PersonKind.STAFF, 0, Position.ADMIN)
        secret = bearer.new()
        await kept.api_keys.add(clinic, bearer.digest(secret), admin, at)
        made = Seeded(storage, clinic, admin, token, secret)
        turns = asyncio.Semaphore(AT_ONCE)

        async def add(number: int) -> tuple[Pair, Booked | None]:
            async with turns:
                pair = await _pair(stores, made, number)
                wanted = Wanted(pair.counsellor, pair.client, at, 50)
                return pair, await stores.sessions.book(wanted, admin, at) if book else None

        for pair, hour in await asyncio.gather(*(add(number) for number in range(1, pairs + 1))):
            made.pairs.append(pair)
            if hour is not None:
                made.hours.append(hour)
        return made
    finally:
        await stores.close()


async def sign_in_again(seeded: Seeded, pair: Pair) -> None:
    """Give the staff of a long bench new browsers: one left alone for 15 minutes is locked."""
    stores = await open_stores(seeded.storage)
    try:
        for person in (seeded.admin, pair.counsellor):
            token, at = bearer.new(), now_ms()
            await stores.accounts.stores.sign_ins.begin(
                seeded.clinic, person, bearer.digest(token), at + DAY_MS, at
            )
            if person == seeded.admin:
                seeded.admin_token = token
            else:
                pair.tokens[person] = token
    finally:
        await stores.close()


async def _pair(stores: Opened, made: Seeded, number: int) -> Pair:
    counsellor, one = await _person(
        stores, made.clinic, PersonKind.STAFF, number, Position.COUNSELLOR
    )
    client, other = await _person(stores, made.clinic, PersonKind.CLIENT, number, None)
    await stores.accounts.stores.standing.bind(counsellor, client, made.admin, now_ms())
    return Pair(counsellor, client, {counsellor: one, client: other})


async def _person(
    stores: Opened, clinic: UUID, kind: PersonKind, number: int, position: Position | None
) -> tuple[UUID, str]:
    kept, at = stores.accounts.stores, now_ms()
    email = f"n{number}@bench.example" if kind is PersonKind.STAFF else ""
    person = await kept.people.add_person(
        clinic, kind, Details(f"Person {number}", email=email), None, at
    )
    if position is not None:
        await kept.standing.give_position(person, position, None, at)
    token = bearer.new()
    await kept.sign_ins.begin(clinic, person, bearer.digest(token), at + DAY_MS, at)
    return person, token


@dataclass
class Running:
    """A gateway process."""

    process: asyncio.subprocess.Process
    url: str
    http: aiohttp.ClientSession

    def cpu_s(self) -> float:
        """User and system time of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def kill(self) -> None:
        """Gone in this moment."""
        self.process.kill()

    async def ask(
        self, token: str, method: str, path: str, body: Any = None, key: str = ""
    ) -> tuple[int, Any]:
        """Ask by REST: as a browser, or with ``token`` of a program that begins so."""
        headers = {"Cookie": f"{COOKIE}={token}", "Origin": self.url}
        if token.startswith("program:"):
            headers = {"Authorization": f"Bearer {token.removeprefix('program:')}"}
        if key:
            headers["Idempotency-Key"] = key
        async with self.http.request(
            method, f"{self.url}/api/v1/{path}", json=body, headers=headers
        ) as answer:
            said = await answer.json() if "json" in answer.content_type else None
            return answer.status, said


@contextlib.asynccontextmanager
async def running(
    storage: Storage | None, *, port: int | None = None, core: int | None = None, **settings: str
) -> AsyncIterator[Running]:
    """Start a gateway without media processes; ended at the block's end if it has not been."""
    port = port or free_port()
    environment = {
        "QUIETROOM_PORT": str(port), "QUIETROOM_MEDIA__PORT": "0", "QUIETROOM_MEDIA_WORKERS": "0",
        "QUIETROOM_MEDIA__HOST": "127.0.0.1",
        "QUIETROOM_SIGNING_KEYS": json.dumps(SIGNING_KEYS),
        "QUIETROOM_LIMITS__EXCHANGES_PER_S": "100000",
        "QUIETROOM_LIMITS__EXCHANGES_BURST": "100000",
        **{f"QUIETROOM_{name}": value for name, value in settings.items()},
    }  # fmt: skip
    if storage is not None:
        for name in ("folder", "data", "keys", "master_key_file"):
            environment[f"QUIETROOM_STORAGE__{name.upper()}"] = getattr(storage, name)
    pin = [] if core is None else ["taskset", "-c", str(core)]
    process = await asyncio.create_subprocess_exec(
        *pin, sys.executable, "-m", "signaling", "serve",
        cwd=ROOT, env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        try:
            await _ready(process, url, http)
            yield Running(process, url, http)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), PATIENCE_S)
                except TimeoutError:
                    process.kill()
                    await process.wait()


async def _ready(
    process: asyncio.subprocess.Process, url: str, http: aiohttp.ClientSession
) -> None:
    async with asyncio.timeout(READY_S):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"the gateway ended with {process.returncode}")
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


class Reached(Protocol):
    """A gateway as a page sees it."""

    url: str
    http: aiohttp.ClientSession


class Socket:
    """A page's connection: Engine.IO and Socket.IO by hand, so that 5,000 cost little."""

    def __init__(self, running: Reached) -> None:
        self._running = running
        self.heard: list[dict[str, Any]] = []
        self.heard_at: list[float] = []
        """When each came, by the monotonic clock."""
        self.alive = False
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._news = asyncio.Event()
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def connect(self, seat: str) -> None:
        """Take the seat. Raises ConnectionError when it is refused."""
        await self._open({"seat": seat, "protocol": 1, "after": 0})

    async def listen(self, token: str) -> None:
        """Be told of the threads of whose browser this is. Raises ConnectionError."""
        await self._open({"inbox": True, "protocol": 1}, Cookie=f"{COOKIE}={token}")

    async def _open(self, auth: dict[str, Any], **headers: str) -> None:
        url = f"{self._running.url}/socket.io/?EIO=4&transport=websocket"
        headers["Origin"] = self._running.url
        self._ws = await self._running.http.ws_connect(url, headers=headers, max_msg_size=0)
        await self._ws.receive_str()
        await self._ws.send_str("40" + json.dumps(auth))
        opened = await self._ws.receive_str()
        if not opened.startswith("40"):
            raise ConnectionError(opened)
        self.alive = True
        self._reader = asyncio.create_task(self._read(self._ws))

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Ask as a page does; returns the reply."""
        assert self._ws is not None
        self._number += 1
        number = self._number
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        said = json.dumps(["command", {"type": type_, **fields}])
        await self._ws.send_str(f"42{number}{said}")
        found: dict[str, Any] = await asyncio.wait_for(reply, PATIENCE_S)
        return found

    async def event(self, type_: str) -> dict[str, Any]:
        """The first event of a type, now or soon."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for each in self.heard:
                    if each["type"] == type_:
                        return each
                self._news.clear()
                await self._news.wait()

    def abort(self) -> None:
        """The line is gone, without a word."""
        line = None if self._ws is None else self._ws.get_extra_info("socket")
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        """Go."""
        if self._ws is not None:
            await self._ws.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        async for message in ws:
            text = str(message.data) if message.type is aiohttp.WSMsgType.TEXT else ""
            if text == "2":
                await ws.send_str("3")
            elif text:
                self._take(text)
        self.alive = False
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(ConnectionError("gone"))

    def _take(self, text: str) -> None:
        if text.startswith("43"):
            number, _, said = text[2:].partition("[")
            reply = self._replies.pop(int(number), None)
            if reply is not None and not reply.done():
                reply.set_result(json.loads("[" + said)[0])
        elif text.startswith("42"):
            self.heard.append(json.loads(text[2:])[1])
            self.heard_at.append(time.monotonic())
            self._news.set()

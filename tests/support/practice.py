"""Two clinics in a running gateway: everyone there is, and a browser or a key for each."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import ClientSession
from sqlalchemy import func, select

from signaling.access import bearer
from signaling.config import Storage
from signaling.domain.rights import Position
from signaling.people_routes import COOKIE
from signaling.storage.audit_tables import AUDIT_EVENT
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from signaling.storage.session_store import Booked, Wanted
from signaling.stores import Opened, open_stores
from tests.support.page import House, Page, house

DAY_MS = 86_400_000
STAFF = {
    "li": [Position.COUNSELLOR],
    "chen": [Position.COUNSELLOR],
    "admin": [Position.ADMIN],
    "supervisor": [Position.SUPERVISOR],
}
CLIENTS = ("zhang", "moon")
SIDES = ("", "far.")
"""Whoever is of the other clinic has a name that begins so."""
TODAY = {
    "place": "12 Plum Lane, by the river", "phone": "+86 139 8765 4321",
    "contact_name": "Wang Mei", "contact_phone": "+86 137 1111 2222", "near": "nobody",
}  # fmt: skip
PLAN = {"caller": "counsellor", "phone": "+86 139 8765 4321", "call_is_safe": True}


def now_ms() -> int:
    """Unix milliseconds."""
    return int(time.time() * 1000)


@dataclass
class Practice:
    """``li`` is ``zhang``'s counsellor, ``chen`` is ``moon``'s; ``far.`` has the same again."""

    house: House
    stores: Opened
    clinics: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    browsers: dict[str, ClientSession] = field(default_factory=dict)
    _slots: Any = field(default_factory=itertools.count)

    async def ask(
        self, who: str, method: str, path: str, body: Any = None, **more: Any
    ) -> tuple[int, Any]:
        """Ask as somebody; returns the status and what was said."""
        url = path if path.startswith("/") else f"/api/v1/{path}"
        async with self.browsers[who].request(
            method, f"{self.house.app.url}{url}", json=body, **more
        ) as answer:
            is_json = "json" in answer.content_type
            return answer.status, await (answer.json() if is_json else answer.text())

    async def listen(self, who: str) -> Page:
        """Somebody's page that is told of their threads."""
        page = Page(self.house.app.url, dict(self.browsers[who].headers))
        await page.connect({"inbox": True, "protocol": 1})
        await page.event("inbox")
        return page

    async def hour(
        self, counsellor: str = "li", client: str = "zhang", starts_at: int | None = None
    ) -> Booked:
        """An hour that has just begun; each further one is a day later."""
        begins = now_ms() + next(self._slots) * DAY_MS if starts_at is None else starts_at
        wanted = Wanted(self.people[counsellor], self.people[client], begins, 50)
        return await self.stores.sessions.book(wanted, self.people[counsellor], now_ms())

    async def refusals(self) -> int:
        """How many refusals both clinics' audits tell of."""
        counted = select(func.count()).where(
            AUDIT_EVENT.c.tenant.in_(self.clinics.values()), AUDIT_EVENT.c.result == "refused"
        )
        async with self.stores.data.read() as connection:
            return int((await connection.execute(counted)).scalar_one())

    async def audit(self) -> list[Any]:
        """Every row of both clinics."""
        from signaling.storage.audit_store import pages

        found: list[Any] = []
        for clinic in self.clinics.values():
            async for page in pages(self.stores.data, clinic):
                found += page
        return found

    async def sign_in(self, name: str, clinic: UUID, person: UUID) -> None:
        """Give somebody a browser."""
        token, at = bearer.new(), now_ms()
        await self.stores.accounts.stores.sign_ins.begin(
            clinic, person, bearer.digest(token), at + DAY_MS, at
        )
        self.people[name] = person
        self.give_browser(name, token)

    def give_browser(self, name: str, token: str) -> None:
        """Let somebody's browser hold this."""
        headers = {"Origin": self.house.app.url, "Cookie": f"{COOKIE}={token}"}
        self.browsers[name] = ClientSession(headers=headers)


@dataclass
class Settled:
    """Both clinics in a folder, and what their people hold."""

    folder: Path
    clinics: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)


_settled: list[Settled] = []
"""Made once in a test process: to fill two clinics takes longer than most tests."""


async def settled() -> Settled:
    """Two clinics that tests copy."""
    if not _settled:
        folder = Path(tempfile.mkdtemp(prefix="quietroom-practice-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        made = Settled(folder)
        stores = await open_stores(Storage(folder=str(folder)))
        try:
            for side in SIDES:
                await _settle(made, stores, side)
        finally:
            await stores.close()
        _settled.append(made)
    return _settled[0]


async def _settle(made: Settled, stores: Opened, side: str) -> None:
    kept, at = stores.accounts.stores, now_ms()
    lines = (("Lifeline", "12356"),)
    chosen = ClinicSettings(crisis_lines=lines)
    clinic = made.clinics[side] = await kept.people.add_clinic(f"Harbour {side}", chosen, at)

    async def add(name: str, kind: PersonKind, details: Details) -> UUID:
        person = await kept.people.add_person(clinic, kind, details, None, at)
        made.people[f"{side}{name}"] = person
        token = made.tokens[f"{side}{name}"] = bearer.new()
        await kept.sign_ins.begin(clinic, person, bearer.digest(token), at + DAY_MS, at)
        return person

    for name, positions in STAFF.items():
        details = Details(f"{name} Seeded", email=f"{name}@example.org")
        person = await add(name, PersonKind.STAFF, details)
        for position in positions:
            await kept.standing.give_position(person, position, None, at)
    for name in CLIENTS:
        details = Details(f"{name} Seeded", alias=name.title(), phone="+86 138 1234 5678")
        await add(name, PersonKind.CLIENT, details)
    admin = made.people[f"{side}admin"]
    for counsellor, client in (("li", "zhang"), ("chen", "moon")):
        pair = (made.people[f"{side}{counsellor}"], made.people[f"{side}{client}"])
        await kept.standing.bind(*pair, admin, at)
    secret = made.programs[side] = bearer.new()
    await kept.api_keys.add(clinic, bearer.digest(secret), admin, at)


@contextlib.asynccontextmanager
async def practice(folder: Path, **changes: Any) -> AsyncIterator[Practice]:
    """Open both clinics; what they keep is in a folder."""
    given = await settled()
    kept = folder / "kept"
    shutil.copytree(given.folder, kept)
    async with house(storage={"folder": str(kept)}, **changes) as running:
        stores = running.app.stores
        assert stores is not None
        made = Practice(running, stores, dict(given.clinics), dict(given.people))
        try:
            for name, token in given.tokens.items():
                made.give_browser(name, token)
            for side, secret in given.programs.items():
                headers = {"Authorization": f"Bearer {secret}"}
                made.browsers[f"{side}program"] = ClientSession(headers=headers)
            made.browsers["stranger"] = ClientSession()
            yield made
        finally:
            for browser in made.browsers.values():
                await browser.close()

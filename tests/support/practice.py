"""Two clinics in a running gateway: everyone there is, and a browser or a key for each."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import ClientSession

from signaling.access import bearer
from signaling.domain.rights import Position
from signaling.people_routes import COOKIE
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from signaling.storage.session_store import Booked, Wanted
from signaling.stores import Opened
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
        return sum([row.result == "refused" for row in await self.audit()])

    async def audit(self) -> list[Any]:
        """Every row of both clinics."""
        from signaling.storage.audit_store import pages

        found: list[Any] = []
        for clinic in self.clinics.values():
            async for page in pages(self.stores.data, clinic):
                found += page
        return found

    async def settle(self, side: str) -> None:
        """Fill one of them."""
        stores, at = self.stores.accounts.stores, now_ms()
        lines = (("Lifeline", "12356"),)
        chosen = ClinicSettings(crisis_lines=lines)
        clinic = await stores.people.add_clinic(f"Harbour {side}", chosen, at)
        self.clinics[side] = clinic
        for name, positions in STAFF.items():
            details = Details(f"{name} Seeded", email=f"{name}@example.org")
            person = await stores.people.add_person(clinic, PersonKind.STAFF, details, None, at)
            for position in positions:
                await stores.standing.give_position(person, position, None, at)
            await self.sign_in(f"{side}{name}", clinic, person)
        for name in CLIENTS:
            details = Details(f"{name} Seeded", alias=name.title(), phone="+86 138 1234 5678")
            person = await stores.people.add_person(clinic, PersonKind.CLIENT, details, None, at)
            await self.sign_in(f"{side}{name}", clinic, person)
        admin = self.people[f"{side}admin"]
        for counsellor, client in (("li", "zhang"), ("chen", "moon")):
            pair = (self.people[f"{side}{counsellor}"], self.people[f"{side}{client}"])
            await stores.standing.bind(*pair, admin, at)
        secret = bearer.new()
        await stores.api_keys.add(clinic, bearer.digest(secret), admin, at)
        headers = {"Authorization": f"Bearer {secret}"}
        self.browsers[f"{side}program"] = ClientSession(headers=headers)

    async def sign_in(self, name: str, clinic: UUID, person: UUID) -> None:
        """Give somebody a browser."""
        token, at = bearer.new(), now_ms()
        await self.stores.accounts.stores.sign_ins.begin(
            clinic, person, bearer.digest(token), at + DAY_MS, at
        )
        headers = {"Origin": self.house.app.url, "Cookie": f"{COOKIE}={token}"}
        self.people[name], self.browsers[name] = person, ClientSession(headers=headers)


@contextlib.asynccontextmanager
async def practice(folder: Path, **changes: Any) -> AsyncIterator[Practice]:
    """Open both clinics; what they keep is in a folder."""
    async with house(storage={"folder": str(folder / "kept")}, **changes) as running:
        stores = running.app.stores
        assert stores is not None
        made = Practice(running, stores)
        try:
            for side in SIDES:
                await made.settle(side)
            made.browsers["stranger"] = ClientSession()
            yield made
        finally:
            for browser in made.browsers.values():
                await browser.close()

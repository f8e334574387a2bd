"""REST as people use it to come in: over a running gateway with its databases in a folder."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
import pytest
from aiohttp import ClientSession, CookieJar

from signaling.domain.grants import Role
from signaling.domain.rights import Position
from signaling.storage.database import StorageAway
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from signaling.stores import Opened, open_stores
from tests.support.page import House, house

pytestmark = pytest.mark.integration

PASSWORD = "a quiet room by the sea"
T0 = 1_700_000_000_000


@dataclass
class Place:
    """A gateway with a clinic in it."""

    house: House
    stores: Opened
    clinic: UUID

    async def invited(self, kind: PersonKind, email: str = "", pin: str | None = None) -> Any:
        """(person, token) of somebody new."""
        people = self.stores.accounts.stores.people
        details = Details("李 Seeded", alias="Moon", email=email)
        person = await people.add_person(self.clinic, kind, details, None, T0)
        return person, await self.stores.accounts.invite(
            person, pin, None, T0, lasts_ms=10 * 365 * 86_400_000
        )

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        http: ClientSession | None = None,
        **more: Any,
    ) -> tuple[int, Any]:
        """Ask as a browser would; returns the status and what was said."""
        async with (http or self.house.http).request(
            method, f"{self.house.app.url}/api/v1/{path}", json=body, **more
        ) as answer:
            said = await answer.json(content_type=None) if answer.status != 204 else None
            return answer.status, said


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with house(storage={"folder": str(tmp_path / "kept")}) as running:
        stores = running.app.stores
        assert stores is not None
        clinic = await stores.accounts.stores.people.add_clinic("Harbour", ClinicSettings(), T0)
        yield Place(running, stores, clinic)


def browser() -> ClientSession:
    return ClientSession(cookie_jar=CookieJar(unsafe=True))  # cookies of an address, too


async def test_staff_choose_a_password_and_come_in(place: Place) -> None:
    person, token = await place.invited(PersonKind.STAFF, "li@example.org")
    await place.stores.accounts.stores.standing.give_position(person, Position.COUNSELLOR, None, T0)
    weak = {"token": token, "password": "short"}
    assert (await place.ask("POST", "links/password", weak))[0] == 422
    status, shown = await place.ask("POST", "links/password", {**weak, "password": PASSWORD})
    assert status == 201
    assert shown["address"].startswith("otpauth://totp/")
    given = {
        "clinic": str(place.clinic), "email": "li@example.org", "password": PASSWORD,
        "code": pyotp.TOTP(shown["secret"]).now(),
    }  # fmt: skip
    async with browser() as http:
        status, said = await place.ask("POST", "sign-in", {**given, "password": "wrong"}, http)
        assert (status, said["code"]) == (401, "sign_in_refused")
        assert (await place.ask("GET", "me", http=http))[1]["code"] == "signed_out"
        assert (await place.ask("POST", "sign-in", given, http))[0] == 204
        (cookie,) = http.cookie_jar
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
        status, me = await place.ask("GET", "me", http=http)
        assert (status, me["name"], me["clinic_name"]) == (200, "Moon", "Harbour")
        assert (me["id"], me["positions"], me["locked"]) == (str(person), ["counsellor"], False)
        assert (await place.ask("POST", "unlock", {"password": PASSWORD}, http))[0] == 204
        assert (await place.ask("POST", "sign-out", http=http))[0] == 204
        assert (await place.ask("GET", "me", http=http))[0] == 401


async def test_a_client_s_link_opens_on_one_device_at_a_time(place: Place) -> None:
    _, token = await place.invited(PersonKind.CLIENT, pin="482913")
    async with browser() as phone, browser() as desk:
        assert (await place.ask("POST", "links/open", {"token": token}, phone))[1]["code"] == (
            "pin_needed"
        )
        given: dict[str, Any] = {"token": token, "pin": "482913"}
        assert (await place.ask("POST", "links/open", given, phone))[0] == 204
        status, said = await place.ask("POST", "links/open", given, desk)
        assert (status, said["code"]) == (409, "open_elsewhere")
        given["take_over"] = True
        assert (await place.ask("POST", "links/open", given, desk))[0] == 204
        assert (await place.ask("GET", "me", http=phone))[0] == 401
        assert (await place.ask("GET", "me", http=desk))[1]["positions"] == ["client"]


async def test_whose_access_ends_is_out_of_the_room_within_a_second(place: Place) -> None:
    person, _ = await place.invited(PersonKind.STAFF, "li@example.org")
    page = await place.house.page(Role.COUNSELLOR, str(person))
    await place.stores.accounts.end(person, None, T0)
    assert await page.closed() == "revoked"


async def test_whose_access_ends_elsewhere_is_out_as_soon(place: Place) -> None:
    """By the command line, or a second gateway over the same database."""
    person, _ = await place.invited(PersonKind.STAFF, "li@example.org")
    page = await place.house.page(Role.COUNSELLOR, str(person))
    elsewhere = await open_stores(place.house.app.config.storage)
    try:
        asked = time.monotonic()
        await elsewhere.accounts.end(person, None, int(time.time() * 1000))
        assert await page.closed() == "revoked"
        print(f"put out after {time.monotonic() - asked:.2f} s")
    finally:
        await elsewhere.close()


async def test_another_site_s_page_is_refused(place: Place) -> None:
    for path in ("sign-in", "sign-out", "unlock", "links/open", "links/password"):
        status, said = await place.ask(
            "POST", path, {}, headers={"Origin": "https://elsewhere.example"}
        )
        assert (status, said["code"]) == (403, "origin_refused")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sign-in", {}),
        ("sign-in", {"clinic": "x", "email": "a@b", "password": "p", "code": "123456"}),
        ("links/open", {"token": "short"}),
        ("links/open", {"token": "x" * 43, "pin": "12a"}),
        ("links/password", {"token": "x" * 43, "password": ""}),
        ("unlock", {"password": "x" * 300}),
    ],
)
async def test_what_is_malformed_is_said_so(place: Place, path: str, body: Any) -> None:
    status, said = await place.ask("POST", path, body)
    assert (status, said["code"]) == (400, "malformed")


async def test_a_flood_of_tries_is_bounded_by_address(tmp_path: Path) -> None:
    limits = {"exchanges_burst": 3, "exchanges_per_s": 0.01}
    async with house(storage={"folder": str(tmp_path)}, limits=limits) as running:
        assert running.app.stores is not None
        place = Place(running, running.app.stores, UUID(int=0))
        for expected in (401, 401, 401, 429):
            assert (await place.ask("POST", "links/open", {"token": "x" * 43}))[0] == expected


async def test_a_database_that_is_away_is_busy_and_no_bug(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_given: object) -> None:
        raise StorageAway

    monkeypatch.setattr(place.stores.accounts.stores.sign_ins, "invitation", away)
    status, said = await place.ask("POST", "links/open", {"token": "x" * 43})
    assert (status, said["code"]) == (503, "busy")


async def test_without_storage_there_is_nobody_to_sign_in() -> None:
    async with house() as running, running.http.get("/api/v1/me") as answer:
        assert answer.status == 404


async def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = {"folder": str(tmp_path / "kept")}
    async with house(storage=folder) as running:
        assert running.app.stores is not None
        people = running.app.stores.accounts.stores.people
        clinic = await people.add_clinic("Harbour", ClinicSettings(), T0)
    async with house(storage=folder) as running:
        assert running.app.stores is not None
        again = running.app.stores.accounts.stores.people
        assert await again.clinics(T0) == [(clinic, "Harbour")]

"""What docs/protocol.md promises and no type can: shapes of Socket.IO itself, order, headers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import socketio

from signaling.app import App
from signaling.domain.grants import Role
from signaling.settings import build

pytestmark = pytest.mark.integration

KEY = "a key of a clinic, long enough"


class Page:
    """A Socket.IO client that writes down what it is told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.refusal: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("event", self.events.put_nowait)
        self.client.on("connect_error", self.refusal.set_result)

    async def connect(self, auth: object) -> Any:
        """The first event, or what the connection was refused with."""
        try:
            await self.client.connect(self.url, auth=auth, transports=["websocket"])
        except socketio.exceptions.ConnectionError:
            return await asyncio.wait_for(self.refusal, 10)
        return await self.next()

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.events.get(), 10)


class Gateway:
    def __init__(self, app: App) -> None:
        self.app = app
        self.pages: list[Page] = []

    def page(self) -> Page:
        self.pages.append(Page(self.app.url))
        return self.pages[-1]

    async def seat(self, role: Role = Role.CLIENT, identity: str = "someone") -> str:
        registry = self.app.registry
        session = registry.create_session(3600)
        token = registry.mint(session.id, role, identity, "Name", 600).token
        return (await registry.exchange(token)).seat


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    media = {"host": "127.0.0.1", "port": 0}
    app = App(build({"port": 0, "media": media, "api_keys": {"clinic": KEY}}))
    await app.start()
    gateway = Gateway(app)
    yield gateway
    for page in gateway.pages:
        await page.client.shutdown()
    await app.stop()


@pytest.mark.parametrize(
    "auth",
    [
        {"seat": "not a seat of this gateway", "protocol": 1},
        {"seat": "short", "protocol": 1},
        {"seat": "not a seat of this gateway", "protocol": 2},
        {},
        None,
    ],
)
async def test_refused_connection_carries_its_code_as_data(gateway: Gateway, auth: object) -> None:
    refusal = await gateway.page().connect(auth)
    assert refusal["data"] == {"code": "seat_invalid"}


async def test_welcome_is_the_first_event_and_carries_the_next_seat(gateway: Gateway) -> None:
    seat = await gateway.seat()
    welcome = await gateway.page().connect({"seat": seat, "protocol": 1})
    assert welcome["type"] == "welcome"
    assert welcome["seat"] != seat
    assert welcome["resumed"] is False


async def test_last_used_seat_stays_good_and_older_ones_do_not(gateway: Gateway) -> None:
    first = await gateway.seat()
    second = (await gateway.page().connect({"seat": first, "protocol": 1}))["seat"]
    # The welcome may have been lost: the token that was used opens the seat again.
    again = await gateway.page().connect({"seat": first, "protocol": 1})
    assert again["type"] == "welcome"
    opened = await gateway.page().connect({"seat": second, "protocol": 1})
    assert (opened["type"], opened["resumed"]) == ("welcome", False), "it had no media to resume"
    refusal = await gateway.page().connect({"seat": first, "protocol": 1})
    assert refusal["data"] == {"code": "seat_replaced"}


async def test_second_page_takes_the_seat_over(gateway: Gateway) -> None:
    seat = await gateway.seat()
    old = gateway.page()
    await old.connect({"seat": seat, "protocol": 1})
    await gateway.page().connect({"seat": seat, "protocol": 1})
    assert await old.next() == {"type": "closed", "reason": "taken_over"}


async def test_command_is_answered_by_its_acknowledgement(gateway: Gateway) -> None:
    page = gateway.page()
    await page.connect({"seat": await gateway.seat(), "protocol": 1})
    reply = await page.client.call("command", {"type": "send_text", "ref": 1, "body": "早"})
    assert (reply["type"], reply["ref"], reply["seq"]) == ("text_accepted", 1, 1)
    reply = await page.client.call("command", {"type": "send_text", "ref": 9, "body": "x"})
    assert (reply["type"], reply["code"], reply["ref"]) == ("refused", "text_out_of_order", 9)
    reply = await page.client.call("command", {"type": "end_session"})
    assert (reply["type"], reply["code"]) == ("refused", "not_allowed")


async def test_commands_are_answered_in_the_order_they_were_sent(gateway: Gateway) -> None:
    page = gateway.page()
    await page.connect({"seat": await gateway.seat(), "protocol": 1})
    lines = range(1, 16)
    replies = await asyncio.gather(
        *(
            page.client.call("command", {"type": "send_text", "ref": n, "body": str(n)})
            for n in lines
        )
    )
    assert [reply["seq"] for reply in replies] == list(lines)


async def test_back_end_s_way_is_the_one_documented(gateway: Gateway) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(gateway.app.url) as http:
        answer = await http.post("/api/v1/sessions", json={"expires_in_s": 600}, headers=headers)
        assert answer.status == 201
        session = await answer.json()
        wanted = {"role": "counsellor", "identity": "k-12", "name": "Li"}
        path = f"/api/v1/sessions/{session['id']}/tokens"
        answer = await http.post(path, json=wanted, headers=headers)
        assert answer.status == 201
        token = await answer.json()
        assert token["link"] == f"{gateway.app.url}/counsellor#{token['token']}"
        answer = await http.delete(f"/api/v1/tokens/{token['jti']}", headers=headers)
        assert answer.status == 204
        answer = await http.post("/api/v1/seats", json={"token": token["token"]})
        assert (answer.status, (await answer.json())["code"]) == (401, "token_revoked")
        answer = await http.post("/api/v1/sessions", json={}, headers={"Authorization": "Bearer x"})
        assert answer.content_type == "application/problem+json"
        assert (answer.status, (await answer.json())["code"]) == (401, "key_invalid")


async def test_other_origins_are_refused(gateway: Gateway) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    async with aiohttp.ClientSession(gateway.app.url) as http:
        answer = await http.get("/socket.io/?EIO=4&transport=polling", headers=foreign)
        assert (answer.status, (await answer.json())["code"]) == (403, "origin_refused")
        answer = await http.post("/api/v1/seats", json={"token": "x" * 20}, headers=foreign)
        assert (answer.status, (await answer.json())["code"]) == (403, "origin_refused")

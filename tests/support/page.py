"""A gateway in this process, and pages of real python-socketio clients against it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import socketio
from aiohttp import ClientSession

from media.config import MediaConfig
from signaling import settings
from signaling.app import App
from signaling.domain.grants import Role
from tests.support.media import FakeMediaPlane
from tests.support.people import (
    CLIENT_IDENTITY,
    CLIENT_NAME,
    COUNSELLOR_IDENTITY,
    COUNSELLOR_NAME,
)

PATIENCE_S = 10.0
API_SECRET = "an-api-secret-for-tests"
OPERATOR_TOKEN = "an-operator-token-for-tests"
BASE = {
    "host": "127.0.0.1",
    "port": 0,
    "signing_keys": {"k1": "k" * 40},
    "api_keys": {"clinic": API_SECRET},
    "operator_token": OPERATOR_TOKEN,
    "media": {"host": "127.0.0.1", "port": 0},
}


@dataclass
class House:
    """One running gateway with a media plane that only pretends."""

    app: App
    media: FakeMediaPlane
    http: ClientSession
    session: str

    def token(self, role: Role = Role.CLIENT, identity: str = CLIENT_IDENTITY) -> str:
        name = CLIENT_NAME if role is Role.CLIENT else COUNSELLOR_NAME
        return self.app.registry.mint(self.session, role, identity, name, 3600).token

    async def door_page(self, session: str, role: Role, identity: str) -> Page:
        """A page in another session of this house."""
        minted = self.app.registry.mint(session, role, identity, "安", 3600)
        seat = await self.app.registry.exchange(minted.token)
        return await self.enter(seat.seat)

    async def seat(self, role: Role = Role.CLIENT, identity: str = CLIENT_IDENTITY) -> str:
        seat = await self.app.registry.exchange(self.token(role, identity))
        return seat.seat

    async def page(
        self, role: Role = Role.CLIENT, identity: str | None = None, transports: Any = None
    ) -> Page:
        own = CLIENT_IDENTITY if role is Role.CLIENT else COUNSELLOR_IDENTITY
        seat = await self.seat(role, identity or own)
        return await self.enter(seat, transports=transports)

    async def enter(self, seat: str, after: int = 0, transports: Any = None) -> Page:
        page = Page(self.app.url)
        await page.connect({"seat": seat, "protocol": 1, "after": after}, transports)
        await page.event("welcome")
        return page


@contextlib.asynccontextmanager
async def house(*, real_media: bool = False, **changes: Any) -> AsyncIterator[House]:
    """A gateway on free loopback ports. Nothing of it may be left when the block ends.

    With ``real_media`` it has an engine in this process, and ``House.media`` is not for use.
    """
    before = asyncio.all_tasks()
    made: list[FakeMediaPlane] = []

    def factory(config: MediaConfig, listener: Callable[..., None]) -> FakeMediaPlane:
        made.append(FakeMediaPlane(config, listener))
        return made[-1]

    if real_media:
        made.append(FakeMediaPlane(MediaConfig(), lambda _said: None))
    app = App(settings.build({**BASE, **changes}), None if real_media else factory)
    await app.start()
    try:
        async with ClientSession(app.url) as http:
            session = app.registry.create_session(3600)
            yield House(app, made[0], http, session.id)
    finally:
        await app.stop()
    await asyncio.sleep(0)
    left = [t for t in asyncio.all_tasks() - before if "signaling" in repr(t.get_coro())]
    assert not left, left


class Page:
    """One page: a socket, and the events it has heard."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self._url = url
        self._headers = headers or {}
        self.client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self.heard: list[dict[str, Any]] = []
        self.refusal: Any = None
        self.gone = asyncio.Event()
        self._news = asyncio.Condition()
        self.client.on("event", self._event)
        self.client.on("connect_error", self._connect_error)
        self.client.on("disconnect", self._disconnect)

    async def connect(self, auth: Any, transports: Any = None) -> None:
        await self.client.connect(
            self._url, headers=self._headers, auth=auth, transports=transports or ["websocket"],
            wait_timeout=PATIENCE_S,
        )  # fmt: skip

    async def _event(self, payload: dict[str, Any]) -> None:
        self.heard.append(payload)
        async with self._news:
            self._news.notify_all()

    async def _connect_error(self, data: Any) -> None:
        self.refusal = data

    async def _disconnect(self, _reason: str) -> None:
        self.gone.set()
        async with self._news:
            self._news.notify_all()

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Raises ConnectionError once the page is gone: nobody answers it any more."""
        command = {"type": type_, **fields}
        asked = asyncio.create_task(self.client.call("command", command, timeout=PATIENCE_S))
        gone = asyncio.create_task(self.gone.wait())
        try:
            await asyncio.wait({asked, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise ConnectionError
            reply = asked.result()
        finally:
            asked.cancel()
            gone.cancel()
        assert isinstance(reply, dict)
        return reply

    async def event(self, type_: str, **fields: Any) -> dict[str, Any]:
        """The first event heard, now or soon, of this type and with these fields."""

        def found() -> dict[str, Any] | None:
            for event in self.heard:
                if event["type"] == type_ and fields.items() <= event.items():
                    return event
            return None

        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: found() is not None)
        event = found()
        assert event is not None
        return event

    @property
    def welcome(self) -> dict[str, Any]:
        return next(event for event in self.heard if event["type"] == "welcome")

    def all(self, type_: str) -> list[dict[str, Any]]:
        return [event for event in self.heard if event["type"] == type_]

    async def drop(self) -> None:
        """The network is gone: the socket ends without a word of Socket.IO."""
        await self.client.eio.ws.close()
        await self.client.eio.wait()

    async def close(self) -> None:
        await self.client.disconnect()

    async def closed(self) -> str:
        """Wait for the last event; returns its reason."""
        event = await self.event("closed")
        async with asyncio.timeout(PATIENCE_S):
            await self.gone.wait()
        return str(event["reason"])


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that will be true soon."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)

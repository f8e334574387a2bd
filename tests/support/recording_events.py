"""What a gateway tells a page of a recording, without one: for how its screens look and act.

A page's socket passes through here. What is told of recording is the test's, and what the page says
of it is heard here and goes no further; everything else is between the page and its gateway.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

from playwright.async_api import Locator, WebSocketRoute

from tests.support.browsers import Person
from tests.support.call import enter
from tests.support.gateway import Gateway

COMMAND = re.compile(r"^42(\d+)(\[.*)$", re.DOTALL)
"""Engine.IO's message, Socket.IO's event, and the number under which it is answered."""
REQUEST = "5f0c-11"
DIGEST = "ab" * 32
DAY_MS = 86_400_000
NOTHING: dict[str, Any] = {
    "type": "recording", "stage": "off", "request": "", "terms": None, "agreed": 0, "asked": 0,
    "you_asked": False, "you_answer": False, "you_may_ask": False,
    "asked_before": False, "why_not": "role",
    "may_purposes": [], "may_media": [], "begins_at": None, "started_at": None, "captured_ms": 0,
    "running_since": None, "purposes": [], "media": [], "you_excluded": [], "holds": [],
    "you_paused": False, "you_beside": False, "is_late": False, "ended": None, "may_terms": None,
}  # fmt: skip


def now_ms() -> int:
    return int(time.time() * 1000)


def purpose(name: str, *listeners: str, days: int = 90) -> dict[str, Any]:
    """One purpose, for so many days."""
    return {"purpose": name, "until": now_ms() + days * DAY_MS, "listeners": list(listeners)}


def terms(*purposes: dict[str, Any], asker: str, media: tuple[str, ...] = ("audio",)) -> Any:
    """What is asked."""
    return {
        "asker": asker, "asker_role": "counsellor", "purposes": list(purposes),
        "media": list(media), "floor_until": None, "version": "2", "digest": DIGEST,
    }  # fmt: skip


def running(*purposes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """It has been recorded for twelve minutes and three seconds."""
    found = {
        "stage": "recording", "request": REQUEST, "started_at": now_ms() - 723_000,
        "running_since": now_ms(), "captured_ms": 723_000, "purposes": list(purposes),
        "media": ["audio"], "why_not": "running",
    }  # fmt: skip
    return found | changes


def ended(turn: str, *purposes: dict[str, Any], by_you: bool = False) -> dict[str, Any]:
    """How one ended after 41 minutes, or a request before it was any."""
    captured = 41 * 60_000 if purposes or turn == "withdraw" else 0
    return {
        "turn": turn, "recording": REQUEST if captured else "", "captured_ms": captured,
        "purposes": list(purposes), "by_you": by_you,
    }  # fmt: skip


class RecordingEvents:
    """Of one page."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        """What the page has said about a recording."""
        self.refuses = False
        self.other = ""
        """The id of whoever came in last, or was there."""
        self._page: WebSocketRoute | None = None
        self._welcomed = asyncio.Event()

    async def welcomed(self) -> None:
        """The page is in its room: what it was told before it was in is lost."""
        async with asyncio.timeout(20):
            await self._welcomed.wait()

    async def attach(self, someone: Person) -> None:
        """Before the page opens its socket."""
        await someone.page.route_web_socket(re.compile("/socket.io/"), self._route)

    async def cut(self) -> None:
        """The page's line is gone; it comes back by itself."""
        assert self._page is not None
        self._welcomed.clear()
        await self._page.close(code=4000)

    def tell(self, **changes: Any) -> None:
        """The page is told that it stands so now."""
        assert self._page is not None
        self._page.send("42" + json.dumps(["event", NOTHING | changes]))

    def said(self, type_: str) -> list[dict[str, Any]]:
        """What the page has said of this kind."""
        return [each for each in self.heard if each["type"] == type_]

    def _route(self, page: WebSocketRoute) -> None:
        gateway = page.connect_to_server()
        self._page = page
        page.on_message(lambda message: self._from_page(page, gateway, message))
        gateway.on_message(lambda message: self._from_gateway(page, message))

    def _from_page(self, page: WebSocketRoute, gateway: WebSocketRoute, message: Any) -> None:
        found = COMMAND.match(message) if isinstance(message, str) else None
        command = json.loads(found[2])[1] if found is not None else {}
        kind = str(command.get("type", ""))
        is_about = kind.endswith("_recording") or kind in {"show_safety", "say_beside"}
        if found is None or not is_about:
            gateway.send(message)
            return
        self.heard.append(command)
        refused = {"type": "refused", "code": "not_now"}
        page.send(f"43{found[1]}" + json.dumps([refused if self.refuses else {"type": "done"}]))

    def _from_gateway(self, page: WebSocketRoute, message: Any) -> None:
        said = message.replace(" ", "") if isinstance(message, str) else ""
        if '"type":"recording"' in said:
            return
        page.send(message)
        if '"type":"welcome"' in said:
            self._welcomed.set()
        elif '"type":"participant_changed"' in said:
            self.other = json.loads(message[2:])[1]["participant"]["id"]


async def pretended(house: Gateway, someone: Person, role: str, way: str) -> RecordingEvents:
    """Somebody in their room, who is told of a recording by the test alone."""
    events = RecordingEvents()
    await events.attach(someone)
    await enter(someone, house.links[role], way)
    await events.welcomed()
    return events


async def strip_at(someone: Person, stage: str) -> Locator:
    """The strip, once it shows this stage."""
    strip = someone.page.locator(f'[data-testid="recording"][data-stage="{stage}"]')
    await strip.wait_for()
    return strip


async def until(true: Callable[[], object]) -> None:
    """Wait for it, for ten seconds."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)

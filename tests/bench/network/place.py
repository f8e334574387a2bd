"""Where a measured call happens: two Chromium, one of them behind the netlab's line.

The near person and the gateway are on one side of the line, the far person on the other. "Up" is
from the far person. A call is ours, through a gateway, or direct, from page to page.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from playwright.async_api import WebSocket

from tests.bench.network import inputs
from tests.support.browsers import DESK, GRANT_AT_ONCE, Person, chromium, person
from tests.support.call import WATCH_PEERS, enter, hears_the_other, sees_the_other
from tests.support.gateway import Gateway, free_port, gateway
from tests.support.namespace import own_network
from tests.support.netlab.lab import HERE, Netlab, netlab

FOLDER = Path(__file__).parent
METER = (FOLDER / "meter.js").read_text(encoding="utf-8")
DIRECT = (FOLDER / "direct.js").read_text(encoding="utf-8")
DIRECT_URL = "http://localhost/direct"
"""Answered by the bench itself; localhost, for only a secure page gets a camera."""
PERIOD_MS = 100
SIDES = ("near", "far")
PROCESSING_OFF = {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False}
WISH = """
(() => {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  const picture = {width: {ideal: 1280}, height: {ideal: 720}, frameRate: {ideal: 30}};
  const voice = %s;
  devices.getUserMedia = (wish) => open({
    ...wish,
    ...(wish.video && {video: {...(wish.video === true ? {} : wish.video), ...picture}}),
    ...(wish.audio && voice && {audio: {...(wish.audio === true ? {} : wish.audio), ...voice}}),
  });
})();
"""
"""The page asks for less than 720p; measured is the line, with as much picture as the bar says."""


class Kind(StrEnum):
    """Whose call."""

    OURS = "gateway"
    DIRECT = "direct"


@dataclass
class Tap:
    """What one page and the gateway tell each other, with the loop's time."""

    heard: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    said: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def follow(self, someone: Person) -> None:
        """Listen to every socket this page will open."""
        someone.page.on("websocket", self._socket)

    def events(self, type_: str) -> list[tuple[float, dict[str, Any]]]:
        """The events of one type that have come."""
        return [(at, event) for at, event in self.heard if event.get("type") == type_]

    def _socket(self, opened: WebSocket) -> None:
        opened.on("framereceived", lambda payload: self._note(self.heard, payload))
        opened.on("framesent", lambda payload: self._note(self.said, payload))

    def _note(self, into: list[tuple[float, dict[str, Any]]], payload: str | bytes) -> None:
        # Socket.IO's event packet: "42", perhaps an acknowledgement's number, then JSON.
        if not isinstance(payload, str) or not payload.startswith("42"):
            return
        start = payload.find("[")
        now = asyncio.get_running_loop().time()
        for each in json.loads(payload[start:])[1:]:
            if isinstance(each, dict):
                into.append((now, each))


@dataclass
class Call:
    """A call that has begun, on a line that is still clean."""

    kind: Kind
    lab: Netlab
    people: dict[str, Person]
    taps: dict[str, Tap]
    running: Gateway | None = None


def _first(program: str, path: Path) -> str:
    """A script that runs a program before all else on the machine, where it may.

    Niceness counts only within a session (autogroup of Linux), and Playwright gives each browser a
    session of its own.
    """
    path.write_text(
        f'#!/bin/sh\n{{ echo -12 >/proc/self/autogroup; }} 2>/dev/null\nexec {program} "$@"\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    return str(path)


@contextlib.contextmanager
def going_first() -> Iterator[None]:
    """The same for the bench's session: its gateway stands for one on a machine of its own."""
    group = Path("/proc/self/autogroup")
    before = "0"
    with contextlib.suppress(OSError):
        before = group.read_text(encoding="ascii").split()[-1]
        group.write_text("-20", encoding="ascii")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            group.write_text(before, encoding="ascii")


@asynccontextmanager
async def place(seed: int) -> AsyncIterator[Netlab]:
    """A network of the bench's own, and one behind the line."""
    with (
        tempfile.TemporaryDirectory() as folder,
        own_network(),
        netlab(Path(folder), seed=seed) as lab,
    ):
        yield lab


@asynccontextmanager
async def call(lab: Netlab, kind: Kind, *, processed: bool = True) -> AsyncIterator[Call]:
    """Two people in a call, seen and heard both ways. ``processed``: with the browser's own
    echo cancelling, noise suppression and gain."""
    async with AsyncExitStack() as stack:
        port = free_port()
        secure = f"--unsafely-treat-insecure-origin-as-secure=http://{HERE}:{port}"
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        programs = {"near": chromium(), "far": lab.wrapper(chromium(), folder / "there")}
        people, taps = {}, {}
        voice = "null" if processed else json.dumps(PROCESSING_OFF)
        for side in SIDES:
            flags = (GRANT_AT_ONCE, secure, *inputs.flags(side))
            executable = _first(programs[side], folder / f"chromium-{side}")
            someone = await stack.enter_async_context(
                person(flags=flags, executable=executable, viewport=DESK)
            )
            for script in (WATCH_PEERS, WISH % voice, METER):
                await someone.page.add_init_script(script)
            people[side], taps[side] = someone, Tap()
            taps[side].follow(someone)
        made = Call(kind, lab, people, taps)
        if kind is Kind.OURS:
            made.running = await stack.enter_async_context(
                gateway("--host", HERE, port=port, media_host=HERE)
            )
            await enter(people["near"], made.running.links["counsellor"])
            await enter(people["far"], made.running.links["client"])
        else:
            await _connect(people, processed=processed)
        for someone in people.values():
            await sees_the_other(someone, 10)
            await hears_the_other(someone, 10)
            await someone.page.evaluate("(period) => window.meter.start(period)", PERIOD_MS)
        yield made


async def _connect(people: dict[str, Person], *, processed: bool) -> None:
    """Carry the direct call's descriptions and candidates."""
    pages = {side: someone.page for side, someone in people.items()}
    voice = True if processed else PROCESSING_OFF
    for page in pages.values():
        await page.add_init_script(DIRECT)
        await page.route(
            "http://localhost/**",
            lambda route: route.fulfill(
                body="<!doctype html><title>direct</title><body></body>", content_type="text/html"
            ),
        )
        await page.goto(DIRECT_URL)
        await page.evaluate("(voice) => window.direct.open(voice)", voice)
    offer = await pages["near"].evaluate("() => window.direct.describe(null)")
    answer = await pages["far"].evaluate("(offer) => window.direct.describe(offer)", offer)
    await pages["near"].evaluate("(answer) => window.direct.accept(answer)", answer)
    await asyncio.sleep(1)
    for mine, theirs in (SIDES, SIDES[::-1]):
        found = await pages[mine].evaluate("() => window.direct.candidates")
        usable = [each for each in found if HERE.rsplit(".", 1)[0] in each["candidate"]]
        await pages[theirs].evaluate("(all) => window.direct.add(all)", usable)

"""A page of the bench as a program of its own, so that it can live behind a bad line.

Reads what it is to do as one line of JSON: ``{"url", "token", "thread", "person", "count", "of",
"every_s", "tears"}``. Writes ``count`` numbered messages, one after the other with a pause, and
reads until it has ``of``, through whatever befalls its line; so often it tears its connection
itself. Then it prints what it has read as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from dataclasses import dataclass
from typing import Any

import aiohttp

from signaling.domain.errors import Code
from signaling.domain.thread import Kind, Message
from tests.bench.messages.kills import GONE
from tests.bench.sessions.place import Socket
from tests.sim.thread import Browser, Storage

PAUSE_S = 0.5
LOOK_S = 0.3


@dataclass
class Elsewhere:
    """A gateway that another process has started."""

    url: str
    http: aiohttp.ClientSession


class Page:
    """Goes on until everything is written and read."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._browser = Browser(given["person"], Storage(secrets.token_hex(8)))
        for number in range(1, given["count"] + 1):
            self._browser.storage.put(secrets.token_hex(8), f"{given['person']} {number}")
        self.connects = 0
        self.torn = 0
        part = given["count"] // (given["tears"] + 1)
        self._tears = {part * (number + 1) for number in range(given["tears"])}
        """After so many messages of its own."""

    @property
    def read(self) -> list[str]:
        """What is in the thread, in order."""
        seen = sorted(self._browser.seen.values(), key=lambda each: each.number)
        return [str(each.body) for each in seen]

    @property
    def is_done(self) -> bool:
        """Everything of one's own is stored, and everything is read."""
        browser = self._browser
        return not browser.storage.unsent and len(browser.seen) >= self._given["of"]

    async def run(self) -> None:
        """Until it is done."""
        while not self.is_done:
            try:
                await self._connected()
            except* GONE:
                await asyncio.sleep(PAUSE_S)

    async def _connected(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_connect=4)) as http:
            page = Socket(Elsewhere(self._given["url"], http))
            async with asyncio.timeout(8):
                await page.listen(self._given["token"])
            self.connects += 1
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write(page))
                group.create_task(self._read(page))

    async def _write(self, page: Socket) -> None:
        browser = self._browser
        while browser.storage.unsent:
            sent = browser.storage.unsent[0]
            reply = await page.ask(
                "write_message", thread=self._given["thread"], id=sent.ident,
                hand=sent.place.hand, ref=sent.place.ref, after=sent.place.after, body=sent.body,
            )  # fmt: skip
            code = None if reply["type"] == "stored" else Code(reply["code"])
            browser.handle_answer(sent, code, secrets.token_hex(8))
            written = self._given["count"] - len(browser.storage.unsent)
            if written in self._tears:
                self._tears.discard(written)
                self.torn += 1
                page.abort()
            await asyncio.sleep(self._given["every_s"])

    async def _read(self, page: Socket) -> None:
        browser = self._browser
        while not self.is_done:
            since = browser.rev
            asked = {"thread": self._given["thread"], "since": since}
            reply = await page.ask("replay_thread", **asked)
            browser.handle_changes(since, [_message(each) for each in reply["items"]])
            await asyncio.sleep(LOOK_S)


def _message(told: dict[str, Any]) -> Message:
    return Message(**told | {"kind": Kind(told["kind"])})


async def _main() -> None:
    page = Page(json.loads(sys.stdin.readline()))
    await page.run()
    told = {"read": page.read, "connects": page.connects, "torn": page.torn}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())

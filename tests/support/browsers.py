"""Real Chromium processes for end-to-end tests: one process a person, fake devices, no network.

Rule 1: two people never share a process while both are there.
Rule 2: a person has a context (profile) of their own, made for them and thrown away after them.
Rule 3: where a :func:`pool` is open, an ordinary process goes on to the next person; one that was
wrapped, has other flags, lives in another network, or was left by an exception does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

CAMERA = "--use-fake-device-for-media-stream=fps=10"
"""Enough to see that a picture moves; to code more is what most of a test's time would go to."""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    CAMERA, "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns",
)  # fmt: skip
GRANT_AT_ONCE = "--use-fake-ui-for-media-stream"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


def chromium() -> str:
    """The system's Chromium; says what to type when there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise RuntimeError("Chromium is not installed: run `make system`")
    return found


@dataclass
class Person:
    """One browser process with one page."""

    browser: Browser
    context: BrowserContext
    page: Page
    errors: list[str]
    """Uncaught errors and console errors of the page: a test that passes leaves none."""
    foreign: list[str]
    """Requests to another origin than the page's own: there must be none."""

    def by(self, testid: str) -> object:
        """The element with this test id."""
        return self.page.get_by_test_id(testid)


class Pool:
    """Ordinary processes that have started and wait for their next person."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._loop = asyncio.get_running_loop()
        self._network = _network()
        self._idle: list[Browser] = []

    def serves(self) -> bool:
        """Whether the caller can use its processes: in this loop, and in the same network."""
        return asyncio.get_running_loop() is self._loop and _network() == self._network

    @contextlib.asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """A process for one person. After a failure it is ended: it may be what failed."""
        browser = await self._take()
        try:
            yield browser
        except BaseException:
            await browser.close()
            raise
        self._idle.append(browser)

    async def close(self) -> None:
        """End the processes; those still with a person end with Playwright's driver."""
        for browser in self._idle:
            await browser.close()

    async def _take(self) -> Browser:
        while self._idle:
            browser = self._idle.pop()
            if browser.is_connected():
                return browser
        return await _launch(self._playwright, chromium(), (GRANT_AT_ONCE,))


_pools: list[Pool] = []
"""The one that is open, if any."""


@contextlib.asynccontextmanager
async def pool() -> AsyncIterator[None]:
    """Keep processes between people, until the block ends; it leaves none."""
    async with async_playwright() as playwright:
        opened = Pool(playwright)
        _pools.append(opened)
        try:
            yield
        finally:
            _pools.remove(opened)
            await opened.close()


def _network() -> int:
    """The calling thread's network namespace: what it starts lives there. 0 without such things."""
    try:
        return Path("/proc/thread-self/ns/net").stat().st_ino
    except OSError:
        return 0


async def _launch(playwright: Playwright, executable: str, flags: tuple[str, ...]) -> Browser:
    return await playwright.chromium.launch(executable_path=executable, args=[*FLAGS, *flags])


@contextlib.asynccontextmanager
async def _process(flags: tuple[str, ...], executable: str | None) -> AsyncIterator[Browser]:
    """A Chromium process that nobody else uses meanwhile."""
    ordinary = executable is None and flags == (GRANT_AT_ONCE,)
    kept = [pool for pool in _pools if ordinary and pool.serves()]
    if kept:
        async with kept[0].browser() as browser:
            yield browser
        return
    async with async_playwright() as playwright:
        browser = await _launch(playwright, executable or chromium(), flags)
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def person(
    *,
    viewport: dict[str, int] = DESK,
    lang: str = "zh-CN",
    flags: tuple[str, ...] = (GRANT_AT_ONCE,),
    executable: str | None = None,
) -> AsyncIterator[Person]:
    """One person, in a Chromium of their own; ``executable`` may wrap it."""
    async with _process(flags, executable) as browser:
        context = await browser.new_context(
            viewport=viewport,
            locale=lang,
            ignore_https_errors=True,  # a gateway under test may sign its certificate itself
        )
        page = await context.new_page()
        someone = Person(browser, context, page, [], [])
        page.on("pageerror", lambda error: someone.errors.append(str(error)))
        page.on("request", lambda request: _note(someone, request.url))
        yield someone
        await context.close()


def _note(someone: Person, url: str) -> None:
    own = someone.page.url.split("/")[2:3]
    if url.startswith(("http", "ws")) and own and own[0] and url.split("/")[2] != own[0]:
        someone.foreign.append(url)

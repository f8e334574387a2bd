"""Real Chromium processes for end-to-end tests: one process a person, fake devices, no network."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required",
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


@contextlib.asynccontextmanager
async def person(
    *,
    viewport: dict[str, int] = DESK,
    lang: str = "zh-CN",
    flags: tuple[str, ...] = (GRANT_AT_ONCE,),
    executable: str | None = None,
) -> AsyncIterator[Person]:
    """Start a Chromium of its own for one person; ``executable`` may wrap it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable or chromium(), args=[*FLAGS, *flags]
        )
        try:
            context = await browser.new_context(
                viewport=viewport,
                locale=lang,
                ignore_https_errors=True,  # type: ignore[arg-type]
            )
            page = await context.new_page()
            someone = Person(browser, context, page, [], [])
            page.on("pageerror", lambda error: someone.errors.append(str(error)))
            page.on("request", lambda request: _note(someone, request.url))
            yield someone
        finally:
            await browser.close()


def _note(someone: Person, url: str) -> None:
    own = someone.page.url.split("/")[2:3]
    if url.startswith(("http", "ws")) and own and own[0] and url.split("/")[2] != own[0]:
        someone.foreign.append(url)

"""A booked hour between two Chromium processes that is recorded, as people have it recorded."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Page, expect

from signaling.config import Storage
from signaling.storage.audit_store import pages
from signaling.stores import open_stores
from tests.e2e.test_hour import Hour, arrive, come, let_in
from tests.support.browsers import PHONE, person
from tests.support.call import WATCH_PEERS, sees_the_other
from tests.support.gateway import begin, gateway

PATIENCE_MS = 60_000
LOOK_S = 0.005


class Look(NamedTuple):
    """What lay on the disk at a time of the wall's clock."""

    at: float
    size: int
    changed: float
    """When a file was last written to, as the file system tells it."""


class Folder:
    """Looks at all files of a folder, every few milliseconds."""

    def __init__(self, root: Path) -> None:
        self.looks: list[Look] = []
        self._root = root
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Folder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def size_at(self, at: float) -> int:
        """How much lay there at a time."""
        return max((each.size for each in self.looks if each.at <= at), default=0)

    def first(self) -> float | None:
        """When anything was seen to lie there."""
        return next((each.at for each in self.looks if each.size), None)

    def _run(self) -> None:
        while not self._ends.wait(LOOK_S):
            self.looks.append(look(self._root))


def look(root: Path) -> Look:
    """What lies there now."""
    at, size, changed = time.time(), 0, 0.0
    for path in root.glob("**/*"):
        with contextlib.suppress(FileNotFoundError):
            kept = path.stat()
            if path.is_file():
                size, changed = size + kept.st_size, max(changed, kept.st_mtime)
    return Look(at, size, changed)


def sealed(folder: Path) -> Path:
    """Where the recordings of an hour are."""
    return folder / "sealed"


@contextlib.asynccontextmanager
async def two_people(folder: Path, devices: str = "") -> AsyncIterator[Hour]:
    """A clinic that may record, and two browsers in the room; ``devices`` is put into both."""
    kept = folder / "kept"
    kept.mkdir(parents=True)
    async with contextlib.AsyncExitStack() as stack:
        begun = await begin(STORAGE__FOLDER=str(kept), RECORDING__FOLDER=str(sealed(folder)))
        running = await stack.enter_async_context(gateway(begun=begun))
        counsellor = await stack.enter_async_context(person())
        client = await stack.enter_async_context(person(viewport=PHONE))
        for each in (counsellor, client):
            await each.page.add_init_script(WATCH_PEERS)
            if devices:
                await each.page.add_init_script(devices)
        hour = Hour(
            stack, running, counsellor, client, begun.settings, (begun.port, begun.media_port)
        )
        await arrive(hour, way="arrive-video")
        await come(hour, way="arrive-video")
        await let_in(counsellor.page)
        await sees_the_other(client)
        await sees_the_other(counsellor)
        yield hour


async def agree(hour: Hour) -> None:
    """The counsellor asks for picture and voice, and the client says yes."""
    page = hour.counsellor.page
    await page.get_by_test_id("more").click()
    await page.get_by_test_id("open-recording").click()
    await page.get_by_test_id("ask-clinical_review").check()
    await page.get_by_test_id("ask-media-audio-video").check()
    await page.get_by_test_id("recording-send").click()
    page = hour.client.page
    await expect(page.get_by_test_id("recording-sheet")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_test_id("agree-clinical_review").check()
    await page.get_by_test_id("media-audio-video").check()
    await asyncio.sleep(0.7)
    await page.get_by_test_id("recording-yes").click()


async def stage(page: Page, name: str) -> None:
    """A page shows that it has come to this."""
    strip = page.locator(f'[data-testid="recording"][data-stage="{name}"]')
    await expect(strip).to_be_visible(timeout=PATIENCE_MS)


async def stop(hour: Hour) -> None:
    """The counsellor stops it, and then the hour."""
    page = hour.counsellor.page
    await page.get_by_test_id("stop_recording").click()
    await expect(hour.client.page.get_by_test_id("recording-note")).to_be_visible()
    await page.get_by_test_id("recording-note-close").click()
    await page.get_by_test_id("end-session").click()
    await page.get_by_test_id("end-confirm").click()
    await expect(page.get_by_test_id("recording-row")).to_be_visible(timeout=PATIENCE_MS)


async def files(hour: Hour) -> list[tuple[dict[str, Any], bytes]]:
    """The recording's files as the counsellor's player is given them."""
    ask = hour.counsellor.context.request
    api = f"{hour.running.url}/api/v1/recordings"
    (seen,) = (await (await ask.get(api)).json())["items"]
    opened = await (await ask.get(f"{api}/{seen['id']}")).json()
    found = []
    for file in opened["files"]:
        answer = await ask.get(f"{api}/{seen['id']}/files/{file['number']}", timeout=PATIENCE_MS)
        assert answer.status == 200, answer.status
        found.append((file, await answer.body()))
    return found


async def told(folder: Path) -> dict[str, float]:
    """When the audit says that each turn was, by the wall's clock, once the gateway is gone."""
    stores = await open_stores(Storage(folder=str(folder / "kept")), str(sealed(folder)))
    try:
        found: dict[str, float] = {}
        people = stores.accounts.stores.people
        for clinic, _ in await people.clinics(round(time.time() * 1000)):
            async for page in pages(stores.data, clinic):
                found |= {row.action: row.at / 1000 for row in page if "rec." in row.action}
        return found
    finally:
        await stores.close()

"""One gateway for all tests, a session of its own for each, and people in browsers of their own.

All end-to-end tests and their fixtures run in one event loop, for what is shared lives in it:
an async fixture here must say ``loop_scope="session"``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.test_hour import Hour
from tests.support.browsers import PHONE, person, pool
from tests.support.clinic import SETTINGS, SIGNING_KEYS, Clinic
from tests.support.gateway import Begun, Gateway, begin, end, gateway

SCREENSHOTS = Path(__file__).parent / "screenshots"
# What is waited for is asserted, not how long it took: two calls at a time fill two cores.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(180))
            if pytest_asyncio.is_async_test(item):
                # First: the plugin has put its own, with the loop of one test, before it.
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def browsers() -> AsyncIterator[None]:
    """Chromium processes that go on from one person to the next."""
    async with pool():
        yield


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def nothing_goes_on(browsers: None) -> AsyncIterator[None]:
    """What a test that ran out of time has left running ends with it, not in the next one."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared() -> AsyncIterator[Gateway]:
    """A gateway that a clinic may make sessions on."""
    keys = json.dumps(SIGNING_KEYS)
    async with gateway(**SETTINGS, SIGNING_KEYS=keys) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def running(shared: Gateway) -> AsyncIterator[Gateway]:
    """The gateway, with the links of a session that is this test's alone."""
    assert shared.process.returncode is None, shared.output
    said = len(shared.output)
    clinic = Clinic(shared.url)
    session = await clinic.session()
    yield Gateway(
        shared.process,
        {**shared.links, **await clinic.links(session)},
        shared.url,
        shared.output,
    )
    await clinic.call("DELETE", f"/api/v1/sessions/{session}")
    leaked = [line for line in shared.output[said:] if "Traceback" in line]
    assert not leaked, shared.output[said:]


class Spare:
    """The lasting gateway of the next test, which starts while this one waits for its browsers."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._begun: Begun | None = None

    async def take(self) -> Begun:
        """The one that has begun, or another."""
        begun, self._begun = self._begun, None
        return begun or await self._begin()

    async def prepare(self) -> None:
        """Let one begin."""
        self._begun = await self._begin()

    async def stop(self) -> None:
        """Nobody wants it."""
        if self._begun is not None:
            await end(self._begun.process)

    async def _begin(self) -> Begun:
        folder = self._folders.mktemp("kept")
        return await begin(STORAGE__FOLDER=str(folder), REMINDERS__TO_FOLDER="1")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def spare(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Spare]:
    made = Spare(tmp_path_factory)
    yield made
    await made.stop()


def next_wants(request: pytest.FixtureRequest, name: str) -> bool:
    """Whether the very next test uses this fixture: what waits longer grows old."""
    items = request.session.items
    after = items[items.index(request.node) + 1 :]
    return bool(after) and name in getattr(after[0], "fixturenames", ())


@pytest_asyncio.fixture(loop_scope="session")
async def between(spare: Spare, request: pytest.FixtureRequest) -> AsyncIterator[Hour]:
    """A clinic that lasts, and two browsers that know nothing yet."""
    async with AsyncExitStack() as stack:
        begun = await spare.take()
        running = await stack.enter_async_context(gateway(begun=begun))
        if next_wants(request, "between"):
            await spare.prepare()
        counsellor = await stack.enter_async_context(person())
        client = await stack.enter_async_context(person(viewport=PHONE))
        ports = (begun.port, begun.media_port)
        yield Hour(stack, running, counsellor, client, begun.settings, ports)
        for each in (counsellor, client):
            assert not each.foreign


@pytest.fixture
def screenshots() -> Path:
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS

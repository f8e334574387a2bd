"""A database for each test, of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from signaling.storage.database import Database
from tests.support.databases import KINDS, Urls, shaped_urls


@pytest.fixture(params=KINDS)
async def where(request: pytest.FixtureRequest, tmp_path: Path) -> Urls:
    return await shaped_urls(request.param, tmp_path)


@pytest.fixture
async def keys(where: Urls) -> AsyncIterator[Database]:
    database = Database(where.keys)
    yield database
    await database.stop()


@pytest.fixture
async def data(where: Urls) -> AsyncIterator[Database]:
    database = Database(where.data)
    yield database
    await database.stop()

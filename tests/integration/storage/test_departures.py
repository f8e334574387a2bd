"""Who was put out elsewhere is told of once."""

from __future__ import annotations

from uuid import UUID

import pytest

from signaling.departures import OVERLAP_MS, Departures
from signaling.storage.database import Database
from tests.integration.storage.house import T0, House, house


@pytest.fixture
async def here(data: Database, keys: Database) -> House:
    return house(data, keys)


async def test_each_is_told_of_once(here: House) -> None:
    clinic = await here.clinic()
    before, first, second = [await here.client(clinic, f"+86 1380000000{n}") for n in range(3)]
    people = here.stores.people
    await people.end(before, None, T0 - 3 * OVERLAP_MS)
    told: list[UUID] = []
    departures = Departures(people, told.append, lambda: T0 / 1000)
    await departures.look()
    assert told == []
    await people.end(first, None, T0 + 5)
    for _ in range(2):
        await departures.look()
    assert told == [first]
    await people.end(second, None, T0 + 4)  # by a clock that goes a little after
    for _ in range(2):
        await departures.look()
    assert told == [first, second]

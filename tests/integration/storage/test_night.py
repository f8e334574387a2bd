"""What is done without anybody asking."""

from __future__ import annotations

import asyncio

import pytest

from signaling.domain.booking import MINUTE_MS
from signaling.domain.life import Outcome, Stage
from signaling.night import DAY_KEPT_MS, OVERDUE_MS, Night
from signaling.storage.database import Database, StorageAway
from signaling.storage.session_store import Wanted
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import TODAY

OVER = T0 + 50 * MINUTE_MS


@pytest.fixture
async def here(data: Database, keys: Database) -> House:
    return house(data, keys)


async def test_what_was_given_for_a_day_is_forgotten_a_day_later(here: House) -> None:
    clinic = await here.clinic()
    counsellor, client = await here.staff(clinic), await here.client(clinic)
    made = await here.sessions.book(Wanted(counsellor, client, T0, 50), counsellor, T0)
    await here.days.set_today(made.id, TODAY, client, T0)
    now = [OVER + DAY_KEPT_MS]
    night = Night(
        here.journal, here.sessions, here.days, here.notes, here.threads, lambda: now[0] / 1000
    )
    await night.look()
    assert await here.days.today(made.id, now[0]) == TODAY
    now[0] += 1000
    await night.look()
    assert await here.days.today(made.id, now[0]) is None
    signed, _ = await here.journal.days.good(clinic, now[0])
    assert len(signed) == 1
    assert (await here.journal.verify(clinic, now[0]))[1] is None


async def test_an_hour_that_nobody_ended_is_over_at_last(here: House) -> None:
    clinic = await here.clinic()
    counsellor, client = await here.staff(clinic), await here.client(clinic)
    made = await here.sessions.book(Wanted(counsellor, client, T0, 50), counsellor, T0)
    now = [OVER + OVERDUE_MS]
    night = Night(
        here.journal, here.sessions, here.days, here.notes, here.threads, lambda: now[0] / 1000
    )
    await night.look()
    assert (await here.sessions.get(made.id)).life.stage is Stage.BOOKED
    now[0] += 1
    await night.look()
    over = (await here.sessions.get(made.id)).life
    assert (over.stage, over.outcome) == (Stage.ENDED, Outcome.MISSED)


async def test_it_looks_at_once_and_outlives_a_database_that_is_away(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = asyncio.Event()

    async def away(_at: int) -> int:
        looked.set()
        raise StorageAway

    monkeypatch.setattr(here.journal.days, "sign", away)
    night = Night(here.journal, here.sessions, here.days, here.notes, here.threads)
    night.start()
    await asyncio.wait_for(looked.wait(), 5)
    await asyncio.sleep(0)
    assert "night" in {task.get_name() for task in asyncio.all_tasks()}
    await night.stop()
    assert "night" not in {task.get_name() for task in asyncio.all_tasks()}

"""Signed days: they hold while the chain is the one that was signed, and show when it is not."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text

from signaling.audit_chain import Fault
from signaling.keys.kinds import Kind
from signaling.storage.audit_days import DAY_MS, MACHINE, is_signed, key_id
from signaling.storage.database import Database
from signaling.storage.journal import Entry
from tests.integration.storage.house import T0, House, house

NIGHT = T0 - T0 % DAY_MS + DAY_MS


@pytest.fixture
async def here(data: Database, keys: Database) -> House:
    return house(data, keys)


async def fault(here: House, clinic: UUID) -> Fault | None:
    found = (await here.journal.verify(clinic, NIGHT))[1]
    return None if found is None else found.fault


async def test_a_day_is_signed_once_when_it_is_over(here: House) -> None:
    clinic = await here.clinic()
    days = here.journal.days
    assert await days.sign(T0) == 0  # it goes on
    assert await days.sign(NIGHT) == 1
    assert await days.sign(NIGHT + 5) == 0
    await here.journal.note(Entry(clinic, None, "later", None, NIGHT + 6))
    assert await days.sign(NIGHT + DAY_MS) == 1
    (first, second), forged = await days.good(clinic, NIGHT)
    assert (first.head.seq, second.head.seq, forged) == (1, 2, [])
    assert first.day < second.day
    assert await fault(here, clinic) is None


async def test_anybody_can_check_with_the_public_key(here: House) -> None:
    clinic = await here.clinic()
    await here.journal.days.sign(NIGHT)
    (day,), _ = await here.journal.days.good(clinic, NIGHT)
    public = Ed25519PublicKey.from_public_bytes(await here.journal.days.public_key(NIGHT))
    assert day.key_id == key_id(public)
    assert is_signed(clinic, day, public)
    assert not is_signed(UUID(int=1), day, public)
    assert not is_signed(clinic, replace(day, day="2001-01-01"), public)
    assert not is_signed(clinic, replace(day, key_id="other"), public)
    assert not is_signed(clinic, replace(day, signature=bytes(64)), public)


async def test_what_an_older_key_signed_holds(here: House) -> None:
    clinic = await here.clinic()
    await here.journal.days.sign(NIGHT)
    await here.keyring.rotate(Kind.SIGNING, MACHINE, MACHINE, NIGHT)
    await here.journal.note(Entry(clinic, None, "later", None, NIGHT + 6))
    assert await here.journal.days.sign(NIGHT + DAY_MS) == 1
    signed, forged = await here.journal.days.good(clinic, NIGHT)
    assert (len({day.key_id for day in signed}), forged) == (2, [])
    assert await fault(here, clinic) is None


async def test_a_day_that_somebody_else_signed_shows(here: House, data: Database) -> None:
    clinic = await here.clinic()
    await here.journal.days.sign(NIGHT)
    async with data.write() as changing:
        await changing.execute(text("UPDATE audit_day SET day = '2001-01-01'"))
    assert await fault(here, clinic) is Fault.FORGED


async def test_a_chain_that_was_cut_behind_a_signed_day_shows(here: House, data: Database) -> None:
    clinic = await here.clinic()
    await here.client(clinic)
    await here.journal.days.sign(NIGHT)
    async with data.write() as changing:
        await changing.execute(text("DELETE FROM audit_event WHERE seq = 2"))
        await changing.execute(
            text(
                "UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit_event WHERE seq = 1)"
            )
        )
    assert await fault(here, clinic) is Fault.CUT

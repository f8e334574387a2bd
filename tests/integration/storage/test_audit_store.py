"""The audit in a real database: in step with what it tells of, whole, and tampering shows."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from signaling.audit_chain import AuditRow, Fault, Found, Head, Verifier
from signaling.storage.audit_store import (
    append,
    head_of,
    pages,
    sign_day,
    signed_days,
    tenants,
)
from signaling.storage.database import Database

KEY = b"k" * 32
HERE, THERE = uuid4(), uuid4()


def row(tenant: UUID = HERE, number: int = 1) -> AuditRow:
    return AuditRow(
        tenant, 0, 1_700_000_000_000 + number, uuid4(), "person.read", uuid4(), "done",
        b"sealed", b"", b"", b"",
    )  # fmt: skip


async def add(data: Database, *rows: AuditRow) -> None:
    for each in rows:
        async with data.write() as connection:
            await append(connection, each, KEY)


async def look(data: Database, tenant: UUID = HERE) -> Found | None:
    verifier = Verifier()
    async for page in pages(data, tenant):
        verifier.take(page, KEY)
    async with data.read() as connection:
        return verifier.end(await head_of(connection, tenant))


async def test_rows_come_back_as_they_were_each_clinics_by_itself(data: Database) -> None:
    await add(data, row(), row(THERE), row(number=2))
    assert {*await tenants(data)} == {HERE, THERE}
    found = [each async for page in pages(data, HERE) for each in page]
    assert [each.seq for each in found] == [1, 2]
    assert await look(data, HERE) is await look(data, THERE) is None
    assert await look(data, uuid4()) is None


async def test_those_who_add_at_once_take_turns(data: Database) -> None:
    await asyncio.gather(*(add(data, row(number=n)) for n in range(20)))
    assert await look(data) is None
    async with data.read() as connection:
        assert (await head_of(connection, HERE)).seq == 20


async def test_what_did_not_happen_is_not_told_of(data: Database) -> None:
    await add(data, row())
    with pytest.raises(RuntimeError, match="broke"):
        async with data.write() as connection:
            await append(connection, row(number=2), KEY)
            raise RuntimeError("broke")
    async with data.read() as connection:
        assert (await head_of(connection, HERE)).seq == 1
    assert await look(data) is None


@pytest.mark.parametrize(
    ("statement", "fault", "seq"),
    [
        ("UPDATE audit_event SET at = at + 1 WHERE seq = 2", Fault.CHANGED, 2),
        ("UPDATE audit_event SET result = 'refused' WHERE seq = 3", Fault.CHANGED, 3),
        ("DELETE FROM audit_event WHERE seq = 2", Fault.MISSING, 3),
        ("DELETE FROM audit_event WHERE seq = 5", Fault.CUT, 4),
        ("UPDATE audit_head SET seq = 4", Fault.CUT, 5),
    ],
)
async def test_tampering_shows(data: Database, statement: str, fault: Fault, seq: int) -> None:
    await add(data, *(row(number=n) for n in range(5)))
    async with data.write() as connection:
        await connection.execute(text(statement))
    assert await look(data) == Found(fault, seq)


async def test_a_signed_day_is_signed_once(data: Database) -> None:
    head = Head(3, b"h" * 32)
    for signature in (b"first", b"second"):
        async with data.write() as connection:
            await sign_day(connection, HERE, "2026-11-26", head, "k1", signature)
    async with data.read() as connection:
        assert await signed_days(connection, HERE) == [("2026-11-26", head, "k1", b"first")]
        assert await signed_days(connection, THERE) == []

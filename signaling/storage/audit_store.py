"""The audit in its database: added to in the transaction of what it tells of, read in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.audit_chain import AuditRow, Head, follow
from signaling.storage.audit_tables import AUDIT_DAY, AUDIT_EVENT, AUDIT_HEAD
from signaling.storage.database import Database

PAGE: Final = 1_000
_OF: Final = bindparam("of", type_=AUDIT_HEAD.c.tenant.type)
_HOLD: Final = select(AUDIT_HEAD).where(AUDIT_HEAD.c.tenant == _OF).with_for_update()
_ADD: Final = insert(AUDIT_EVENT)
_MOVE: Final = update(AUDIT_HEAD).where(AUDIT_HEAD.c.tenant == _OF)
"""Asked for each row; made once."""


async def append(connection: AsyncConnection, row: AuditRow, mac_key: bytes) -> AuditRow:
    """Add a row at the end of its clinic's chain, within a write transaction."""
    held = await _hold(connection, row.tenant)
    if held is None:
        start = {"tenant": row.tenant, "seq": Head().seq, "hash": Head().hash}
        await _put_if_absent(connection, AUDIT_HEAD, start)
        held = await _hold(connection, row.tenant)
        assert held is not None
    added = follow(held, row, mac_key)
    await connection.execute(_ADD, _values(added))
    moved = {"of": row.tenant, "seq": added.seq, "hash": added.hash}
    await connection.execute(_MOVE, moved)
    return added


async def _hold(connection: AsyncConnection, tenant: UUID) -> Head | None:
    """Where a clinic's chain ends; nobody else adds to it before this transaction is over."""
    row = (await connection.execute(_HOLD, {"of": tenant})).one_or_none()
    return None if row is None else Head(row.seq, row.hash)


async def head_of(connection: AsyncConnection, tenant: UUID) -> Head:
    """Return where a clinic's chain ends."""
    found = await connection.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.tenant == tenant))
    row = found.one_or_none()
    return Head() if row is None else Head(row.seq, row.hash)


async def last_before(connection: AsyncConnection, tenant: UUID, at: int) -> Head:
    """Return the last row of a clinic that is older than ``at``."""
    query = (
        select(AUDIT_EVENT.c.seq, AUDIT_EVENT.c.hash)
        .where(AUDIT_EVENT.c.tenant == tenant, AUDIT_EVENT.c.at < at)
        .order_by(AUDIT_EVENT.c.seq.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return Head() if row is None else Head(row.seq, row.hash)


async def tenants(database: Database) -> list[UUID]:
    """Return whose chains there are."""
    async with database.read() as connection:
        found = await connection.execute(select(AUDIT_HEAD.c.tenant))
        return list(found.scalars())


async def pages(database: Database, tenant: UUID) -> AsyncIterator[list[AuditRow]]:
    """Yield a clinic's rows, oldest first, a page at a time, each in a transaction of its own."""
    last = 0
    while True:
        query = (
            select(AUDIT_EVENT)
            .where(AUDIT_EVENT.c.tenant == tenant, AUDIT_EVENT.c.seq > last)
            .order_by(AUDIT_EVENT.c.seq)
            .limit(PAGE)
        )
        async with database.read() as connection:
            rows = [_row(each) for each in await connection.execute(query)]
        if not rows:
            return
        yield rows
        last = rows[-1].seq


async def page_of(
    database: Database, tenant: UUID, after: int, about: UUID | None, action: str
) -> list[AuditRow]:
    """Return at most :data:`PAGE` rows after one, oldest first.

    ``about`` keeps those about one person or session, ``action`` those that begin so.
    """
    query = select(AUDIT_EVENT).where(AUDIT_EVENT.c.tenant == tenant, AUDIT_EVENT.c.seq > after)
    if about is not None:
        query = query.where(AUDIT_EVENT.c.object == about)
    if action:
        query = query.where(AUDIT_EVENT.c.action.startswith(action, autoescape=True))
    async with database.read() as connection:
        found = await connection.execute(query.order_by(AUDIT_EVENT.c.seq).limit(PAGE))
        return [_row(each) for each in found]


async def sign_day(
    connection: AsyncConnection, tenant: UUID, day: str, head: Head, key_id: str, signature: bytes
) -> None:
    """Keep a day's signed head. A day that has one keeps it."""
    values = {
        "tenant": tenant, "day": day, "seq": head.seq, "hash": head.hash,
        "key_id": key_id, "signature": signature,
    }  # fmt: skip
    await _put_if_absent(connection, AUDIT_DAY, values)


async def signed_days(
    connection: AsyncConnection, tenant: UUID
) -> list[tuple[str, Head, str, bytes]]:
    """Return a clinic's signed days: (day, its head, the key's id, the signature), in order."""
    found = await connection.execute(
        select(AUDIT_DAY).where(AUDIT_DAY.c.tenant == tenant).order_by(AUDIT_DAY.c.day)
    )
    return [(row.day, Head(row.seq, row.hash), row.key_id, row.signature) for row in found]


async def _put_if_absent(connection: AsyncConnection, table: Table, values: dict[str, Any]) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(postgresql.insert(table).values(**values).on_conflict_do_nothing())
    else:
        await connection.execute(sqlite.insert(table).values(**values).on_conflict_do_nothing())


def _values(row: AuditRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AuditRow.__slots__}


def _row(found: Row[Any]) -> AuditRow:
    return AuditRow(**found._asdict())

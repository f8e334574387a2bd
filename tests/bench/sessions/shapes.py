"""Migrations down and up, one step at a time, with data in every table."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, MetaData, select

from signaling.config import Storage
from signaling.storage.database import Database
from signaling.storage.migrate import HEAD, Line, downgrade, revisions, upgrade
from signaling.stores import open_stores
from tests.bench.sessions.place import now_ms
from tests.bench.sessions.secrets_kept import fill

Rows = dict[str, list[dict[str, Any]]]
ALEMBICS_OWN: Final = "alembic_version"


async def walk(storage: Storage) -> dict[str, int]:
    """Fill both databases, take each down and up again; returns counts of what went wrong."""
    stores = await open_stores(storage)
    clinic, _ = await fill(stores)
    await stores.close()
    found = {"steps": 0, "rows": 0, "changed": 0}
    for line, url in ((Line.DATA, storage.data), (Line.KEYS, storage.keys)):
        database = Database(url)
        try:
            await _walk_one(database, line, found)
        finally:
            await database.stop()
    stores = await open_stores(storage)
    try:
        _, fault = await stores.journal.verify(clinic, now_ms())
        _, bad = await stores.keyring.check(now_ms())
    finally:
        await stores.close()
    return found | {"chain": int(fault is not None), "bad": bad}


async def _walk_one(database: Database, line: Line, found: dict[str, int]) -> None:
    first, *later = revisions(line)
    before = await database.run_sync(_everything)
    found["rows"] += sum(map(len, before.values()))
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    for to in reversed([first, *later[:-1]]):
        await downgrade(database, line, to)
        found["steps"] += 1
        found["changed"] += _changed(before, await database.run_sync(_everything))
    for to in (*later, HEAD):
        await upgrade(database, line, to)
        found["steps"] += 1
        found["changed"] += _changed(before, await database.run_sync(_everything))


def _everything(connection: Connection) -> Rows:
    shape = MetaData()
    shape.reflect(connection)
    return {
        name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for name, table in shape.tables.items()
        if name != ALEMBICS_OWN
    }


def _changed(before: Rows, now: Rows) -> int:
    """Count the rows that are not as they were; what a shape does not have is not missed.

    A table that was gone for a while is empty, and a column that was has nothing in it.
    """
    changed = 0
    for name, rows in now.items():
        kept = [{key: row[key] for key in row if row[key] is not None} for row in rows]
        had = [list(row.items()) for row in before[name]]
        changed += sum(not any(row.items() <= dict(each).items() for each in had) for row in kept)
        changed += len(rows) not in (0, len(before[name]))
    return changed

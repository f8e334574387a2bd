"""A database that is not there, and one whose transaction breaks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from signaling.storage.database import Database, StorageAway


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("url", ["sqlite:///{}/none/data.db", "postgresql://u@/d?host={}/none"])
async def test_one_that_is_not_there_is_away(tmp_path: Path, url: str, *, writes: bool) -> None:
    database = Database(url.format(tmp_path))
    with pytest.raises(StorageAway):
        async with database.write() if writes else database.read():
            pass
    await database.stop()


async def test_no_thread_is_left_of_a_connection_that_failed(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    database = Database(f"sqlite:///{tmp_path}/none/data.db")
    for _ in range(20):
        with pytest.raises(StorageAway):
            async with database.read():
                pass
    await database.stop()
    left = set(threading.enumerate()) - before
    assert not [one for one in left if "connection_worker" in one.name]


async def test_what_broke_has_not_happened(keys: Database) -> None:
    async with keys.write() as connection:
        await connection.execute(text("CREATE TABLE one (x INTEGER)"))
    with pytest.raises(RuntimeError, match="broke"):
        async with keys.write() as connection:
            await connection.execute(text("INSERT INTO one VALUES (1)"))
            raise RuntimeError("broke")
    async with keys.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM one"))).scalar() == 0


def _allow_few_pages(connection: Any, _record: Any) -> None:
    """What SQLite says then is what it says of a disk: "database or disk is full"."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA max_page_count = 8")
    cursor.close()


async def test_a_full_disk_is_away_and_breaks_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/data.db")
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE one (x BLOB)"))
    await database.stop()
    database = Database(f"sqlite:///{tmp_path}/data.db")
    event.listen(database._engine.sync_engine, "connect", _allow_few_pages)
    full = 0
    for _ in range(8):
        try:
            async with database.write() as connection:
                await connection.execute(text("INSERT INTO one VALUES (zeroblob(9000))"))
        except StorageAway:
            full += 1
    assert 0 < full < 8
    async with database.read() as connection:
        kept = (await connection.execute(text("SELECT count(*) FROM one"))).scalar()
        assert kept == 8 - full
        assert (await connection.execute(text("PRAGMA integrity_check"))).scalar() == "ok"
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM one"))
        await connection.execute(text("INSERT INTO one VALUES (zeroblob(100))"))
    await database.stop()


async def test_one_that_stalls_is_away_and_goes_on_afterwards(
    keys: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with keys.write() as connection:
        await connection.execute(text("CREATE TABLE one (x INTEGER)"))
        await connection.execute(text("INSERT INTO one VALUES (1)"))
    monkeypatch.setattr("signaling.storage.database.PATIENCE_S", 0.4)
    change = text("UPDATE one SET x = x + 1")
    async with keys._writes.begin() as other:
        await other.execute(text("UPDATE one SET x = 5"))
        with pytest.raises(StorageAway):
            async with keys.write() as connection:
                await connection.execute(change)
        async with keys.read() as connection:
            assert (await connection.execute(text("SELECT x FROM one"))).scalar() == 1
    monkeypatch.undo()
    async with keys.write() as connection:
        await connection.execute(change)
    async with keys.read() as connection:
        assert (await connection.execute(text("SELECT x FROM one"))).scalar() == 6


def test_no_other_kind_is_taken() -> None:
    with pytest.raises(ValueError, match="sqlite or postgresql"):
        Database("mysql://u@h/d")

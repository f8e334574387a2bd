"""A database that is not there, and one whose transaction breaks."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

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


def test_no_other_kind_is_taken() -> None:
    with pytest.raises(ValueError, match="sqlite or postgresql"):
        Database("mysql://u@h/d")

"""Migrations up and down, on both databases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, inspect, text

from signaling.config import Storage
from signaling.domain.thread import Kind, file_ident
from signaling.keys import master
from signaling.storage.audit_tables import DATA_METADATA
from signaling.storage.change_store import LineSaid, Moment
from signaling.storage.database import Database
from signaling.storage.file_store import File
from signaling.storage.key_tables import KEY_METADATA
from signaling.storage.migrate import NOTHING, Line, ShapeError, downgrade, revisions, upgrade
from signaling.storage.session_store import Wanted
from signaling.storage.thread_jobs import Written
from tests.bench.sessions.shapes import walk
from tests.integration.storage.house import T0, house
from tests.support.databases import KINDS, Urls, urls

SHAPES = {Line.KEYS: KEY_METADATA, Line.DATA: DATA_METADATA}


@pytest.fixture(params=KINDS)
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Urls:
    return await urls(request.param, tmp_path)


def url(empty: Urls, line: Line) -> str:
    return empty.keys if line is Line.KEYS else empty.data


async def names(database: Database) -> set[str]:
    return set(
        await database.run_sync(lambda connection: inspect(connection).get_table_names())
    ) - {"alembic_version"}


@pytest.mark.parametrize("line", Line)
async def test_up_down_and_up_again(empty: Urls, line: Line) -> None:
    database = Database(url(empty, line))
    for _ in range(2):
        await upgrade(database, line)
        await upgrade(database, line)
        assert await names(database) == set(SHAPES[line].tables)
        await downgrade(database, line, NOTHING)
        assert await names(database) == set()
    await database.stop()


@pytest.mark.parametrize("line", Line)
async def test_the_tables_are_those_the_code_knows(empty: Urls, line: Line) -> None:
    """A column that only the migration has, or only the code, is found by Alembic itself."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    database = Database(url(empty, line))
    await upgrade(database, line)

    def job(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SHAPES[line]))

    assert await database.run_sync(job) == []
    await database.stop()


@pytest.mark.parametrize("kind", KINDS)
async def test_down_and_up_with_data_in_it(kind: str, tmp_path: Path) -> None:
    given = await urls(kind, tmp_path)
    key = tmp_path / "master.key"
    master.put_first(key, master.new_line())
    found = await walk(
        Storage(folder=str(tmp_path), data=given.data, keys=given.keys, master_key_file=str(key))
    )
    assert found["rows"] > 20
    assert found["steps"] >= 2 * (len(revisions(Line.DATA)) - 1)
    assert (found["changed"], found["chain"], found["bad"]) == (0, 0, 0)


async def test_an_hour_outlives_the_way_down_and_up_and_what_is_newer_does_not(
    data: Database, keys: Database
) -> None:
    here = house(data, keys)
    clinic = await here.clinic()
    counsellor, client = await here.staff(clinic), await here.client(clinic)
    made = await here.sessions.book(Wanted(counsellor, client, T0, 50), counsellor, T0)
    await here.changes.rate(made.id, Moment.AFTER, 6, T0)
    await here.changes.rate_line(made.id, LineSaid.CUT, T0)
    await here.notes.write(made.id, "Her sister drives over", counsellor, T0)
    await downgrade(data, Line.DATA, "0005")
    await upgrade(data, Line.DATA)
    assert await here.sessions.get(made.id) == made
    kept = (await here.changes.of(client, T0))[made.id]
    assert (kept.moods, kept.said) == ({Moment.AFTER: 6}, None)
    assert await here.notes.read(made.id, T0) is None


async def test_messages_outlive_the_way_down_to_before_files_and_up(
    data: Database, keys: Database
) -> None:
    here = house(data, keys)
    clinic = await here.clinic()
    counsellor, client = await here.staff(clinic), await here.client(clinic)
    head = await here.threads.open(clinic, counsellor, client, client, T0)
    file = File(uuid4(), head.id, client, Kind.FILE, 5, 0, T0, None, "seeded.txt")
    for made in (file, replace(file, id=uuid4())):
        await here.files.begin(made, head)
        await here.files.add(made, head, 0, b"hello", T0)
        await here.files.put(made, head, "{}", b"hello", T0)
    said = Written(head.id, client, None, file_ident(file.id), Kind.FILE, "{}", T0)
    await here.writer.write(said)
    await downgrade(data, Line.DATA, "0011")
    assert not {"file", "file_piece"} & await names(data)
    await upgrade(data, Line.DATA)
    (kept,) = await here.threads.since(head.id, 0, T0)
    assert (kept.id, kept.kind, kept.body) == (file_ident(file.id), Kind.FILE, "{}")
    assert await here.files.find(file.id, T0) is None
    await here.files.begin(file, head)
    assert await here.files.find(file.id, T0) == file
    await here.writer.stop()


async def test_a_later_versions_database_is_left_alone(empty: Urls) -> None:
    database = Database(empty.keys)
    await upgrade(database, Line.KEYS)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ShapeError, match="later version"):
        await upgrade(database, Line.KEYS)
    assert "key" in await names(database)
    await database.stop()


async def test_a_thread_outlives_the_way_down_to_before_clients_chose_what_stays(
    data: Database, keys: Database
) -> None:
    here = house(data, keys)
    clinic = await here.clinic()
    counsellor, client = await here.staff(clinic), await here.client(clinic)
    head = await here.threads.open(clinic, counsellor, client, client, T0)
    await here.threads.keep_change_for(head.id, 30, client, T0)
    await here.threads.keep_for(head.id, 90, client, T0)
    await downgrade(data, Line.DATA, "0012")
    await upgrade(data, Line.DATA)
    kept = await here.threads.get(head.id)
    assert (kept.keep_days, kept.change_days) == (90, None)

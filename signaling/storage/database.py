"""One database: how it is reached, how a transaction runs, and what happens when it is away.

Rule 1: every change is done in a transaction, and what is promised to a person is promised after
its commit. On SQLite a commit is synced to the disk (``synchronous=FULL``); writers take turns, so
that none fails because another was quicker.
Rule 2: nobody waits longer than :data:`PATIENCE_S` for a database: :class:`StorageAway` then.
Rule 3: on SQLite deleted rows are overwritten (``secure_delete``), and the journal is brought into
the file and emptied every :data:`CHECKPOINT_S`, so that nothing stays in it that was erased.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import weakref
from collections.abc import AsyncIterator
from typing import Any, Final

import aiosqlite
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

PATIENCE_S: Final = 5.0
CHECKPOINT_S: Final = 30.0
BUSY_MS: Final = 4_000
POOL: Final = 8
DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
AWAY: Final = (OperationalError, InterfaceError, PoolTimeout, TimeoutError, OSError)


class StorageAway(Exception):
    """The database does not answer, or has no room. What was asked was not done."""


class Database:
    """One database by its address (``sqlite:///…`` or ``postgresql://…``)."""

    def __init__(self, url: str) -> None:
        given = make_url(url)
        self.dialect = given.get_backend_name()
        if self.dialect not in DRIVERS:
            raise ValueError("a database is sqlite or postgresql")
        self._engine = _engine(given.set(drivername=DRIVERS[self.dialect]).render_as_string(
            hide_password=False
        ), self.dialect)  # fmt: skip
        self._writes = self._engine.execution_options(quietroom_writes=True)
        if self.dialect == "postgresql":
            self._writes = self._writes.execution_options(isolation_level="READ COMMITTED")
        self._turn = asyncio.Semaphore(1 if self.dialect == "sqlite" else POOL)
        self._sweeper: asyncio.Task[None] | None = None
        self._threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        if self.dialect == "sqlite":
            event.listen(self._engine.sync_engine, "do_connect", self._open_sqlite)

    def start(self) -> None:
        """Begin to look after the journal."""
        if self.dialect == "sqlite":
            self._sweeper = asyncio.get_running_loop().create_task(self._sweep(), name="journal")

    async def stop(self) -> None:
        """Close every connection, and see the threads of SQLite end.

        A connection that failed or was left in its middle ends by itself, and its thread tells the
        event loop so: a loop closed before that would make a traceback of it.
        """
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
            with contextlib.suppress(StorageAway):
                await self.checkpoint()
        await self._engine.dispose()
        await asyncio.to_thread(_see_end, list(self._threads))

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that changes nothing. Raises :class:`StorageAway`.

        On SQLite all that is read is of one moment, on PostgreSQL each statement is.
        """
        async with _patiently(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at its end, undone when it raises.

        Raises :class:`StorageAway`: then nothing of it happened, or nobody was told that it did.
        """
        async with _patiently(), self._turn, self._writes.begin() as connection:
            yield connection

    async def run_sync(self, job: Any) -> Any:
        """Run what knows only plain connections (the migrations), in a transaction."""
        async with self._turn, self._writes.begin() as connection:
            return await connection.run_sync(job)

    async def checkpoint(self) -> None:
        """Bring the journal into the file and empty it. Raises :class:`StorageAway`."""
        if self.dialect != "sqlite":
            return
        async with _patiently(), self._turn, self._engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def _open_sqlite(self, *asked: Any) -> None:
        def create(*args: Any, **options: Any) -> aiosqlite.Connection:
            connection = aiosqlite.connect(*args, **options)
            # There is no public way to the thread; SQLAlchemy makes it a daemon the same way.
            thread = connection._thread  # noqa: SLF001
            thread.daemon = True
            self._threads.add(thread)
            return connection

        asked[-1]["async_creator_fn"] = create

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_S)
            with contextlib.suppress(StorageAway):
                await self.checkpoint()


@contextlib.asynccontextmanager
async def _patiently() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    except AWAY as error:
        raise StorageAway from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageAway from error
        raise


def _see_end(threads: list[threading.Thread]) -> None:
    until = time.monotonic() + PATIENCE_S
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, until - time.monotonic()))


def _engine(url: str, dialect: str) -> AsyncEngine:
    if dialect == "postgresql":
        # PostgreSQL reads each statement as of its own moment (READ COMMITTED) within a transaction
        # too: to begin and end one would be two more rounds to it, and as many where a connection
        # is looked at before it is used.
        return create_async_engine(
            url, isolation_level="AUTOCOMMIT",
            pool_size=POOL, max_overflow=0, pool_timeout=PATIENCE_S, pool_pre_ping=True,
            connect_args={"timeout": PATIENCE_S, "command_timeout": PATIENCE_S},
        )  # fmt: skip
    engine = create_async_engine(url, pool_size=POOL, max_overflow=0, pool_timeout=PATIENCE_S)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # We say BEGIN ourselves: the driver's own way begins too late to keep a read and the write that
    # follows from it together.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON",
        f"busy_timeout = {BUSY_MS}", "trusted_schema = OFF",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("quietroom_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

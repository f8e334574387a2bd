"""The tables of files and voice notes: that there is one is there to see, the rest is sealed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Uuid,
    delete,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.storage.audit_tables import DATA_METADATA

FILE: Final = Table(
    "file",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("thread", Uuid, ForeignKey("thread.id"), nullable=False),
    Column("author", Uuid, ForeignKey("person.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("ready_at", BigInteger, nullable=True),
    Column("told", LargeBinary, nullable=False),
    Index("file_by_thread", "thread", "ready_at"),
    Index("file_by_author", "author", "begun_at"),
)
"""``received`` of its ``bytes`` are here; at ``ready_at`` it was found to be what can be sent, and
from then on is as it is kept. ``told`` is what its author calls it, then what it is, sealed."""

FILE_PIECE: Final = Table(
    "file_piece",
    DATA_METADATA,
    Column("file", Uuid, ForeignKey("file.id"), primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""A file's bytes from ``at`` on, sealed."""


async def drop_files(changing: AsyncConnection, *which: ColumnElement[bool]) -> None:
    """Delete files and their bytes."""
    named = select(FILE.c.id).where(*which)
    await changing.execute(delete(FILE_PIECE).where(FILE_PIECE.c.file.in_(named)))
    await changing.execute(delete(FILE).where(*which))

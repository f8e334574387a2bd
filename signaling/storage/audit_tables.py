"""The tables of the audit: rows are added, and never changed or removed but by the age of years."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, String, Table, Uuid

DATA_METADATA: Final = MetaData()

AUDIT_EVENT: Final = Table(
    "audit_event",
    DATA_METADATA,
    Column("tenant", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Uuid, nullable=True),
    Column("action", String(64), nullable=False),
    Column("object", Uuid, nullable=True),
    Column("result", String(16), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("before", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Index("audit_by_object", "tenant", "object", "seq"),
)

AUDIT_HEAD: Final = Table(
    "audit_head",
    DATA_METADATA,
    Column("tenant", Uuid, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Where each chain ends. Whoever adds a row holds this one until the row is committed."""

AUDIT_DAY: Final = Table(
    "audit_day",
    DATA_METADATA,
    Column("tenant", Uuid, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""The last row of each day (UTC, as in 2026-11-30), signed."""

"""The tables of the key database, which is apart from the data and its long-lived back-ups."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, String, Table, Uuid

KEY_METADATA: Final = MetaData()

KEY: Final = Table(
    "key",
    KEY_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("parent", Uuid, nullable=True, index=True),
    Column("wrapped", LargeBinary, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger, nullable=True),
    Column("destroyed_at", BigInteger, nullable=True),
)
"""One key a row; ``wrapped`` is null once it is destroyed."""

CURRENT: Final = Index(
    "key_current",
    KEY.c.kind,
    KEY.c.subject,
    unique=True,
    sqlite_where=KEY.c.retired_at.is_(None),
    postgresql_where=KEY.c.retired_at.is_(None),
)
"""At most one key of a kind seals for a subject: two that make one at once get the same."""

"""The tables of reminders: how somebody wants to be reminded is sealed, what was given is ids."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
)

from signaling.storage.audit_tables import DATA_METADATA

REMINDER_WISH: Final = Table(
    "reminder_wish",
    DATA_METADATA,
    Column("person", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),
)
"""Who wants to be reminded. ``said`` is sealed under the client's own key."""

REMINDER: Final = Table(
    "reminder",
    DATA_METADATA,
    Column("session", Uuid, ForeignKey("session.id"), primary_key=True),
    Column("person", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("before", Integer, primary_key=True),
    Column("starts_at", BigInteger, primary_key=True),
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Index("reminder_by_turn", "state", "next_at"),
)
"""Each reminder once: who inserts the row gives it. ``starts_at`` is in it, so that an hour that
was moved is reminded of anew. ``state``: ``open`` until it was given, or given up (``done``)."""

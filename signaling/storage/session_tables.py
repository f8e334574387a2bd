"""The tables of booked hours: when and between whom; what people gave for them is sealed."""

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
    UniqueConstraint,
    Uuid,
)

from signaling.storage.audit_tables import DATA_METADATA

SESSION: Final = Table(
    "session",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("counsellor", Uuid, ForeignKey("person.id"), nullable=False),
    Column("client", Uuid, ForeignKey("person.id"), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("arrived_at", BigInteger, nullable=True),
    Column("admitted_at", BigInteger, nullable=True),
    Column("begun_at", BigInteger, nullable=True),
    Column("cut_at", BigInteger, nullable=True),
    Column("ended_at", BigInteger, nullable=True),
    Column("outcome", String(16), nullable=True),
    Column("late_minutes", Integer, nullable=False),
    Column("more_minutes", Integer, nullable=False),
    Column("today", LargeBinary, nullable=True),
    Column("today_at", BigInteger, nullable=True),
    Column("plan", LargeBinary, nullable=True),
    Column("line", LargeBinary, nullable=True),
    Column("line_said", LargeBinary, nullable=True),
    Column("safety_note", LargeBinary, nullable=True),
    Column("safety_note_at", BigInteger, nullable=True),
    Index("session_by_counsellor", "counsellor", "starts_at"),
    Index("session_by_client", "client", "starts_at"),
    Index("session_by_clinic", "clinic", "starts_at"),
)
"""A booked hour and its life (:mod:`signaling.domain.life`). ``today`` and ``plan`` are sealed
under the session's key, which is destroyed a day after it; ``line``, what it did, and
``line_said``, how the client found it, under that of what stays of it; ``safety_note`` under one of
its own, which there is while ``safety_note_at``, when it was last written or deleted, says so."""

MOOD: Final = Table(
    "mood",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("session", Uuid, ForeignKey("session.id"), nullable=False),
    Column("client", Uuid, ForeignKey("person.id"), nullable=False),
    Column("moment", String(8), nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("session", "moment", name="mood_of_session"),
    Index("mood_by_client", "client"),
)
"""How a client felt ``before`` and ``after``, in their own measure; sealed with the line."""

"""The tables of hours that two people agree on by messages: ids and times, nothing of a person."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, Uuid

from signaling.storage.audit_tables import DATA_METADATA

WORKING_TIMES: Final = Table(
    "working_times",
    DATA_METADATA,
    Column("counsellor", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("said", Text, nullable=False),
)
"""When a counsellor works (:class:`signaling.working_times.WorkingTimes`), as JSON."""

BOOKING: Final = Table(
    "booking",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("thread", Uuid, ForeignKey("thread.id"), nullable=False),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("counsellor", Uuid, ForeignKey("person.id"), nullable=False),
    Column("client", Uuid, ForeignKey("person.id"), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("named_at", BigInteger, nullable=True),
    Column("named_minutes", Integer, nullable=True),
    Column("agreed_at", BigInteger, nullable=True),
    Column("agreed_minutes", Integer, nullable=True),
    Column("end", String(16), nullable=True),
    Column("session", Uuid, ForeignKey("session.id"), nullable=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("act", String(16), nullable=False),
    Column("actor", Uuid, ForeignKey("person.id"), nullable=True),
    Index("booking_by_thread", "thread"),
    Index("booking_by_counsellor", "counsellor", "named_at"),
    Index("booking_by_client", "client", "named_at"),
    Index("booking_by_session", "session", unique=True),
    Index("booking_by_asking", "stage", "asked_at"),
)
"""How far two people have come (:class:`signaling.domain.booking.Booking`). ``session`` is the hour
it led to. ``asked_at`` is when the last act was, ``act`` and ``actor`` which and whose: the same
act said again is known by them. ``actor`` is null where time, or a desk, did it."""

"""The tables of clinics and people: who they are is sealed, how they stand to each other not."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from signaling.storage.audit_tables import DATA_METADATA

CLINIC: Final = Table(
    "clinic",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("settings", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=True),
)
"""A tenant. ``name`` and ``settings`` are sealed under its own key."""

PERSON: Final = Table(
    "person",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("details", LargeBinary, nullable=True),
    Column("phone_index", LargeBinary, nullable=True),
    Column("email_index", LargeBinary, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    Column("erased_at", BigInteger, nullable=True),
    Index("person_by_phone", "clinic", "phone_index"),
    Index("person_by_end", "ended_at"),
    UniqueConstraint("clinic", "email_index", name="person_by_email"),
)
"""``kind`` is ``client`` or ``staff``. ``details`` are sealed, a client's under their own key, and
gone when the person is erased; the row stays, so that others' rows still name somebody. From
``ended_at`` on nothing of this person's opens a door. Indexes are blind."""

POSITION: Final = Table(
    "position",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False),
    Column("position", String(16), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=True),
    Column("given_by", Uuid, nullable=True),
    Index("position_by_person", "person"),
)

BOND: Final = Table(
    "bond",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("counsellor", Uuid, ForeignKey("person.id"), nullable=False),
    Column("client", Uuid, ForeignKey("person.id"), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=True),
    Index("bond_by_client", "client"),
    Index("bond_by_counsellor", "counsellor"),
)
"""Which counsellor and which client belong together."""

"""The tables of what opens a door: passwords, one-time codes, invitations, sign-ins, API keys.

Nothing in them opens one: what people hold is random and kept as its SHA-256, passwords and PINs as
Argon2, the secrets of one-time codes sealed.
"""

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

CREDENTIAL: Final = Table(
    "credential",
    DATA_METADATA,
    Column("person", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("password", String(160), nullable=False),
    Column("one_time", LargeBinary, nullable=True),
    Column("one_time_step", BigInteger, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("closed_until", BigInteger, nullable=False),
    Column("set_at", BigInteger, nullable=False),
)
"""How staff sign in. ``one_time_step`` is the last time step whose code was used: none is twice."""

INVITATION: Final = Table(
    "invitation",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False),
    Column("token", LargeBinary, nullable=False, unique=True),
    Column("pin", String(160), nullable=True),
    Column("failed", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    Index("invitation_by_person", "person"),
)
"""A link: of a client, to their room; of staff, to the page where they choose a password."""

SIGN_IN: Final = Table(
    "sign_in",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False),
    Column("token", LargeBinary, nullable=False, unique=True),
    Column("invitation", Uuid, ForeignKey("invitation.id"), nullable=True),
    Column("began_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    Index("sign_in_by_person", "person"),
)
"""A browser that knows who it is for: of staff who signed in, or of a client who opened a link."""

API_KEY: Final = Table(
    "api_key",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("secret", LargeBinary, nullable=False, unique=True),
    Column("made_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
)

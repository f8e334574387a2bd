"""The tables of recordings: that there is one is there to see, what is known of it is sealed.

The sound and the picture are in no database: they lie in files (:mod:`recording.sealing`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
)

from signaling.storage.audit_tables import DATA_METADATA

RECORDING: Final = Table(
    "recording",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("session", Uuid, ForeignKey("session.id"), nullable=False),
    Column("counsellor", Uuid, ForeignKey("person.id"), nullable=False),
    Column("client", Uuid, ForeignKey("person.id"), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("until", String(255), nullable=False),
    Column("media", String(32), nullable=False),
    Column("floor_until", BigInteger, nullable=True),
    Column("sealed_at", BigInteger, nullable=True),
    Column("stage", String(16), nullable=True),
    Column("erase_at", BigInteger, nullable=True),
    Column("came_from", String(16), nullable=True),
    Column("taken_by", Uuid, nullable=True),
    Column("is_whole", Boolean, nullable=False),
    Column("due_at", BigInteger, nullable=True),
    Column("told", LargeBinary, nullable=True),
    Column("listeners", Text, nullable=True),
    Index("recording_by_session", "session"),
    Index("recording_by_client", "client", "begun_at"),
    Index("recording_by_counsellor", "counsellor", "begun_at"),
    Index("recording_by_clinic", "clinic", "begun_at"),
    Index("recording_by_turn", "due_at"),
)
"""A recording and what becomes of it (:mod:`signaling.domain.consent.artefact`). Until it is sealed
``stage`` says nothing: it runs, or its gateway died. ``until`` is JSON, each purpose and until when
it holds; ``media`` are words with a comma between. ``due_at`` is when time alone takes it further.
``told`` is sealed: how long it is, and when it was held. ``listeners`` is JSON, the ids of whom
its terms named beside the counsellor: supervisors, and the client where they may; where it says
nothing it is older than that, and none of these hears it. The row goes when it is erased."""

RECORDING_PARTY: Final = Table(
    "recording_party",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("recording", Uuid, ForeignKey("recording.id"), nullable=False),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Index("recording_party_by_recording", "recording"),
    Index("recording_party_by_person", "person"),
)
"""Who was captured, as whom."""

RECORDING_PART: Final = Table(
    "recording_part",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("recording", Uuid, ForeignKey("recording.id"), nullable=False),
    Column("party", Uuid, ForeignKey("recording_party.id"), nullable=False),
    Column("medium", String(8), nullable=False),
    Column("key", Uuid, nullable=False),
    Column("taken_at", BigInteger, nullable=True),
    Column("destroyed_at", BigInteger, nullable=True),
    Index("recording_part_by_recording", "recording"),
)
"""One person's one medium. ``key`` is the generation that it was sealed by. From ``taken_at`` on
nobody is given it; at ``destroyed_at`` its key was, and its files."""

RECORDING_FILE: Final = Table(
    "recording_file",
    DATA_METADATA,
    Column("recording", Uuid, ForeignKey("recording.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("part", Uuid, ForeignKey("recording_part.id"), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("is_whole", Boolean, nullable=False),
    Column("told", LargeBinary, nullable=False),
)
"""A file as it lies in the folder. ``told`` is sealed: what it is, when it begins, its gaps."""

RECORDING_LATER: Final = Table(
    "recording_later",
    DATA_METADATA,
    Column("recording", Uuid, ForeignKey("recording.id"), primary_key=True),
    Column("purpose", String(16), primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("stage", String(16), nullable=False),
    Index("recording_later_by_stage", "stage", "asked_at"),
)
"""What it was asked for afterwards (:mod:`signaling.domain.consent.later`), each once: the row
stays whatever the answer was, so that nobody is asked again, and goes with its recording."""

RECORDING_ERASED: Final = Table(
    "recording_erased",
    DATA_METADATA,
    Column("recording", Uuid, primary_key=True),
    Column("clinic", Uuid, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""What was erased, for good: it is erased again where a back-up brings it back."""

PROOF: Final = Table(
    "proof",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("signature", String(128), nullable=False),
    Column("key", String(64), nullable=False),
    Index("proof_by_person", "person", "at"),
)
"""Receipts and certificates (:mod:`signaling.receipts`), each whose it is. ``text`` is sealed: of
an agreement under a client's own key, of an erasure under the clinic's, for it outlives them."""

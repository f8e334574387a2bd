"""Recordings: what is known of them, what was erased, and what proves either."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    _recording()
    op.create_table(
        "recording_party",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("recording", sa.Uuid, sa.ForeignKey("recording.id"), nullable=False),
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
    )
    op.create_index("recording_party_by_recording", "recording_party", ["recording"])
    op.create_index("recording_party_by_person", "recording_party", ["person"])
    op.create_table(
        "recording_part",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("recording", sa.Uuid, sa.ForeignKey("recording.id"), nullable=False),
        sa.Column("party", sa.Uuid, sa.ForeignKey("recording_party.id"), nullable=False),
        sa.Column("medium", sa.String(8), nullable=False),
        sa.Column("key", sa.Uuid, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=True),
        sa.Column("destroyed_at", sa.BigInteger, nullable=True),
    )
    op.create_index("recording_part_by_recording", "recording_part", ["recording"])
    op.create_table(
        "recording_file",
        sa.Column("recording", sa.Uuid, sa.ForeignKey("recording.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("part", sa.Uuid, sa.ForeignKey("recording_part.id"), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("is_whole", sa.Boolean, nullable=False),
        sa.Column("told", sa.LargeBinary, nullable=False),
    )
    _proofs()


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("session", sa.Uuid, sa.ForeignKey("session.id"), nullable=False),
        sa.Column("counsellor", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("client", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.String(255), nullable=False),
        sa.Column("media", sa.String(32), nullable=False),
        sa.Column("floor_until", sa.BigInteger, nullable=True),
        sa.Column("sealed_at", sa.BigInteger, nullable=True),
        sa.Column("stage", sa.String(16), nullable=True),
        sa.Column("erase_at", sa.BigInteger, nullable=True),
        sa.Column("came_from", sa.String(16), nullable=True),
        sa.Column("taken_by", sa.Uuid, nullable=True),
        sa.Column("is_whole", sa.Boolean, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("told", sa.LargeBinary, nullable=True),
    )
    op.create_index("recording_by_session", "recording", ["session"])
    for whose in ("client", "counsellor", "clinic"):
        op.create_index(f"recording_by_{whose}", "recording", [whose, "begun_at"])
    op.create_index("recording_by_turn", "recording", ["due_at"])


def _proofs() -> None:
    op.create_table(
        "recording_erased",
        sa.Column("recording", sa.Uuid, primary_key=True),
        sa.Column("clinic", sa.Uuid, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "proof",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
    )
    op.create_index("proof_by_person", "proof", ["person", "at"])


def downgrade() -> None:
    for table in (
        "proof", "recording_erased", "recording_file", "recording_part", "recording_party",
        "recording",
    ):  # fmt: skip
        op.drop_table(table)

"""Booked hours, and how people felt."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("counsellor", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("client", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("arrived_at", sa.BigInteger, nullable=True),
        sa.Column("admitted_at", sa.BigInteger, nullable=True),
        sa.Column("begun_at", sa.BigInteger, nullable=True),
        sa.Column("cut_at", sa.BigInteger, nullable=True),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("late_minutes", sa.Integer, nullable=False),
        sa.Column("more_minutes", sa.Integer, nullable=False),
        sa.Column("today", sa.LargeBinary, nullable=True),
        sa.Column("today_at", sa.BigInteger, nullable=True),
        sa.Column("plan", sa.LargeBinary, nullable=True),
        sa.Column("line", sa.LargeBinary, nullable=True),
    )
    for whose in ("counsellor", "client", "clinic"):
        op.create_index(f"session_by_{whose}", "session", [whose, "starts_at"])
    op.create_table(
        "mood",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("session", sa.Uuid, sa.ForeignKey("session.id"), nullable=False),
        sa.Column("client", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("moment", sa.String(8), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("session", "moment", name="mood_of_session"),
    )
    op.create_index("mood_by_client", "mood", ["client"])


def downgrade() -> None:
    for table in ("mood", "session"):
        op.drop_table(table)

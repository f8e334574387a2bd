"""Hours that two people agree on by messages, and when counsellors work."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "working_times",
        sa.Column("counsellor", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("thread", sa.Uuid, sa.ForeignKey("thread.id"), nullable=False),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("counsellor", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("client", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("named_at", sa.BigInteger, nullable=True),
        sa.Column("named_minutes", sa.Integer, nullable=True),
        sa.Column("agreed_at", sa.BigInteger, nullable=True),
        sa.Column("agreed_minutes", sa.Integer, nullable=True),
        sa.Column("end", sa.String(16), nullable=True),
        sa.Column("session", sa.Uuid, sa.ForeignKey("session.id"), nullable=True),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("actor", sa.Uuid, sa.ForeignKey("person.id"), nullable=True),
    )
    op.create_index("booking_by_thread", "booking", ["thread"])
    op.create_index("booking_by_counsellor", "booking", ["counsellor", "named_at"])
    op.create_index("booking_by_client", "booking", ["client", "named_at"])
    op.create_index("booking_by_session", "booking", ["session"], unique=True)
    op.create_index("booking_by_asking", "booking", ["stage", "asked_at"])


def downgrade() -> None:
    for table in ("booking", "working_times"):
        op.drop_table(table)

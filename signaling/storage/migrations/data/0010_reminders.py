"""Reminders of hours: who wants them, and which were given."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "reminder_wish",
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("said", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "reminder",
        sa.Column("session", sa.Uuid, sa.ForeignKey("session.id"), primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("before", sa.Integer, primary_key=True),
        sa.Column("starts_at", sa.BigInteger, primary_key=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
    )
    op.create_index("reminder_by_turn", "reminder", ["state", "next_at"])


def downgrade() -> None:
    for table in ("reminder", "reminder_wish"):
        op.drop_table(table)

"""Messages that are to be sent later."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "scheduled",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("thread", sa.Uuid, sa.ForeignKey("thread.id"), nullable=False),
        sa.Column("author", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
    )
    op.create_index("scheduled_by_thread", "scheduled", ["thread", "author"])
    op.create_index("scheduled_by_time", "scheduled", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("scheduled")

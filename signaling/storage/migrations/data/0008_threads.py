"""Threads of two people: their messages, their browsers, and how far each has read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("counsellor", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("client", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("keep_days", sa.Integer, nullable=False),
        sa.Column("clear_at", sa.BigInteger, nullable=True),
        sa.UniqueConstraint("counsellor", "client", name="thread_of_two"),
    )
    op.create_index("thread_by_client", "thread", ["client"])
    op.create_index("thread_by_clearing", "thread", ["clear_at"])
    op.create_table(
        "hand",
        sa.Column("thread", sa.Uuid, sa.ForeignKey("thread.id"), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("author", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("last_id", sa.String(64), nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("thread", sa.Uuid, sa.ForeignKey("thread.id"), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("author", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("recalled", sa.Boolean, nullable=False),
        sa.UniqueConstraint("thread", "id", name="message_once"),
    )
    op.create_index("message_by_change", "message", ["thread", "rev"])
    op.create_table(
        "mark",
        sa.Column("thread", sa.Uuid, sa.ForeignKey("thread.id"), primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("delivered", sa.BigInteger, nullable=False),
        sa.Column("read", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("mark", "message", "hand", "thread"):
        op.drop_table(table)

"""Files and voice notes of threads."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("thread", sa.Uuid, sa.ForeignKey("thread.id"), nullable=False),
        sa.Column("author", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("ready_at", sa.BigInteger, nullable=True),
        sa.Column("told", sa.LargeBinary, nullable=False),
    )
    op.create_index("file_by_thread", "file", ["thread", "ready_at"])
    op.create_index("file_by_author", "file", ["author", "begun_at"])
    op.create_table(
        "file_piece",
        sa.Column("file", sa.Uuid, sa.ForeignKey("file.id"), primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("file_piece")
    op.drop_table("file")

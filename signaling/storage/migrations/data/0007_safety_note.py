"""What a counsellor writes down for handing over when a client is in danger."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("session", sa.Column("safety_note", sa.LargeBinary, nullable=True))
    op.add_column("session", sa.Column("safety_note_at", sa.BigInteger, nullable=True))


def downgrade() -> None:
    for column in ("safety_note_at", "safety_note"):
        op.drop_column("session", column)

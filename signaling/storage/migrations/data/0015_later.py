"""What recordings were asked for afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "recording_later",
        sa.Column("recording", sa.Uuid, sa.ForeignKey("recording.id"), primary_key=True),
        sa.Column("purpose", sa.String(16), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
    )
    op.create_index("recording_later_by_stage", "recording_later", ["stage", "asked_at"])


def downgrade() -> None:
    op.drop_table("recording_later")

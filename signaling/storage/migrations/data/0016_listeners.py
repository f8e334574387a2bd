"""The supervisors whom the terms of a recording named."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("recording", sa.Column("listeners", sa.Text, nullable=True))


def downgrade() -> None:
    op.drop_column("recording", "listeners")

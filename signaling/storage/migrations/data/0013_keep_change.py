"""For how long a client has what stays of hours with somebody kept, where they chose less."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("thread", sa.Column("change_days", sa.Integer, nullable=True))


def downgrade() -> None:
    op.drop_column("thread", "change_days")

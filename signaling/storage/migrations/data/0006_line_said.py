"""How a client found the line of an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("session", sa.Column("line_said", sa.LargeBinary, nullable=True))


def downgrade() -> None:
    op.drop_column("session", "line_said")

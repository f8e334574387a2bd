"""Rows about one person are found quickly; a client's address has no index any more."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("audit_by_object", "audit_event", ["tenant", "object", "seq"])
    person = sa.table("person", sa.column("kind"), sa.column("email_index"))
    op.execute(person.update().where(person.c.kind == "client").values(email_index=None))


def downgrade() -> None:
    op.drop_index("audit_by_object", "audit_event")

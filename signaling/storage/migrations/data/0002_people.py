"""Clinics and people."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("settings", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("details", sa.LargeBinary, nullable=True),
        sa.Column("phone_index", sa.LargeBinary, nullable=True),
        sa.Column("email_index", sa.LargeBinary, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("erased_at", sa.BigInteger, nullable=True),
        sa.UniqueConstraint("clinic", "email_index", name="person_by_email"),
    )
    op.create_index("person_by_phone", "person", ["clinic", "phone_index"])
    op.create_index("person_by_end", "person", ["ended_at"])
    op.create_table(
        "position",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("position", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.Column("given_by", sa.Uuid, nullable=True),
    )
    op.create_index("position_by_person", "position", ["person"])
    op.create_table(
        "bond",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("counsellor", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("client", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
    )
    op.create_index("bond_by_client", "bond", ["client"])
    op.create_index("bond_by_counsellor", "bond", ["counsellor"])


def downgrade() -> None:
    for table in ("bond", "position", "person", "clinic"):
        op.drop_table(table)

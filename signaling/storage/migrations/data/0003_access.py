"""What opens a door."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("password", sa.String(160), nullable=False),
        sa.Column("one_time", sa.LargeBinary, nullable=True),
        sa.Column("one_time_step", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("closed_until", sa.BigInteger, nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("pin", sa.String(160), nullable=True),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
    )
    op.create_index("invitation_by_person", "invitation", ["person"])
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("invitation", sa.Uuid, sa.ForeignKey("invitation.id"), nullable=True),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
    )
    op.create_index("sign_in_by_person", "sign_in", ["person"])
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic", sa.Uuid, sa.ForeignKey("clinic.id"), nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
    )


def downgrade() -> None:
    for table in ("api_key", "sign_in", "invitation", "credential"):
        op.drop_table(table)

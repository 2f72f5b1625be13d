"""Drills that somebody asked for on the command line, for the bot that acts to carry out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "drill",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("taken_at", Moment),
        sa.Column("unreachable", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_drill"),
        sqlite_autoincrement=True,
    )

"""Messages that follow a task to its end, past a restart."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "follower",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("server", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("task_type", sa.String(length=100), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("task_id", sa.String(length=255)),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_follower"),
    )
    op.create_index("ix_follower_state", "follower", ["state", "server"])
    op.create_index("ix_follower_task", "follower", ["server", "task_id"])

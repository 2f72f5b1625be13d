"""The ledger of failures, as the first release has it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _card()
    _channel()
    _claim()
    _ledger_value()
    _mute()
    _server()
    _incident()
    _failure()
    _indexes()


def _card() -> None:
    op.create_table(
        "card",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("server", sa.String(length=100)),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delivered_revision", sa.Integer(), nullable=False),
        sa.Column("tried_at", Moment),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("sent_at", Moment),
        sa.Column("not_before", Moment),
        sa.Column("mention_role_id", sa.BigInteger()),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("thread", sa.Boolean(), nullable=False),
        sa.Column("reply_to_card_id", Id),
        sa.Column("catch_up_since", Moment),
        sa.Column("total", sa.Integer()),
        sa.Column("unacknowledged", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
    )


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("window_started_at", Moment),
        sa.Column("window_last_at", Moment),
        sa.Column("window_singles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digest_card_id", Id),
        sa.Column("digest_at", Moment),
        sa.Column("held_card_id", Id),
        sa.Column("held_until", Moment),
        sa.Column("catch_up_card_id", Id),
        sa.Column("catch_up_at", Moment),
        sa.Column("mentioned_at", Moment),
        sa.Column("reminded_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_channel"),
    )


def _claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("settled_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_claim"),
    )


def _ledger_value() -> None:
    op.create_table(
        "ledger_value",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_ledger_value"),
    )


def _mute() -> None:
    op.create_table(
        "mute",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("server", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("task_type", sa.String(length=100), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("message", sa.Text()),
        sa.Column("at", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("until_change", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("end_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_mute"),
    )


def _server() -> None:
    op.create_table(
        "server",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("heard_at", Moment, nullable=False),
        sa.Column("quiet_count", sa.Integer()),
        sa.Column("quiet_task_id", sa.String(length=255)),
        sa.Column("quiet_at", Moment),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("watermark", Moment),
        sa.Column("backlog_pk", sa.BigInteger(), nullable=False),
        sa.Column("backlog_at", Moment),
        sa.Column("unacknowledged", sa.Integer()),
        sa.Column("outage_since", Moment),
        sa.Column("outage_reason", sa.String(length=20)),
        sa.Column("outage_detail", sa.Text()),
        sa.Column("outage_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outage_ended_at", Moment),
        sa.Column("outage_shown_at", Moment),
        sa.Column("outage_missed", sa.Integer()),
        sa.Column("outage_card_id", Id),
        sa.PrimaryKeyConstraint("name", name="pk_server"),
    )


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("server", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("kind_print", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("open_count", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment, nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.Column("newest_failure_id", Id, nullable=False),
        sa.Column("card_id", Id),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("open_since", Moment, nullable=False),
        sa.Column("settled_at", Moment),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_incident_card_id_card"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )


def _failure() -> None:
    op.create_table(
        "failure",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("server", sa.String(length=100), nullable=False),
        sa.Column("task_id", sa.String(length=255), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("number", sa.BigInteger()),
        sa.Column("incident_id", Id),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("task_pk", sa.BigInteger(), nullable=False),
        sa.Column("task_type", sa.String(length=100), nullable=False),
        sa.Column("trigger_source", sa.String(length=100), nullable=False),
        sa.Column("filename", sa.Text()),
        sa.Column("error_type", sa.Text()),
        sa.Column("message", sa.Text()),
        sa.Column("owner", sa.BigInteger()),
        sa.Column("duration_seconds", sa.Float()),
        sa.Column("wait_time_seconds", sa.Float()),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("duplicate_of", sa.BigInteger()),
        sa.Column("duplicate_in_trash", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("running_again", sa.Boolean(), nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("kind_print", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("claim_id", Id),
        sa.Column("acknowledged_where", sa.String(length=20)),
        sa.Column("acknowledged_user_id", sa.BigInteger()),
        sa.Column("acknowledged_user_name", sa.Text()),
        sa.Column("acknowledged_at", Moment),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_failure_claim_id_claim"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_failure_incident_id_incident"),
        sa.PrimaryKeyConstraint("id", name="pk_failure"),
        sa.UniqueConstraint("server", "task_id", "at", name="uq_failure_server"),
    )


def _indexes() -> None:
    op.create_index("ix_card_due", "card", ["state", "channel_id"])
    op.create_index("ix_mute_running", "mute", ["ended_at"])
    op.create_index("ix_incident_card_id", "incident", ["card_id", "kind_print"])
    op.create_index("ix_incident_fingerprint", "incident", ["fingerprint"])
    op.create_index(
        "ix_incident_open",
        "incident",
        ["card_id"],
        sqlite_where=sa.text("open_count > 0"),
        postgresql_where=sa.text("open_count > 0"),
    )
    op.create_index("ix_failure_claim_id", "failure", ["claim_id"])
    op.create_index("ix_failure_incident_id", "failure", ["incident_id", "number"])
    op.create_index("ix_failure_state", "failure", ["server", "state", "at"])

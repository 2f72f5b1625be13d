"""The ledger's tables. What a column means is said here once; `bot/migrations/` makes them.

Ids of cards and incidents and the `number` of a failure are handed out by the ledger (`ledger_value`), not by the
database: card ids start at random, so that a new database never meets the nonces and custom ids of an older one.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.database import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Id = BigInteger().with_variant(Integer, "sqlite")

ledger_value = Table(
    "ledger_value",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("value", Text, nullable=False),
)

server = Table(
    "server",
    metadata,
    Column("name", String(100), primary_key=True),
    Column(
        "begun", Boolean, nullable=False
    ),  # False: never answered yet; what follows, up to the outage, means nothing
    Column("since", Moment, nullable=False),  # the first start
    Column("heard_at", Moment, nullable=False),  # the last poll that was answered and told in full
    # What a quiet poll answers: how many failed and revoked rows, and the newest of them. NULL count: not sure, read.
    Column("quiet_count", Integer),
    Column("quiet_task_id", String(255)),
    Column("quiet_at", Moment),
    Column("listed", Integer, nullable=False),  # rows of the last reading that was consistent
    Column("watermark", Moment),  # the newest date_done ever seen
    # The backlog of the first start, as far as it was not written down row by row: pk and date_done not above these.
    Column("backlog_pk", BigInteger, nullable=False),
    Column("backlog_at", Moment),
    Column("unacknowledged", Integer),  # failed or revoked rows not acknowledged, as expected; NULL: look
    Column("outage_since", Moment),
    Column("outage_reason", String(20)),
    Column("outage_detail", Text),
    Column("outage_tries", Integer, nullable=False, server_default="0"),
    Column("outage_ended_at", Moment),
    Column("outage_shown_at", Moment),
    Column("outage_missed", Integer),
    Column("outage_card_id", Id),
)

channel = Table(
    "channel",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("window_started_at", Moment),
    Column("window_last_at", Moment),
    Column("window_singles", Integer, nullable=False, server_default="0"),
    Column("digest_card_id", Id),
    Column("digest_at", Moment),
    Column("held_card_id", Id),
    Column("held_until", Moment),
    Column("catch_up_card_id", Id),
    Column("catch_up_at", Moment),
    Column("mentioned_at", Moment),
    Column("reminded_at", Moment),
)

card = Table(
    "card",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),  # standing, dismissed (deleted in Discord), merged (into another)
    Column("reason", Text, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("server", String(100)),
    Column("made_at", Moment, nullable=False),
    # The outbox: every change of what the card shows adds one to revision, in the same transaction. Due when above.
    Column("revision", Integer, nullable=False),
    Column("delivered_revision", Integer, nullable=False),
    # Without a message_id: a post was begun, and may stand. With one: an edit was, and may still come to Discord.
    Column("tried_at", Moment),
    Column("message_id", BigInteger),
    Column("sent_at", Moment),
    Column("not_before", Moment),
    Column("mention_role_id", BigInteger),
    Column("silent", Boolean, nullable=False),
    Column("thread", Boolean, nullable=False),
    Column("reply_to_card_id", Id),
    Column("catch_up_since", Moment),
    Column("total", Integer),  # BACKLOG alone
    Column("unacknowledged", Integer),  # BACKLOG alone
    Index("ix_card_due", "state", "channel_id"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("server", String(100), nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("kind_print", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("open_count", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("newest_failure_id", Id, nullable=False),
    Column("card_id", Id, ForeignKey("card.id")),  # NULL: muted
    Column("made_at", Moment, nullable=False),
    Column("open_since", Moment, nullable=False),
    Column("settled_at", Moment),
    Index("ix_incident_fingerprint", "fingerprint"),
    Index("ix_incident_card_id", "card_id", "kind_print"),
    Index("ix_incident_open", "card_id", sqlite_where=text("open_count > 0"), postgresql_where=text("open_count > 0")),
)

failure = Table(
    "failure",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("server", String(100), nullable=False),
    Column("task_id", String(255), nullable=False),
    Column("at", Moment, nullable=False),  # date_done; STUCK, SILENT: since when
    # backlog; or seen, then as IncidentState says. Only forward: what fails again is a new row.
    Column("state", String(20), nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("number", BigInteger),  # in the order told; NULL until then
    Column("incident_id", Id, ForeignKey("incident.id")),
    Column("kind", String(20), nullable=False),
    Column("task_pk", BigInteger, nullable=False),
    Column("task_type", String(100), nullable=False),
    Column("trigger_source", String(100), nullable=False),
    Column("filename", Text),
    Column("error_type", Text),
    Column("message", Text),
    Column("owner", BigInteger),
    Column("duration_seconds", Float),
    Column("wait_time_seconds", Float),
    Column("document_id", BigInteger),
    Column("duplicate_of", BigInteger),
    Column("duplicate_in_trash", Boolean, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("running_again", Boolean, nullable=False),
    Column("unseen", Boolean, nullable=False),  # was acknowledged before it was seen
    Column("fingerprint", String(32), nullable=False),
    Column("kind_print", String(32), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("claim_id", Id, ForeignKey("claim.id")),
    Column("acknowledged_where", String(20)),
    Column("acknowledged_user_id", BigInteger),
    Column("acknowledged_user_name", Text),
    Column("acknowledged_at", Moment),
    UniqueConstraint("server", "task_id", "at"),
    Index("ix_failure_state", "server", "state", "at"),
    Index("ix_failure_incident_id", "incident_id", "number"),
    Index("ix_failure_claim_id", "claim_id"),
)

# An intent: somebody wants these failures acknowledged. Made before Paperless is asked, settled after.
claim = Table(
    "claim",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("state", String(20), nullable=False),  # wanted, unclear (asked; outcome not known), done, given_back
    Column("user_id", BigInteger, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment),
)

mute = Table(
    "mute",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("server", String(100), nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("task_type", String(100), nullable=False),
    Column("filename", Text),
    Column("message", Text),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("until_change", Boolean, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("ended_at", Moment),
    Column("end_reason", Text),
    Index("ix_mute_running", "ended_at"),
)

# A message that follows one task to its end. Made before Paperless is asked for the task: what fails at once finds it.
follower = Table(
    "follower",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("server", String(100), nullable=False),
    Column("purpose", String(20), nullable=False),  # run, upload, watch
    # ordered (Paperless is being asked), following, told (its end), adopted (the message is a card now), given_up
    Column("state", String(20), nullable=False),
    Column("task_type", String(100), nullable=False),
    Column("filename", Text),
    Column("task_id", String(255)),  # NULL: not known yet
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("user_id", BigInteger, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_follower_state", "state", "server"),
    Index("ix_follower_task", "server", "task_id"),
)

# Asked for by `python -m bot drill`, in a process of its own: the one table that somebody else than the bot writes.
drill = Table(
    "drill",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("asked_at", Moment, nullable=False),
    Column("taken_at", Moment),  # its failures are made and on their cards; NULL: no bot has seen it
    Column("unreachable", Text),  # keys of receivers that no failure can come to, a line each
    sqlite_autoincrement=True,  # an id is in the task ids of its failures: never given twice
)

"""What a card says, as frozen values: the ledger makes them, `bot.ui` renders them, a Notifier sends them.

Texts are Paperless's own, raw: whoever renders them escapes, cuts and redacts. Times are aware (UTC).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Where = Literal["discord", "paperless"]


class IncidentKind(StrEnum):
    FAILED = "failed"
    REVOKED = "revoked"  # killed, or expired before a worker took it
    STUCK = "stuck"  # started or pending for too long; no failure yet
    SILENT = "silent"  # no success of a type for too long; concerns no single task
    DRILL = "drill"  # nothing failed: somebody looks whether a failure would arrive


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SUCCEEDED = "succeeded"  # delivered again by the broker, or run again, and now a success
    GONE = "gone"  # the row is no longer in Paperless, or the bot's user may no longer see it
    ENDED = "ended"  # what was stuck or silent went on; a failure that came of it has a card of its own
    DISMISSED = "dismissed"  # its message was deleted in Discord; not acknowledged


class OutageReason(StrEnum):
    UNREACHABLE = "unreachable"  # no answer, or none that makes sense: try again
    REFUSED = "refused"  # the token, a permission or the version: somebody has to change something


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """Paperless does not record by whom: `user_id` and `user_name` are None where it was done there."""

    where: Where
    user_id: int | None
    user_name: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IncidentCard:
    """One incident: the same task failing in the same way, `count` times. Task fields are those of the newest failure.

    A digest that holds a single incident comes out as this, too: it becomes a DigestCard by an edit when it grows.
    """

    card_id: int
    incident_id: int
    server: str
    show_server: bool
    kind: IncidentKind
    state: IncidentState
    task_id: str  # empty where the incident concerns no task (SILENT, DRILL)
    task_pk: int  # 0 where there is none; pks restart after a rebuild: find a task by task_id
    task_type: str
    trigger_source: str
    filename: str | None
    error_type: str | None  # STUCK: "started" or "pending", of the server's words; REVOKED: "started" where it ran
    message: str | None
    owner: int | None
    count: int
    open_count: int  # failures of it not acknowledged yet
    first_at: datetime  # FAILED, REVOKED: date_done; STUCK: since when it waits or runs; SILENT: the last success known
    last_at: datetime
    duration_seconds: float | None
    wait_time_seconds: float | None
    acknowledgement: Acknowledgement | None
    acknowledged_unseen: bool  # was acknowledged in Paperless before the bot saw it fail ("acknowledge all" does that)
    running_again: bool  # the broker delivered it again: pending or started as of the last look
    document_id: int | None  # a failure may have produced a document all the same
    duplicate_of: int | None
    duplicate_in_trash: bool
    link_base: str  # of every link, without a slash at its end
    muted_until: datetime | None
    through: int  # the newest failure this card shows: the bound of what Acknowledge acknowledges


@dataclass(frozen=True, kw_only=True)
class DigestLine:
    """One kind of failure: all that failed in the same way, whatever the file."""

    line_id: int  # an incident of this kind, stable as long as the card stands
    server: str
    kind: IncidentKind
    task_type: str
    error_type: str | None
    message: str | None  # without the file name
    count: int
    open_count: int
    examples: tuple[str, ...]  # at most EXAMPLES file names, oldest first
    example_count: int  # how many different file names there are
    muted_until: datetime | None = None  # the whole kind, whatever the file


EXAMPLES = 3
MAX_LINES = 200


@dataclass(frozen=True, kw_only=True)
class DigestCard:
    """Many failures in one message. `through` is the frozen bound of Acknowledge all: what this very state shows."""

    card_id: int
    channel_id: int
    servers: tuple[str, ...]
    show_server: bool
    total: int
    open_total: int
    lines: tuple[DigestLine, ...]  # most first, at most MAX_LINES
    kinds: int  # how many lines there would be without the cap
    first_at: datetime
    last_at: datetime
    through: int
    acknowledgements: tuple[Acknowledgement, ...]  # newest first, one for each person; Paperless counts as one
    catch_up_since: datetime | None  # set: what failed while the bot was away, since then
    link_base: str | None  # None where several servers are on it


@dataclass(frozen=True, kw_only=True)
class BacklogCard:
    """The very first start: what had failed already, told once, as a number."""

    card_id: int
    server: str
    show_server: bool
    total: int
    unacknowledged: int | None  # None: not known
    link_base: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OutageCard:
    card_id: int
    server: str
    show_server: bool
    reason: OutageReason
    detail: str  # a sentence that says what to do, from the error
    since: datetime
    tries: int
    ended_at: datetime | None
    missed: int | None  # failures of that time, found afterwards; None: not known yet
    link_base: str


@dataclass(frozen=True, kw_only=True)
class ReminderCard:
    """Nobody acknowledged for `escalate_after`. `open_total` is 0 once somebody has."""

    card_id: int
    channel_id: int
    show_server: bool
    open_total: int
    oldest_at: datetime
    lines: tuple[DigestLine, ...]
    kinds: int


Card = IncidentCard | DigestCard | BacklogCard | OutageCard | ReminderCard


@dataclass(frozen=True, kw_only=True)
class FailureRow:
    """One failure behind a card, for lists ("Look through", `/tasks failures`)."""

    number: int  # grows in the order in which failures were told; `through` is one of these
    card_id: int | None
    incident_id: int
    server: str
    task_id: str
    task_pk: int
    kind: IncidentKind
    state: IncidentState
    task_type: str
    filename: str | None
    error_type: str | None
    message: str | None
    at: datetime
    acknowledgement: Acknowledgement | None


@dataclass(frozen=True, kw_only=True)
class Mute:
    """A silence in Alertmanager's sense: it always ends."""

    mute_id: int
    server: str
    task_type: str
    filename: str | None
    message: str | None
    until: datetime
    until_change: bool  # ends when the same task fails differently, and at `until` at the latest
    user_id: int
    user_name: str
    at: datetime
    swallowed: int  # failures that came in the meantime
    kind: IncidentKind = IncidentKind.FAILED
    error_type: str | None = None  # see IncidentCard

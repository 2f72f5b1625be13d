"""What the ledger knows that a plan needs, and what the world has just said: frozen values, read in one transaction.

What is read from the ledger has no default: mypy then names the reader (`loading.py`, `rows.py`) that lacks a field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.failures.actions import Window
from bot.failures.card import IncidentKind, IncidentState, OutageReason
from bot.failures.incident import Failure
from bot.paperless.models import Task


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """A failure with its row in the ledger."""

    failure_id: int
    failure: Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The newest incident of a fingerprint. `card_stands`: it has a card that was not deleted."""

    incident_id: int
    fingerprint: str
    state: IncidentState
    settled_at: datetime | None
    card_stands: bool
    has_card: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Muted:
    """`fingerprint`: of one failure, or the kind print of all of a kind."""

    mute_id: int
    fingerprint: str
    subject: str
    until: datetime
    until_change: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Swallowed:
    """An open incident without a card: it failed while it was muted."""

    incident_id: int
    failure: Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerState:
    """`away_since`: when the bot last heard from the server, if that is long ago; None while it listens."""

    server: str
    away_since: datetime | None
    outage_since: datetime | None
    outage_reason: OutageReason | None
    outage_detail: str
    outage_tries: int
    outage_ended_at: datetime | None
    outage_card: int | None
    outage_shown_at: datetime | None
    outage_missed: int | None  # failures found so far: a server that is back for a moment tells some


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """What is told in a channel and not acknowledged. `since`: of the oldest; `only_card`: where there is one card."""

    channel_id: int
    since: datetime
    only_card: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenFailure:
    """A failure that is open here, to be compared with its row."""

    failure_id: int
    task_id: str
    at: datetime
    kind: IncidentKind
    error_type: str | None  # STUCK: "started" or "pending"
    owner: int | None
    running_again: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """A message that follows a task: if that fails, the message is its card, and no other is posted beside it."""

    follower: int
    channel_id: int
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The server answered everything it was asked; `new`: failures that were found."""

    new: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """`since`: when the request was sent that was waited for in vain; None: just now."""

    reason: OutageReason
    detail: str
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """The very first start: how many had failed before it. `unacknowledged` None: not known."""

    total: int
    unacknowledged: int | None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One look at one server. What was not looked at is absent: absent is not "nothing"."""

    server: str
    answer: Answered | Unanswered | None = None
    backlog: Backlog | None = None
    failures: tuple[Numbered, ...] = ()
    looked_at: tuple[tuple[OpenFailure, Task | None], ...] = ()  # None: there is no such row


@dataclass(frozen=True, kw_only=True)
class View:
    server: ServerState
    incidents: Mapping[str, Standing]  # by fingerprint
    windows: Mapping[int, Window]  # by channel
    mutes: tuple[Muted, ...]
    swallowed: tuple[Swallowed, ...]  # of mutes that are over
    waiting: tuple[Waiting, ...]
    followed: Mapping[str, Followed]  # by task_id

"""What a plan consists of: frozen actions, each with its Reason. The ledger applies a plan in one transaction.

Ids above zero exist in the ledger; an id below zero stands for something that this very plan makes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.failures.card import IncidentState, OutageReason


class CardKind(StrEnum):
    INCIDENT = "incident"
    DIGEST = "digest"
    BACKLOG = "backlog"
    OUTAGE = "outage"
    REMINDER = "reminder"
    DRILL = "drill"


class Reason(StrEnum):
    # a card is made
    FIRST_IN_WINDOW = "told at once: among the first of its window"
    DIGEST_BEGINS = "the window has its single cards: a digest begins"
    DIGEST_ROLLS = "the digest is an hour old: another begins"
    HELD = "quiet hours: held until they end"
    CATCH_UP = "failed while the bot was away: told in one digest"
    LATE = "failed more than a day ago, and shows only now"
    BACKLOG = "had failed before the very first start: told as a number"
    MUTE_ENDED = "failed while muted, and the mute is over"
    UNREACHABLE = "the server has not answered for too long"
    REFUSED = "the server refuses: somebody has to change something"
    NOT_ACKNOWLEDGED = "nobody acknowledged for too long"
    FOLLOWED = "a message follows this very task: it becomes its card"
    DRILL = "a drill: nothing failed"
    # an incident is made or grows
    NEW = "not seen before"
    DIFFERS = "the same task failed in another way"
    AGAIN_LATER = "failed again, long after it was settled"
    DISMISSED_BEFORE = "its card was deleted, and it failed again"
    MUTED = "muted: recorded, not told"
    REPEATED = "the same failure again: counted on the card that stands"
    REPEATED_ACKNOWLEDGED = "the same failure again, and acknowledged already"
    REOPENED = "failed again soon after it was settled: reopened quietly"
    # a failure changes
    ACKNOWLEDGED_ELSEWHERE = "acknowledged in Paperless"
    SUCCEEDED = "run again, and succeeded"
    VANISHED = "the row is gone"
    RUNNING_AGAIN = "delivered again: it runs"
    OWNER_CHANGED = "has another owner, or none"
    WENT_ON = "no longer stuck or silent"
    # a server changes
    DOES_NOT_ANSWER = "did not answer"
    ANSWERS_AGAIN = "answers again"
    SOON_AGAIN = "away again, soon after it was back: the same card"
    # a mute ends
    EXPIRED = "its time is over"
    CHANGED = "the task failed differently"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostCard:
    ref: int
    kind: CardKind
    channel_id: int
    reason: Reason
    server: str | None = None
    mention_role_id: int | None = None
    silent: bool = False
    thread: bool = False
    not_before: datetime | None = None
    catch_up_since: datetime | None = None
    reply_to_card: int | None = None
    total: int | None = None  # BACKLOG alone, with the next; a reminder that is over has 0 in the ledger
    unacknowledged: int | None = None
    message_id: int | None = None  # a message that stands already
    follower: int | None = None  # whose message that was


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenIncident:
    """`card` None: muted."""

    ref: int
    failure_id: int
    card: int | None
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class AddFailure:
    """To an incident that stands; `reopen`: it was settled and is open again."""

    incident: int
    failure_id: int
    reason: Reason
    reopen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowIncident:
    """An incident without a card gets one."""

    incident: int
    card: int
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFailure:
    """What Paperless says now about a failure that is open here. `state` OPEN: it stays open, and looks different."""

    failure_id: int
    state: IncidentState
    reason: Reason
    owner: int | None = None
    running_again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepWindow:
    """The channel's window after this plan."""

    window: "Window"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepOutage:
    """The server's outage after this plan; `card` None: not told (yet). `show`: the new state is worth an edit."""

    server: str
    since: datetime | None
    outage_reason: OutageReason | None
    detail: str
    tries: int
    ended_at: datetime | None
    card: int | None
    show: bool
    missed: int | None = None
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class EndMute:
    mute_id: int
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What stands in a channel: new cards since `started_at`, the digests that still take something in."""

    channel_id: int
    started_at: datetime | None = None
    last_at: datetime | None = None
    singles: int = 0
    digest: int | None = None
    digest_at: datetime | None = None
    held: int | None = None
    held_until: datetime | None = None
    catch_up: int | None = None
    catch_up_at: datetime | None = None
    mentioned_at: datetime | None = None
    reminded_at: datetime | None = None


Action = PostCard | OpenIncident | AddFailure | ShowIncident | ChangeFailure | KeepWindow | KeepOutage | EndMute
Plan = tuple[Action, ...]

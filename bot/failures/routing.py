"""Which channel, which role, and whether now: pure, from the configuration's routes in Alertmanager's sense."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.failures.card import IncidentKind
from bot.failures.incident import Failure
from bot.sections import FailuresSection, QuietHours, Receiver, Route

MATCHERS = Route.model_fields.keys() - Receiver.model_fields.keys()
_OF_TASKS = MATCHERS - {"servers"}
_STATUS = {IncidentKind.FAILED: "failure", IncidentKind.REVOKED: "revoked"}


FRESH = timedelta(hours=1)
"""What is older than this when the bot comes back, or Discord does, goes into one digest and mentions nobody."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The numbers of the configuration, and those that are no one's business to set."""

    group_interval: timedelta = timedelta(minutes=5)
    single_cards: int = 5
    escalate_after: timedelta | None = None
    escalate_role_id: int | None = None
    repeat_interval: timedelta = timedelta(hours=4)
    stuck_started: timedelta | None = timedelta(hours=2)
    stuck_pending: timedelta | None = timedelta(hours=2)
    silence: tuple[tuple[str, timedelta], ...] = ()
    unreachable_after: timedelta = timedelta(seconds=60)
    fresh: timedelta = FRESH
    # What shows later than this after it failed is told in a digest: rows that became visible, clocks that are far off.
    late: timedelta = timedelta(days=1)
    # A digest takes no more in after this: Discord limits edits of messages older than an hour.
    digest_age: timedelta = timedelta(hours=1)
    default: Receiver
    routes: tuple[Route, ...] = ()


def policy_of(section: FailuresSection) -> Policy:
    return Policy(
        group_interval=timedelta(seconds=section.group_interval_seconds),
        single_cards=section.single_cards,
        escalate_after=_set(section.escalate_after_seconds),
        escalate_role_id=section.escalate_role_id,
        repeat_interval=timedelta(seconds=section.repeat_interval_seconds),
        stuck_started=_set(section.stuck_started_seconds),
        stuck_pending=_set(section.stuck_pending_seconds),
        silence=tuple((kind.value, timedelta(seconds=after)) for kind, after in section.silence_seconds.items()),
        unreachable_after=timedelta(seconds=section.unreachable_after_seconds),
        default=section,
        routes=section.routes,
    )


def _set(seconds: float) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds else None


def receiver_of(failure: Failure, policy: Policy) -> Receiver:
    """The first route that matches, else the default."""
    return next((route for route in policy.routes if _matches(route, failure)), policy.default)


def _matches(route: Route, failure: Failure) -> bool:
    """An empty list matches everything. Stuck and silent tasks have no status, and no route that asks for one."""
    return (
        (not route.servers or failure.server in route.servers)
        and (not route.task_types or failure.task_type in route.task_types)
        and (not route.trigger_sources or failure.trigger_source in route.trigger_sources)
        and (not route.owners or failure.owner in route.owners)
        and (not route.statuses or _status(failure) in route.statuses)
    )


def _status(failure: Failure) -> str | None:
    """A drill has the status of what it stands for, as its error's type."""
    return failure.error_type if failure.kind is IncidentKind.DRILL else _STATUS.get(failure.kind)


def receiver_of_server(server: str, policy: Policy) -> Receiver:
    """Where it is told that a server does not answer: the route for that server whatever fails, else the default."""
    for route in policy.routes:
        narrow = any(getattr(route, name) for name in _OF_TASKS)
        if not narrow and (not route.servers or server in route.servers):
            return route
    return policy.default


def receiver_of_channel(channel_id: int, policy: Policy) -> Receiver:
    """What holds for a channel as a whole: the first receiver that names it, the default before all others."""
    return next((each for each in (policy.default, *policy.routes) if each.channel_id == channel_id), policy.default)


def quiet_until(hours: QuietHours | None, now: datetime) -> datetime | None:
    """The end of the quiet hours that `now` lies in, None outside. `end` before `start` spans midnight.

    Wall-clock times of the zone: on the days on which clocks change the span is an hour longer or shorter.
    """
    if hours is None:
        return None
    local = now.astimezone(ZoneInfo(hours.timezone))
    clock = local.time()
    inside = hours.start <= clock < hours.end
    if hours.start > hours.end:
        inside = clock >= hours.start or clock < hours.end
    if not inside:
        return None
    day = local.date() if clock < hours.end else local.date() + timedelta(days=1)
    end = datetime.combine(day, hours.end, ZoneInfo(hours.timezone)).astimezone(UTC)
    return end if end > now else None  # the hour that comes twice in autumn

"""Builders for the cases of the plan: what is given, and how a case is written down."""

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from bot.failures.actions import (
    Action,
    CardKind,
    KeepWindow,
    Plan,
    PostCard,
    Reason,
    Window,
)
from bot.failures.card import IncidentKind, IncidentState, OutageReason
from bot.failures.incident import Failure
from bot.failures.plan import plan
from bot.failures.routing import Policy
from bot.failures.view import (
    Answered,
    Muted,
    Numbered,
    OpenFailure,
    ServerState,
    Snapshot,
    Standing,
    Unanswered,
    View,
)
from bot.paperless.models import Task, TaskStatus, TaskType
from bot.sections import QuietHours, Receiver
from tests.failures.world import ALERTS, ROLE, START

NOW = START
OPEN, ACKNOWLEDGED = IncidentState.OPEN, IncidentState.ACKNOWLEDGED
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def a_failure(name: str = "a", **changes: Any) -> Failure:
    values: dict[str, Any] = {
        "server": "home",
        "task_id": f"task-{name}",
        "at": NOW - timedelta(seconds=3),
        "kind": IncidentKind.FAILED,
        "task_type": "consume_file",
        "fingerprint": name,
        "kind_print": "kind",
        "subject": name.split("/")[0],
    }
    return Failure(**values | changes)


def numbered(*failures: Failure) -> tuple[Numbered, ...]:
    return tuple(Numbered(failure_id=number, failure=each) for number, each in enumerate(failures, start=1))


def standing(state: IncidentState = OPEN, *, settled: timedelta | None = None, **changes: Any) -> dict[str, Standing]:
    settled_at = None if settled is None else NOW - settled
    one = Standing(incident_id=70, fingerprint="a", state=state, settled_at=settled_at, card_stands=True, has_card=True)
    return {"a": replace(one, **changes)}


def window(**changes: Any) -> dict[int, Window]:
    values: dict[str, Any] = {"started_at": NOW - MINUTE, "last_at": NOW - MINUTE, "singles": 1}
    return {ALERTS: Window(channel_id=ALERTS, **values | changes)}


def muted(**changes: Any) -> tuple[Muted, ...]:
    one = Muted(mute_id=5, fingerprint="a", subject="a", until=NOW + HOUR, until_change=False)
    return (replace(one, **changes),)


def a_policy(**changes: Any) -> Policy:
    return Policy(**{"default": Receiver(channel_id=ALERTS, mention_role_id=ROLE)} | changes)


def server(**changes: Any) -> ServerState:
    values: dict[str, Any] = dict.fromkeys(each.name for each in fields(ServerState))
    return ServerState(**values | {"server": "home", "outage_detail": "", "outage_tries": 0} | changes)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is seen and known, and what is to come of it: `expected` holds (action, reason, some of its fields)."""

    says: str
    seen: Snapshot = field(default_factory=lambda: Snapshot(server="home"))
    known: View = field(default_factory=lambda: view())
    policy: Policy = field(default_factory=a_policy)
    expected: tuple[tuple[type[Action], Reason, dict[str, Any]], ...]


def failing(*failures: Failure) -> Snapshot:
    return Snapshot(server="home", failures=numbered(*failures))


def view(**changes: Any) -> View:
    values: dict[str, Any] = dict.fromkeys(("mutes", "swallowed", "waiting"), ())
    values |= {each: {} for each in ("incidents", "windows", "followed")}
    return View(**values | {"server": server()} | changes)


def many(number: int) -> list[Failure]:
    return [a_failure(f"{each:03}", at=NOW - timedelta(seconds=200 - each)) for each in range(number)]


def singles(number: int) -> tuple[tuple[type[Action], Reason, dict[str, Any]], ...]:
    roles = [ROLE] + [None] * number
    return tuple(
        (PostCard, Reason.FIRST_IN_WINDOW, {"kind": CardKind.INCIDENT, "mention_role_id": roles[each]})
        for each in range(number)
    )


HELD = Receiver(
    channel_id=ALERTS,
    mention_role_id=ROLE,
    quiet_hours=QuietHours(start="11:00", end="13:00", mode="hold"),  # type: ignore[arg-type]
)
SILENT = HELD.model_copy(
    update={"quiet_hours": QuietHours(start="11:00", end="13:00")}  # type: ignore[arg-type]
)


def a_row(status: TaskStatus = TaskStatus.FAILURE, **changes: Any) -> Task:
    values: dict[str, Any] = {
        "id": 9,
        "task_id": "task-a",
        "status": status,
        "task_type": TaskType.CONSUME_FILE,
        "date_created": NOW - HOUR,
        "date_started": NOW - HOUR,
        "date_done": NOW - MINUTE,
        "owner": 4,
    }
    return Task(**values | changes)


def an_open_one(**changes: Any) -> OpenFailure:
    values: dict[str, Any] = {
        "failure_id": 33,
        "task_id": "task-a",
        "at": NOW - MINUTE,
        "kind": IncidentKind.FAILED,
        "error_type": None,
        "owner": 4,
        "running_again": False,
    }
    return OpenFailure(**values | changes)


def looking(row: Task | None, **changes: Any) -> Snapshot:
    return Snapshot(server="home", looked_at=((an_open_one(**changes), row),))


REFUSED, AWAY = OutageReason.REFUSED, OutageReason.UNREACHABLE
SILENCE = Snapshot(server="home", answer=Unanswered(reason=AWAY, detail="no answer"))
REFUSAL = Snapshot(server="home", answer=Unanswered(reason=REFUSED, detail="bad token"))
ANSWER = Snapshot(server="home", answer=Answered(new=3))


def away(since: timedelta, **changes: Any) -> View:
    values = {"outage_since": NOW - since, "outage_reason": AWAY, "outage_tries": 9}
    return view(server=server(**values | changes))


def told(made: Plan) -> list[Any]:
    return [action for action in made if not isinstance(action, KeepWindow)]


def check(case: Case) -> None:
    made = told(plan(case.seen, case.known, case.policy, NOW))
    assert [(type(action), action.reason) for action in made] == [(kind, why) for kind, why, _ in case.expected]
    for action, (_, _, some) in zip(made, case.expected, strict=True):
        assert {name: getattr(action, name) for name in some} == some

"""The specification, second part: what is done elsewhere, or no failure; and what holds for every plan."""

from dataclasses import MISSING, fields, replace
from datetime import datetime, timedelta
from typing import Any, get_type_hints

import pytest

from bot.failures.actions import (
    AddFailure,
    CardKind,
    ChangeFailure,
    KeepOutage,
    OpenIncident,
    PostCard,
    Reason,
    Window,
)
from bot.failures.card import IncidentKind, IncidentState
from bot.failures.plan import plan
from bot.failures.rows import window_from, window_values
from bot.failures.view import (
    Followed,
    Muted,
    OpenFailure,
    ServerState,
    Standing,
    Swallowed,
    View,
    Waiting,
)
from bot.paperless.models import TaskStatus
from tests.failures.given import (
    ACKNOWLEDGED,
    ANSWER,
    HOUR,
    MINUTE,
    NOW,
    OPEN,
    REFUSAL,
    REFUSED,
    SILENCE,
    SILENT,
    Case,
    a_policy,
    a_row,
    away,
    check,
    failing,
    looking,
    many,
    view,
    window,
)
from tests.failures.test_plan import CASES as OF_FAILURES
from tests.failures.test_plan_muted import CASES as OF_MUTES
from tests.failures.world import ALERTS

CASES = [
    # --- done elsewhere
    Case(
        says="acknowledged in the web UI",
        seen=looking(a_row(acknowledged=True)),
        expected=((ChangeFailure, Reason.ACKNOWLEDGED_ELSEWHERE, {"state": ACKNOWLEDGED, "failure_id": 33}),),
    ),
    Case(
        says="delivered again: it runs, and stays open",
        seen=looking(a_row(TaskStatus.STARTED)),
        expected=((ChangeFailure, Reason.RUNNING_AGAIN, {"state": OPEN, "running_again": True}),),
    ),
    Case(
        says="delivered again, and still running: as it was",
        seen=looking(a_row(TaskStatus.STARTED), running_again=True),
        expected=(),
    ),
    Case(
        says="run again and succeeded",
        seen=looking(a_row(TaskStatus.SUCCESS), running_again=True),
        expected=((ChangeFailure, Reason.SUCCEEDED, {"state": IncidentState.SUCCEEDED}),),
    ),
    Case(
        says="the row is gone",
        seen=looking(None),
        expected=((ChangeFailure, Reason.VANISHED, {"state": IncidentState.GONE}),),
    ),
    Case(
        says="its owner was deleted",
        seen=looking(a_row(owner=None)),
        expected=((ChangeFailure, Reason.OWNER_CHANGED, {"state": OPEN, "owner": None}),),
    ),
    Case(says="the row is as it was", seen=looking(a_row()), expected=()),
    Case(
        says="stuck no longer: it ended",
        seen=looking(a_row(), kind=IncidentKind.STUCK, error_type="started", at=NOW - HOUR),
        expected=((ChangeFailure, Reason.WENT_ON, {"state": IncidentState.ENDED}),),
    ),
    Case(
        says="still stuck",
        seen=looking(
            a_row(TaskStatus.STARTED, date_done=None), kind=IncidentKind.STUCK, error_type="started", at=NOW - HOUR
        ),
        expected=(),
    ),
    Case(
        says="still stuck, on 2.20, which records no start",
        seen=looking(
            a_row(TaskStatus.STARTED, date_done=None, date_started=None),
            kind=IncidentKind.STUCK,
            error_type="started",
            at=NOW - HOUR,
        ),
        expected=(),
    ),
    Case(
        says="stuck in the queue no longer: it runs",
        seen=looking(
            a_row(TaskStatus.STARTED, date_done=None, date_started=None),
            kind=IncidentKind.STUCK,
            error_type="pending",
            at=NOW - HOUR,
        ),
        expected=((ChangeFailure, Reason.WENT_ON, {"state": IncidentState.ENDED}),),
    ),
    # --- the server
    Case(
        says="no answer: counted, not told yet",
        seen=SILENCE,
        expected=((KeepOutage, Reason.DOES_NOT_ANSWER, {"since": NOW, "tries": 1, "card": None}),),
    ),
    Case(
        says="no answer for a minute: told",
        seen=SILENCE,
        known=away(MINUTE),
        expected=(
            (PostCard, Reason.UNREACHABLE, {"kind": CardKind.OUTAGE, "server": "home"}),
            (KeepOutage, Reason.DOES_NOT_ANSWER, {"tries": 10, "since": NOW - MINUTE, "card": -1}),
        ),
    ),
    Case(
        says="still no answer: counted on the card, which is edited now and then",
        seen=SILENCE,
        known=away(HOUR, outage_card=600, outage_shown_at=NOW - MINUTE),
        expected=((KeepOutage, Reason.DOES_NOT_ANSWER, {"card": 600, "show": False, "tries": 10}),),
    ),
    Case(
        says="the token is refused: told at once, it does not mend itself",
        seen=REFUSAL,
        expected=(
            (PostCard, Reason.REFUSED, {"kind": CardKind.OUTAGE}),
            (KeepOutage, Reason.DOES_NOT_ANSWER, {"outage_reason": REFUSED, "detail": "bad token"}),
        ),
    ),
    Case(
        says="it answers again: the card says so, and what was missed",
        seen=ANSWER,
        known=away(HOUR, outage_card=600),
        expected=((KeepOutage, Reason.ANSWERS_AGAIN, {"ended_at": NOW, "missed": 3, "card": 600, "show": True}),),
    ),
    Case(
        says="away again within minutes: the same card goes on",
        seen=SILENCE,
        known=away(HOUR, outage_card=600, outage_ended_at=NOW - MINUTE),
        expected=((KeepOutage, Reason.SOON_AGAIN, {"card": 600, "since": NOW - HOUR, "ended_at": None}),),
    ),
    Case(
        says="away again hours later: another outage",
        seen=SILENCE,
        known=away(9 * HOUR, outage_card=600, outage_ended_at=NOW - 8 * HOUR),
        expected=((KeepOutage, Reason.DOES_NOT_ANSWER, {"card": None, "since": NOW, "tries": 1}),),
    ),
    Case(says="it answers, as ever", seen=ANSWER, expected=()),
    # --- nobody acknowledges
    Case(
        says="nobody acknowledged for too long: a reminder that calls the role for it",
        known=view(waiting=(Waiting(channel_id=ALERTS, since=NOW - 2 * HOUR, only_card=500),)),
        policy=a_policy(escalate_after=HOUR, escalate_role_id=77),
        expected=(
            (
                PostCard,
                Reason.NOT_ACKNOWLEDGED,
                {"kind": CardKind.REMINDER, "mention_role_id": 77, "reply_to_card": 500},
            ),
        ),
    ),
    Case(
        says="reminded of it within the repeat interval: not again",
        known=view(
            waiting=(Waiting(channel_id=ALERTS, since=NOW - 2 * HOUR, only_card=None),),
            windows=window(reminded_at=NOW - HOUR),
        ),
        policy=a_policy(escalate_after=HOUR),
        expected=(),
    ),
    Case(
        says="reminded of others, which are acknowledged by now: of these as well",
        known=view(
            waiting=(Waiting(channel_id=ALERTS, since=NOW - 2 * HOUR, only_card=None),),
            windows=window(reminded_at=NOW - 3 * HOUR),
        ),
        policy=a_policy(escalate_after=HOUR),
        expected=((PostCard, Reason.NOT_ACKNOWLEDGED, {}),),
    ),
    Case(
        says="a reminder waits until quiet hours end",
        known=view(waiting=(Waiting(channel_id=ALERTS, since=NOW - 2 * HOUR, only_card=None),)),
        policy=a_policy(escalate_after=HOUR, default=SILENT),
        expected=(),
    ),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.says) for case in CASES])
def test_the_plan(case: Case) -> None:
    check(case)


ALL = (*OF_FAILURES, *OF_MUTES, *CASES)


def test_every_reason_has_a_case() -> None:
    used = {each[1] for case in ALL for each in case.expected}
    assert set(Reason) - used == set()


def test_a_plan_is_a_pure_function_of_what_it_is_given() -> None:
    for case in ALL:
        assert plan(case.seen, case.known, case.policy, NOW) == plan(case.seen, case.known, case.policy, NOW)


def test_failures_are_told_in_the_order_in_which_they_failed() -> None:
    shuffled = [many(9)[index] for index in (4, 0, 8, 2, 6, 1, 3, 7, 5)]
    made = plan(failing(*shuffled), view(), a_policy(), NOW)
    numbers = [action.failure_id for action in made if isinstance(action, OpenIncident)]
    assert [shuffled[number - 1].fingerprint for number in numbers] == [each.fingerprint for each in many(9)]


def test_every_failure_is_in_exactly_one_action() -> None:
    made = plan(failing(*many(50), *many(50)), view(), a_policy(), NOW)
    numbers = [action.failure_id for action in made if isinstance(action, OpenIncident | AddFailure)]
    assert sorted(numbers) == list(range(1, 101))


@pytest.mark.parametrize("moment", [NOW + step * MINUTE for step in range(0, 600, 37)])
def test_no_more_than_six_new_messages_a_window_whatever_the_hour(moment: datetime) -> None:
    failures = [replace(each, at=moment) for each in many(100)]
    made = plan(failing(*failures), view(), a_policy(), moment)
    assert sum(isinstance(action, PostCard) for action in made) == 6


@pytest.mark.parametrize("read", [View, ServerState, Standing, Muted, Swallowed, Waiting, Followed, OpenFailure])
def test_what_a_plan_is_given_from_the_ledger_has_no_default(read: type[Any]) -> None:
    """A field that nobody reads from there would be right in the cases above, and never in the bot."""
    assert [each.name for each in fields(read) if (each.default, each.default_factory) != (MISSING, MISSING)] == []


def test_the_ledger_keeps_all_of_a_window() -> None:
    kinds = get_type_hints(Window)
    values: dict[str, Any] = {
        name: number if kind in (int, int | None) else NOW + timedelta(hours=number)
        for number, (name, kind) in enumerate(kinds.items(), start=1)
    }
    assert window_from(window_values(Window(**values), {})) == Window(**values)

"""The other direction, pure: what became of failures that are open here, as their rows in Paperless tell."""

from bot.failures.actions import ChangeFailure, Reason
from bot.failures.card import IncidentKind, IncidentState
from bot.failures.incident import done_at, stands_since
from bot.failures.view import OpenFailure
from bot.paperless.models import Task, TaskStatus


def plan_changes(looked_at: tuple[tuple[OpenFailure, Task | None], ...]) -> tuple[ChangeFailure, ...]:
    changes = (_change(failure, row) for failure, row in looked_at)
    return tuple(change for change in changes if change is not None)


def _change(failure: OpenFailure, row: Task | None) -> ChangeFailure | None:
    if failure.kind is IncidentKind.STUCK:
        return _unstuck(failure, row)
    if row is None:
        return _to(failure, IncidentState.GONE, Reason.VANISHED)
    if row.status == TaskStatus.SUCCESS:
        return _to(failure, IncidentState.SUCCEEDED, Reason.SUCCEEDED)
    if not row.needs_attention:
        return None if failure.running_again else _running(failure, row)
    if row.acknowledged:
        return _to(failure, IncidentState.ACKNOWLEDGED, Reason.ACKNOWLEDGED_ELSEWHERE, owner=row.owner)
    if failure.running_again and done_at(row) == failure.at:
        return _running(failure, row, running_again=False)
    if row.owner != failure.owner:
        return _to(failure, IncidentState.OPEN, Reason.OWNER_CHANGED, owner=row.owner)
    return None


def _unstuck(failure: OpenFailure, row: Task | None) -> ChangeFailure | None:
    """Where it failed in the end, that failure has its own card."""
    if row is None:
        return _to(failure, IncidentState.GONE, Reason.VANISHED)
    if row.is_complete or (row.status, stands_since(row)) != (failure.error_type, failure.at):
        state = IncidentState.SUCCEEDED if row.status == TaskStatus.SUCCESS else IncidentState.ENDED
        return _to(failure, state, Reason.WENT_ON)
    return None


def _to(failure: OpenFailure, state: IncidentState, reason: Reason, *, owner: int | None = None) -> ChangeFailure:
    return ChangeFailure(failure_id=failure.failure_id, state=state, reason=reason, owner=owner)


def _running(failure: OpenFailure, row: Task, *, running_again: bool = True) -> ChangeFailure:
    return ChangeFailure(
        failure_id=failure.failure_id,
        state=IncidentState.OPEN,
        reason=Reason.RUNNING_AGAIN,
        owner=row.owner,
        running_again=running_again,
    )

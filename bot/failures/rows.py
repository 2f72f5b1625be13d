"""Between the ledger's rows and the values that plans are made of. Pure, but for the shape of a row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.failures.actions import Window
from bot.failures.card import Acknowledgement, FailureRow, IncidentKind, IncidentState, OutageReason
from bot.failures.incident import Failure
from bot.failures.view import Muted, Numbered, OpenFailure, ServerState

BACKLOG = "backlog"
SEEN = "seen"
OPEN = IncidentState.OPEN.value

Row = Mapping[Any, Any]

_FAILURE_FIELDS = tuple(name for name in Failure.__dataclass_fields__ if name not in ("kind", "acknowledged"))


def failure_values(failure: Failure, *, state: str, seen_at: datetime) -> dict[str, Any]:
    values = {name: getattr(failure, name) for name in _FAILURE_FIELDS}
    acknowledged = failure.acknowledged and state == SEEN
    return values | {
        "kind": failure.kind.value,
        "state": state,
        "seen_at": seen_at,
        "running_again": False,
        "unseen": acknowledged,
        "acknowledged_where": "paperless" if acknowledged else None,
        "acknowledged_at": seen_at if acknowledged else None,
    }


def failure_from(row: Row) -> Failure:
    values = {name: row[name] for name in _FAILURE_FIELDS}
    return Failure(**values, kind=IncidentKind(row["kind"]), acknowledged=row["unseen"])


def numbered_from(row: Row) -> Numbered:
    return Numbered(failure_id=row["id"], failure=failure_from(row))


def open_failure_from(row: Row) -> OpenFailure:
    return OpenFailure(
        failure_id=row["id"],
        task_id=row["task_id"],
        at=row["at"],
        kind=IncidentKind(row["kind"]),
        error_type=row["error_type"],
        owner=row["owner"],
        running_again=row["running_again"],
    )


def acknowledgement_from(row: Row) -> Acknowledgement | None:
    if row["acknowledged_where"] is None:
        return None
    return Acknowledgement(
        where=row["acknowledged_where"],
        user_id=row["acknowledged_user_id"],
        user_name=row["acknowledged_user_name"],
        at=row["acknowledged_at"],
    )


def failure_row_from(row: Row) -> FailureRow:
    state = IncidentState(row["state"])
    dismissed = state is IncidentState.OPEN and row["card_state"] == "dismissed"
    return FailureRow(
        number=row["number"],
        card_id=row["card_id"],
        incident_id=row["incident_id"],
        server=row["server"],
        task_id=row["task_id"],
        task_pk=row["task_pk"],
        kind=IncidentKind(row["kind"]),
        state=IncidentState.DISMISSED if dismissed else state,
        task_type=row["task_type"],
        filename=row["filename"],
        error_type=row["error_type"],
        message=row["message"],
        at=row["at"],
        acknowledgement=acknowledgement_from(row),
    )


def window_from(row: Row) -> Window:
    return Window(
        channel_id=row["id"],
        started_at=row["window_started_at"],
        last_at=row["window_last_at"],
        singles=row["window_singles"],
        digest=row["digest_card_id"],
        digest_at=row["digest_at"],
        held=row["held_card_id"],
        held_until=row["held_until"],
        catch_up=row["catch_up_card_id"],
        catch_up_at=row["catch_up_at"],
        mentioned_at=row["mentioned_at"],
        reminded_at=row["reminded_at"],
    )


def window_values(window: Window, refs: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": window.channel_id,
        "window_started_at": window.started_at,
        "window_last_at": window.last_at,
        "window_singles": window.singles,
        "digest_card_id": _real(window.digest, refs),
        "digest_at": window.digest_at,
        "held_card_id": _real(window.held, refs),
        "held_until": window.held_until,
        "catch_up_card_id": _real(window.catch_up, refs),
        "catch_up_at": window.catch_up_at,
        "mentioned_at": window.mentioned_at,
        "reminded_at": window.reminded_at,
    }


def _real(ref: int | None, refs: Mapping[int, int]) -> int | None:
    return ref if ref is None or ref > 0 else refs[ref]


def server_state_from(row: Row, *, away_since: datetime | None) -> ServerState:
    reason = row["outage_reason"]
    return ServerState(
        server=row["name"],
        away_since=away_since,
        outage_since=row["outage_since"],
        outage_reason=None if reason is None else OutageReason(reason),
        outage_detail=row["outage_detail"] or "",
        outage_tries=row["outage_tries"],
        outage_ended_at=row["outage_ended_at"],
        outage_card=row["outage_card_id"],
        outage_shown_at=row["outage_shown_at"],
        outage_missed=row["outage_missed"],
    )


def muted_from(row: Row) -> Muted:
    return Muted(
        mute_id=row["id"],
        fingerprint=row["fingerprint"],
        subject=row["subject"],
        until=row["until"],
        until_change=row["until_change"],
    )

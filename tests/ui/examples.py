"""Cards to start a case from: `incident(count=7)` is the card of invoice-11.pdf, failed seven times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.failures.card import (
    Acknowledgement,
    BacklogCard,
    DigestCard,
    DigestLine,
    FailureRow,
    IncidentCard,
    IncidentKind,
    IncidentState,
    OutageCard,
    OutageReason,
    ReminderCard,
)
from bot.paperless.models import Task, TaskStatus, TaskType, TriggerSource

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
T, AT = "<t:1795442400:R>", "<t:1795442400:f>"  # as Discord is told of NOW: how long ago, and the date
LINK_BASE = "https://docs.example.org"
ADA = 5000000000000000001
UUID = "5b6c7d8e-41d0-4ea6-88f8-bdc08b60dd46"

_INCIDENT = IncidentCard(
    card_id=7,
    incident_id=70,
    server="home",
    show_server=False,
    kind=IncidentKind.FAILED,
    state=IncidentState.OPEN,
    task_id=UUID,
    task_pk=1337,
    task_type="consume_file",
    trigger_source="api_upload",
    filename="invoice-11.pdf",
    error_type="ConsumerError",
    message="invoice-11.pdf: Unsupported mime type application/zip",
    owner=3,
    count=1,
    open_count=1,
    first_at=NOW,
    last_at=NOW,
    duration_seconds=4.0,
    wait_time_seconds=1.0,
    acknowledgement=None,
    acknowledged_unseen=False,
    running_again=False,
    document_id=None,
    duplicate_of=None,
    duplicate_in_trash=False,
    link_base=LINK_BASE,
    muted_until=None,
    through=99,
)
_LINE = DigestLine(
    line_id=1,
    server="home",
    kind=IncidentKind.FAILED,
    task_type="consume_file",
    error_type="ConsumerError",
    message="Unsupported mime type application/zip",
    count=412,
    open_count=412,
    examples=("a.zip", "b.zip", "c.zip"),
    example_count=412,
)
_DIGEST = DigestCard(
    card_id=8,
    channel_id=3000000000000000003,
    servers=("home",),
    show_server=False,
    total=1000,
    open_total=1000,
    lines=(_LINE,),
    kinds=1,
    first_at=NOW,
    last_at=NOW + timedelta(minutes=2),
    through=1234,
    acknowledgements=(),
    catch_up_since=None,
    link_base=LINK_BASE,
)
_BACKLOG = BacklogCard(
    card_id=9, server="home", show_server=False, total=312, unacknowledged=40, link_base=LINK_BASE, at=NOW
)
_OUTAGE = OutageCard(
    card_id=10,
    server="home",
    show_server=False,
    reason=OutageReason.UNREACHABLE,
    detail="Nothing answers at http://localhost:8000: is Paperless running there?",
    since=NOW,
    tries=12,
    ended_at=None,
    missed=None,
    link_base=LINK_BASE,
)
_REMINDER = ReminderCard(
    card_id=11,
    channel_id=3000000000000000003,
    show_server=False,
    open_total=7,
    oldest_at=NOW,
    lines=(_LINE,),
    kinds=1,
)


def incident(**changes: Any) -> IncidentCard:
    return replace(_INCIDENT, **changes)


def line(**changes: Any) -> DigestLine:
    return replace(_LINE, **changes)


def digest(**changes: Any) -> DigestCard:
    return replace(_DIGEST, **changes)


def backlog(**changes: Any) -> BacklogCard:
    return replace(_BACKLOG, **changes)


def outage(**changes: Any) -> OutageCard:
    return replace(_OUTAGE, **changes)


def reminder(**changes: Any) -> ReminderCard:
    return replace(_REMINDER, **changes)


def in_discord(*, user_name: str = "ada") -> Acknowledgement:
    return Acknowledgement(where="discord", user_id=ADA, user_name=user_name, at=NOW)


def in_paperless() -> Acknowledgement:
    return Acknowledgement(where="paperless", user_id=None, user_name=None, at=NOW)


def task(**changes: Any) -> Task:
    """The task of invoice-11.pdf, that failed."""
    fields: dict[str, Any] = {
        "id": 1337,
        "task_id": UUID,
        "status": TaskStatus.FAILURE,
        "task_type": TaskType.CONSUME_FILE,
        "trigger_source": TriggerSource.API_UPLOAD,
        "date_created": NOW,
        "date_started": NOW,
        "date_done": NOW,
        "duration_seconds": 4.0,
        "wait_time_seconds": 1.0,
        "input_data": {"filename": "invoice-11.pdf"},
        "result_data": {
            "error_type": "ConsumerError",
            "error_message": "invoice-11.pdf: Unsupported mime type application/zip",
            "traceback": 'Traceback (most recent call last):\n  File "/usr/src/paperless/x.py", line 1\n',
        },
        "owner": 3,
    }
    return Task(**{**fields, **changes})


def failure_row(**changes: Any) -> FailureRow:
    return replace(_ROW, **changes)


_ROW = FailureRow(
    number=99,
    card_id=8,
    incident_id=70,
    server="home",
    task_id=UUID,
    task_pk=1337,
    kind=IncidentKind.FAILED,
    state=IncidentState.OPEN,
    task_type="consume_file",
    filename="invoice-11.pdf",
    error_type="ConsumerError",
    message="invoice-11.pdf: Unsupported mime type application/zip",
    at=NOW,
    acknowledgement=None,
)

"""Rebuilds, from the rows that the recordings show, the table that a recorded request met.

The recordings of 3.0.5 come from one server: 62 rows at the time of most requests, of which all but seven are seen
whole somewhere. The seven are told by the recorded counts, averages and filters; see `UNSEEN`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.paperless import Clock, Pace, SandboxPaperless
from tests.shared import PAPERLESS_3

Json = Any
FILL_FROM = 63  # pks given to rows of which only the count is known


@dataclass(frozen=True)
class Recording:
    name: str
    folder: Path
    data: dict[str, Any]

    @property
    def user(self) -> str | None:
        found: str | None = self.data["user"]
        return found

    @property
    def request(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["request"]
        return found

    @property
    def response(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["response"]
        return found

    @property
    def at(self) -> datetime:
        """The end of the second that the Date header names."""
        return parsedate_to_datetime(self.response["headers"]["date"]) + timedelta(seconds=0.999999)


@cache
def recordings(folder: Path) -> dict[str, Recording]:
    """Every recorded request with its answer, by name."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if "request" in data and "response" in data:
            found[path.stem] = Recording(path.stem, folder, data)
    return found


def all_names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.json")}


def document(name: str, folder: Path = PAPERLESS_3) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def rows_in(value: Json) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("id"), int) and {"status", "date_created", "owner"} <= value.keys():
            yield value
        else:
            for inner in value.values():
                yield from rows_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from rows_in(inner)


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def columns(row: dict[str, Any]) -> dict[str, Any]:
    """The columns behind a row of version 10."""
    kept = {key: value for key, value in row.items() if not key.endswith("_display")}
    for name in ("date_created", "date_started", "date_done"):
        kept[name] = moment(row[name])
    kept["related_document_ids"] = tuple(row["related_document_ids"])
    return kept


def _unseen(pk: int, owner: int | None, **fields: Any) -> dict[str, Any]:
    created = datetime.fromisoformat("2026-11-23T13:24:14+01:00") + timedelta(seconds=pk)
    return {
        "id": pk,
        "task_id": f"00000000-0000-4000-8000-{pk:012}",
        "task_type": "consume_file",
        "trigger_source": "api_upload",
        "status": "success",
        "date_created": created,
        "date_started": created + timedelta(seconds=1),
        "date_done": created + timedelta(seconds=2),
        "input_data": {"filename": f"unseen-{pk}.txt", "mime_type": "text/plain", "overrides": {}},
        "result_data": {"document_id": 90 + pk},
        "acknowledged": False,
        "owner": owner,
        **fields,
    }


FAILED = {
    "status": "failure",
    "result_data": {"error_type": "ConsumerError", "error_message": "x", "traceback": ""},
}
HALF_PAST = datetime.fromisoformat("2026-11-23T13:30:00.002+01:00")
UNSEEN = [
    _unseen(8, 4, **FAILED),
    _unseen(9, 4, **FAILED),
    _unseen(10, 4),
    _unseen(11, 4),
    _unseen(12, 7),
    _unseen(13, 2),
    _unseen(
        32,
        None,
        task_type="mail_fetch",
        trigger_source="scheduled",
        date_created=HALF_PAST,
        date_started=HALF_PAST + timedelta(seconds=10.408497),
        date_done=HALF_PAST + timedelta(seconds=10.419369),
        duration_seconds=0.010872,
        wait_time_seconds=10.408497,
        input_data={},
        result_data=None,
    ),
]
# Seen pending only; they ended before the next thing that was recorded.
ENDED_UNSEEN = (23, 24, 26, 27)
# Row 28 and 22 were acknowledged while they ran, before everything else.
EARLY_ACKNOWLEDGED = {22, 28}


@cache
def _last_seen() -> dict[int, dict[str, Any]]:
    """Each row as it was at its latest `date_done`."""
    latest: dict[int, dict[str, Any]] = {}
    for path in sorted(PAPERLESS_3.rglob("*.json")):
        for row in rows_in(json.loads(path.read_text(encoding="utf-8"))):
            if "related_document_ids" not in row:
                continue
            before = latest.get(row["id"])
            if before is None or (row["date_done"] or "") >= (before["date_done"] or ""):
                latest[row["id"]] = row
    rows = {pk: columns(row) | {"acknowledged": pk in EARLY_ACKNOWLEDGED} for pk, row in latest.items()}
    rows |= {row["id"]: dict(row) for row in UNSEEN}
    for pk in ENDED_UNSEEN:
        done = datetime.fromisoformat("2026-11-23T13:29:36+01:00") + timedelta(milliseconds=pk)
        rows[pk] |= {
            "status": "success",
            "date_started": done - timedelta(milliseconds=100),
            "date_done": done,
            "result_data": {"document_id": pk - 12},
            "related_document_ids": (pk - 12,),
        }
    _spread(rows)
    return rows


def _spread(rows: dict[int, dict[str, Any]]) -> None:
    """The consumptions whose end was not seen take what is missing of the recorded averages."""
    for summary, last, unseen in (("summary_while_busy", 16, range(8, 14)), ("summary_default", 62, ENDED_UNSEEN)):
        recorded = recordings(PAPERLESS_3)[summary].response["body"]
        means = next(entry for entry in recorded if entry["task_type"] == "consume_file")
        for name in ("duration_seconds", "wait_time_seconds"):
            ended = [r for pk, r in rows.items() if pk <= last and _counts_in_means(r)]
            missing = means[f"avg_{name}"] * len(ended) - sum(r.get(name) or 0 for r in ended)
            for pk in unseen:
                rows[pk][name] = missing / len(unseen)


def _counts_in_means(row: dict[str, Any]) -> bool:
    return row["task_type"] == "consume_file" and row["status"] in ("success", "failure")


def _as_of(row: dict[str, Any], at: datetime) -> dict[str, Any] | None:
    """The row as it must have been at this moment."""
    if row["date_created"] > at:
        return None
    if row["date_done"] is None or row["date_done"] <= at:
        return row
    started = row["date_started"] is not None and row["date_started"] <= at
    return row | {
        "status": "started" if started else "pending",
        "date_started": row["date_started"] if started else None,
        "date_done": None,
        "duration_seconds": None,
        "wait_time_seconds": None,
        "result_data": None,
        "related_document_ids": (),
    }


def rows_v3(at: datetime) -> dict[int, dict[str, Any]]:
    return {pk: seen for pk, row in _last_seen().items() if (seen := _as_of(row, at)) is not None}


def seed_v3_at(paperless: SandboxPaperless, at: datetime) -> None:
    """The table as it was at a moment, without regard to one request."""
    for row in rows_v3(at).values():
        paperless.add_task(**row)


def seed_v3(paperless: SandboxPaperless, recording: Recording) -> None:
    rows = rows_v3(recording.at)
    body = recording.response["body"]
    for shown in rows_in(body):
        if "related_document_ids" in shown:
            rows[shown["id"]] = columns(shown)
        elif shown["id"] in rows:
            rows[shown["id"]] = rows[shown["id"]] | {"acknowledged": shown["acknowledged"]}
    for pk in DELETED.get(recording.name, ()):
        rows.pop(pk, None)
    for pk in ACKNOWLEDGED_BEFORE.get(recording.name, ()):
        rows[pk] = rows[pk] | {"acknowledged": True}
    _fill(rows, recording)
    paperless.users.add("tempuser")
    for row in rows.values():
        paperless.add_task(**row)
    _documents(paperless, recording)


# What an administrator had deleted by then, or was made later in the same second; what the requests of the same
# second had acknowledged.
DELETED = {
    "active_worker_dead_started_and_pending_stuck": (42, 43),
    "status_endpoint_worker_dead": (42, 43),
    "list_accept_language_de": (201452, 201453, 201512),
    "pk_404_after_row_deleted_in_django_admin": (101448,),
    "task_id_after_row_deleted_in_django_admin": (101448,),
}
ACKNOWLEDGED_BEFORE = {
    "acknowledge_all_true_as_bob": (42, 53, 54, 60, 61, 62),
    "acknowledge_all_true_again_zero": range(1, 63),
}


def _documents(paperless: SandboxPaperless, recording: Recording) -> None:
    shown = recordings(PAPERLESS_3)["document_by_pk_ok"].response["body"]
    paperless.documents.add(
        id=shown["id"],
        title=shown["title"],
        original_file_name=shown["original_file_name"],
        mime_type=shown["mime_type"],
        checksum=shown["versions"][0]["checksum"],
        added=moment(shown["added"]),
        modified=moment(shown["modified"]),
        created=shown["created"],
        owner=shown["owner"],
        content=shown["content"],
        page_count=shown["page_count"],
    )


def _fill(rows: dict[int, dict[str, Any]], recording: Recording) -> None:
    """Rows of which a later, unfiltered list tells only that they are there."""
    body = recording.response["body"]
    if recording.name == "active_capped_at_50_newest_first":
        waiting = {"status": "pending", "date_started": None, "date_done": None, "date_created": HALF_PAST}
        rows |= {pk: _unseen(pk, 2, **waiting) for pk in range(201454, 201512)}
    asked = {name for name, _ in parse_qsl(recording.request["query"] or "", keep_blank_values=True)}
    unfiltered = asked <= {"page", "page_size"}
    if not (isinstance(body, dict) and "count" in body and unfiltered):
        return
    pk = FILL_FROM
    while len(rows) < body["count"]:
        if pk not in rows:
            rows[pk] = _unseen(pk, None)
        pk += 1


def server(folder: Path, at: datetime) -> SandboxPaperless:
    version = "3.0.5" if folder == PAPERLESS_3 else "2.20.15"
    return SandboxPaperless(version=version, clock=Clock.stepped(at), pace=Pace(queue=0, work=0))

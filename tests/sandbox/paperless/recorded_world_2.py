"""Rebuilds, from the rows that the recordings of 2.20.15 show, the table that a recorded request met."""

import json
from datetime import datetime
from functools import cache
from typing import Any

from bot.sandbox.paperless import SandboxPaperless
from tests.shared import PAPERLESS_2

from .recorded_world import Recording, moment, rows_in

V2_TASK_TYPES = {"check_sanity": "sanity_check"}
V2_SOURCES = {"auto_task": "api_upload", "manual_task": "manual", "scheduled_task": "scheduled"}


def columns_v2(row: dict[str, Any]) -> dict[str, Any]:
    related = row["related_document"]
    return {
        "id": row["id"],
        "task_id": row["task_id"],
        "task_type": V2_TASK_TYPES.get(row["task_name"], row["task_name"]),
        "trigger_source": V2_SOURCES[row["type"]],
        "status": row["status"].lower(),
        "date_created": moment(row["date_created"]),
        "date_done": moment(row["date_done"]),
        "input_data": {"filename": row["task_file_name"]} if row["task_file_name"] else {},
        "result_text": row["result"],
        "related_document_ids": (int(related),) if related else (),
        "acknowledged": row["acknowledged"],
        "owner": row["owner"],
    }


@cache
def _last_seen_v2() -> dict[int, dict[str, Any]]:
    latest: dict[int, dict[str, Any]] = {}
    for path in sorted(PAPERLESS_2.glob("*.json")):
        for row in rows_in(json.loads(path.read_text(encoding="utf-8"))):
            if "task_name" not in row:
                continue
            before = latest.get(row["id"])
            if before is None or (row["date_done"] or "") >= (before["date_done"] or ""):
                latest[row["id"]] = row
    return {pk: columns_v2(row) for pk, row in latest.items()}


def _as_of_v2(row: dict[str, Any], at: datetime) -> dict[str, Any] | None:
    if row["date_created"] > at:
        return None
    if row["date_done"] is None or row["date_done"] <= at:
        return row
    empty = {"status": "pending", "date_done": None, "result_text": None, "related_document_ids": ()}
    return row | empty


def rows_v2(at: datetime) -> dict[int, dict[str, Any]]:
    return {pk: seen for pk, row in _last_seen_v2().items() if (seen := _as_of_v2(row, at)) is not None}


def seed_v2_at(paperless: SandboxPaperless, at: datetime) -> None:
    for row in rows_v2(at).values():
        paperless.add_task(**row)


def seed_v2(paperless: SandboxPaperless, recording: Recording) -> None:
    """Every row that is seen whole anywhere; the others of a list are only counted there."""
    rows = rows_v2(recording.at)
    for shown in rows_in(recording.response["body"]):
        rows[shown["id"]] = columns_v2(shown)
    if recording.response["body"] == [] and recording.name == "list_empty_instance":
        rows = {}
    if recording.name == "list_default":
        del rows[50062]  # made later in the same second
    for row in rows.values():
        paperless.add_task(**row)

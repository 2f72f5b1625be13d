"""A row as JSON: version 10, version 9 of a 3.0.5, and 2.20. Rendered once, kept until the row changes."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from .clock import SERVER_ZONE
from .documents import Documents
from .row import Row
from .vocabulary import TASK_TYPES, TRIGGER_SOURCES, V9_TYPES, v2_type, v9_name

encode = msgspec.json.Encoder().encode


def local(moment: datetime | None) -> str | None:
    """As the server writes a time: in its own zone, with microseconds unless they are zero."""
    return None if moment is None else moment.astimezone(SERVER_ZONE).isoformat()


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def day(moment: datetime) -> date:
    return moment.astimezone(SERVER_ZONE).date()


def v10(row: Row) -> bytes:
    done = row.rendered.get("10")
    if done is None:
        done = row.rendered["10"] = encode(_v10(row))
    return done


def _v10(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "task_id": row.task_id,
        "task_type": row.task_type,
        "task_type_display": TASK_TYPES.get(row.task_type, row.task_type),
        "trigger_source": row.trigger_source,
        "trigger_source_display": TRIGGER_SOURCES.get(row.trigger_source, row.trigger_source),
        "status": row.status,
        "status_display": row.status.capitalize(),
        "date_created": local(row.date_created),
        "date_started": local(row.date_started),
        "date_done": local(row.date_done),
        "duration_seconds": row.duration_seconds,
        "wait_time_seconds": row.wait_time_seconds,
        "input_data": row.input_data,
        "result_data": row.result_data,
        "related_document_ids": row.related_document_ids,
        "acknowledged": row.acknowledged,
        "owner": row.owner,
    }


def v9(row: Row, documents: Documents) -> bytes:
    """Not kept where a document's title is in it: titles change."""
    related = row.related_document_ids[0] if row.related_document_ids else None
    duplicate_of = (row.result_data or {}).get("duplicate_of")
    done = row.rendered.get("9")
    if done is None or duplicate_of is not None:
        done = row.rendered["9"] = encode(
            {
                "id": row.id,
                "task_id": row.task_id,
                "task_name": v9_name(row.task_type),
                "task_file_name": row.filename,
                "type": V9_TYPES.get(row.trigger_source, "auto_task"),
                "status": row.status.upper(),
                "date_created": local(row.date_created),
                "date_done": local(row.date_done),
                "result": v9_result(row.result_data),
                "acknowledged": row.acknowledged,
                "related_document": related,
                "duplicate_documents": documents.as_duplicates(duplicate_of),
                "owner": row.owner,
            }
        )
    return done


def v9_result(data: dict[str, Any] | None) -> str | None:
    if data is None:
        return None
    if "document_id" in data:
        return f"Success. New document id {data['document_id']} created"
    if "duplicate_of" in data:
        return f"Not consuming: It is a duplicate of document #{data['duplicate_of']}"
    return data.get("reason") or data.get("error_message")


def v2(row: Row) -> bytes:
    done = row.rendered.get("2")
    if done is None:
        related = row.related_document_ids
        done = row.rendered["2"] = encode(
            {
                "id": row.id,
                "task_id": row.task_id,
                "task_name": v9_name(row.task_type),
                "task_file_name": row.filename,
                "date_created": local(row.date_created),
                "date_done": local(row.date_done),
                "type": v2_type(row.task_type, row.trigger_source),
                "status": row.status.upper(),
                "result": row.result_text if row.result_text is not None else v2_result(row.result_data),
                "acknowledged": row.acknowledged,
                "related_document": str(related[0]) if related else None,
                "owner": row.owner,
            }
        )
    return done


def v2_result(data: dict[str, Any] | None) -> str | None:
    """2.20 kept one text: for a worker that was lost or timed out, that is the traceback."""
    if data is None:
        return None
    if data.get("error_type") in {"WorkerLostError", "TimeLimitExceeded"}:
        return str(data["traceback"])
    return v9_result(data)


def array(rendered: list[bytes]) -> bytes:
    return b"[" + b",".join(rendered) + b"]"

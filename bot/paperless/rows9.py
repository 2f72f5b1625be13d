"""Rows of Paperless-ngx 2.20 (API version 9) as the models of version 10. Pure.

What 2.20 does not record stays empty: no start, no duration, no wait, and for a consumption no source (its `type`,
auto_task, says nothing about it). What it tells only as a text (written by the worker, in English) is read where the
wording is certain, and carried as it is otherwise.
"""

import re
from typing import Any

import msgspec

from bot.paperless.filters import TaskFilter
from bot.paperless.models import (
    UNSETTLED_TRACEBACK,
    Number,
    Task,
    TaskStatus,
    TaskType,
    TriggerSource,
    is_number,
)
from bot.paperless.moments import Moment
from bot.paperless.rows import exactly, one, several
from bot.paperless.wire import JsonText

NAME_OF_TYPE = {
    TaskType.CONSUME_FILE: "consume_file",
    TaskType.TRAIN_CLASSIFIER: "train_classifier",
    TaskType.SANITY_CHECK: "check_sanity",
    TaskType.INDEX_OPTIMIZE: "index_optimize",
}
_TYPE_OF_NAME = {name: kind for kind, name in NAME_OF_TYPE.items()}
TYPE_OF_SOURCE = {TriggerSource.SCHEDULED: "scheduled_task", TriggerSource.MANUAL: "manual_task"}
_SOURCE_OF_TYPE = {name: source for source, name in TYPE_OF_SOURCE.items()}

_CREATED = re.compile(r"Success\. New document id (\d{1,18}) created")
_IS_DUPLICATE = "It is a duplicate of "
_OF_NUMBER = re.compile(r"\(#(\d{1,18})\)\.(?P<trash> Note: existing document is in the trash\.)?\s*$")
_EXCEPTION = re.compile(r"(?:[A-Za-z_]\w*\.)*(?P<kind>[A-Za-z_]\w*)(?:: (?P<message>.*))?", re.S)
_TRACEBACK = "Traceback (most recent call last):"


class Row9(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: Number
    task_id: str
    status: str
    date_created: Moment
    date_done: Moment | None = None
    task_name: str | None = None
    task_file_name: str | None = None
    type: str | None = None
    result: Any = None
    acknowledged: bool = False
    related_document: Any = None
    owner: Number | None = None


_ROW = msgspec.json.Decoder(Row9)
_ROWS = msgspec.json.Decoder(tuple[Row9, ...])


class _Ran(msgspec.Struct):
    result: str | None


_RAN = msgspec.json.Decoder(_Ran)


def tasks(body: JsonText) -> tuple[Task, ...]:
    """The whole list, in the server's order: newest created first."""
    return tuple(map(to_task, several(_ROWS, Row9, body)))


def task(body: JsonText) -> Task:
    return to_task(one(_ROW, Row9, body))


def ran(body: JsonText) -> str | None:
    """What `run` answered when the work was done; None for nothing said."""
    return exactly(_RAN, body, "no result of a run").result


def to_task(row: Row9) -> Task:
    status = TaskStatus(row.status.lower())
    kind = _TYPE_OF_NAME.get(row.task_name or "") or TaskType(row.task_name or "")
    source = _SOURCE_OF_TYPE.get(row.type or "")
    result = _result_data(row, status)
    return Task(
        id=row.id,
        task_id=row.task_id,
        status=status,
        status_display=_display(status),
        date_created=row.date_created,
        date_done=row.date_done,
        task_type=kind,
        task_type_display=_display(kind),
        trigger_source=source or TriggerSource(row.type or ""),
        trigger_source_display=_display(source) if source else "",
        input_data={"filename": row.task_file_name} if row.task_file_name else {},
        result_data=result,
        related_document_ids=_related(row, result),
        acknowledged=row.acknowledged,
        owner=row.owner,
    )


def _display(text: str) -> str:
    return text.replace("_", " ").title()


def _document_number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value if is_number(value) else None


def _related(row: Row9, result: dict[str, Any] | None) -> tuple[int, ...]:
    found = _document_number(row.related_document)
    if found is None and result:
        found = result.get("document_id", result.get("duplicate_of"))
    return () if found is None else (found,)


def _result_data(row: Row9, status: TaskStatus) -> dict[str, Any] | None:
    if row.result is None or row.result == "":
        return None
    if not isinstance(row.result, str):
        return {"value": row.result}
    if status == TaskStatus.SUCCESS:
        return _of_success(row, row.result)
    return _of_failure(row, row.result)


def _of_success(row: Row9, text: str) -> dict[str, Any]:
    made = _CREATED.match(text)
    if made is None:
        return {"result_text": text}
    return {"document_id": _document_number(row.related_document) or int(made[1])}


def _of_failure(row: Row9, text: str) -> dict[str, Any]:
    if text.startswith(UNSETTLED_TRACEBACK):
        return {"traceback": text}
    if text.startswith(_TRACEBACK):
        return _of_traceback(text)
    consumed = row.task_name == "consume_file"
    said = text.find(_IS_DUPLICATE) if consumed else -1
    duplicate = _OF_NUMBER.search(text, said) if said >= 0 else None
    if duplicate:
        number = _document_number(row.related_document) or int(duplicate[1])
        return {"error_message": text, "duplicate_of": number, "duplicate_in_trash": duplicate["trash"] is not None}
    if consumed and row.task_file_name and text.startswith(f"{row.task_file_name}: "):
        # The form in which ConsumerError is raised, in 2.20 as in 3.x, where the class is recorded.
        return {"error_type": "ConsumerError", "error_message": text}
    return {"error_message": text}


def _of_traceback(text: str) -> dict[str, Any]:
    last = text.rstrip().rpartition("\n")[2]
    named = _EXCEPTION.fullmatch(last)
    if named is None:
        return {"error_message": last, "traceback": text}
    return {"error_type": named["kind"], "error_message": named["message"] or last, "traceback": text}


def matches(wanted: TaskFilter, task: Task) -> bool:
    """What the server would have left out, had it known the filters of version 10."""
    return (
        (not wanted.status or task.status in wanted.status)
        and (not wanted.task_type or task.task_type in wanted.task_type)
        and (not wanted.trigger_source or task.trigger_source in wanted.trigger_source)
        and (wanted.acknowledged is None or task.acknowledged is wanted.acknowledged)
        and (wanted.is_complete is None or task.is_complete is wanted.is_complete)
        and (wanted.owner is None or task.owner == wanted.owner)
        and _in_span(wanted, task)
        and _says(wanted, task)
    )


def _in_span(wanted: TaskFilter, task: Task) -> bool:
    after, before = wanted.date_created_after, wanted.date_created_before
    return (after is None or task.date_created >= after) and (before is None or task.date_created <= before)


def _says(wanted: TaskFilter, task: Task) -> bool:
    labels = (task.filename or "", task.task_type_display, task.trigger_source_display)
    if wanted.name is not None and not any(wanted.name.lower() in label.lower() for label in labels):
        return False
    if wanted.result is None:
        return True
    told = (task.result_data or {}).values()
    return any(wanted.result.lower() in str(value).lower() for value in told)


def in_order(tasks: list[Task], ordering: tuple[str, ...]) -> list[Task]:
    """Sorted as version 10 would; rows without a value come last, whichever the direction."""
    for name in reversed(ordering):
        field, descending = name.removeprefix("-"), name.startswith("-")
        valued = [task for task in tasks if getattr(task, field) is not None]
        valued.sort(key=lambda task: getattr(task, field), reverse=descending)
        tasks = valued + [task for task in tasks if getattr(task, field) is None]
    return tasks

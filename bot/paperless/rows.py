"""From the bytes of an answer of API version 10 to models. Pure.

The usual answer is decoded in one go, straight from its bytes. One that does not fit exactly is read again field by
field: what is missing, null or odd becomes the field's default. Only a row without its id, task_id, status or
date_created cannot be told, and raises ShapeError.
"""

import json
from datetime import UTC, datetime
from math import isfinite
from typing import Any, TypeVar

import msgspec
from msgspec.structs import fields

from bot.paperless.models import Count, Document, Task, TaskPage, TaskStatusCounts, TaskSummary
from bot.paperless.moments import EARLIEST, MOMENTS
from bot.paperless.wire import JsonText

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

NOT_EXACT = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class ShapeError(ValueError):
    """The answer lacks what it must hold; the text says what."""


class _Page(msgspec.Struct):
    count: Count
    results: tuple[Task, ...]
    next: str | None = None


class _Result(msgspec.Struct):
    result: Count


class _Started(msgspec.Struct):
    task_id: str


_PAGE = msgspec.json.Decoder(_Page)
_TASK = msgspec.json.Decoder(Task)
_TASKS = msgspec.json.Decoder(tuple[Task, ...])
_SUMMARIES = msgspec.json.Decoder(tuple[TaskSummary, ...])
_COUNTS = msgspec.json.Decoder(TaskStatusCounts)
_DOCUMENT = msgspec.json.Decoder(Document)
_RESULT = msgspec.json.Decoder(_Result)
_STARTED = msgspec.json.Decoder(_Started)
_TEXT = msgspec.json.Decoder(str)


def task_page(body: JsonText, *, page: int) -> TaskPage:
    """Page number `page` of a list. The `next` link tells that there is another one, and is not read further."""
    try:
        found = _PAGE.decode(body)
        count, results, following = found.count, found.results, found.next
    except NOT_EXACT:
        data = loads(body)
        rows = data.get("results") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise ShapeError("no page of tasks") from None
        results = tuple(tolerant(Task, row) for row in rows)
        count = _count(data.get("count"), otherwise=len(results))
        following = data.get("next")
    return TaskPage(count=count, results=results, next_page=page + 1 if following and results else None)


def _count(value: Any, *, otherwise: int) -> int:
    try:
        return msgspec.convert(value, Count)
    except NOT_EXACT:
        return otherwise


def task(body: JsonText) -> Task:
    return one(_TASK, Task, body)


def tasks(body: JsonText) -> tuple[Task, ...]:
    return several(_TASKS, Task, body)


def summaries(body: JsonText) -> tuple[TaskSummary, ...]:
    return several(_SUMMARIES, TaskSummary, body)


def status_counts(body: JsonText) -> TaskStatusCounts:
    return one(_COUNTS, TaskStatusCounts, body)


def document(body: JsonText) -> Document:
    return one(_DOCUMENT, Document, body)


def acknowledged(body: JsonText) -> int:
    return exactly(_RESULT, body, "no number of acknowledged tasks").result


def started(body: JsonText) -> str:
    return _named(exactly(_STARTED, body, "no UUID of a task").task_id)


def uploaded(body: JsonText) -> str:
    return _named(exactly(_TEXT, body, "no UUID of a task"))


def loads(body: JsonText) -> Any:
    """Any JSON text, as tolerant as the standard library; a lone surrogate becomes U+FFFD, NaN and Infinity None."""
    try:
        return _mended(json.loads(body))
    except (ValueError, RecursionError):
        raise ShapeError("not JSON, or cut off") from None


def tolerant(kind: type[S], row: Any) -> S:
    """`row` as a `kind`, field by field: what does not fit becomes the field's default."""
    if not isinstance(row, dict):
        raise ShapeError(f"no object where a {kind.__name__} was expected")
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name not in row:
            continue
        try:
            values[field.name] = msgspec.convert(_wrapped(field.name, row), field.type, strict=False)
        except NOT_EXACT:
            if field.required:
                raise ShapeError(f"{field.name} of a {kind.__name__} makes no sense") from None
    try:
        return kind(**values)
    except TypeError:
        raise ShapeError(f"a {kind.__name__} without what identifies it") from None


def _wrapped(name: str, row: dict[str, Any]) -> Any:
    """What of a row may hold anything, as the dict that the models promise; a time without a zone is taken for UTC."""
    value = row[name]
    if name in ("result_data", "input_data") and value is not None and not isinstance(value, dict):
        return {"value": value}
    if name == "date_created" and value is None:
        # The database of 2.x allows it: one such row, perhaps years old, must not hide all others.
        value = row.get("date_started") or row.get("date_done") or EARLIEST.isoformat()
    if name in MOMENTS:
        return _aware(value)
    return value


def _aware(value: Any) -> Any:
    if not isinstance(value, str):
        return None
    moment = msgspec.convert(value, datetime)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def one(decoder: msgspec.json.Decoder[S], kind: type[S], body: JsonText) -> S:
    try:
        return decoder.decode(body)
    except NOT_EXACT:
        return tolerant(kind, loads(body))


def several(decoder: msgspec.json.Decoder[tuple[S, ...]], kind: type[S], body: JsonText) -> tuple[S, ...]:
    try:
        return decoder.decode(body)
    except NOT_EXACT:
        data = loads(body)
        if not isinstance(data, list):
            raise ShapeError("no list") from None
        return tuple(tolerant(kind, row) for row in data)


def exactly(decoder: msgspec.json.Decoder[T], body: JsonText, otherwise: str) -> T:
    try:
        return decoder.decode(body)
    except NOT_EXACT:
        raise ShapeError(otherwise) from None


def _named(task_id: str) -> str:
    if not task_id.strip():
        raise ShapeError("an empty UUID of a task")
    return task_id


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value

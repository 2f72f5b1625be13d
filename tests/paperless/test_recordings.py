"""What real servers answered (../shared) is read without loss, or becomes the error that fits."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from bot.paperless import errors, rows, rows9, wire
from bot.paperless.enums import OpenStrEnum
from bot.paperless.models import Document, Task, TaskSummary
from tests.paperless.recordings import Recording, is_answer, is_spoken, recordings
from tests.shared import PAPERLESS_2, needs_shared

# Each with the reason why no test reads it. What is neither here nor met by a test below fails the last test.
NOT_USED = {
    "paperless/bench": "timings of the server; they shaped page sizes, and hold for that machine",
    "paperless-2.20/bench": "timings of the server",
    "paperless/pypaperless_against_real_server": "what another client did",
    "paperless/websocket": "a token cannot open the websocket",
    "paperless/upload_while_database_locked_row_missing": "that no row exists: test_waiting plays it",
}
for name, reason in {
    "api_schema_headers_only": "the client does not read the schema",
    "list_head": "the client sends no HEAD",
    "list_options": "the client sends no OPTIONS",
    "redis_down_status_endpoint": "of this answer the client reads the status alone: test_rights",
    "status_endpoint_worker_dead": "of this answer the client reads the status alone: test_rights",
    "system_status_admin": "of this answer the client reads the status alone: test_rights",
    "system_status_monitor_permission": "of this answer the client reads the status alone: test_rights",
    "token_create_ok": "the client is given a token",
}.items():
    NOT_USED[f"paperless/{name}"] = reason


def is_error(recording: Recording) -> bool:
    return recording.is_exchange and recording.status != 200


def holds_rows(recording: Recording) -> bool:
    return bool(recording.rows())


def chosen(wanted: Callable[[Recording], bool]) -> pytest.MarkDecorator:
    found = [one for one in recordings() if wanted(one) and one.name not in NOT_USED]
    return pytest.mark.parametrize("recording", found, ids=str)


ERRORS = {
    400: (errors.Rejected, errors.NotPaperless, errors.ServerError),
    401: (errors.BadToken,),
    403: (errors.Forbidden,),
    404: (errors.NotFound,),
    405: (errors.NotPaperless,),
    406: (errors.UnsupportedVersion,),
    415: (errors.NotPaperless,),
    302: (errors.NotPaperless,),
    500: (errors.ServerError,),
}
WITHOUT_AN_ENDPOINT = wire.Endpoint("GET", "/api/nope/", "see tasks", wire.VIEW)


@needs_shared
@chosen(is_error)
def test_every_error_of_a_real_server_becomes_the_one_that_fits(recording: Recording) -> None:
    endpoint = recording.endpoint or WITHOUT_AN_ENDPOINT

    with pytest.raises(errors.PaperlessError) as caught:
        wire.payload(endpoint, recording.answer)

    error = caught.value
    assert type(error) in ERRORS[recording.status]
    assert error.status == recording.status
    assert endpoint.path in str(error)


@needs_shared
@chosen(lambda one: is_error(one) and one.status == 400 and one.answer.is_json)
def test_a_rejection_carries_the_servers_words_by_field(recording: Recording) -> None:
    error = wire.error_of(recording.endpoint or wire.RUN, recording.answer)

    assert isinstance(error, errors.Rejected)
    assert {name.partition(".")[0] for name in error.fields} == set(recording.body)
    assert all(words for words in error.fields.values())


@needs_shared
@chosen(lambda one: is_error(one) and one.status == 403 and one.endpoint is not None)
def test_a_403_names_the_missing_permission(recording: Recording) -> None:
    assert recording.endpoint is not None
    error = wire.error_of(recording.endpoint, recording.answer)

    assert isinstance(error, errors.Forbidden)
    assert error.permission == recording.endpoint.permission
    assert error.permission in str(error)


def same(read: Any, recorded: Any) -> bool:
    """A model's value and the JSON it came from."""
    if isinstance(read, datetime):
        return read == datetime.fromisoformat(recorded) and read.utcoffset() is not None
    if isinstance(read, tuple):
        return bool(list(read) == recorded)
    if isinstance(read, OpenStrEnum):
        return read.known and bool(read.value == recorded)
    return bool(read == recorded)


def is_true_to(row: dict[str, Any], task: Task) -> None:
    unread = {name for name in row if not same(getattr(task, name), row[name])}
    assert not unread


def is_true_to_9(row: dict[str, Any], task: Task) -> None:
    assert (task.id, task.task_id, task.owner) == (row["id"], row["task_id"], row["owner"])
    assert task.acknowledged is row["acknowledged"]
    assert task.filename == row["task_file_name"]
    assert task.status.known
    assert task.status.value == row["status"].lower()
    assert rows9.NAME_OF_TYPE[task.task_type] == row["task_name"]
    assert same(task.date_created, row["date_created"])
    assert task.date_done is None if row["date_done"] is None else same(task.date_done, row["date_done"])
    assert row["result"] is None or told(row["result"], task)


def told(result: str, task: Task) -> bool:
    """Nothing of the text is lost: it is there as it is, or in the number it was written for."""
    texts = (task.error_message, task.result_text, task.traceback)
    return result in texts or task.result_pending or f"document id {task.document_id} created" in result


def is_row_of_version_9(row: dict[str, Any]) -> bool:
    return "task_type" not in row


@needs_shared
@chosen(holds_rows)
def test_every_recorded_row_is_read_without_loss(recording: Recording) -> None:
    for row in recording.rows():
        if not is_row_of_version_9(row):
            is_true_to(row, rows.tolerant(Task, row))
        elif recording.folder == PAPERLESS_2:
            is_true_to_9(row, rows9.to_task(rows.tolerant(rows9.Row9, row)))


READ_10: dict[str, Callable[[wire.JsonText], Any]] = {
    "/api/tasks/": partial(rows.task_page, page=1),
    "/api/tasks/{}/": rows.task,
    "/api/tasks/active/": rows.tasks,
    "/api/tasks/summary/": rows.summaries,
    "/api/tasks/status_counts/": rows.status_counts,
    "/api/tasks/acknowledge/": rows.acknowledged,
    "/api/tasks/run/": rows.started,
    "/api/documents/post_document/": rows.uploaded,
    "/api/documents/{}/": rows.document,
}
READ_9 = READ_10 | {"/api/tasks/": rows9.tasks, "/api/tasks/{}/": rows9.task, "/api/tasks/run/": rows9.ran}


@needs_shared
@chosen(is_spoken)
def test_every_good_answer_is_read_as_a_whole(recording: Recording) -> None:
    assert recording.endpoint is not None
    read = (READ_9 if recording.api == 9 else READ_10)[recording.endpoint.path]

    found = read(wire.payload(recording.endpoint, recording.answer))

    check_whole(found, recording.body)


def check_whole(found: Any, body: Any) -> None:
    """`found` holds all that `body` says, each in its place."""
    if isinstance(found, tuple) and found and isinstance(found[0], TaskSummary):
        for summary, row in zip(found, body, strict=True):
            assert not {name for name in row if not same(getattr(summary, name), row[name])}
    elif isinstance(found, tuple):
        assert [task.task_id for task in found] == [row["task_id"] for row in body]
    elif hasattr(found, "results"):
        assert found.count == body["count"]
        assert [task.id for task in found.results] == [row["id"] for row in body["results"]]
        assert found.next_page == (2 if body["next"] and body["results"] else None)
    elif isinstance(found, Document):
        assert (found.id, found.title, found.owner) == (body["id"], body["title"], body["owner"])
        assert found.added == datetime.fromisoformat(body["added"])
    elif isinstance(found, Task):
        assert found.task_id == body["task_id"]
    else:
        expected = body.get("result", body.get("task_id", body)) if isinstance(body, dict) else body
        assert {name: getattr(found, name) for name in body} == body if "completed" in str(body) else found == expected


@needs_shared
@chosen(lambda one: is_answer(one) and not is_spoken(one))
def test_an_answer_in_another_form_is_an_error_or_what_was_asked_for(recording: Recording) -> None:
    """Version 9 of a 3.x server, and HTML for a browser: the client asks for neither."""
    assert recording.endpoint is not None
    try:
        found = READ_10[recording.endpoint.path](wire.payload(recording.endpoint, recording.answer))
    except (errors.NotPaperless, rows.ShapeError):
        return
    check_whole(found, recording.body)


MATRICES = {"paperless/openapi-tasks", "paperless/permission_matrix", "paperless-2.20/permission_matrix"}


@needs_shared
def test_every_recording_is_used_or_has_its_reason() -> None:
    kinds = (is_error, is_answer, holds_rows)
    unused = {one.name for one in recordings() if not any(kind(one) for kind in kinds) and one.name not in MATRICES}

    assert unused - set(NOT_USED) == set()
    assert set(NOT_USED) - {one.name for one in recordings()} == set()

"""The models, and how tolerantly they are read; for the texts of 2.20 see `test_models_9.py`."""

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from bot.paperless import rows, rows9
from bot.paperless.models import (
    AcknowledgeResult,
    RunResult,
    Task,
    TaskStatus,
    TaskSummary,
    TaskType,
    TriggerSource,
)
from tests.paperless.server import row9, task_row

MINIMAL = {"id": 1, "task_id": "u", "status": "success", "date_created": "2026-11-23T13:38:39+01:00"}


def task(**columns: Any) -> Task:
    return rows.tolerant(Task, task_row(**columns))


def test_an_unknown_value_is_kept_and_is_not_known() -> None:
    kind = TaskType("brew_coffee")

    assert (kind, kind.value, kind.known) == ("brew_coffee", "brew_coffee", False)
    assert kind == TaskType("brew_coffee")
    assert hash(kind) == hash("brew_coffee")
    assert "brew_coffee" not in list(TaskType)
    assert pickle.loads(pickle.dumps(kind)) == copy.copy(kind) == kind  # noqa: S301


def test_a_known_value_is_the_member() -> None:
    assert TaskType("mail_fetch") is TaskType.MAIL_FETCH
    assert TaskType.MAIL_FETCH.known


@pytest.mark.parametrize("text", ["SUCCESS", "Success", ""])
def test_the_name_of_a_member_is_not_its_value(text: str) -> None:
    assert not TaskStatus(text).known


@pytest.mark.parametrize("value", [None, 1, 1.5, ["success"]])
def test_what_is_no_text_is_no_value(value: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        TaskStatus(value)


def test_a_moment_is_read_in_utc_whatever_zone_it_was_written_in() -> None:
    read = task(date_created="2026-11-23T13:38:39+01:00").date_created

    assert read == datetime(2026, 11, 23, 12, 38, 39, tzinfo=UTC)
    assert read.utcoffset() == timedelta(0)


def test_a_task_built_by_hand_reads_its_moments_in_utc_too() -> None:
    built = Task(
        id=1,
        task_id="u",
        status=TaskStatus.SUCCESS,
        date_created=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))),
    )

    assert built.date_created.isoformat() == "2025-12-31T22:00:00+00:00"
    assert msgspec.structs.replace(built, id=2).date_created == built.date_created


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_moment_at_the_edge_of_time_is_read_without_an_error(moment: str) -> None:
    assert task(date_created=moment).date_created.tzinfo is UTC


def test_a_moment_without_a_zone_is_taken_for_utc() -> None:
    assert task(date_done="2026-11-23T13:38:39").date_done == datetime(2026, 11, 23, 13, 38, 39, tzinfo=UTC)


def test_a_task_is_frozen_and_hashes_by_its_uuid() -> None:
    one = task()

    with pytest.raises(AttributeError):
        one.acknowledged = True  # type: ignore[misc]
    with pytest.raises(AttributeError):
        one.date_created = datetime.now(UTC)  # type: ignore[misc]
    assert {one, task()} == {one}


def test_a_row_with_nothing_but_what_identifies_it_is_a_task() -> None:
    one = rows.tolerant(Task, MINIMAL)

    assert (one.task_type, one.trigger_source) == (TaskType(""), TriggerSource(""))
    assert (one.date_done, one.result_data, one.input_data, one.owner) == (None, None, {}, None)
    assert one.is_complete
    assert not one.needs_attention


@pytest.mark.parametrize("missing", ["id", "task_id", "status", "date_created"])
def test_a_row_without_what_identifies_it_is_an_error(missing: str) -> None:
    with pytest.raises(rows.ShapeError):
        rows.tolerant(Task, {name: value for name, value in MINIMAL.items() if name != missing})


@pytest.mark.parametrize("name", [name for name in task_row() if name not in MINIMAL])
@pytest.mark.parametrize("odd", [None, {}, [], "odd", -1, 1.5, True], ids=repr)
def test_an_odd_value_elsewhere_costs_no_more_than_that_value(name: str, odd: object) -> None:
    body = msgspec.json.encode({"count": 1, "results": [task_row() | {name: odd}]})

    read = rows.task_page(body, page=1).results[0]

    assert (read.id, read.status) == (1, TaskStatus.SUCCESS)


def test_a_result_that_is_no_object_is_kept() -> None:
    assert task(result_data="Ran fine").result_data == {"value": "Ran fine"}
    assert task(result_data=[1, 2]).result_data == {"value": [1, 2]}
    assert task(input_data="x").input_data == {"value": "x"}


def test_further_keys_are_no_matter() -> None:
    assert rows.tolerant(Task, task_row(brand_new={"a": 1})) == task()


def test_a_failure_tells_its_error() -> None:
    error = {"error_type": "ConsumerError", "error_message": "a.pdf: no", "traceback": '  File "x", line 1'}
    failed = task(status="failure", result_data=error)

    assert (failed.error_type, failed.error_message, failed.traceback) == tuple(error.values())
    assert failed.needs_attention
    assert not failed.result_pending


def test_a_rejected_duplicate_tells_which_document_it_repeats() -> None:
    failed = task(status="failure", result_data={"duplicate_of": 2, "duplicate_in_trash": True})

    assert (failed.duplicate_of, failed.duplicate_in_trash, failed.error_message) == (2, True, None)


@pytest.mark.parametrize(
    ("result", "name"),
    [
        ({"error_type": 5}, "error_type"),
        ({"error_message": {"a": 1}}, "error_message"),
        ({"document_id": "12"}, "document_id"),
        ({"document_id": True}, "document_id"),
        ({"duplicate_of": [1]}, "duplicate_of"),
        ({"reason": ""}, "reason"),
        ({"traceback": None}, "traceback"),
    ],
)
def test_a_result_of_another_type_is_not_told_as_one(result: dict[str, Any], name: str) -> None:
    assert getattr(task(result_data=result), name) is None


@pytest.mark.parametrize("filename", [None, "", 5, ["a.pdf"]])
def test_a_task_without_a_filename_has_none(filename: object) -> None:
    assert task(input_data={"filename": filename}).filename is None


def test_a_status_of_the_future_has_ended_when_it_says_when() -> None:
    assert task(status="cancelled").is_complete
    assert not task(status="paused", date_done=None).is_complete


def test_a_lone_surrogate_and_nan_can_be_stored_and_sent_on() -> None:
    body = b'{"count": 1, "results": [%s]}' % msgspec.json.encode(task_row())
    body = body.replace(b'"scan-1.pdf"', b'"a\\ud800b"').replace(b"1.066977", b"NaN")

    read = rows.task_page(body, page=1).results[0]

    assert read.filename == "a\ufffdb"
    assert read.duration_seconds is None


def test_a_result_of_acknowledging_is_its_number() -> None:
    result = AcknowledgeResult(acknowledged=[1, 2], rejected=[3])

    assert result == 2
    assert f"{result} done" == "2 done"
    assert (result.acknowledged, result.rejected) == ((1, 2), (3,))
    assert "rejected=(3,)" in repr(result)


def test_a_run_is_its_uuid_and_empty_without_a_row() -> None:
    assert RunResult("u") == "u"
    assert (RunResult("u").task_id, RunResult("u").finished) == ("u", False)
    nothing = RunResult(None, finished=True, text="ok")
    assert (not nothing, nothing.task_id, nothing.finished, nothing.text) == (True, None, True, "ok")


def test_a_summary_of_an_unknown_type_is_kept() -> None:
    assert rows.summaries(b'[{"task_type": "brew"}]') == (TaskSummary(task_type=TaskType("brew")),)


@pytest.mark.parametrize(
    "result",
    [AcknowledgeResult(acknowledged=[1, 2], rejected=[3]), RunResult("a-uuid", finished=True, text="1 issues found.")],
)
def test_results_can_be_copied_and_pickled(result: Any) -> None:
    for same in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):  # noqa: S301
        assert (same, type(same), repr(same)) == (result, type(result), repr(result))
        assert getattr(same, "rejected", None) == getattr(result, "rejected", None)
        assert getattr(same, "text", None) == getattr(result, "text", None)


@pytest.mark.parametrize(
    ("done", "created"),
    [("2026-11-23T13:39:16+01:00", "2026-11-23T12:39:16+00:00"), (None, "1970-01-01T00:00:00+00:00")],
)
def test_one_row_without_a_date_of_creation_hides_no_others(done: str | None, created: str) -> None:
    """The database of 2.x allows it."""
    dates = {"date_created": None, "date_started": None, "date_done": done}
    body = json.dumps({"count": 2, "next": None, "results": [task_row(1, **dates), task_row(2)]}).encode()
    found = rows.task_page(body, page=1).results
    assert [task.id for task in found] == [1, 2]
    assert found[0].date_created.isoformat() == created

    found = rows9.tasks(json.dumps([row9(1, date_created=None, date_done=done), row9(2)]).encode())
    assert [task.id for task in found] == [1, 2]
    assert found[0].date_created.isoformat() == created

"""2.20's texts, in the wordings that were recorded (test_recordings holds every one of them)."""

from typing import Any

import pytest

from bot.paperless import rows, rows9
from bot.paperless.models import Task, TaskStatus, TaskType, TriggerSource
from tests.paperless.server import row9


def read(**columns: Any) -> Task:
    return rows9.to_task(rows.tolerant(rows9.Row9, row9(**columns)))


def test_a_success_names_the_document_it_made() -> None:
    made = read(result="Success. New document id 12 created", related_document="12")

    assert (made.document_id, made.related_document_ids) == (12, (12,))
    assert (made.status, made.status_display) == (TaskStatus.SUCCESS, "Success")


def test_a_success_in_other_words_is_carried() -> None:
    done = read(task_name="check_sanity", result="1 issues found.", related_document=None)

    assert (done.task_type, done.result_text, done.document_id) == (TaskType.SANITY_CHECK, "1 issues found.", None)


@pytest.mark.parametrize(
    ("title", "in_trash"), [("note", False), ("Invoice (#99) ACME", False), ("It is a duplicate of x (#1).", True)]
)
def test_a_duplicate_names_its_original_whatever_the_title(title: str, in_trash: bool) -> None:
    note = " Note: existing document is in the trash." if in_trash else ""
    text = f"a.txt: Not consuming a.txt: It is a duplicate of {title} (#6).{note}"

    failed = read(status="FAILURE", result=text, related_document=None, task_file_name="a.txt")

    assert (failed.duplicate_of, failed.duplicate_in_trash, failed.related_document_ids) == (6, in_trash, (6,))
    assert failed.error_message == text


@pytest.mark.timeout(10)
@pytest.mark.parametrize("words", ["It is a duplicate of ", "It is a duplicate of (#", "(#1).", "(#1). ", "a.", "\n"])
@pytest.mark.parametrize("start", ["It is a duplicate of ", "Traceback (most recent call last):\n"])
def test_a_long_text_holds_nobody_up(start: str, words: str) -> None:
    """The bot answers nobody while it reads. Half a megabyte took a minute."""
    text = start + words * (500_000 // len(words)) + "!"

    assert read(status="FAILURE", result=text, related_document=None).duplicate_of is None


def test_a_failed_consumption_is_a_consumer_error_as_in_3_x() -> None:
    failed = read(status="FAILURE", result="scan-1.pdf: Unsupported mime type x", related_document=None)

    assert (failed.error_type, failed.error_message) == ("ConsumerError", "scan-1.pdf: Unsupported mime type x")


@pytest.mark.parametrize(
    ("last", "kind", "message"),
    [
        (
            "billiard.exceptions.TimeLimitExceeded: TimeLimitExceeded(5,)",
            "TimeLimitExceeded",
            "TimeLimitExceeded(5,)",
        ),
        ("billiard.exceptions.WorkerLostError: Worker exited: 9", "WorkerLostError", "Worker exited: 9"),
        ("KeyboardInterrupt", "KeyboardInterrupt", "KeyboardInterrupt"),
        ("  more text than an exception", None, "  more text than an exception"),
    ],
)
def test_a_traceback_tells_its_error(last: str, kind: str | None, message: str) -> None:
    text = f'Traceback (most recent call last):\n  File "x", line 1, in y\n{last}\n'

    failed = read(status="FAILURE", result=text)

    assert (failed.error_type, failed.error_message, failed.traceback) == (kind, message, text)


def test_a_failure_whose_text_is_not_written_yet_says_so() -> None:
    failed = read(status="FAILURE", result="<traceback object at 0x7f1259382d40>", related_document=None)

    assert failed.result_pending
    assert (failed.error_type, failed.error_message, failed.traceback) == (None, None, None)


@pytest.mark.parametrize("related", [None, "", "abc", [], {}, True, "9" * 400, "१"])
def test_an_odd_related_document_is_none(related: object) -> None:
    assert read(related_document=related, result=None).related_document_ids == ()


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("manual_task", TriggerSource.MANUAL),
        ("scheduled_task", TriggerSource.SCHEDULED),
        ("auto_task", "auto_task"),
    ],
)
def test_a_source_is_named_where_2_20_tells_it(kind: str, source: str) -> None:
    assert read(type=kind).trigger_source == source


def test_what_2_20_does_not_record_stays_empty() -> None:
    one = read()

    assert (one.date_started, one.duration_seconds, one.wait_time_seconds) == (None, None, None)
    assert one.trigger_source_display == ""

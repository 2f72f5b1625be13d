"""What is the same failure, and what is not."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.failures.card import IncidentKind
from bot.failures.incident import MESSAGE_LIMIT, bare_message, failure_of, plain_message, silence_of, stuck_of
from bot.paperless.models import Task, TaskStatus, TaskType, TriggerSource
from tests.shared import needs_shared, recording

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def a_task(message: str | None = "a.pdf: broken", **changes: Any) -> Task:
    result = None if message is None else {"error_type": "ConsumerError", "error_message": message, "traceback": "t"}
    values: dict[str, Any] = {
        "id": 7,
        "task_id": "uuid-1",
        "status": TaskStatus.FAILURE,
        "task_type": TaskType.CONSUME_FILE,
        "trigger_source": TriggerSource.API_UPLOAD,
        "date_created": AT,
        "date_started": AT,
        "date_done": AT,
        "input_data": {"filename": "a.pdf"},
        "result_data": result,
    }
    return Task(**values | changes)


def fingerprint(message: str | None = "a.pdf: broken", *, server: str = "home", **changes: Any) -> str:
    return failure_of(a_task(message, **changes), server=server).fingerprint


SAME = [
    ("another upload of the same file", {}, {"id": 8, "task_id": "uuid-2"}),
    ("at another time", {}, {"date_done": AT.replace(year=2027)}),
    ("for another owner", {"owner": 4}, {"owner": 5}),
    ("from another source", {}, {"trigger_source": TriggerSource.FOLDER_CONSUME}),
]
DIFFERENT = [
    ("another file", {"input_data": {"filename": "b.pdf"}}),
    ("another type", {"task_type": TaskType.MAIL_FETCH}),
    ("revoked instead of failed", {"status": TaskStatus.REVOKED}),
    ("another error class", {"result_data": {"error_type": "WorkerLostError", "error_message": "a.pdf: broken"}}),
    ("another message", {"result_data": {"error_type": "ConsumerError", "error_message": "a.pdf: unsupported"}}),
    ("a duplicate", {"result_data": {"duplicate_of": 3, "duplicate_in_trash": False}}),
]


@pytest.mark.parametrize(("says", "one", "other"), SAME)
def test_these_are_one_incident(says: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert fingerprint(**one) == fingerprint(**other), says


@pytest.mark.parametrize(("says", "changes"), DIFFERENT)
def test_these_are_incidents_of_their_own(says: str, changes: dict[str, Any]) -> None:
    assert fingerprint() != fingerprint(**changes), says


def test_what_was_revoked_while_it_ran_is_known_from_what_never_began() -> None:
    began = failure_of(a_task(None, status=TaskStatus.REVOKED), server="home")
    never = failure_of(a_task(None, status=TaskStatus.REVOKED, date_started=None), server="home")
    assert (began.error_type, never.error_type) == ("started", None)
    assert began.kind_print != never.kind_print


def test_another_server_is_another_incident() -> None:
    assert fingerprint() != fingerprint(server="office")


def test_the_kind_leaves_the_file_out_and_nothing_else() -> None:
    one = failure_of(a_task("a.pdf: broken"), server="home")
    other = failure_of(a_task("b.pdf: broken", input_data={"filename": "b.pdf"}), server="home")
    assert one.kind_print == other.kind_print
    assert one.kind_print != failure_of(a_task("a.pdf: unsupported"), server="home").kind_print


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Worker exited prematurely: signal 9 (SIGKILL) Job: 28.",
            "Worker exited prematurely: signal 11 (SIGKILL) Job: 3.",
        ),
        (
            "Cannot consume /tmp/scratch/tmp8zq/a.pdf: File not found.",
            "Cannot consume /tmp/scratch/x9/a.pdf: File not found.",
        ),
        ("object at 0x7f1259382d40 lost", "object at 0x7f98bab29e00 lost"),
        ("task e46b4cc4-c563-4da6-a1e8-6145af229c09 lost", "task 207dc930-1910-49a4-91c2-55d0ab07a37f lost"),
        (
            "Is a directory: '/data/model.pickle.part' -> '/data/model.pickle'",
            "Is a directory: '/var/x.part' -> '/var/x'",
        ),
        ("1 document(s) with errors, 2 infos", "17 document(s) with errors, 0 infos"),
        ("row  one", "row one"),
    ],
)
def test_what_differs_from_one_time_to_the_next_is_taken_out(one: str, other: str) -> None:
    assert plain_message(one, "a.pdf") == plain_message(other, "a.pdf")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Unsupported mime type application/zip", "Unsupported mime type application/octet-stream"),
        ("InputFileError", "MissingDependencyError"),
        ("Connection refused", "Connection timed out"),
    ],
)
def test_what_tells_errors_apart_stays(one: str, other: str) -> None:
    assert plain_message(one, None) != plain_message(other, None)


def test_a_file_that_is_called_as_a_word_leaves_the_words_alone() -> None:
    assert plain_message("e: the file is broken", "e") == "<file>: the file is broken"
    assert bare_message("e: the file is broken", "e") == "the file is broken"


@pytest.mark.parametrize(
    ("message", "bare"),
    [
        ("a.pdf: Unsupported mime type application/zip", "Unsupported mime type application/zip"),
        (
            "a.pdf: Error occurred while consuming document a.pdf: InputFileError: ",
            "Error occurred while consuming: InputFileError",
        ),
        ("TimeLimitExceeded(5,)", "TimeLimitExceeded(5,)"),
        ("a.pdf: ", None),
        ("", None),
        (None, None),
    ],
)
def test_the_servers_own_words_without_the_file_name(message: str | None, bare: str | None) -> None:
    assert bare_message(message, "a.pdf") == bare


@given(st.text(), st.text(min_size=1))
def test_any_text_has_a_plain_form_and_one_alone(message: str, filename: str) -> None:
    plain = plain_message(message, filename)
    assert plain == plain_message(message, filename)
    assert isinstance(bare_message(message, filename), str | None)


@given(st.text("ab_ é.(", min_size=1, max_size=4), st.text("ab_ é.(", max_size=30))
def test_a_file_name_is_taken_out_exactly_where_it_is_no_part_of_a_word(filename: str, message: str) -> None:
    alone = re.compile(rf"(?<!\w){re.escape(filename)}(?!\w)")
    bare = alone.sub("", message.removeprefix(f"{filename}: ").replace(f" document {filename}: ", ": ")).strip(" :")
    assert bare_message(message, filename) == (bare or None)


def test_a_message_without_an_end_is_cut() -> None:
    failure = failure_of(a_task("x" * 100_000), server="home")
    assert failure.message is not None
    assert len(failure.message) == MESSAGE_LIMIT


def test_a_finished_row_without_a_date_is_not_lost() -> None:
    assert failure_of(a_task(date_done=None, date_started=None), server="home").at == AT


def test_a_failure_may_have_produced_a_document() -> None:
    assert failure_of(a_task(related_document_ids=(12, 13)), server="home").document_id == 12


def test_each_stuck_task_is_an_incident_and_a_waiting_queue_is_one() -> None:
    def started(task_id: str) -> str:
        return stuck_of(a_task(None, status=TaskStatus.STARTED, task_id=task_id), server="home").fingerprint

    def pending(name: str) -> str:
        waiting = a_task(None, status=TaskStatus.PENDING, date_started=None, input_data={"filename": name})
        return stuck_of(waiting, server="home").fingerprint

    assert started("one") != started("two")
    assert pending("a.pdf") == pending("b.pdf")


def test_silence_concerns_a_type() -> None:
    silence = silence_of("mail_fetch", server="home", since=AT)
    assert (silence.kind, silence.task_pk, silence.at) == (IncidentKind.SILENT, 0, AT)
    assert silence.fingerprint == replace(silence, at=AT.replace(year=2027)).fingerprint


@needs_shared
def test_a_restarted_folder_consumer_queues_the_same_incident_again() -> None:
    rows = recording("consumer_restart_requeues_failed_files")["rows"]
    failures = [failure_of(msgspec.convert(row, Task), server="home") for row in rows]
    by_name: dict[str | None, set[str]] = {}
    for failure in failures:
        by_name.setdefault(failure.filename, set()).add(failure.fingerprint)
    assert len(by_name) >= 2
    assert all(len(prints) == 1 for prints in by_name.values())

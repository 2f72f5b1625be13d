"""Filters are checked before anything is sent: what a server does not know it ignores, and answers with everything."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.paperless import InvalidArgument, TaskStatus, TaskType
from bot.paperless.filters import TaskFilter, TaskFilters, checked, checked_for_counts
from bot.paperless.wire import query

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sent(**filters: Any) -> str:
    return query(checked(cast("TaskFilters", filters)).parameters())


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ""),
        ({"status": TaskStatus.FAILURE}, "status=failure"),
        ({"status": "failure"}, "status=failure"),
        ({"status": [TaskStatus.FAILURE, "revoked", "failure"]}, "status=failure&status=revoked"),
        ({"task_type": {TaskType.MAIL_FETCH}}, "task_type=mail_fetch"),
        ({"acknowledged": False, "is_complete": True}, "acknowledged=false&is_complete=true"),
        ({"acknowledged": None, "name": None}, ""),
        ({"owner": 1}, "owner=1"),
        ({"name": "Müller & Söhne 100%"}, "name=M%C3%BCller%20%26%20S%C3%B6hne%20100%25"),
        ({"date_created_after": NOON}, "date_created_after=2026-11-23T12%3A00%3A00Z"),
        (
            {"date_created_before": datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))},
            "date_created_before=2026-11-23T11%3A00%3A00.000005Z",
        ),
        ({"ordering": "-date_done"}, "ordering=-date_done"),
        ({"ordering": ["status", "-date_created"]}, "ordering=status%2C-date_created"),
    ],
)
def test_filters_are_sent_as_the_server_takes_them(filters: dict[str, Any], expected: str) -> None:
    assert sent(**filters) == expected


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"status": "FAILURE"}, "it knows pending, started"),
        ({"status": TaskStatus("brewing")}, "'brewing'"),
        ({"status": "failure,revoked"}, "failure,revoked"),
        ({"status": []}, "leave it out"),
        ({"status": [None]}, "None"),
        ({"task_type": "tea"}, "consume_file"),
        ({"acknowledged": 0}, "True or False"),
        ({"acknowledged": "yes"}, "True or False"),
        ({"owner": True}, "id of a user"),
        ({"owner": 0}, "id of a user"),
        ({"name": " "}, "text to look for"),
        ({"name": "a\0b"}, "NUL"),
        ({"name": "a\ud800b"}, "no text"),
        ({"result": 5}, "text to look for"),
        ({"date_created_after": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001
        ({"date_created_after": "2026-01-01"}, "time zone"),
        ({"date_created_after": datetime.min.replace(tzinfo=timezone(timedelta(hours=9)))}, "in UTC"),
        ({"ordering": "id"}, "date_created, date_done"),
        ({"ordering": "--status"}, "would ignore it"),
        ({"date_done_after": NOON}, "no filter 'date_done_after'"),
        ({"page_size": 5}, "no filter 'page_size'"),
    ],
)
def test_what_the_server_would_ignore_or_reject_is_refused(filters: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        sent(**filters)


@pytest.mark.parametrize("name", ["status", "is_complete", "ordering"])
def test_counts_take_no_filter_that_the_server_ignores_there(name: str) -> None:
    with pytest.raises(InvalidArgument, match=name):
        checked_for_counts({name: True})  # type: ignore[misc]


def test_counts_take_the_others() -> None:
    assert checked_for_counts({"acknowledged": False}) == TaskFilter(acknowledged=False)


@given(
    st.dictionaries(
        st.text(max_size=12) | st.sampled_from(sorted(TaskFilters.__annotations__)), st.integers() | st.text()
    )
)
def test_any_filter_is_checked_or_refused(filters: dict[str, Any]) -> None:
    try:
        found = checked(filters)  # type: ignore[arg-type]
    except InvalidArgument:
        return
    query(found.parameters()).encode("ascii")

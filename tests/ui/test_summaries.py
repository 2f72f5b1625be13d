"""The summary: numbers by type, the change against the window before, and what is not known."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.paperless.models import TaskSummary, TaskType
from bot.ui import summaries
from bot.ui.summaries import Counts, LookBack, chart, earlier
from tests.ui.examples import LINK_BASE, NOW, T
from tests.ui.payload import assert_sendable, components_of, lines

MAIL = TaskSummary(task_type=TaskType.MAIL_FETCH, total_count=3, success_count=3, last_success=NOW)
CONSUME = TaskSummary(
    task_type=TaskType.CONSUME_FILE,
    total_count=43,
    pending_count=2,
    success_count=24,
    failure_count=14,
    avg_duration_seconds=2.2,
    avg_wait_time_seconds=18.85,
    last_success=NOW,
)


def look(*now: TaskSummary, days: int = 7, before: dict[str, Counts] | None = None) -> LookBack:
    return LookBack(days=days, now=now, before=before)


def counts(runs: int = 0, succeeded: int = 0, failed: int = 0) -> Counts:
    return Counts(runs=runs, succeeded=succeeded, failed=failed)


def shown(found: LookBack, **more: Any) -> list[str]:
    options: dict[str, Any] = {"server": "home", "show_server": False, "picture": None}
    return lines(summaries.summary(found, **options | more))


async def test_a_line_a_type_most_runs_first() -> None:
    assert shown(look(MAIL, CONSUME, before={"consume_file": counts(40, 35, 5), "mail_fetch": counts(3, 3, 0)})) == [
        "**14 of 46 tasks failed in the last 7 days** · Paperless",
        "-# the 7 days before: 5 of 43 tasks failed",
        "**Consume file** 43 runs · 14 failed (5 before) · 2 waiting · 3 running or not run · 63 % succeeded"
        f" · takes 2.2 s · waits 19 s · last success {T}",
        f"**Mail fetch** 3 runs · none failed · 100 % succeeded · last success {T}",
    ]


async def test_no_failures_is_said_so() -> None:
    assert shown(look(MAIL))[0] == "**No failures in the last 7 days** · Paperless"


async def test_no_tasks_at_all() -> None:
    assert shown(look(days=1, before={})) == [
        "**No failures in the last 24 hours** · Paperless",
        "No task ran at all in that time.",
        "-# the 24 hours before: not known, Paperless lists no task of that time",
    ]


async def test_of_more_than_half_a_year_the_time_before_is_not_known() -> None:
    assert "not known, Paperless looks back 365 days at most" in shown(look(MAIL, days=200))[1]


async def test_a_server_that_lists_nothing_of_the_time_before_had_not_zero_failures() -> None:
    assert "not known" in shown(look(MAIL, before={"mail_fetch": counts()}))[1]
    assert "14 failed · " in shown(look(CONSUME, before={"consume_file": counts()}))[2]


async def test_several_servers_are_named() -> None:
    assert shown(look(MAIL), server="office", show_server=True)[0].endswith("Paperless (office)")


def test_nearly_all_is_not_all_and_nearly_none_is_not_none() -> None:
    one = TaskSummary(task_type=TaskType.MAIL_FETCH, total_count=1001, success_count=1000, failure_count=1)
    assert "99 % succeeded" in summaries.line(one)
    few = TaskSummary(task_type=TaskType.MAIL_FETCH, total_count=1001, success_count=1, failure_count=1000)
    assert "1 % succeeded" in summaries.line(few)
    none = TaskSummary(task_type=TaskType.MAIL_FETCH, total_count=1000, failure_count=1000)
    assert " 0 % succeeded" in summaries.line(none)
    assert summaries.line(TaskSummary(task_type=TaskType.MAIL_FETCH)).endswith("no success")


class TestTheWindowBefore:
    def test_it_is_what_both_windows_have_more_than_the_later_one(self) -> None:
        both = TaskSummary(task_type=TaskType.CONSUME_FILE, total_count=83, success_count=59, failure_count=19)
        assert earlier([both], [CONSUME]) == {"consume_file": counts(40, 35, 5)}

    def test_a_type_that_ran_only_before(self) -> None:
        assert earlier([MAIL], []) == {"mail_fetch": counts(3, 3, 0)}

    def test_a_task_between_the_two_answers_makes_nothing_negative(self) -> None:
        fewer = TaskSummary(task_type=TaskType.CONSUME_FILE, total_count=42, success_count=24, failure_count=14)
        assert earlier([fewer], [CONSUME]) == {"consume_file": counts(0, 0, 0)}


class TestThePicture:
    def test_it_shows_the_same_numbers(self) -> None:
        drawn = chart(look(CONSUME, before={"consume_file": counts(40, 30, 10)}), server="home", show_server=True)
        assert drawn is not None
        assert drawn.title == "14 of 43 tasks failed in the last 7 days"
        assert drawn.subtitle == "home, the 7 days before: 10 of 40 tasks failed"
        (bar,) = drawn.bars
        assert (bar.label, bar.succeeded, bar.failed, bar.other, bar.before) == ("Consume file", 24, 14, 5, 0.75)

    def test_of_nothing_there_is_none(self) -> None:
        assert chart(look(), server="home", show_server=False) is None

    async def test_its_alt_text_comes_along(self) -> None:
        found = look(CONSUME)
        drawn = chart(found, server="home", show_server=False)
        assert drawn is not None
        view = summaries.summary(found, server="home", show_server=False, picture=drawn)
        (gallery,) = [part for part in components_of(view) if part["type"] == 12]
        (item,) = gallery["items"]
        assert item["media"]["url"] == "attachment://summary.png"
        assert item["description"] == drawn.alt


@given(
    names=st.lists(st.text(max_size=200), max_size=40, unique=True),
    numbers=st.integers(0, 10**9),
    days=st.integers(1, 365),
)
@settings(max_examples=50, deadline=None)
async def test_any_summary_can_be_sent(names: list[str], numbers: int, days: int) -> None:
    found = look(
        *[TaskSummary(task_type=TaskType(name), total_count=numbers, failure_count=numbers) for name in names],
        days=days,
    )
    assert_sendable(summaries.summary(found, server="home", show_server=True, picture=None), link_base=LINK_BASE)
    drawn = chart(found, server="home", show_server=True)
    assert drawn is None or len(drawn.alt) <= 1024


@pytest.mark.parametrize(("days", "says"), [(1, "the last 24 hours"), (30, "the last 30 days")])
def test_spans(days: int, says: str) -> None:
    assert summaries.span(days) == says

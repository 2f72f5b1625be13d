"""The same behaviour as in the recordings, held by hand: these tests need nothing beside the checkout."""

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.paperless import SandboxPaperless

from .conftest import Asker

V10_KEYS = [
    "id",
    "task_id",
    "task_type",
    "task_type_display",
    "trigger_source",
    "trigger_source_display",
    "status",
    "status_display",
    "date_created",
    "date_started",
    "date_done",
    "duration_seconds",
    "wait_time_seconds",
    "input_data",
    "result_data",
    "related_document_ids",
    "acknowledged",
    "owner",
]
V9_KEYS = [
    "id",
    "task_id",
    "task_name",
    "task_file_name",
    "type",
    "status",
    "date_created",
    "date_done",
    "result",
    "acknowledged",
    "related_document",
    "duplicate_documents",
    "owner",
]


def populate(paperless: SandboxPaperless) -> None:
    """1 bob's failure, 2 nobody's from the folder, 3 nobody's training, 4 operator's success, 5 operator's started,
    6 bob's revoked, 7 operator's pending."""
    paperless.fail("a.pdf", owner="bob", ago=70)
    paperless.fail("b.pdf", "encrypted", ago=60)
    paperless.fail_routine("train_classifier", ago=50)
    paperless.upload("Übung.pdf", owner="operator")
    paperless.clock.advance(5)
    paperless.upload("slow.pdf", owner="operator", seconds=3600)
    paperless.clock.advance(1)
    revoked = paperless.upload("e.pdf", owner="bob")
    paperless.clock.advance(1)
    paperless.revoke(revoked)
    paperless.upload("f.pdf", owner="operator")


def ids(answer: Any) -> list[int]:
    rows = answer.json
    return [row["id"] for row in (rows if isinstance(rows, list) else rows["results"])]


async def test_a_page_of_version_10_counts_and_links(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.burst(5)
    answer = await ask("tasks/?page_size=2&page=2&status=failure")
    assert list(answer.json) == ["count", "next", "previous", "results"]
    assert answer.json["count"] == 5
    assert answer.json["next"] == f"{paperless.url}/api/tasks/?page=3&page_size=2&status=failure"
    assert answer.json["previous"] == f"{paperless.url}/api/tasks/?page_size=2&status=failure"
    assert list(answer.json["results"][0]) == V10_KEYS


async def test_a_link_names_the_host_that_was_asked_for(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.burst(2)
    headers = {"Host": "docs.example.org", "X-Forwarded-Proto": "https"}
    answer = await ask("tasks/?page_size=1", headers=headers)
    assert answer.json["next"] == "http://docs.example.org/api/tasks/?page=2&page_size=1"


async def test_version_9_is_a_plain_list_without_pages(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.burst(30)
    answer = await ask("tasks/?page_size=2", accept="application/json; version=9")
    assert len(answer.json) == 30
    assert list(answer.json[0]) == V9_KEYS
    assert answer.json[0]["status"] == "FAILURE"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [7, 6, 5, 4, 3, 2, 1]),
        ("status=failure", [3, 2, 1]),
        ("status=failure&status=revoked", [6, 3, 2, 1]),
        ("status=pending&status=started&ordering=date_created", [5, 7]),
        ("task_type=train_classifier", [3]),
        ("trigger_source=folder_consume&trigger_source=scheduled", [3, 2]),
        ("owner=7", [6, 1]),
        ("is_complete=false", [7, 5]),
        ("is_complete=nonsense", [7, 6, 5, 4, 3, 2, 1]),
        ("acknowledged=true", []),
        ("acknowledged=False", [7, 6, 5, 4, 3, 2, 1]),
        ("acknowledged=", [7, 6, 5, 4, 3, 2, 1]),
        ("name=%C3%9Cbung", [4]),
        ("name=SLOW", [5]),
        ("name=%C3%BCBUNG", []),
        ("name=train", [3]),
        ("name=Folder", [2]),
        ("result=encrypted", [2]),
        ("result=1", [4, 3]),
        ("date_done_after=2099-01-01", [7, 6, 5, 4, 3, 2, 1]),
        ("id__gt=99", [7, 6, 5, 4, 3, 2, 1]),
        ("date_created_after=2026-11-23T13:41:00%2B01:00", [7, 6, 5, 4]),
        ("date_created_after=2026-11-23T13:41:00", [7, 6, 5, 4]),
        ("date_created_before=2026-11-23T12:41:00Z", [4, 3, 2, 1]),
        ("date_created_before=2026-11-23", []),
        ("ordering=-date_done", [6, 4, 3, 2, 1, 7, 5]),
        ("ordering=date_done", [5, 7, 1, 2, 3, 4, 6]),
        ("ordering=status,-date_done", [3, 2, 1, 7, 6, 5, 4]),
        ("ordering=id", [7, 6, 5, 4, 3, 2, 1]),
        ("ordering=nonsense", [7, 6, 5, 4, 3, 2, 1]),
        ("status=failure&ordering=-date_done&page_size=2&page=2", [1]),
        ("page_size=5&page=last", [2, 1]),
        ("page_size=0", [7, 6, 5, 4, 3, 2, 1]),
    ],
)
async def test_the_list_honours_what_paperless_honours_and_ignores_the_rest(
    ask: Asker, paperless: SandboxPaperless, query: str, expected: list[int]
) -> None:
    populate(paperless)
    assert ids(await ask(f"tasks/?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "status", "body"),
    [
        ("status=FAILURE", 400, {"status": ["Select a valid choice. FAILURE is not one of the available choices."]}),
        ("status=", 400, {"status": ["Select a valid choice.  is not one of the available choices."]}),
        ("task_type=a,b", 400, {"task_type": ["Select a valid choice. a,b is not one of the available choices."]}),
        ("owner=99", 400, {"owner": ["Select a valid choice. That choice is not one of the available choices."]}),
        ("date_created_after=1795437040", 400, {"date_created_after": ["Enter a valid date/time."]}),
        ("date_created_after=2026-11-23T13:29:43+01:00", 400, {"date_created_after": ["Enter a valid date/time."]}),
        ("date_created_before=2026-13-23", 400, {"date_created_before": ["Enter a valid date/time."]}),
        ("page=9", 404, {"detail": "Invalid page."}),
        ("page=0", 404, {"detail": "Invalid page."}),
        ("page=x", 404, {"detail": "Invalid page."}),
        ("format=xml", 404, {"detail": "Not found."}),
    ],
)
async def test_the_list_refuses_what_paperless_refuses(
    ask: Asker, query: str, status: int, body: dict[str, Any]
) -> None:
    answer = await ask(f"tasks/?{query}")
    assert (answer.status, answer.json) == (status, body)


async def test_a_page_holds_at_most_100_000_rows(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.add_history(100_001)
    assert ids(await ask("tasks/?page_size=1000000&page=2")) == [1]


@pytest.mark.parametrize(
    ("user", "listed", "counted"),
    [
        ("admin", [7, 6, 5, 4, 3, 2, 1], 7),
        ("staff", [7, 6, 5, 4, 3, 2, 1], 7),
        ("operator", [7, 5, 4, 3, 2], 5),
        ("bob", [6, 3, 2, 1], 4),
        ("viewer", [3, 2], 2),
    ],
)
async def test_a_user_sees_its_own_and_unowned_tasks_and_staff_all(
    ask: Asker, paperless: SandboxPaperless, user: str, listed: list[int], counted: int
) -> None:
    populate(paperless)
    assert ids(await ask("tasks/", user=user)) == listed
    assert (await ask("tasks/status_counts/", user=user)).json["all"] == counted


async def test_by_number_even_staff_gets_404_of_another_owners_task(ask: Asker, paperless: SandboxPaperless) -> None:
    row = paperless.fail("a.pdf", owner="bob")
    assert (await ask("tasks/1/", user="staff")).json == {"detail": "Not found."}
    assert ids(await ask(f"tasks/?task_id={row.task_id}", user="staff")) == [1]
    refused = await ask("tasks/1/", user="operator")
    assert (refused.status, refused.json) == (404, {"detail": "No PaperlessTask matches the given query."})
    assert (await ask("tasks/1/", user="bob")).status == 200
    assert (await ask("tasks/99/")).status == 404
    assert (await ask(f"tasks/{row.task_id}/")).json == {"detail": "Not found."}
    assert (await ask("tasks/1/?status=pending")).status == 404


async def test_a_task_id_is_found_exactly_or_not_at_all(ask: Asker, paperless: SandboxPaperless) -> None:
    first, second = paperless.fail(task_id="abcdef00-0000-4000-8000-000000000001"), paperless.fail()
    assert ids(await ask(f"tasks/?task_id={first.task_id}&task_id={second.task_id}")) == [2]
    for text in ("", "hello", first.task_id.upper(), f"{first.task_id},{second.task_id}"):
        answer = await ask(f"tasks/?task_id={text}")
        assert answer.json == {"count": 0, "next": None, "previous": None, "results": []}


async def test_active_is_the_newest_fifty_and_honours_task_id_alone(ask: Asker, paperless: SandboxPaperless) -> None:
    for _ in range(60):
        paperless.add_task(status="pending", date_created=paperless.clock.now())
        paperless.clock.advance(1)
    paperless.fail()
    answer = await ask("tasks/active/?status=success&page_size=1&ordering=date_created")
    assert ids(answer) == list(range(60, 10, -1))
    assert ids(await ask(f"tasks/active/?task_id={paperless.row(3).task_id}")) == [3]


async def test_status_counts_follow_the_filters_but_those_on_the_state(ask: Asker, paperless: SandboxPaperless) -> None:
    populate(paperless)
    paperless.acknowledge_in_web_ui([1])
    everything = {"all": 7, "needs_attention": 4, "in_progress": 2, "completed": 1}
    assert (await ask("tasks/status_counts/?status=bogus&is_complete=true")).json == everything
    assert (await ask("tasks/status_counts/?acknowledged=false")).json["needs_attention"] == 3
    assert (await ask("tasks/status_counts/?task_type=bogus")).status == 400


async def test_the_summary_counts_by_type_and_averages_what_ended(ask: Asker, paperless: SandboxPaperless) -> None:
    populate(paperless)
    consumption, training = (await ask("tasks/summary/", user="staffnp")).json
    assert list(consumption) == [
        "task_type",
        "total_count",
        "pending_count",
        "success_count",
        "failure_count",
        "avg_duration_seconds",
        "avg_wait_time_seconds",
        "last_run",
        "last_success",
        "last_failure",
    ]
    counts = [consumption[key] for key in ("total_count", "pending_count", "success_count", "failure_count")]
    assert counts == [6, 1, 1, 2]
    assert consumption["avg_duration_seconds"] == pytest.approx((1 + 2 * 0.343217) / 3)
    assert training["last_success"] is None


@pytest.mark.parametrize(("days", "count"), [("7", 2), ("0", 1), ("-3", 1), ("9999", 3), ("%207%20", 2), (None, 2)])
async def test_the_summarys_days_are_clamped(
    ask: Asker, paperless: SandboxPaperless, days: str | None, count: int
) -> None:
    for age in (0, 5, 300):
        paperless.fail(ago=timedelta(days=age).total_seconds())
    query = f"?days={days}" if days is not None else ""
    assert (await ask(f"tasks/summary/{query}")).json[0]["total_count"] == count


@pytest.mark.parametrize("days", ["abc", "", "1.5"])
async def test_the_summary_refuses_what_is_no_number(ask: Asker, days: str) -> None:
    answer = await ask(f"tasks/summary/?days={days}")
    assert (answer.status, answer.json) == (400, {"days": "Must be a positive integer."})

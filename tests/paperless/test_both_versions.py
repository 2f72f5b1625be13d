"""One suite for both versions: the same calls on a local 3.0.5 and a local 2.20.15, with the same outcome.

The local servers are the sandbox's, which is held against the recordings by its own tests.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bot.paperless import (
    InvalidArgument,
    NotFound,
    PaperlessClient,
    TaskNotFound,
    TaskStatus,
    TaskType,
)
from bot.sandbox.paperless import SandboxPaperless

NOWHERE = "00000000-0000-0000-0000-000000000000"


def is_v3(server: SandboxPaperless) -> bool:
    return server.version.api == 10


async def test_a_task_is_found_by_uuid_and_by_number(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    row = server.fail("invoice.pdf", owner="operator")

    by_uuid, by_number = await paperless.tasks(row.task_id), await paperless.tasks(row.id)

    assert by_uuid == by_number
    assert (by_uuid.id, by_uuid.filename, by_uuid.status) == (row.id, "invoice.pdf", TaskStatus.FAILURE)
    assert by_uuid.error_type == "ConsumerError"
    assert by_uuid.error_message is not None
    assert by_uuid.error_message.startswith("invoice.pdf: ")
    assert by_uuid.date_done == row.date_done


@pytest.mark.parametrize("ref", [NOWHERE, 999_999, "hello", 0, -5, 10**30])
async def test_an_unknown_task_is_not_found(ref: str | int, paperless: PaperlessClient) -> None:
    with pytest.raises(TaskNotFound):
        await paperless.tasks(ref)


@pytest.mark.parametrize("ref", ["", " ", None, 1.5, True, b"x"])
async def test_what_is_no_reference_is_refused(ref: object, paperless: PaperlessClient) -> None:
    with pytest.raises(InvalidArgument):
        await paperless.tasks(ref)  # type: ignore[arg-type]


async def test_every_task_is_iterated_newest_first(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    rows = [server.fail(f"{number}.pdf", ago=100 - number) for number in range(30)]

    found = [task.id async for task in paperless.tasks]

    assert found == [row.id for row in reversed(rows)]


async def test_pages_are_numbered_and_end(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    server.burst(25)
    query = paperless.tasks.filter(status="failure")

    pages = [page async for page in query.pages(page_size=10)]

    assert [(page.count, len(page.results), page.next_page) for page in pages] == [
        (25, 10, 2),
        (25, 10, 3),
        (25, 5, None),
    ]
    assert (await query.page(page=3, page_size=10)).results == pages[2].results
    with pytest.raises(NotFound, match="no page 4"):
        await query.page(page=4, page_size=10)


async def test_nothing_at_all_is_one_empty_page(paperless: PaperlessClient) -> None:
    assert [page.count async for page in paperless.tasks.filter().pages()] == [0]
    assert [task async for task in paperless.tasks] == []


async def test_an_early_break_leaves_no_request_behind(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    server.burst(50)
    await paperless.probe()
    server.requests.clear()

    async with paperless.tasks.filter(status="failure") as failures:
        async for page in failures.pages(page_size=10):
            assert len(page.results) == 10
            break

    assert len(server.requests) == 1


async def test_filters_narrow_as_they_say(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    old = server.fail("old.pdf", ago=7200, acknowledged=True)
    mine = server.fail("Müller.pdf", "unsupported", owner="operator", ago=60)
    sanity = server.fail_routine("sanity_check", ago=30)
    stuck = server.stick("endless.pdf", ago=10)

    async def ids(**filters: object) -> list[int]:
        return [task.id async for task in paperless.tasks.filter(**filters)]  # type: ignore[arg-type]

    assert await ids(status="failure") == [sanity.id, mine.id, old.id]
    assert await ids(status=["failure", "revoked"], acknowledged=False) == [sanity.id, mine.id]
    assert await ids(status=["started", "failure"], task_type="consume_file") == [stuck.id, mine.id, old.id]
    assert await ids(task_type=[TaskType.SANITY_CHECK, TaskType.MAIL_FETCH]) == [sanity.id]
    assert await ids(task_type=TaskType.LLM_INDEX) == []
    assert await ids(trigger_source="scheduled") == [sanity.id]
    assert await ids(is_complete=False) == [stuck.id]
    assert await ids(is_complete=True, acknowledged=True) == [old.id]
    assert await ids(owner=mine.owner) == [mine.id]
    assert await ids(name="müll") == [mine.id]
    assert await ids(name="sanity") == [sanity.id]
    assert await ids(result="unsupported mime") == [mine.id]
    assert await ids(status="revoked") == []
    assert await ids(date_created_after=mine.date_created, date_created_before=sanity.date_created) == [
        sanity.id,
        mine.id,
    ]


async def test_orderings_order_as_they_say(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    late = server.fail("late.pdf", ago=5)
    long_queued = server.fail("queued.pdf", ago=1, date_created=datetime.now(UTC) - timedelta(days=1))
    early = server.fail("early.pdf", ago=500)

    async def ids(ordering: str | list[str]) -> list[int]:
        return [task.id async for task in paperless.tasks.filter(status="failure", ordering=ordering)]

    assert await ids("-date_done") == [long_queued.id, late.id, early.id]
    assert await ids("date_done") == [early.id, late.id, long_queued.id]
    assert await ids("date_created") == [long_queued.id, early.id, late.id]
    assert await ids(["status", "-date_done"]) == [long_queued.id, late.id, early.id]


async def test_what_2_20_does_not_record_is_no_order_there(
    server: SandboxPaperless, paperless: PaperlessClient
) -> None:
    query = paperless.tasks.filter(ordering="-duration_seconds")

    if is_v3(server):
        assert (await query.page()).count == 0
    else:
        with pytest.raises(InvalidArgument, match=r"2\.20 does not record it"):
            await query.page()


async def test_active_is_what_is_under_way(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    server.fail()
    stuck = [server.stick(f"{number}.pdf", ago=1000 - number) for number in range(60)]

    newest = [row.id for row in reversed(stuck)][:50]
    assert [task.id async for task in paperless.tasks.active()] == newest
    assert [task.id for task in await paperless.tasks.active()] == newest


async def test_the_summary_counts_by_type(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    server.fail(ago=3 * 86400)
    last = server.fail(ago=60)
    server.stick()
    server.fail_routine("sanity_check")

    by_type = {summary.task_type: summary for summary in await paperless.tasks.summary(days=1)}

    assert list(by_type) == [TaskType.CONSUME_FILE, TaskType.SANITY_CHECK]
    consumed = by_type[TaskType.CONSUME_FILE]
    assert (consumed.total_count, consumed.failure_count, consumed.success_count, consumed.pending_count) == (
        2,
        1,
        0,
        0,
    )
    assert consumed.last_failure == last.date_done
    assert consumed.last_success is None
    assert {summary.total_count for summary in await paperless.tasks.summary()} == {3, 1}


@pytest.mark.parametrize("days", [0, 366, "7", 1.5, True])
async def test_days_that_the_server_would_clamp_are_refused(days: int, paperless: PaperlessClient) -> None:
    with pytest.raises(InvalidArgument, match="1 to 365"):
        await paperless.tasks.summary(days=days)


async def test_the_counts_are_those_of_the_web_ui(server: SandboxPaperless, paperless: PaperlessClient) -> None:
    server.burst(3)
    server.fail(acknowledged=True)
    server.stick()
    server.upload("fine.pdf", seconds=0)
    await server.settled(server.row(6).task_id)

    counts = await paperless.tasks.status_counts()
    assert (counts.all, counts.needs_attention, counts.in_progress, counts.completed) == (6, 4, 1, 1)
    counts = await paperless.tasks.status_counts(acknowledged=False, task_type="consume_file")
    assert (counts.all, counts.needs_attention) == (5, 3)

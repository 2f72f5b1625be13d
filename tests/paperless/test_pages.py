"""Lists in pages, while the list moves under the one who reads it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.paperless import NotFound, Task, TaskPage, TaskStatus, TooLarge
from bot.paperless.paging import each_page
from bot.paperless.tasks import ITERATED
from tests.paperless.conftest import Connect
from tests.paperless.server import Reply, Request, Server, json_reply, task_row


def task(number: int) -> Task:
    return Task(id=number, task_id=str(number), status=TaskStatus.FAILURE, date_created=datetime.now(UTC))


class Growing:
    """A list of so many tasks, newest first; `created` more are made after the first page was read."""

    def __init__(self, tasks: int, *, created: int = 0, deleted: int = 0) -> None:
        self.ids = list(range(tasks, 0, -1))
        self.created = created
        self.deleted = deleted

    def __call__(self, request: Request) -> Reply:
        query = dict(request.query)
        page, size = int(query["page"]), int(query["page_size"])
        shown = self.ids[(page - 1) * size : page * size]
        if not shown and page > 1:
            return json_reply({"detail": "Invalid page."}, status=404)
        more = page * size < len(self.ids)
        newest = self.ids[0]
        self.ids = [*range(newest + self.created, newest, -1), *self.ids][: len(self.ids) + self.created - self.deleted]
        self.created = self.deleted = 0
        rows = [task_row(number) for number in shown]
        following = "http://192.0.2.1/next" if more else None
        return json_reply({"count": len(self.ids), "next": following, "previous": None, "results": rows})


async def read(world: Growing, connect: Connect, page_size: int = 10) -> list[list[int]]:
    async with Server(world) as server:
        pages = connect(server).tasks.filter().pages(page_size=page_size)
        return [[task.id for task in page.results] async for page in pages]


async def test_a_row_that_moved_on_to_the_next_page_is_told_once(connect: Connect) -> None:
    pages = await read(Growing(25, created=3), connect)

    assert [number for page in pages for number in page] == list(range(25, 0, -1))
    assert [len(page) for page in pages] == [10, 7, 8]


async def test_a_page_of_nothing_but_repeats_is_left_out(connect: Connect) -> None:
    """As many were created meanwhile as a page holds."""
    assert await read(Growing(20, created=10), connect) == [list(range(20, 10, -1)), list(range(10, 0, -1))]


async def test_a_page_whose_rows_were_deleted_meanwhile_is_the_end(connect: Connect) -> None:
    assert await read(Growing(20, deleted=12), connect) == [list(range(20, 10, -1))]


async def test_iterating_takes_large_pages_one_after_the_other(connect: Connect) -> None:
    async with Server(Growing(2 * ITERATED + 1)) as server:
        found = [task.id async for task in connect(server).tasks]
        sizes = [dict(request.query)["page_size"] for request in server.requests]

    assert found == list(range(2 * ITERATED + 1, 0, -1))
    assert sizes == [str(ITERATED)] * 3


async def test_nothing_is_requested_ahead(connect: Connect) -> None:
    async with Server(Growing(5000)) as server:
        paperless = connect(server)
        async with paperless.tasks.filter() as everything:
            assert server.requests == []
            first: Any = await anext(aiter(everything))

        assert first.id == 5000
        assert len(server.requests) == 1


async def test_a_next_link_after_an_empty_page_is_the_end(connect: Connect) -> None:
    endless = json_reply({"count": 9, "next": "http://192.0.2.1/next", "previous": None, "results": []})
    async with Server(lambda request: endless) as server:
        assert [task async for task in connect(server).tasks] == []
        assert len(server.requests) == 1


class Shrinking:
    """Unacknowledged tasks, newest first, as long as they are that."""

    def __init__(self, tasks: int, *, counts: tuple[int, ...] = ()) -> None:
        self.ids = list(range(tasks, 0, -1))
        self.counts = counts  # what is said in turn, instead of the truth
        self.asked: list[int] = []

    def __call__(self, request: Request) -> Reply:
        if request.method == "POST":
            gone = set(request.json["tasks"])
            self.ids = [number for number in self.ids if number not in gone]
            return json_reply({"result": len(gone)})
        query = dict(request.query)
        if query.get("task_id"):
            return json_reply({"count": 0, "next": None, "results": []})
        page, size = int(query["page"]), int(query["page_size"])
        self.asked.append(page)
        shown = self.ids[(page - 1) * size : page * size]
        if not shown and page > 1:
            return json_reply({"detail": "Invalid page."}, status=404)
        count = self.counts[len(self.asked) % len(self.counts)] if self.counts else len(self.ids)
        following = "http://192.0.2.1/next" if page * size < len(self.ids) else None
        return json_reply({"count": count, "next": following, "results": [task_row(number) for number in shown]})


async def test_acknowledging_page_by_page_misses_none_although_each_page_shortens_the_list(connect: Connect) -> None:
    world = Shrinking(35)
    async with Server(world) as server:
        tasks = connect(server).tasks
        async for page in tasks.filter(acknowledged=False).pages(page_size=10):
            assert await tasks.acknowledge(task.id for task in page.results) == len(page.results)

    assert world.ids == []


@pytest.mark.parametrize("gone", [range(31, 35), range(35, 20, -1), range(35, 5, -1), range(10, 0, -1)])
async def test_rows_that_go_while_the_list_is_read_hide_no_others(gone: range, connect: Connect) -> None:
    world = Shrinking(35)
    told: list[int] = []
    async with Server(world) as server:
        async for page in connect(server).tasks.filter().pages(page_size=10):
            told += [task.id for task in page.results]
            if len(told) == 20:
                world.ids = [number for number in world.ids if number not in gone]

    assert len(told) == len(set(told))
    assert set(world.ids) <= set(told)


@pytest.mark.parametrize(
    ("tasks", "changes"),
    [
        pytest.param(50, {4: ([45], 0), 5: ([], 1), 6: ([44], 0)}, id="a row that moves up, back, and up once more"),
        pytest.param(25, {3: (range(20, 26), 0), 4: ([], 6)}, id="a page that goes, and is there again"),
    ],
)
async def test_what_changes_while_pages_are_read_again_hides_none_either(tasks: int, changes: dict[int, Any]) -> None:
    """`changes`: what goes, and how many are created, just before the n-th request."""
    rows, told, asked = list(range(tasks, 0, -1)), [], []

    async def fetch(number: int, size: int) -> TaskPage:
        asked.append(number)
        gone, created = changes.get(len(asked), ([], 0))
        rows[:] = [*range(1000 + created, 1000, -1), *(row for row in rows if row not in gone)]
        shown = rows[(number - 1) * size : number * size]
        if not shown:
            raise NotFound("Invalid page.")
        following = number + 1 if number * size < len(rows) else None
        return TaskPage(count=len(rows), results=tuple(map(task, shown)), next_page=following)

    async for page in each_page(fetch, page_size=10):
        told += [one.id for one in page.results]

    assert told == list(range(tasks, 0, -1))


async def test_a_count_that_wavers_is_no_reason_to_begin_again_for_ever(connect: Connect) -> None:
    """As of two databases behind one address, one of which lags."""
    world = Shrinking(50, counts=(50, 49))
    async with Server(world) as server:
        found = [task.id async for page in connect(server).tasks.filter().pages(page_size=10) for task in page.results]

    assert found == list(range(50, 0, -1))
    assert len(world.asked) < 40


@pytest.mark.parametrize("page_size", [100, 70, 7])
async def test_pages_that_are_more_than_the_client_takes_are_asked_for_in_smaller_ones(
    page_size: int, connect: Connect
) -> None:
    """The text of an error is of any length."""
    world = Shrinking(150)

    def with_words(request: Request) -> Reply:
        reply = world(request)
        words = 9_000 if int(dict(request.query).get("page_size", 1)) > 1 else 0
        return replace(reply, body=reply.body + b" " * words * len(json.loads(reply.body).get("results", [])))

    async with Server(with_words) as server:
        pages = connect(server, max_answer_bytes=100_000).tasks.filter().pages(page_size=page_size)
        found = [task.id async for page in pages for task in page.results]

    assert found == list(range(150, 0, -1))


async def test_one_row_that_is_more_than_the_client_takes_is_told(connect: Connect) -> None:
    async with Server(Shrinking(5)) as server:
        with pytest.raises(TooLarge):
            await anext(connect(server, max_answer_bytes=500).tasks.filter().pages(page_size=10))


async def test_the_same_page_over_and_over_comes_to_an_end(connect: Connect) -> None:
    endless = json_reply({"count": 30, "next": "http://192.0.2.1/next", "results": [task_row(n) for n in range(10)]})
    async with Server(lambda request: endless) as server:
        found = [task async for page in connect(server).tasks.filter().pages(page_size=10) for task in page.results]

    assert len(found) == 10

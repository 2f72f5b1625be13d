"""Lists in pages, while the list moves under the one who reads it."""

from typing import Any

from bot.paperless.tasks import ITERATED
from tests.paperless.conftest import Connect
from tests.paperless.server import Reply, Request, Server, json_reply, task_row


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


async def test_a_page_of_nothing_but_repeats_is_told(connect: Connect) -> None:
    """As many were created meanwhile as a page holds: told twice rather than taken for the end."""
    pages = await read(Growing(20, created=10), connect)

    assert pages[0] == pages[1] == list(range(20, 10, -1))
    assert pages[2] == list(range(10, 0, -1))


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

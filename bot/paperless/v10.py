"""API version 10: Paperless-ngx 3.x."""

import sys
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bot.paperless import rows, wire
from bot.paperless.errors import NotFound, TaskNotFound, TooLarge
from bot.paperless.filters import TaskFilter
from bot.paperless.models import RunResult, Task, TaskPage, TaskStatusCounts, TaskSummary, TaskType
from bot.paperless.paging import each_page

if TYPE_CHECKING:
    from bot.paperless.client import PaperlessClient

T = TypeVar("T")

GLANCE_SMALLEST, GLANCE_LARGEST = 100, 1000  # rows
SEARCH_ROWS, SEARCH_PAGES = 100, 12


class Version10:
    number = 10
    runnable = (TaskType.TRAIN_CLASSIFIER, TaskType.SANITY_CHECK, TaskType.LLM_INDEX)

    def __init__(self, client: "PaperlessClient") -> None:
        self._client = client

    async def _get(
        self, endpoint: wire.Endpoint, read: Callable[[wire.JsonText], T], parameters: Iterable[tuple[str, str]] = ()
    ) -> T:
        return await self._client.request(endpoint, read, parameters=parameters, version=self.number)

    async def page(self, wanted: TaskFilter, *, page: int, page_size: int) -> TaskPage:
        parameters = [*wanted.parameters(), ("page", str(page)), ("page_size", str(page_size))]
        try:
            return await self._get(wire.LIST, partial(rows.task_page, page=page), parameters)
        except NotFound as error:
            if page == 1:
                raise
            raise NotFound(f"There is no page {page}", method="GET", path=wire.LIST.path, status=404) from error

    async def pages(self, wanted: TaskFilter, *, page_size: int) -> AsyncIterator[TaskPage]:
        async def fetch(number: int, size: int) -> TaskPage:
            return await self.page(wanted, page=number, page_size=size)

        async for page in each_page(fetch, page_size=page_size):
            yield page

    async def by_task_id(self, task_id: str) -> Task | None:
        found = await self._get(wire.LIST, partial(rows.task_page, page=1), [("task_id", task_id)])
        return only(found.results, task_id)

    async def by_pk(self, pk: int) -> Task:
        try:
            return await self._get(wire.TASK.at(pk), rows.task)
        except NotFound as error:
            found = await self._listed(pk)
            if found is None:
                raise TaskNotFound(f"There is no task number {pk}, or it is another user's") from error
            return found

    async def active(self) -> tuple[Task, ...]:
        return await self._get(wire.ACTIVE, rows.tasks)

    async def summary(self, days: int) -> tuple[TaskSummary, ...]:
        return await self._get(wire.SUMMARY, rows.summaries, [("days", str(days))])

    async def status_counts(self, wanted: TaskFilter) -> TaskStatusCounts:
        return await self._get(wire.STATUS_COUNTS, rows.status_counts, wanted.parameters())

    async def run(self, kind: TaskType) -> RunResult:
        body = wire.json_body({"task_type": kind.value})
        return RunResult(await self._client.request(wire.RUN, rows.started, body=body, version=self.number))

    async def glance(self, task_ids: Collection[str], since: datetime | None) -> dict[str, Task]:
        """Those of `task_ids` among the newest rows (created at `since` or later), in one request."""
        size = min(GLANCE_LARGEST, max(GLANCE_SMALLEST, 2 * len(task_ids)))
        try:
            page = await self.page(TaskFilter(date_created_after=since), page=1, page_size=size)
        except TooLarge:
            return {}  # the text of an error is of any length: each task is looked up by itself
        return {task.task_id: task for task in page.results if task.task_id in task_ids}

    async def _listed(self, pk: int) -> Task | None:
        """A task that the list shows although its own path is 404: another owner's, for a staff token.

        There is no filter for the primary key. It rises with date_created, so the list, newest first, is searched as a
        sorted one: two or three requests as a rule, SEARCH_PAGES at most. A row that breaks that order (one imported by
        hand) may be missed.
        """
        low, high, number = 1, sys.maxsize, 1
        for _ in range(SEARCH_PAGES):
            try:
                page = await self.page(TaskFilter(), page=number, page_size=SEARCH_ROWS)
            except NotFound:
                return None
            found = {task.id: task for task in page.results}
            if pk in found or not found:
                return found.get(pk)
            oldest, newest = min(found), max(found)
            # A primary key that is n lower than another stands at most n rows further on.
            if pk < oldest:
                low, high = number + 1, min(high, _pages(page.count), number + _pages(oldest - pk))
            elif pk > newest:
                low, high = max(low, number - _pages(pk - newest)), number - 1
            if low > high or oldest < pk < newest:
                return None
            number = high if number == 1 else (low + high) // 2
        return None


def only(found: tuple[Task, ...], task_id: str) -> Task | None:
    """The answer to `?task_id=`: none or one. More than one is a server that ignored it."""
    return found[0] if len(found) == 1 else next((task for task in found if task.task_id == task_id), None)


def _pages(count: int) -> int:
    return -(-count // SEARCH_ROWS)

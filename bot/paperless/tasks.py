"""paperless.tasks: everything that the tasks API can do."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self, Unpack

from bot.paperless import rows, wire
from bot.paperless.acknowledging import LARGEST_PK, acknowledge_each
from bot.paperless.errors import InvalidArgument, NotRunnable, TaskNotFound
from bot.paperless.filters import StatusCountFilters, TaskFilter, TaskFilters, checked, checked_for_counts
from bot.paperless.models import (
    AcknowledgeResult,
    RunResult,
    Task,
    TaskPage,
    TaskStatusCounts,
    TaskSummary,
    TaskType,
)
from bot.paperless.waiting import Waits

if TYPE_CHECKING:
    from bot.paperless.client import PaperlessClient, Version

LARGEST_PAGE = 100_000  # what the server caps page_size at
ITERATED = 1000  # rows a page when iterating: a row costs the server 0.3 ms in such pages, and 0.5 ms in pages of 100
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class TaskQuery:
    """A filtered list of tasks: iterate it, or take whole pages. Nothing is requested before that, or ahead of it.

    While tasks are created, deleted or acknowledged, the rows of a numbered list move on. None is told twice, and none
    that stays in the list is missed: where the count says that rows have moved up, their pages are read again.
    """

    def __init__(self, client: "PaperlessClient", wanted: TaskFilter) -> None:
        self._client = client
        self._wanted = wanted

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def __aiter__(self) -> AsyncIterator[Task]:
        async for page in self.pages():
            for task in page.results:
                yield task

    async def page(self, *, page: int = 1, page_size: int = 100) -> TaskPage:
        """Page number `page`, from 1; NotFound past the end. `page_size`: 1 to 100,000; 100 rows cost 50 ms there."""
        _check_page(page, page_size)
        return await self._client.speak(lambda version: version.page(self._wanted, page=page, page_size=page_size))

    async def pages(self, *, page_size: int = ITERATED) -> AsyncIterator[TaskPage]:
        """Every page, in order, the first one also when it is empty. `count` is as of the page's request."""
        _check_page(1, page_size)

        async def begun(version: "Version") -> tuple[TaskPage, AsyncIterator[TaskPage]]:
            pages = version.pages(self._wanted, page_size=page_size)
            return await anext(pages), pages

        first, others = await self._client.speak(begun)
        yield first
        async for page in others:
            yield page


class ActiveTasks:
    """What is pending or started: iterate it, or await it for all at once. One request each time."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[Task, ...]]]) -> None:
        self._fetch = fetch

    async def __aiter__(self) -> AsyncIterator[Task]:
        for task in await self._fetch():
            yield task

    def __await__(self) -> Generator[Any, None, tuple[Task, ...]]:
        return self._fetch().__await__()


class Tasks:
    def __init__(
        self,
        client: "PaperlessClient",
        *,
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._waits = Waits(client, sleep=sleep, monotonic=monotonic)

    async def close(self) -> None:
        await self._waits.close()

    async def __call__(self, ref: str | int) -> Task:
        """One task, by its Celery UUID (str) or its primary key (int). Raises TaskNotFound.

        By primary key, a staff token on 3.x gets other owners' tasks too, though the server answers it 404: see
        docs/client.md.
        """
        if isinstance(ref, str):
            return await self._by_task_id(_task_id(ref))
        if isinstance(ref, bool) or not isinstance(ref, int):
            raise InvalidArgument(f"A task has a UUID (str) or a number (int), not {ref!r}")
        if not 1 <= ref <= LARGEST_PK:
            raise TaskNotFound(f"There is no task number {ref}")
        return await self._client.speak(lambda version: version.by_pk(ref))

    async def _by_task_id(self, task_id: str) -> Task:
        found = await self._client.speak(lambda version: version.by_task_id(task_id))
        if found is None:
            raise TaskNotFound(f"There is no task {task_id}, or it is another user's")
        return found

    def __aiter__(self) -> AsyncIterator[Task]:
        """Every visible task, the newest first."""
        return aiter(self.filter())

    def filter(self, **filters: Unpack[TaskFilters]) -> TaskQuery:
        """A narrowed or ordered list, see `TaskFilters`. InvalidArgument for what the server would ignore or reject."""
        return TaskQuery(self._client, checked(filters))

    def active(self) -> ActiveTasks:
        """What is pending or started, the newest 50.

        All of them, the longest waiting first, which is how to find a stuck one:
        `filter(status=["pending", "started"], ordering="date_created")`.
        """
        return ActiveTasks(lambda: self._client.speak(lambda version: version.active()))

    async def summary(self, *, days: int = 30) -> tuple[TaskSummary, ...]:
        """Counts and averages by type of the tasks created in the last `days` (1 to 365). 2.20 records no durations."""
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 365:
            raise InvalidArgument(f"days must be a number from 1 to 365, not {days!r}")
        return await self._client.speak(lambda version: version.summary(days))

    async def status_counts(self, **filters: Unpack[StatusCountFilters]) -> TaskStatusCounts:
        """The numbers on the web UI's task page. Acknowledged tasks are counted unless `acknowledged=False`."""
        wanted = checked_for_counts(filters)
        return await self._client.speak(lambda version: version.status_counts(wanted))

    async def acknowledge(self, pks: Iterable[int]) -> AcknowledgeResult:
        """Acknowledges tasks by primary key. The result is their number; its `rejected` are gone, or another user's.

        One that was acknowledged already counts as acknowledged. Repeating a call does no harm, so an error on the way
        may be answered with the same call again. There is no way back, and no record of who did it.

        The server's `all=true` is not offered: it acknowledges every visible task of any status, also those that are
        still to fail, and their failures would then never show as unacknowledged.
        """

        async def post(part: Sequence[int]) -> int:
            body = wire.json_body({"tasks": list(part)})
            return await self._client.speak(
                lambda version: self._client.request(
                    wire.ACKNOWLEDGE, rows.acknowledged, body=body, version=version.number
                )
            )

        return await acknowledge_each(pks, post)

    async def run(self, kind: TaskType | str) -> RunResult:
        """Starts a task; its UUID. Needs a superuser's token. `PaperlessClient.runnable_types` tells what can be run.

        2.20 works inside the request, for seconds or minutes: the result is then `finished`, and its UUID empty when no
        row was made (index_optimize) or more than one. A failed train_classifier answers like one that went well: look
        at its row. MaybeDone: no answer came, the server may have done it.
        """
        wanted = _kind(kind)

        async def run(version: "Version") -> RunResult:
            _check_runnable(version, wanted)
            return await version.run(wanted)

        return await self._client.speak(run)

    async def check_runnable(self, kind: TaskType | str) -> None:
        """Raises NotRunnable if this server cannot start such a task at all. Starts nothing."""

        async def check(version: "Version") -> None:
            _check_runnable(version, _kind(kind))

        await self._client.speak(check)

    async def wait(self, task_id: str, *, timeout: float = 600, grace: float = 30) -> Task:
        """The task once it has ended: succeeded, failed or revoked. Looks after 0.5 s at first, every 5 s in the end.

        Raises WaitTimedOut after `timeout` seconds; TaskNeverAppeared when there is no row after `grace` seconds (a
        server may promise a task and lose its row); TaskNotFound when the row is deleted meanwhile. A server that is
        away for a while is waited for. Many waits share one request a tick.
        """
        if not isinstance(task_id, str):
            raise InvalidArgument(f"A task is waited for by its UUID, a text, not {task_id!r}")
        return await self._waits.wait(_task_id(task_id), timeout=timeout, grace=grace)


def _kind(kind: TaskType | str) -> TaskType:
    if not isinstance(kind, str):
        raise InvalidArgument(f"The type of a task is one of {', '.join(TaskType)}, not {kind!r}")
    return TaskType(kind)


def _check_runnable(version: "Version", kind: TaskType) -> None:
    if kind not in version.runnable:
        can = ", ".join(version.runnable)
        raise NotRunnable(f"{kind.value!r} cannot be started on this server; it can run {can}")


def _task_id(text: str) -> str:
    """Celery's UUIDs are in lower case, and compared as they are."""
    stripped = str(text).strip()
    if not stripped:
        raise InvalidArgument("The task's UUID is empty: the server made no row for it, or it was not given")
    return stripped.lower() if _UUID.fullmatch(stripped) else stripped


def _check_page(page: int, page_size: int) -> None:
    if not isinstance(page, int) or page < 1:
        raise InvalidArgument(f"Pages are numbered from 1, there is no page {page!r}")
    if not isinstance(page_size, int) or not 1 <= page_size <= LARGEST_PAGE:
        raise InvalidArgument(f"page_size must be from 1 to {LARGEST_PAGE:,}, not {page_size!r}")

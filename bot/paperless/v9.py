"""API version 9: Paperless-ngx 2.20, whose answers become the models of version 10.

Its list is one plain list, newest first, and honours few filters: what it does not narrow is narrowed here. `active`,
`summary` and `status_counts` are counted from it.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.paperless import rows9, wire
from bot.paperless.enums import IN_PROGRESS, NEEDS_ATTENTION
from bot.paperless.errors import InvalidArgument, NotFound, PaperlessError, TaskNotFound
from bot.paperless.filters import TaskFilter
from bot.paperless.models import (
    RunResult,
    Task,
    TaskPage,
    TaskStatus,
    TaskStatusCounts,
    TaskSummary,
    TaskType,
    TriggerSource,
)
from bot.paperless.v10 import only

if TYPE_CHECKING:
    from bot.paperless.client import PaperlessClient

log = logging.getLogger("bot.paperless")

ACTIVE_CAP = 50  # as version 10 has it
# In the order in which a task goes through them: one that moves on between two requests is seen by the second.
# REVOKED is asked for nowhere: 2.20 never writes it.
_STORED = (TaskStatus.PENDING, TaskStatus.STARTED, TaskStatus.SUCCESS, TaskStatus.FAILURE)
_NEVER_RECORDED = frozenset({"duration_seconds", "wait_time_seconds"})


class Version9:
    number = 9
    runnable = (TaskType.TRAIN_CLASSIFIER, TaskType.SANITY_CHECK, TaskType.INDEX_OPTIMIZE)

    def __init__(self, client: "PaperlessClient") -> None:
        self._client = client

    async def everything(self, wanted: TaskFilter) -> list[Task]:
        refused = [name for name in wanted.ordering if name.removeprefix("-") in _NEVER_RECORDED]
        if refused:
            raise InvalidArgument(f"ordering {refused[0]!r}: Paperless-ngx 2.20 does not record it")
        found: dict[int, Task] = {}
        for parameters in _queries(wanted):
            found |= {task.id: task for task in await self._list(parameters)}
        matching = [task for task in found.values() if rows9.matches(wanted, task)]
        return rows9.in_order(matching, wanted.ordering or ("-date_created",))

    async def page(self, wanted: TaskFilter, *, page: int, page_size: int) -> TaskPage:
        tasks = await self.everything(wanted)
        if page > max(1, -(-len(tasks) // page_size)):
            raise NotFound(f"There is no page {page}", method="GET", path=wire.LIST.path)
        return _page(tasks, page, page_size)

    async def pages(self, wanted: TaskFilter, *, page_size: int) -> AsyncIterator[TaskPage]:
        tasks = await self.everything(wanted)
        for page in range(1, max(1, -(-len(tasks) // page_size)) + 1):
            yield _page(tasks, page, page_size)

    async def by_task_id(self, task_id: str) -> Task | None:
        found = await self._list([("task_id", task_id)])
        return only(found, task_id)

    async def by_pk(self, pk: int) -> Task:
        try:
            return await self._client.request(wire.TASK.at(pk), rows9.task, version=self.number)
        except NotFound as error:
            raise TaskNotFound(f"There is no task number {pk}, or it is another user's") from error

    async def active(self) -> tuple[Task, ...]:
        return tuple((await self.everything(TaskFilter(is_complete=False)))[:ACTIVE_CAP])

    async def summary(self, days: int) -> tuple[TaskSummary, ...]:
        tasks = await self.everything(TaskFilter())
        since = self._client.now() - timedelta(days=days)
        by_type: dict[TaskType, list[Task]] = defaultdict(list)
        for task in tasks:
            if task.date_created >= since:
                by_type[task.task_type].append(task)
        return tuple(_summary(kind, by_type[kind]) for kind in sorted(by_type))

    async def status_counts(self, wanted: TaskFilter) -> TaskStatusCounts:
        statuses = [task.status for task in await self.everything(wanted)]
        return TaskStatusCounts(
            all=len(statuses),
            needs_attention=sum(status in NEEDS_ATTENTION for status in statuses),
            in_progress=sum(status in IN_PROGRESS for status in statuses),
            completed=statuses.count(TaskStatus.SUCCESS),
        )

    async def run(self, kind: TaskType) -> RunResult:
        """The work is done when this returns. Its row, if one was made, is the one manual row of that name since."""
        parameters = [("task_name", rows9.NAME_OF_TYPE[kind]), ("type", rows9.TYPE_OF_SOURCE[TriggerSource.MANUAL])]
        before = {task.task_id for task in await self._list(parameters)}
        text = await self._client.request(
            wire.RUN,
            rows9.ran,
            body=wire.json_body({"task_name": rows9.NAME_OF_TYPE[kind]}),
            timeout=self._client.timeouts.run,
            version=self.number,
        )
        made = await self._made(parameters, before)
        return RunResult(made[0] if len(made) == 1 else None, finished=True, text=text)

    async def _made(self, parameters: list[tuple[str, str]], before: set[str]) -> list[str]:
        """The new rows; none if the server cannot be asked any more, which must not look like a run that failed."""
        try:
            return [task.task_id for task in await self._list(parameters) if task.task_id not in before]
        except PaperlessError as error:
            log.warning("The task ran, but its row could not be looked up: %s", error)
            return []

    async def glance(self, task_ids: Collection[str], since: datetime | None) -> dict[str, Task]:
        """Those of `task_ids` that have not ended, in two small requests: the list of all rows can be large."""
        found = await self.everything(TaskFilter(is_complete=False))
        return {task.task_id: task for task in found if task.task_id in task_ids}

    async def _list(self, parameters: list[tuple[str, str]]) -> tuple[Task, ...]:
        return await self._client.request(wire.LIST, rows9.tasks, parameters=parameters, version=self.number)


def _page(tasks: list[Task], page: int, page_size: int) -> TaskPage:
    first, last = (page - 1) * page_size, page * page_size
    following = page + 1 if last < len(tasks) else None
    return TaskPage(count=len(tasks), results=tuple(tasks[first:last]), next_page=following)


def _queries(wanted: TaskFilter) -> list[list[tuple[str, str]]]:
    """The requests that hold every row wanted, as narrow as can be: `status` and `task_name` take one value each."""
    common: list[tuple[str, str]] = []
    if wanted.acknowledged is not None:
        common.append(("acknowledged", "true" if wanted.acknowledged else "false"))
    if len(wanted.task_type) == 1:
        name = rows9.NAME_OF_TYPE.get(wanted.task_type[0])
        if name is None:
            return []
        common.append(("task_name", name))
    statuses = set(wanted.status or _STORED)
    if wanted.is_complete is not None:
        statuses &= IN_PROGRESS if not wanted.is_complete else set(_STORED) - IN_PROGRESS
    if TaskStatus.SUCCESS in statuses:
        return [common]  # most rows are: narrowing by the others would save nothing
    return [[*common, ("status", status.value.upper())] for status in _STORED if status in statuses]


def _summary(kind: TaskType, tasks: list[Task]) -> TaskSummary:
    statuses = [task.status for task in tasks]
    return TaskSummary(
        task_type=kind,
        total_count=len(tasks),
        pending_count=statuses.count(TaskStatus.PENDING),
        success_count=statuses.count(TaskStatus.SUCCESS),
        failure_count=statuses.count(TaskStatus.FAILURE),
        last_run=max(task.date_created for task in tasks),
        last_success=_last_done(tasks, TaskStatus.SUCCESS),
        last_failure=_last_done(tasks, TaskStatus.FAILURE),
    )


def _last_done(tasks: list[Task], status: TaskStatus) -> datetime | None:
    return max((task.date_done for task in tasks if task.status == status and task.date_done), default=None)

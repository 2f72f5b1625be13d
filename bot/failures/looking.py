"""Finds the rows of given tasks in Paperless, in as few requests as their number asks for. Keyed by task_id: primary
keys restart after a rebuild.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta

from bot.failures.incident import done_at
from bot.paperless import PaperlessClient
from bot.paperless.errors import TaskNotFound
from bot.paperless.models import Task, TaskStatus

FEW = 20  # tasks that are looked up one by one: 15 ms each
ROWS = 250  # a page; a row can hold a traceback of 5 kB
PAGES = 60  # of acknowledged rows, which a busy server may have very many of
ALL_ROWS = 5000  # a server with no more rows than this is read whole
BUDGET = 200  # single look-ups at a time, at most; the rest is for the next poll
OVERLAP = timedelta(seconds=120)  # a row may show later than its date_done, and clocks differ
ATTENTION = (TaskStatus.FAILURE, TaskStatus.REVOKED)


async def one(client: PaperlessClient, task_id: str) -> Task | None:
    try:
        return await client.tasks(task_id)
    except TaskNotFound:
        return None


async def unacknowledged(client: PaperlessClient, wanted: Mapping[str, datetime]) -> dict[str, Task]:
    """Those of `wanted` (task_id: date_done) that are listed as failed and not acknowledged."""
    return await _among(client, wanted, acknowledged=False, pages=None)


async def rows_of(client: PaperlessClient, wanted: Mapping[str, datetime]) -> tuple[dict[str, Task | None], bool]:
    """The row of each wanted task, None where there is none; and whether all of them could be looked up this time."""
    found: dict[str, Task | None] = {}
    if len(wanted) > FEW:
        found |= await _among(client, wanted, acknowledged=False, pages=None)
    if len(wanted) - len(found) > FEW:
        found |= await _among(client, _without(wanted, found), acknowledged=True, pages=PAGES)
    if len(wanted) - len(found) > FEW and await _count(client) <= ALL_ROWS:
        everything = {task.task_id: task async for task in client.tasks.filter(ordering="-date_created")}
        found |= {task_id: everything.get(task_id) for task_id in _without(wanted, found)}
    rest = list(_without(wanted, found))
    for task_id in rest[:BUDGET]:
        found[task_id] = await one(client, task_id)
    return found, len(rest) <= BUDGET


def _without(wanted: Mapping[str, datetime], found: Collection[str]) -> dict[str, datetime]:
    return {task_id: at for task_id, at in wanted.items() if task_id not in found}


async def _count(client: PaperlessClient) -> int:
    return (await client.tasks.filter().page(page=1, page_size=1)).count


async def _among(
    client: PaperlessClient, wanted: Mapping[str, datetime], *, acknowledged: bool, pages: int | None
) -> dict[str, Task]:
    """Reads the failures newest first, until all wanted are found or older ones are certain not to be."""
    found: dict[str, Task] = {}
    oldest = min(wanted.values()) - OVERLAP
    number = 0
    async for page in _pages(client, acknowledged=acknowledged):
        number += 1
        found |= {task.task_id: task for task in page if task.task_id in wanted}
        if len(found) == len(wanted) or number == pages or (page and done_at(page[-1]) < oldest):
            break
    return found


async def _pages(client: PaperlessClient, *, acknowledged: bool) -> AsyncIterator[tuple[Task, ...]]:
    query = client.tasks.filter(status=ATTENTION, acknowledged=acknowledged, ordering="-date_done")
    async for page in query.pages(page_size=ROWS):
        yield page.results

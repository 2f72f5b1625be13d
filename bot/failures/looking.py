"""Finds the rows of given tasks in Paperless, in as few requests as their number asks for. Keyed by task_id: primary
keys restart after a rebuild.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.failures.incident import done_at
from bot.paperless import PaperlessClient
from bot.paperless.errors import TaskNotFound
from bot.paperless.models import NEEDS_ATTENTION, Task

FEW = 20  # tasks that are looked up one by one: 15 ms each
ROWS = 250  # a page; a row can hold a traceback of 5 kB
PAGES = 60  # of acknowledged rows, which a busy server may have very many of
ALL_ROWS = 5000  # a server with no more rows than this is read whole
BUDGET = 200  # single look-ups at a time, at most; the rest is for the next poll
OVERLAP = timedelta(seconds=120)  # a row may show later than its date_done, and clocks differ


async def one(client: PaperlessClient, task_id: str) -> Task | None:
    try:
        return await client.tasks(task_id)
    except TaskNotFound:
        return None


async def unacknowledged(client: PaperlessClient, wanted: Mapping[str, datetime]) -> dict[str, Task]:
    """Those of `wanted` (task_id: date_done) that are listed as failed and not acknowledged."""
    found: dict[str, Task] = {}
    async for batch in _among(client, dict(wanted), acknowledged=False, pages=None):
        found |= batch
    return found


async def rows_of(client: PaperlessClient, wanted: Mapping[str, datetime]) -> AsyncIterator[Mapping[str, Task | None]]:
    """The row of each wanted task, None where there is none; some at a time, since there may be ten thousand.

    What it does not name could not be looked up this time: it was too much.
    """
    left = dict(wanted)
    if len(left) > FEW:
        async for batch in _among(client, left, acknowledged=False, pages=None):
            yield batch
    if len(left) > FEW:
        async for batch in _among(client, left, acknowledged=True, pages=PAGES):
            yield batch
    if len(left) > FEW and await _count(client) <= ALL_ROWS:
        yield await _everything(client, left)
        left = {}
    for task_id in list(left)[:BUDGET]:
        yield {task_id: await one(client, task_id)}


async def _count(client: PaperlessClient) -> int:
    return (await client.tasks.filter().page(page=1, page_size=1)).count


async def _everything(client: PaperlessClient, wanted: Collection[str]) -> dict[str, Task | None]:
    listed = client.tasks.filter(ordering="-date_created")
    found = {task.task_id: _light(task) async for task in listed if task.task_id in wanted}
    return {task_id: found.get(task_id) for task_id in wanted}


async def _among(
    client: PaperlessClient, left: dict[str, datetime], *, acknowledged: bool, pages: int | None
) -> AsyncIterator[dict[str, Task]]:
    """Reads the failures newest first, until none is left or all are older; takes out what it finds."""
    if not left:
        return
    oldest = min(left.values()) - OVERLAP
    number = 0
    query = client.tasks.filter(status=NEEDS_ATTENTION, acknowledged=acknowledged, ordering="-date_done")
    async for page in query.pages(page_size=ROWS):
        number += 1
        found = {task.task_id: _light(task) for task in page.results if left.pop(task.task_id, None) is not None}
        if found:
            yield found
        if not left or number == pages or (page.results and done_at(page.results[-1]) < oldest):
            return


def _light(task: Task) -> Task:
    """Without what nobody asks of ten thousand rows: tracebacks weigh most."""
    return replace(task, input_data={}, result_data=None)

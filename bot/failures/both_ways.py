"""What is done elsewhere shows here: acknowledged in the web UI, run again, removed, given to another owner.

With something open one more small request: how many rows are not acknowledged, and one of them (each time another, so
that a change of owner, which no count tells, is seen as well). As long as the count is the expected one, nothing else
is asked.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.failures import looking
from bot.failures.changes import plan_changes
from bot.failures.findings import Findings
from bot.failures.parts import chunks
from bot.failures.routing import Policy
from bot.failures.view import OpenFailure, Snapshot
from bot.paperless import PaperlessClient
from bot.paperless.errors import NotFound
from bot.paperless.models import NEEDS_ATTENTION, Task, TaskPage

WHOLE_EVERY = timedelta(minutes=5)  # changes that make up for each other do not show in a count

Pairs = list[tuple[OpenFailure, Task | None]]


class BothWays:
    def __init__(
        self,
        server: str,
        client: PaperlessClient,
        findings: Findings,
        *,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._server = server
        self._client = client
        self._findings = findings
        self._policy = policy
        self._now = now
        self._looked_at: datetime | None = None
        self._turn = 0
        self._more_before = False
        self._list = client.tasks.filter(status=NEEDS_ATTENTION, acknowledged=False, ordering="-date_done")

    async def look(self) -> int:
        """How many open failures turned out to have changed."""
        memory = await self._findings.memory(self._server)
        number, running = await self._findings.open_counts(self._server)
        if memory is None or not number:
            return 0
        page = await self._glance(number)
        count = None if page is None else page.count
        more = count is not None and memory.unacknowledged is not None and count > memory.unacknowledged
        if more and not self._more_before:
            self._more_before = True  # failed since the reading: the next poll finds it, and the count is right again
            return await self._look_at_few(page, running)
        self._more_before = False
        if count is None or count != memory.unacknowledged or self._is_time():
            return await self._look_at_all(count)
        return await self._look_at_few(page, running)

    def _is_time(self) -> bool:
        return self._looked_at is None or self._now() - self._looked_at >= WHOLE_EVERY

    async def _glance(self, number: int) -> TaskPage | None:
        """The count, and one of the rows in turn. None: fewer rows than that."""
        self._turn = self._turn % number + 1
        try:
            return await self._list.page(page=self._turn, page_size=1)
        except NotFound:
            return None

    async def _look_at_few(self, page: TaskPage | None, running: int) -> int:
        """The row of this turn, and those that run again, whose end changes no count."""
        row = next(iter(page.results), None) if page is not None else None
        if row is None and not running:
            return 0
        candidates = await self._findings.open_again(self._server, None if row is None else row.task_id)
        pairs: Pairs = [(each, row) for each in candidates if row is not None and each.task_id == row.task_id]
        if plan_changes(tuple(pairs)):
            return await self._look_at_all(None)  # the owner went, and with him more than this row changed
        again = [each for each in candidates if each.running_again][: looking.FEW]
        pairs = [(each, await looking.one(self._client, each.task_id)) for each in again]
        return await self._tell(pairs)

    async def _look_at_all(self, count: int | None) -> int:
        """`count`: of unacknowledged rows, as it was before; what changes from now on changes it."""
        if count is None:
            count = (await self._list.page(page=1, page_size=1)).count
        changed = 0
        failures = {each.task_id: each for each in await self._findings.open(self._server)}
        async for rows in looking.rows_of(self._client, {each.task_id: each.at for each in failures.values()}):
            changed += await self._tell([(failures.pop(task_id), row) for task_id, row in rows.items()])
        await self._findings.expects(self._server, None if failures else count)
        self._looked_at = self._now()
        return changed

    async def _tell(self, pairs: Pairs) -> int:
        changed = 0
        for part in chunks([(each, row) for each, row in pairs if plan_changes(((each, row),))]):
            snapshot = Snapshot(server=self._server, looked_at=tuple(part))
            await self._findings.tell(snapshot, policy=self._policy)
            changed += len(part)
        return changed

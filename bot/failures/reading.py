"""Finds what failed in Paperless: one small request while nothing is new, and nothing missed when something is.

No cursor on date_created (a task that queued for long fails late) and no `acknowledged=false` (what was acknowledged
while it was pending fails acknowledged, seen by nobody). The newest first by date_done, read until both hold: the rows
are older than all that may still show late, and as many unknown rows were found as the count says there must be.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.failures import looking
from bot.failures.findings import Findings, Key, Memory, Quiet
from bot.failures.incident import Failure, done_at, failure_of, task_key
from bot.failures.routing import Policy
from bot.failures.view import Backlog
from bot.paperless import PaperlessClient
from bot.paperless.models import NEEDS_ATTENTION, Task, TaskPage

KNOWN_AT_START = 5000  # rows of the backlog that are written down one by one; what is older counts as known
PAGE, LARGE_PAGE = 100, 1000
FRUITLESS = 3  # readings in vain, after which the rows that the count promises are taken to be known ones
DEEP_EVERY = timedelta(minutes=5)  # a row that vanished can hide one that showed late: look anyway
SAME_CLOCK = timedelta(seconds=5)  # an answer carries the second in which it was sent, and takes its time
UNSETTLED_PAUSE = 0.3  # seconds: 2.20 writes the text of a failure some ms after its status
UNSETTLED_FOR = timedelta(seconds=10)  # after that it is told as it is


class Reading:
    """One server's failures, as far as they are new."""

    def __init__(
        self,
        server: str,
        client: PaperlessClient,
        findings: Findings,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._server = server
        self._client = client
        self._findings = findings
        self._now = now
        self._sleep = sleep
        self._began = now()
        self._deep_at: datetime | None = None
        self._unsettled: dict[str, datetime] = {}
        self._fruitless = 0
        self._certain = True
        self._list = client.tasks.filter(status=NEEDS_ATTENTION, ordering="-date_done")

    async def begin(self, policy: Policy) -> Memory:
        """The very first look: what had failed when the bot started is known from now on. What failed between its start
        and this look, for which the server may have kept it waiting, is new."""
        unacknowledged = await self._client.tasks.filter(status=NEEDS_ATTENTION, acknowledged=False).page(page_size=1)
        began = self._began + self._ahead()
        first: TaskPage | None = None
        known: list[Failure] = []
        fresh = 0
        async for page in self._list.pages(page_size=looking.ROWS):
            first = first or page
            old = [each for each in self._failures(page) if each.at <= began]
            fresh += len(page.results) - len(old)
            known += old
            if len(known) >= KNOWN_AT_START:
                break
        quiet = _quiet(first)
        listed = max(0, quiet.count - fresh)
        whole = not known or len(known) >= listed
        now = self._now()
        memory = Memory(
            server=self._server,
            since=now,
            heard_at=now,
            quiet=None if fresh else quiet,
            listed=listed,
            watermark=max((each.at for each in known), default=None),
            backlog_pk=0 if whole else max(each.task_pk for each in known),
            backlog_at=None if whole else min(each.at for each in known),
            unacknowledged=None,
        )
        backlog = Backlog(total=listed, unacknowledged=min(max(0, unacknowledged.count - fresh), listed))
        await self._findings.begin(memory, known=known, backlog=backlog, policy=policy)
        return memory

    def _ahead(self) -> timedelta:
        """How far the server's clock is ahead of ours, going by its last answer; its failures have its time."""
        there = self._client.server_date
        ahead = timedelta(0) if there is None else there - self._now()
        return ahead if abs(ahead) > SAME_CLOCK else timedelta(0)

    def _failures(self, page: TaskPage) -> list[Failure]:
        return [failure_of(task, server=self._server) for task in page.results]

    async def find(self, memory: Memory) -> int:
        """Write down what is new; how many were."""
        now = self._now()
        quiet = _quiet(await self._list.page(page=1, page_size=1))
        if self._deep_at is None:
            self._deep_at = now
        deep = now - self._deep_at >= DEEP_EVERY
        if quiet == memory.quiet and not deep:
            return 0
        self._deep_at = now
        return await self._read(memory)

    async def _read(self, memory: Memory) -> int:
        walk = _Walk(memory, now=self._now())
        new: set[Key] = set()
        async for page in self._list.pages(page_size=PAGE if self._certain else LARGE_PAGE):
            seen = await self._see(page.results, memory)
            new |= seen
            if walk.ends(page, seen):
                break
        new |= await self._settled()
        certain = self._certain = walk.consistent and not walk.missing and not self._unsettled
        self._fruitless = 0 if new or certain else self._fruitless + 1
        resigned = self._fruitless >= FRUITLESS and walk.consistent
        await self._findings.was_read(
            self._server,
            quiet=walk.quiet if certain or resigned else None,
            listed=walk.quiet.count if resigned else walk.quiet.count - walk.missing,
            watermark=walk.watermark,
        )
        return len(new)

    async def _see(self, tasks: tuple[Task, ...], memory: Memory) -> set[Key]:
        failures = [failure_of(task, server=self._server) for task in tasks if not self._waits(task)]
        return await self._findings.see(self._server, [each for each in failures if not memory.is_backlog(each)])

    def _waits(self, task: Task) -> bool:
        """A row that 2.20 is still writing."""
        if not task.result_pending:
            self._unsettled.pop(task.task_id, None)
            return False
        since = self._unsettled.setdefault(task.task_id, self._now())
        return self._now() - since < UNSETTLED_FOR

    async def _settled(self) -> set[Key]:
        """Those rows again, a moment later; what is still not written waits for the next poll."""
        waiting = {key: since for key, since in self._unsettled.items() if self._now() - since < UNSETTLED_FOR}
        if not waiting:
            self._unsettled = {}
            return set()
        await self._sleep(UNSETTLED_PAUSE)
        found = [await looking.one(self._client, task_id) for task_id in waiting]
        self._unsettled = {
            task.task_id: waiting[task.task_id] for task in found if task is not None and task.result_pending
        }
        settled = [task for task in found if task is not None and task.needs_attention and not task.result_pending]
        return await self._findings.see(self._server, [failure_of(task, server=self._server) for task in settled])


class _Walk:
    """Whether pages, newest first, have told all that is new."""

    def __init__(self, memory: Memory, *, now: datetime) -> None:
        self._memory = memory
        self._cutoff = None if memory.watermark is None else min(memory.watermark, now) - looking.OVERLAP
        self._found = 0
        self._first: TaskPage | None = None
        self.consistent = True

    @property
    def quiet(self) -> Quiet:
        return _quiet(self._first)

    @property
    def watermark(self) -> datetime | None:
        times = [each for each in (self.quiet.at, self._memory.watermark) if each is not None]
        return max(times, default=None)

    @property
    def missing(self) -> int:
        """Unknown rows that the count promises, and that were not found (yet)."""
        return max(0, self.quiet.count - self._memory.listed - self._found)

    def ends(self, page: TaskPage, seen: set[Key]) -> bool:
        """Rows that move while they are read, from one page to another, show in the count: then it is read again."""
        self._first = self._first or page
        self.consistent = self.consistent and page.count == self._first.count
        self._found += len(seen)
        if self._cutoff is None or self.missing or not page.results:
            return False
        older = {at for _, at in seen if at <= self._cutoff}
        return done_at(page.results[-1]) < self._cutoff and not older


def _quiet(page: TaskPage | None) -> Quiet:
    if page is None or not page.results:
        return Quiet(count=0, task_id=None, at=None)
    newest = page.results[0]
    return Quiet(count=page.count, task_id=task_key(newest), at=done_at(newest))

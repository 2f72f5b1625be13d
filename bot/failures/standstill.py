"""What no failure tells: tasks that are stuck, and types of which none succeeds any more.

A small request every few minutes (a twentieth of the time that is too long), and only for what the configuration asks
for. While the server does not answer nothing is said here: not known is not "nothing".
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.failures import looking
from bot.failures.actions import ChangeFailure, Reason
from bot.failures.card import IncidentKind, IncidentState
from bot.failures.changes import plan_changes
from bot.failures.findings import Findings, Memory
from bot.failures.incident import runs, silence_of, stands_since, stuck_of
from bot.failures.routing import Policy
from bot.failures.view import OpenFailure, Snapshot
from bot.paperless import PaperlessClient
from bot.paperless.models import Task, TaskStatus, TaskType

SELDOM, OFTEN = timedelta(minutes=5), timedelta(seconds=5)
OLDEST = 100  # rows: the longest waiting come first


class Standstill:
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
        self._limits = [each for each in (policy.stuck_started, policy.stuck_pending) if each is not None]
        self._stuck_at = self._silence_at = now()
        self._oldest = client.tasks.filter(status=(TaskStatus.PENDING, TaskStatus.STARTED), ordering="date_created")

    async def look(self, memory: Memory) -> int:
        """How many new ones were written down."""
        now, new = self._now(), 0
        if self._limits and now - self._stuck_at >= _share(min(self._limits)):
            self._stuck_at = now
            new += await self._look_for_stuck(memory)
        silences = [after for _, after in self._policy.silence]
        if silences and now - self._silence_at >= _share(min(silences)):
            self._silence_at = now
            new += await self._look_for_silence(memory)
        return new

    async def _look_for_stuck(self, memory: Memory) -> int:
        """As long as the oldest is not too old, none is: one row is asked for."""
        oldest = await self._oldest.page(page=1, page_size=1)
        waiting = [task for task in oldest.results if self._now() - task.date_created >= min(self._limits)]
        page = await self._oldest.page(page=1, page_size=OLDEST) if waiting else oldest
        stuck = [stuck_of(task, server=self._server) for task in page.results if self._is_stuck(task, memory)]
        await self._unstick({task.task_id: task for task in page.results})
        return len(await self._findings.see(self._server, stuck))

    def _is_stuck(self, task: Task, memory: Memory) -> bool:
        """What stood still already when the bot was first started belongs to the backlog."""
        limit = self._policy.stuck_started if runs(task) else self._policy.stuck_pending
        return limit is not None and memory.since < stands_since(task) + limit <= self._now()

    async def _unstick(self, listed: Mapping[str, Task | None]) -> None:
        """Stuck ones that went on: they are no longer among the oldest that wait."""
        open_ones = await self._findings.open(self._server, kinds=(IncidentKind.STUCK,))
        gone = {each.task_id: each.at for each in open_ones if each.task_id not in listed}
        known = dict(listed)
        async for rows in looking.rows_of(self._client, gone):
            known |= rows
        looked_at = tuple((each, known[each.task_id]) for each in open_ones if each.task_id in known)
        if plan_changes(looked_at):
            await self._findings.tell(Snapshot(server=self._server, looked_at=looked_at), policy=self._policy)

    async def _look_for_silence(self, memory: Memory) -> int:
        open_ones = await self._findings.open(self._server, kinds=(IncidentKind.SILENT,))
        new = 0
        for task_type, after in self._policy.silence:
            last = await self._last_success(task_type)
            since = last or memory.since
            of_type = [each for each in open_ones if each.task_id == f"silent:{task_type}"]
            if self._now() - since >= after:
                silence = silence_of(task_type, server=self._server, since=since)
                new += len(await self._findings.see(self._server, [silence]))
            else:
                await self._break(of_type)
        return new

    async def _last_success(self, task_type: str) -> datetime | None:
        """None: none is known, which is no success at the beginning of time."""
        query = self._client.tasks.filter(
            status=TaskStatus.SUCCESS, task_type=TaskType(task_type), ordering="-date_done"
        )
        page = await query.page(page=1, page_size=1)
        return page.results[0].date_done if page.results else None

    async def _break(self, silences: Sequence[OpenFailure]) -> None:
        for each in silences:
            ended = ChangeFailure(failure_id=each.failure_id, state=IncidentState.ENDED, reason=Reason.WENT_ON)
            await self._findings.change((ended,))


def _share(limit: timedelta) -> timedelta:
    return max(OFTEN, min(SELDOM, limit / 20))

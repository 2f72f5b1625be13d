"""What the bot asks of its scheduler, on the event loop's clock: APScheduler keeps the machine's."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apscheduler.triggers.interval import IntervalTrigger


@dataclass(frozen=True)
class Job:
    work: Callable[[], Awaitable[object]]
    first: float
    every: float


class LoopScheduler:
    """Jobs at intervals, one turn of each at a time; a turn that is due while another is at work is left out."""

    def __init__(self) -> None:
        self.running = False
        self._paused = False
        self.failed: list[BaseException] = []
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def add_job(
        self,
        work: Callable[[], Awaitable[object]],
        trigger: IntervalTrigger,
        *,
        id: str,
        next_run_time: datetime | None = None,
    ) -> None:
        first = 0.0 if next_run_time else max(0.0, (trigger.start_date - datetime.now(UTC)).total_seconds())
        self._jobs[id] = Job(work, first, trigger.interval.total_seconds())

    def get_job(self, id: str) -> Job | None:
        return self._jobs.get(id)

    def remove_job(self, id: str) -> None:
        del self._jobs[id]

    def add_listener(self, *_: object) -> None:
        """Failed jobs are in `failed`."""

    def remove_listener(self, *_: object) -> None:
        pass

    def start(self) -> None:
        self.running = True
        for job in self._jobs.values():
            self._keep(asyncio.create_task(self._run(job)))

    async def _run(self, job: Job) -> None:
        await asyncio.sleep(job.first)
        turn: asyncio.Task[None] | None = None
        while True:
            if not self._paused and (turn is None or turn.done()):
                turn = asyncio.create_task(self._turn(job))
                self._keep(turn)
            await asyncio.sleep(job.every)

    async def _turn(self, job: Job) -> None:
        try:
            await job.work()
        except Exception as error:
            self.failed.append(error)

    def _keep(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def pause(self) -> None:
        self._paused = True

    def shutdown(self, *, wait: bool) -> None:
        for task in self._tasks:
            task.cancel()
        self._jobs.clear()
        self.running = False

"""Waiting for tasks to end: many waits, one request a tick.

- A tick looks at all watched tasks at once, in the newest rows of the list. Only a task that is not there is looked
  up by itself, at most LOOKUPS_PER_TICK of them a tick, the one not looked up for the longest time first. While some
  that were there before are still to be looked up (on 2.20 those that have ended), the next tick comes soon.
- A task is absent only if a look-up by its UUID says so: the list shows no more than its newest rows.
- A server that does not answer for a while ends no wait; its own timeout does. Nor does a proxy that answers for it:
  Traefik says 404 in its own words while the container behind it restarts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.paperless.errors import (
    ClientClosed,
    NotPaperless,
    PaperlessError,
    TaskNeverAppeared,
    TaskNotFound,
    WaitTimedOut,
)
from bot.paperless.models import Task

if TYPE_CHECKING:
    from bot.paperless.client import PaperlessClient

log = logging.getLogger("bot.paperless")

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.5, 5.0, 1.5
LOOKUPS_PER_TICK = 10
NEVER = float("-inf")
UNSETTLED_LOOKS = 5  # at a failure whose text 2.20 has not written yet


@dataclass(eq=False)
class _Watch:
    task_id: str
    appears_by: float
    outcome: asyncio.Future[Task]
    seen: Task | None = None
    looked_up: float = NEVER  # since it was last among the newest rows
    unsettled: int = 0

    def learn(self, task: Task) -> None:
        self.seen = task
        if not task.is_complete or self.outcome.done():
            return
        self.unsettled += task.result_pending
        if not task.result_pending or self.unsettled > UNSETTLED_LOOKS:
            self.outcome.set_result(task)

    def miss(self, now: float) -> None:
        if self.outcome.done():
            return
        if self.seen is not None:
            self.outcome.set_exception(TaskNotFound(f"The task {self.task_id} was deleted while it was waited for"))
        elif now >= self.appears_by:
            self.outcome.set_exception(
                TaskNeverAppeared(
                    f"Paperless-ngx promised the task {self.task_id}, but shows no such task. "
                    "It may have been done all the same: look before you repeat it"
                )
            )


class Waits:
    def __init__(
        self,
        client: "PaperlessClient",
        *,
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._monotonic = monotonic
        self._watches: set[_Watch] = set()
        self._joined = asyncio.Event()
        self._behind = False  # with looking up
        self._ticking: asyncio.Task[None] | None = None

    async def wait(self, task_id: str, *, timeout: float, grace: float) -> Task:
        outcome: asyncio.Future[Task] = asyncio.get_running_loop().create_future()
        watch = _Watch(task_id, self._monotonic() + grace, outcome)
        self._watches.add(watch)
        self._joined.set()
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick_on(), name="paperless-waits")
        try:
            async with asyncio.timeout(timeout):
                return await outcome
        except TimeoutError:
            state = "was not seen" if watch.seen is None else f"is {watch.seen.status.value}"
            raise WaitTimedOut(f"The task {task_id} {state} after {timeout:g} s", task=watch.seen) from None
        finally:
            self._watches.discard(watch)

    async def close(self) -> None:
        if self._ticking is not None and not self._ticking.done():
            self._ticking.cancel()
            await asyncio.wait([self._ticking])
        self._fail(self._watches, ClientClosed("The client was closed while it waited for a task"))

    def _fail(self, watches: Iterable[_Watch], error: Exception) -> None:
        for watch in watches:
            if not watch.outcome.done():
                watch.outcome.set_exception(error)

    async def _tick_on(self) -> None:
        pause = FIRST_PAUSE
        await asyncio.sleep(0)  # waits that begin together are looked at together
        while True:
            self._joined.clear()
            started = self._monotonic()
            await self._tick()
            if all(watch.outcome.done() for watch in self._watches):
                return
            if await self._sleep_or_join(pause):
                pause = FIRST_PAUSE
                await self._sleep(max(0.0, started + FIRST_PAUSE - self._monotonic()))
            else:
                pause = FIRST_PAUSE if self._behind else min(pause * GROWTH, LONGEST_PAUSE)

    async def _sleep_or_join(self, pause: float) -> bool:
        """True as soon as another wait begins, False after the pause."""
        sleeping = asyncio.ensure_future(self._sleep(pause))
        joining = asyncio.ensure_future(self._joined.wait())
        try:
            await asyncio.wait((sleeping, joining), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            joining.cancel()
        return self._joined.is_set()

    async def _tick(self) -> None:
        watches = list(self._watches)
        try:
            await self._look(watches)
        except PaperlessError as error:
            if error.retryable or self._is_spoken_for(error):
                log.info("Waiting for %d tasks goes on: %s", len(watches), error)
            else:
                self._fail(watches, error)
        except Exception as error:  # a defect of ours, or a middleware's word: whoever waits for it is told
            self._fail(watches, error)

    def _is_spoken_for(self, error: PaperlessError) -> bool:
        """By a proxy, for a server that was there before. Of one that never was, the URL is wrong."""
        return isinstance(error, NotPaperless) and error.status == 404 and self._client.version is not None

    async def _look(self, watches: list[_Watch]) -> None:
        by_id: dict[str, list[_Watch]] = {}
        for watch in watches:
            by_id.setdefault(watch.task_id, []).append(watch)
        if len(by_id) > 1:
            created = [watch.seen.date_created if watch.seen else None for watch in watches]
            since = min((moment for moment in created if moment), default=None) if None not in created else None
            found = await self._client.speak(lambda version: version.glance(by_id.keys(), since))
            for task_id, task in found.items():
                for watch in by_id.pop(task_id):
                    watch.looked_up = NEVER
                    watch.learn(task)
        absent = sorted(by_id.values(), key=lambda group: group[0].looked_up)
        await asyncio.gather(*map(self._look_up, absent[:LOOKUPS_PER_TICK]))
        self._behind = any(group[0].looked_up == NEVER for group in absent[LOOKUPS_PER_TICK:])

    async def _look_up(self, group: list[_Watch]) -> None:
        task_id = group[0].task_id
        task = await self._client.speak(lambda version: version.by_task_id(task_id))
        now = self._monotonic()
        for watch in group:
            watch.looked_up = now
            if task is None:
                watch.miss(now)
            else:
                watch.learn(task)

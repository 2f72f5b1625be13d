"""The newest tasks of a server, offered while a reference to one is typed."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.kept import Kept
from bot.paperless import PaperlessClient
from bot.paperless.models import Task
from bot.ui import lists

KEPT = 100
FRESH_SECONDS = 10.0
AGES_HOLD = timedelta(seconds=5)
"""How long "12 s ago" may stand: to write a hundred labels anew costs more than all else of a keystroke."""


class RecentTasks(Kept[Task]):
    """Newest first."""

    def __init__(self, client: PaperlessClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        async def newest() -> tuple[Task, ...]:
            return (await client.tasks.filter().page(page_size=KEPT)).results

        super().__init__(newest, fresh_seconds=FRESH_SECONDS, monotonic=monotonic)
        self._offers: list[tuple[str, str]] = []
        self._offered: tuple[Task, ...] = ()
        self._offered_at: datetime | None = None

    async def offers(self, typed: str, *, now: datetime) -> list[tuple[str, str]]:
        """Label and value of those that hold what was typed."""
        tasks = await self.get()
        if (
            tasks is not self._offered
            or self._offered_at is None
            or not (timedelta() <= now - self._offered_at < AGES_HOLD)
        ):
            self._offers, self._offered, self._offered_at = lists.offers(tasks, now=now), tasks, now
        return lists.matching(self._offers, typed)

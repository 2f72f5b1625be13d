"""What waits and runs on a server, the oldest first, kept for a moment: all who follow something there share it."""

import asyncio
import time

from bot.paperless import PaperlessClient
from bot.paperless.models import IN_PROGRESS, TaskPage

KEPT_SECONDS = 2.0
ROWS = 250


class Queue:
    def __init__(self, client: PaperlessClient) -> None:
        self._list = client.tasks.filter(status=sorted(IN_PROGRESS), ordering="date_created")
        self._asking = asyncio.Lock()
        self._page: TaskPage | None = None
        self._asked_at = float("-inf")

    async def now(self) -> TaskPage:
        """The oldest ROWS, and how many there are. Raises PaperlessError."""
        async with self._asking:
            if self._page is None or time.monotonic() - self._asked_at >= KEPT_SECONDS:
                self._page = None
                self._page = await self._list.page(page_size=ROWS)
                self._asked_at = time.monotonic()
            return self._page

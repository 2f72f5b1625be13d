"""The newest tasks of a server, kept for a moment: what a person is offered while typing.

A keystroke never asks Paperless: it reads what is here, and where that has grown old one request behind its back brings
the new. Nothing here ever fails; the worst is an offer of nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from bot.paperless import PaperlessClient
from bot.paperless.errors import PaperlessError
from bot.paperless.models import Task

log = logging.getLogger(__name__)

KEPT = 100
FRESH_SECONDS = 10.0
FIRST_SECONDS = 1.0
"""How long the very first keystroke waits; Discord allows 3 s."""


class RecentTasks:
    def __init__(self, client: PaperlessClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._tasks: tuple[Task, ...] | None = None
        self._fetched_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def tasks(self) -> tuple[Task, ...]:
        """Newest first."""
        if self._monotonic() - self._fetched_at > FRESH_SECONDS and (self._fetching is None or self._fetching.done()):
            self._fetching = asyncio.create_task(self._fetch(), name="recent tasks")
        if self._tasks is None and self._fetching is not None:
            await asyncio.wait([self._fetching], timeout=FIRST_SECONDS)
        return self._tasks or ()

    async def _fetch(self) -> None:
        # Also a failure counts as a try: a server that is down is not asked at each keystroke.
        self._fetched_at = self._monotonic()
        try:
            self._tasks = (await self._client.tasks.filter().page(page_size=KEPT)).results
        except PaperlessError as error:
            log.debug("no suggestions: %s", error)

    def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()

"""The newest tasks of a server, offered while a reference to one is typed."""

import time
from collections.abc import Callable

from bot.kept import Kept
from bot.paperless import PaperlessClient
from bot.paperless.models import Task

KEPT = 100
FRESH_SECONDS = 10.0


class RecentTasks(Kept[Task]):
    """Newest first."""

    def __init__(self, client: PaperlessClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        async def newest() -> tuple[Task, ...]:
            return (await client.tasks.filter().page(page_size=KEPT)).results

        super().__init__(newest, fresh_seconds=FRESH_SECONDS, monotonic=monotonic)

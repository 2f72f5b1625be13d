"""What the scheduler runs: a name by which it is found when the bot stops, and a quiet end if it is cut off then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

PREFIX = "job "
"""Of the names of the tasks that jobs run in."""


def job(name: str, work: Callable[[], Awaitable[object]]) -> Callable[[], Coroutine[Any, Any, None]]:
    """To be given to the scheduler, which cuts off at its shutdown what it runs, and calls that an error."""

    async def run() -> None:
        if (running := asyncio.current_task()) is not None:
            running.set_name(f"{PREFIX}{name}")
        try:
            await work()
        except asyncio.CancelledError:
            log.info("%s was cut off at the end; it runs again after the next start", name, extra={"event": "job_cut"})

    return run

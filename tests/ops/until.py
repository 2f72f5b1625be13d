"""Waiting for what has no event: another process, the database's clock."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], *, timeout: float = 30) -> None:
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110  that is what it is for
            await asyncio.sleep(0.02)

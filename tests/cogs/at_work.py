"""A bot at work, hurried for tests: followers that look often and a worker that is quick."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import TaskBot
from bot.following import Pace
from tests.house import House


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[TaskBot]:
    """A bot whose followers look more often than they would."""
    if house.paperless.worker.pace.work == 1:
        house.paperless.worker.pace.work = 0.05
    async with house.bot() as bot:
        bot.following.pace = Pace(looks=(0.2, 0.3, 0.5), tries=(0.1, 0.5), appears=1)
        yield bot

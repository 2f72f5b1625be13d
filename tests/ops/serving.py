"""The bot as it serves its health page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.exits import Exit
from bot.run import run
from tests.house import House


@asynccontextmanager
async def running(house: House, port: int) -> AsyncIterator[aiohttp.ClientSession]:
    """The whole of `run`, and a session that asks its health page."""
    house.overrides = {**house.overrides, "health": {"listen": f"127.0.0.1:{port}"}}
    stop = asyncio.Event()
    serving = asyncio.create_task(run(house.settings(), stop=stop, connector=house.discord.connector()))
    try:
        await house.discord.ready(30)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            yield session
    finally:
        stop.set()
        assert await serving is Exit.DONE


async def until_ready(session: aiohttp.ClientSession) -> dict[str, Any]:
    """What /readyz says once it is."""
    async with asyncio.timeout(30):
        while True:
            async with session.get("/readyz") as answer:
                body: dict[str, Any] = await answer.json()
                if answer.status == 200:
                    return body
            await asyncio.sleep(0.05)


Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def samples(session: aiohttp.ClientSession) -> Samples:
    async with session.get("/metrics") as answer:
        return samples_of(await answer.text())


def samples_of(text: str) -> Samples:
    """By name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

"""The least that the work can cost with aiohttp: the same bytes, read and parsed with orjson, and no models."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import orjson

UUID = "00000001-0000-4000-8000-{:012x}"
HEADERS = {"Authorization": "Token token", "Accept": "application/json; version=10"}
PAGE_SIZE = 1000  # as bot.paperless iterates


async def iterate(url: str) -> int:
    number, page, following = 0, 1, True
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        while following:
            async with session.get(f"{url}/api/tasks/?page={page}&page_size={PAGE_SIZE}") as response:
                found = orjson.loads(await response.read())
            number += len(found["results"])
            page, following = page + 1, found["next"]
    return number


async def look_up_in_turn(url: str, times: int) -> int:
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        for number in range(times):
            async with session.get(f"{url}/api/tasks/?task_id={UUID.format(number)}") as response:
                orjson.loads(await response.read())
    return times


async def look_up_at_once(url: str, times: int) -> int:
    async def look_up(number: int) -> None:
        async with session.get(f"{url}/api/tasks/?task_id={UUID.format(number)}") as response:
            orjson.loads(await response.read())

    async with aiohttp.ClientSession(headers=HEADERS) as session:
        await asyncio.gather(*map(look_up, range(times)))
    return times


WORK: dict[str, Callable[..., Awaitable[int]]] = {
    "iterate": iterate,
    "in turn": look_up_in_turn,
    "at once": look_up_at_once,
}

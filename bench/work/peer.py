"""The same work, done by pypaperless 6."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from pypaperless import PaperlessClient  # type: ignore[import-not-found]  # installed in the benchmark's environment alone

UUID = "00000001-0000-4000-8000-{:012x}"


async def iterate(url: str) -> int:
    number = 0
    async with PaperlessClient(url, "token") as paperless:
        async for task in paperless.tasks:
            number += task.id > 0
    return number


async def look_up_in_turn(url: str, times: int) -> int:
    async with PaperlessClient(url, "token") as paperless:
        for number in range(times):
            await paperless.tasks(UUID.format(number))
    return times


async def look_up_at_once(url: str, times: int) -> int:
    async with PaperlessClient(url, "token") as paperless:
        return len(await asyncio.gather(*(paperless.tasks(UUID.format(number)) for number in range(times))))


async def upload(url: str, path: str) -> int:
    async with PaperlessClient(url, "token") as paperless:
        document = await asyncio.to_thread(Path(path).read_bytes)
        draft = paperless.documents.create(document=document, filename=Path(path).name)
        await paperless.documents.save(draft)
    return 1


WORK: dict[str, Callable[..., Awaitable[int]]] = {
    "iterate": iterate,
    "in turn": look_up_in_turn,
    "at once": look_up_at_once,
    "upload": upload,
}

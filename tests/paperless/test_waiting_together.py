"""Several who wait at once: what they share, and what of one is not the others'."""

import asyncio
import gc
from typing import Any

import aiohttp
import pytest

from bot.paperless import Task
from tests.paperless.conftest import Connect, Sleeps
from tests.paperless.waited import World, serve, uuid

BOTH = pytest.mark.parametrize("release", [3, 2])


@BOTH
async def test_many_waits_share_their_requests(release: int, connect: Connect) -> None:
    world = World(dict.fromkeys(range(1, 101), 5), release=release)
    async with serve(world) as server:
        paperless = connect(server)
        found = await asyncio.gather(*(paperless.tasks.wait(uuid(number)) for number in range(1, 101)))

    assert {task.id for task in found} == set(range(1, 101))
    assert all(isinstance(task, Task) and task.is_complete for task in found)
    # 3.x: one a tick. 2.20: two a tick, and one for each task that has ended, for how it ended.
    assert len(world.requests) <= (6 if release == 3 else 2 * 16 + 100)


async def test_many_that_end_at_once_are_told_within_seconds(connect: Connect, sleeps: Sleeps) -> None:
    """2.20, where each of them is looked up by itself: ten a tick, and the ticks must not get rarer meanwhile."""
    async with serve(World(dict.fromkeys(range(1, 101), 0), release=2)) as server:
        wait = connect(server).tasks.wait
        await asyncio.gather(*(wait(uuid(number)) for number in range(1, 101)))

    assert sum(sleeps) <= 5


async def test_tasks_that_others_push_off_the_newest_rows_are_looked_up(connect: Connect) -> None:
    world = World(dict.fromkeys(range(1, 31), 3))
    world.newer = 5000
    async with serve(world) as server:
        paperless = connect(server)
        found = await asyncio.gather(*(paperless.tasks.wait(uuid(number)) for number in range(1, 31)))

    assert len(found) == 30
    ticks = sum("task_id" not in dict(request.query) for request in world.requests)
    assert len(world.requests) - ticks <= 10 * (ticks + 1)


async def test_seen_tasks_bound_the_next_look(connect: Connect) -> None:
    world = World({1: 3, 2: 3})
    async with serve(world) as server:
        paperless = connect(server)
        await asyncio.gather(paperless.tasks.wait(uuid(1)), paperless.tasks.wait(uuid(2)))

    queries = [dict(request.query) for request in world.requests]
    assert ["date_created_after" in query for query in queries] == [False, True, True]
    assert queries[1]["date_created_after"] == "2026-11-23T12:38:39.031641Z"


async def test_the_same_task_may_be_waited_for_twice(connect: Connect) -> None:
    world = World({1: 3})
    async with serve(world) as server:
        paperless = connect(server)
        first, second = await asyncio.gather(paperless.tasks.wait(uuid(1)), paperless.tasks.wait(uuid(1)))

    assert first == second
    assert len(world.requests) == 3


async def test_a_new_wait_is_looked_at_at_once_while_others_pause(connect: Connect) -> None:
    world = World({1: None, 2: 1})
    pausing = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds >= 0.75:
            pausing.set()
            await asyncio.Event().wait()

    async with serve(world) as server:
        paperless = connect(server, sleep=sleep)
        waiting = asyncio.create_task(paperless.tasks.wait(uuid(1)))
        await pausing.wait()

        assert (await paperless.tasks.wait(uuid(2))).id == 2
        waiting.cancel()


class Refused(Exception):
    pass


async def test_what_a_middleware_raises_ends_those_waits_alone_and_is_not_reported_twice(connect: Connect) -> None:
    asked, joined = asyncio.Event(), asyncio.Event()
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))

    async def refuse_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if not asked.is_set():
            asked.set()
            await joined.wait()
            raise Refused
        return await handler(request)

    async with serve(World({1: 1, 2: 1})) as server:
        paperless = connect(server)
        await paperless.probe()
        paperless.through(refuse_once)
        refused = asyncio.create_task(paperless.tasks.wait(uuid(1)))
        await asked.wait()
        other = asyncio.create_task(paperless.tasks.wait(uuid(2), timeout=2))
        await asyncio.sleep(0)
        joined.set()

        with pytest.raises(Refused):
            await refused
        assert (await other).id == 2
    gc.collect()
    assert reported == []

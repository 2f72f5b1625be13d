"""Waiting for tasks: every way it can end, and how few requests it takes."""

import asyncio
from typing import Any

import pytest

from bot.paperless import (
    BadToken,
    ClientClosed,
    InvalidArgument,
    NotPaperless,
    TaskNeverAppeared,
    TaskNotFound,
    TaskStatus,
    WaitTimedOut,
)
from tests.paperless.conftest import Connect, Sleeps
from tests.paperless.server import Reply, Request, Server, json_reply
from tests.paperless.waited import World, serve, uuid

BOTH = pytest.mark.parametrize("release", [3, 2])


@pytest.mark.parametrize("status", ["success", "failure", "revoked"])
@BOTH
async def test_it_ends_when_the_task_ends_in_whatever_way(status: str, release: int, connect: Connect) -> None:
    world = World({1: 3}, status=status, release=release)
    async with serve(world) as server:
        task = await connect(server).tasks.wait(uuid(1))

    assert (task.id, task.status) == (1, TaskStatus(status))
    assert len(world.requests) == 3


async def test_a_task_that_has_ended_is_one_request_and_no_pause(connect: Connect, sleeps: Sleeps) -> None:
    world = World({1: 1})
    async with serve(world) as server:
        await connect(server).tasks.wait(uuid(1).upper())

    assert (len(world.requests), sleeps) == (1, [])


async def test_newest_rows_that_are_more_than_the_client_takes_end_no_wait(connect: Connect) -> None:
    world = World({1: 3, 2: 2})
    world.newer = 100
    async with serve(world) as server:
        wait = connect(server, max_answer_bytes=20_000).tasks.wait
        ended = await asyncio.gather(wait(uuid(1)), wait(uuid(2)))

    assert [task.id for task in ended] == [1, 2]


async def test_it_looks_less_and_less_often(connect: Connect, sleeps: Sleeps) -> None:
    async with serve(World({1: 10})) as server:
        await connect(server).tasks.wait(uuid(1))

    assert [round(pause, 3) for pause in sleeps] == [0.5, 0.75, 1.125, 1.688, 2.531, 3.797, 5.0, 5.0, 5.0]


async def test_a_row_that_never_appears_is_told_after_the_grace(connect: Connect, sleeps: Sleeps) -> None:
    """As on a SQLite that was locked during the upload: 200 and a UUID, and no row ever."""
    async with serve(World({})) as server:
        with pytest.raises(TaskNeverAppeared, match="look before you repeat it") as caught:
            await connect(server).tasks.wait(uuid(1), grace=30)

    assert isinstance(caught.value, TaskNotFound)
    assert 30 <= sum(sleeps) < 36


async def test_a_row_that_appears_late_is_waited_for(connect: Connect) -> None:
    world = World({})
    async with serve(world) as server:
        waiting = asyncio.create_task(connect(server).tasks.wait(uuid(1), grace=3600))
        await world.asked(3)
        world.ends_after[1] = 1

        assert (await waiting).id == 1


@BOTH
async def test_its_own_timeout_tells_how_the_task_was_last_seen(release: int, connect: Connect) -> None:
    async with serve(World({1: None}, release=release)) as server:
        with pytest.raises(WaitTimedOut, match=r"is started after 0\.1 s") as caught:
            await connect(server, sleep=asyncio.sleep).tasks.wait(uuid(1), timeout=0.1)

    assert caught.value.task is not None
    assert caught.value.task.status == TaskStatus.STARTED
    assert caught.value.retryable  # waiting on does no harm


async def test_a_timeout_without_a_row_says_that_it_was_not_seen(connect: Connect) -> None:
    async with serve(World({})) as server:
        with pytest.raises(WaitTimedOut, match="was not seen") as caught:
            await connect(server, sleep=asyncio.sleep).tasks.wait(uuid(1), timeout=0.1)

    assert caught.value.task is None


async def test_a_row_that_is_deleted_meanwhile_is_told(connect: Connect) -> None:
    world = World({1: None})
    async with serve(world) as server:
        waiting = asyncio.create_task(connect(server).tasks.wait(uuid(1)))
        await world.asked(1)
        del world.ends_after[1]

        with pytest.raises(TaskNotFound, match="deleted"):
            await waiting


async def test_a_server_that_is_away_for_a_while_ends_no_wait(connect: Connect) -> None:
    world = World({1: 2})
    world.failing = [Reply(503), Reply(raw=b"", close=True), Reply(500, b"", {"Content-Type": "text/html"})]
    async with serve(world) as server:
        assert (await connect(server, tries=1).tasks.wait(uuid(1))).id == 1


async def test_a_proxy_that_answers_for_a_server_that_restarts_ends_no_wait(connect: Connect) -> None:
    """Traefik, whose 404 is its own."""
    world = World({1: 2})
    async with serve(world) as server:
        paperless = connect(server)
        await paperless.probe()
        world.failing = [Reply(404, b"404 page not found\n", {"Content-Type": "text/plain"})] * 3
        assert (await paperless.tasks.wait(uuid(1))).id == 1


async def test_a_url_at_which_paperless_never_was_is_told_at_once(connect: Connect) -> None:
    async with Server(lambda request: Reply(404, b"no", {"Content-Type": "text/plain"}), probe=False) as server:
        with pytest.raises(NotPaperless, match="check the URL"):
            await connect(server).tasks.wait(uuid(1))


async def test_an_error_that_stays_ends_every_wait(connect: Connect) -> None:
    world = World({1: None, 2: None})
    world.failing = [json_reply({"detail": "Invalid token."}, status=401, api=None)]
    async with serve(world) as server:
        paperless = connect(server)
        await paperless.probe()
        found = await asyncio.gather(*(paperless.tasks.wait(uuid(n)) for n in (1, 2)), return_exceptions=True)

    assert [type(one) for one in found] == [BadToken, BadToken]


async def test_a_wait_that_is_cancelled_leaves_nothing_behind(connect: Connect) -> None:
    world = World({1: None})
    async with serve(world) as server:
        waiting = asyncio.create_task(connect(server).tasks.wait(uuid(1)))
        await world.asked(2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        seen = len(world.requests)
        await asyncio.sleep(0.05)

        assert len(world.requests) <= seen + 1


async def test_closing_the_client_ends_every_wait(connect: Connect) -> None:
    world = World({1: None})
    async with serve(world) as server:
        paperless = connect(server, sleep=asyncio.sleep)
        waiting = asyncio.create_task(paperless.tasks.wait(uuid(1)))
        await world.asked(1)
        await paperless.close()

        with pytest.raises(ClientClosed):
            await waiting


async def test_a_failure_of_2_20_is_told_once_its_text_is_written(connect: Connect) -> None:
    texts = ["<traceback object at 0x7f1259382d40>", "scan-1.pdf: Unsupported mime type x"]

    class Racing(World):
        def row(self, number: int) -> dict[str, Any]:
            return super().row(number) | {"result": texts[0] if len(texts) == 1 else texts.pop(0)}

    async with serve(Racing({1: 1}, status="failure", release=2)) as server:
        task = await connect(server).tasks.wait(uuid(1))

    assert task.error_message == "scan-1.pdf: Unsupported mime type x"


async def test_a_failure_of_2_20_whose_text_never_comes_is_told_without(connect: Connect) -> None:
    class Stuck(World):
        def row(self, number: int) -> dict[str, Any]:
            return super().row(number) | {"result": "<traceback object at 0x7f1259382d40>"}

    world = Stuck({1: 1}, status="failure", release=2)
    async with serve(world) as server:
        task = await connect(server).tasks.wait(uuid(1))

    assert task.result_pending
    assert len(world.requests) == 6


async def test_a_defect_in_reading_leaves_nobody_waiting(connect: Connect) -> None:
    def broken(request: Request) -> Reply:
        return json_reply({"count": 1, "next": None, "results": [{"id": 1}]})

    async with Server(broken) as server:
        with pytest.raises(Exception, match="Task"):
            await connect(server).tasks.wait(uuid(1))


async def test_waiting_for_a_run_that_made_no_row_is_refused(connect: Connect) -> None:
    async with serve(World({})) as server:
        with pytest.raises(InvalidArgument, match="no row"):
            await connect(server).tasks.wait("")


@pytest.mark.parametrize("given", [None, 1337, b"uuid"])
async def test_waiting_for_what_is_no_uuid_is_refused_at_once(given: Any, connect: Connect) -> None:
    async with serve(World({})) as server:
        with pytest.raises(InvalidArgument, match="by its UUID"):
            await connect(server).tasks.wait(given)

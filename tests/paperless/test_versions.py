"""Which API version is spoken, when it is found out, and what happens when the server changes under the client."""

import asyncio
import logging
from typing import Any

import pytest

from bot.paperless import (
    BadToken,
    Forbidden,
    InvalidArgument,
    NotPaperless,
    NotRunnable,
    ServerVersion,
    TaskType,
    Unreachable,
    UnsupportedVersion,
)
from tests.paperless.conftest import Connect
from tests.paperless.server import Reply, Request, Server, is_probe, json_reply, page, row9, task_row

NOT_ACCEPTABLE = json_reply({"detail": 'Invalid version in "Accept" header.'}, status=406, api=None)


class Paperless:
    """A server that can be up- and downgraded. It answers a list of one task in whatever version it is asked for."""

    def __init__(self, release: int) -> None:
        self.release = release
        self.probes = 0

    def __call__(self, request: Request) -> Reply:
        self.probes += is_probe(request)
        if request.version not in {2: (9,), 3: (10, 9), 4: (11, 10), 5: (12, 11)}[self.release]:
            return NOT_ACCEPTABLE
        newest = {2: 9, 3: 10, 4: 11, 5: 12}[self.release]
        body: Any = page(task_row()).body if request.version == 10 else None
        if request.method == "POST":
            return json_reply({"result": 1}, api=newest)
        if request.version == 10:
            return Reply(
                200, body, {"Content-Type": "application/json", "X-Api-Version": str(newest), "X-Version": "x"}
            )
        status = "SUCCESS" if self.release == 2 else "success"
        return json_reply([row9(status=status)], api=newest)


async def test_3_x_is_spoken_to_by_version_10(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot.paperless")
    async with Server(Paperless(3), probe=False) as server:
        paperless = connect(server)
        assert (paperless.version, paperless.runnable_types) == (None, ())

        await paperless.tasks.filter().page()
        await paperless.tasks.filter().page()

        assert paperless.version == ServerVersion(api=10, server="x")
        assert TaskType.LLM_INDEX in paperless.runnable_types
        assert [request.version for request in server.requests] == [10, 10, 10]
    assert [record.getMessage() for record in caplog.records] == [f"Paperless-ngx x at {server.url}: API version 10"]


async def test_2_20_is_spoken_to_by_version_9(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot.paperless")
    async with Server(Paperless(2), probe=False) as server:
        paperless = connect(server)

        found = await paperless.tasks.filter().page()

        assert found.results[0].filename == "scan-1.pdf"
        assert paperless.version == ServerVersion(api=9, server="2.20.15")
        assert TaskType.INDEX_OPTIMIZE in paperless.runnable_types
        assert [request.version for request in server.requests] == [10, 9, 9]
    assert [record.getMessage() for record in caplog.records] == [
        f"Paperless-ngx 2.20.15 at {server.url}: API version 9"
    ]


async def test_a_later_release_that_still_speaks_10_is_fine(connect: Connect) -> None:
    async with Server(Paperless(4), probe=False) as server:
        assert (await connect(server).tasks.filter().page()).count == 1


async def test_a_server_that_speaks_neither_is_told_both(connect: Connect) -> None:
    async with Server(Paperless(5), probe=False) as server:
        paperless = connect(server)
        with pytest.raises(UnsupportedVersion, match=r"version 10 \(Paperless-ngx 3.x\) nor 9 \(2.20\)") as caught:
            await paperless.tasks.filter().page()

        assert server.url in str(caught.value)
        assert paperless.version is None


async def test_many_calls_at_once_find_it_out_once(connect: Connect) -> None:
    world = Paperless(3)
    async with Server(world, probe=False) as server:
        paperless = connect(server)
        await asyncio.gather(*(paperless.tasks.filter().page() for _ in range(50)))

    assert world.probes == 1


async def test_a_first_call_that_is_cancelled_costs_the_others_nothing(connect: Connect) -> None:
    release = asyncio.Event()

    async def slow(request: Request) -> Reply:
        await release.wait()
        return page(task_row())

    async with Server(slow, probe=False) as server:
        paperless = connect(server)
        hasty = asyncio.create_task(paperless.tasks.filter().page())
        patient = asyncio.create_task(paperless.tasks.filter().page())
        await server.asked.wait()
        hasty.cancel()
        release.set()

        assert (await patient).count == 1
        with pytest.raises(asyncio.CancelledError):
            await hasty


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json_reply({"detail": "Invalid token."}, status=401, api=None), BadToken),
        (Reply(403, b"no", {"Content-Type": "text/html"}), Forbidden),
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), NotPaperless),
        (Reply(raw=b"", close=True), Unreachable),
    ],
    ids=["bad token", "403 of a proxy", "HTML", "away"],
)
async def test_a_failed_probe_is_told_and_not_remembered(reply: Reply, kind: type[Exception], connect: Connect) -> None:
    answers = {"now": reply}
    async with Server(lambda request: answers["now"], probe=False) as server:
        paperless = connect(server)
        with pytest.raises(kind):
            await paperless.tasks.filter().page()
        assert paperless.version is None

        answers["now"] = page(task_row())
        assert (await paperless.tasks.filter().page()).count == 1


async def test_a_user_who_may_not_see_tasks_may_still_acknowledge(connect: Connect) -> None:
    def respond(request: Request) -> Reply:
        return json_reply({"result": 1}) if request.method == "POST" else json_reply({"detail": "no"}, status=403)

    async with Server(respond, probe=False) as server:
        assert await connect(server).tasks.acknowledge([1]) == 1


async def test_an_upgrade_under_a_running_client_is_noticed(connect: Connect) -> None:
    world = Paperless(2)
    async with Server(world, probe=False) as server:
        paperless = connect(server)
        await paperless.tasks.filter(status="success").page()
        world.release = 3

        found = await paperless.tasks.filter(status="success").page()

        assert found.count == 1
        assert paperless.version is not None
        assert paperless.version.api == 10
        assert server.requests[-1].version == 10


async def test_an_upgrade_is_noticed_by_a_post_that_is_not_done_twice(connect: Connect) -> None:
    world = Paperless(2)
    async with Server(world, probe=False) as server:
        paperless = connect(server)
        await paperless.tasks.filter().page()
        world.release = 3

        assert await paperless.tasks.acknowledge([1]) == 1
        assert sum(request.method == "POST" for request in server.requests) == 1
        await paperless.tasks.filter().page()
        assert server.requests[-1].version == 10


async def test_a_downgrade_under_a_running_client_is_noticed(connect: Connect) -> None:
    world = Paperless(3)
    async with Server(world, probe=False) as server:
        paperless = connect(server)
        await paperless.tasks.filter().page()
        world.release = 2

        assert (await paperless.tasks.filter().page()).results[0].filename == "scan-1.pdf"
        assert (await paperless.tasks.acknowledge([1])) == 1


async def test_an_upgrade_beyond_what_is_spoken_is_told(connect: Connect) -> None:
    world = Paperless(3)
    async with Server(world, probe=False) as server:
        paperless = connect(server)
        await paperless.tasks.filter().page()
        world.release = 5

        with pytest.raises(UnsupportedVersion, match="neither"):
            await paperless.tasks.filter().page()


@pytest.mark.parametrize(
    ("release", "kind"), [(3, "index_optimize"), (2, "llm_index"), (3, "consume_file"), (3, "tea")]
)
async def test_what_the_server_cannot_run_is_not_asked_for(release: int, kind: str, connect: Connect) -> None:
    async with Server(Paperless(release), probe=False) as server:
        with pytest.raises(NotRunnable, match="it can run"):
            await connect(server).tasks.run(kind)

        assert all(request.method == "GET" for request in server.requests)


async def test_what_is_no_type_of_task_is_refused(connect: Connect) -> None:
    nothing: Any = None
    with pytest.raises(InvalidArgument, match="train_classifier"):
        await connect("http://127.0.0.1:1").tasks.run(nothing)


async def test_another_programs_api_is_not_taken_for_paperless(connect: Connect) -> None:
    """A 404 in JSON is what many answer to a path that they do not know."""
    async with Server(lambda request: json_reply({"detail": "Not Found"}, status=404, api=None), probe=False) as server:
        with pytest.raises(NotPaperless, match="check the URL"):
            await connect(server).tasks(1)


async def test_probing_again_asks_again(connect: Connect) -> None:
    world = Paperless(2)
    async with Server(world, probe=False) as server:
        paperless = connect(server)
        assert (await paperless.probe()).api == 9
        world.release = 3
        assert (await paperless.probe()).api == 10


async def test_a_run_of_2_20_is_done_although_its_row_cannot_be_looked_up(connect: Connect) -> None:
    """It ran inside the request: an error now would ask for running it again."""
    ran = False

    def respond(request: Request) -> Reply:
        nonlocal ran
        if request.version == 10:
            return NOT_ACCEPTABLE
        if request.method == "POST":
            ran = True
            return json_reply({"result": "Sanity check exited with infos. See log."}, api=9)
        return Reply(raw=b"", close=True) if ran else json_reply([], api=9)

    async with Server(respond, probe=False) as server:
        result = await connect(server).tasks.run("sanity_check")

        assert sum(request.method == "POST" for request in server.requests) == 1
    assert (result.task_id, result.finished, result.text) == (None, True, "Sanity check exited with infos. See log.")


@pytest.mark.parametrize("others", [1, 2])
async def test_a_run_of_2_20_whose_row_is_not_certain_names_none(others: int, connect: Connect) -> None:
    rows: list[Any] = [row9(1, task_name="check_sanity", type="manual_task")]

    def respond(request: Request) -> Reply:
        if request.version == 10:
            return NOT_ACCEPTABLE
        if request.method == "POST":
            rows.extend(row9(2 + number, task_name="check_sanity", type="manual_task") for number in range(others))
            return json_reply({"result": None}, api=9)
        return json_reply(rows, api=9)

    async with Server(respond, probe=False) as server:
        result = await connect(server).tasks.run("sanity_check")

    assert result == (rows[1]["task_id"] if others == 1 else "")

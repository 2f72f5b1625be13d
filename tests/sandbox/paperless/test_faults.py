"""Whatever can happen between a client and the server, on purpose."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.sandbox.paperless import Request, SandboxPaperless
from bot.sandbox.paperless.faults import Kind

from .conftest import Asker


async def test_down_refuses_connections_and_up_listens_on_the_same_port(
    ask: Asker, paperless: SandboxPaperless
) -> None:
    paperless.fail()
    url = paperless.url
    await paperless.down()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask("tasks/")
    await paperless.up()
    assert paperless.url == url
    assert (await ask("tasks/")).json["count"] == 1


async def test_down_closes_the_connections_that_stand(ask: Asker, paperless: SandboxPaperless) -> None:
    fault = paperless.faults.add("stall")
    request = asyncio.ensure_future(ask("tasks/"))
    await fault.arrived.wait()
    await paperless.down()
    with pytest.raises(aiohttp.ClientConnectionError):
        await request


@pytest.mark.parametrize(
    ("kind", "options", "status", "kind_of_body"),
    [
        ("html", {}, 200, "text/html"),
        ("redirect", {"location": "http://elsewhere.example/"}, 302, "text/html"),
        ("status", {"status": 503}, 503, "text/html"),
        ("status", {"status": 429, "retry_after": "7"}, 429, "text/html"),
        ("bad_json", {}, 200, "application/json"),
        ("wrong_shape", {}, 200, "application/json"),
    ],
)
async def test_an_answer_can_be_another_one(
    ask: Asker, paperless: SandboxPaperless, kind: Kind, options: dict[str, Any], status: int, kind_of_body: str
) -> None:
    paperless.faults.add(kind, times=1, **options)
    answer = await ask("tasks/")
    assert (answer.status, answer.headers["Content-Type"]) == (status, kind_of_body)
    assert answer.headers.get("Location") == options.get("location")
    assert answer.headers.get("Retry-After") == options.get("retry_after")
    assert (await ask("tasks/")).json["count"] == 0


@pytest.mark.parametrize("kind", ["half", "short", "garbled"])
async def test_an_answer_can_be_spoiled(ask: Asker, paperless: SandboxPaperless, kind: Kind) -> None:
    paperless.burst(3)
    paperless.faults.add(kind)
    with pytest.raises(aiohttp.ClientPayloadError):
        await ask("tasks/")


async def test_a_flood_has_no_end(ask: Asker, paperless: SandboxPaperless, session: aiohttp.ClientSession) -> None:
    paperless.faults.add("flood")
    headers = {"Authorization": f"Token {paperless.tokens['admin']}"}
    async with session.get(f"{paperless.url}/api/tasks/", headers=headers) as response:
        assert len(await response.content.readexactly(2_000_000)) == 2_000_000


async def test_drop_does_nothing_and_drop_after_does_all_but_answer(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.fail()
    effects: list[tuple[Kind, bool]] = [("drop", False), ("drop_after", True)]
    for kind, acknowledged in effects:
        fault = paperless.faults.add(kind, method="POST", path="acknowledge")
        with pytest.raises(aiohttp.ClientConnectionError):
            await ask.post("tasks/acknowledge/", {"tasks": [1]})
        assert paperless.row(1).acknowledged is acknowledged
        paperless.faults.remove(fault)


async def test_a_stalled_answer_comes_when_it_is_released(ask: Asker, paperless: SandboxPaperless) -> None:
    fault = paperless.faults.add("stall", times=1)
    request = asyncio.ensure_future(ask("tasks/"))
    await fault.arrived.wait()
    fault.release()
    assert (await request).status == 200


async def test_a_slow_answer_is_the_true_one(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.faults.add("slow", seconds=0.02, times=1)
    assert (await ask("tasks/")).json["count"] == 0
    assert paperless.requests[-1].seconds >= 0.02


async def test_a_fault_meets_only_its_path_and_method(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.faults.add("status", path="/run/$", method="POST")
    assert (await ask("tasks/")).status == 200
    assert (await ask.post("tasks/run/", {"task_type": "sanity_check"})).status == 503
    paperless.faults.clear()
    assert (await ask.post("tasks/run/", {"task_type": "sanity_check"})).status == 200


async def test_every_request_is_noted(ask: Asker, paperless: SandboxPaperless) -> None:
    since = paperless.events.position
    await ask("tasks/?page_size=1", user="operator")
    await paperless.wait_for(lambda event: event.kind == "request", since=since)
    noted = paperless.requests[-1]
    assert isinstance(noted, Request)
    assert (noted.method, noted.path, noted.query, noted.status) == ("GET", "/api/tasks/", "page_size=1", 200)
    assert (noted.user, noted.bytes_sent) == ("operator", 52)


async def test_a_request_without_an_answer_is_noted_with_status_0(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.faults.add("drop_after", method="POST")
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask.post("tasks/run/", {"task_type": "sanity_check"})
    await paperless.wait_for(lambda event: event.kind == "request")
    assert paperless.requests[-1].status == 0


# The server's own weather


async def test_with_the_broker_down_acting_fails_and_reading_works(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.weather.broker_down, paperless.weather.broker_delay = True, 0.0
    run = await ask.post("tasks/run/", {"task_type": "sanity_check"})
    assert (run.status, run.text) == (500, "Error running task, check logs for more detail.")
    assert (await ask.upload(b"text", "a.txt")).status == 500
    assert (await ask("tasks/")).json["count"] == 0
    assert (await ask("status/")).json["tasks"]["redis_status"] == "ERROR"


async def test_with_the_database_locked_a_uuid_promises_no_row(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.weather.database_locked = True
    for answer in (
        await ask.post("tasks/run/", {"task_type": "sanity_check"}),
        await ask.upload(b"text", "lost.txt"),
    ):
        assert answer.status == 200
    assert (await ask.post("tasks/acknowledge/", {"tasks": []})).status == 500
    paperless.clock.advance(3600)
    assert (await ask("tasks/")).json["count"] == 0
    assert len(paperless.documents) == 1


async def test_without_a_worker_uploads_stay_pending_until_it_is_back(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.worker.stop()
    row = paperless.row((await ask.upload(b"text", "a.txt")).json)
    paperless.clock.advance(3600)
    assert row.status == "pending"
    paperless.worker.start()
    paperless.clock.advance(2)
    assert row.status == "success"


async def test_rows_of_one_instant_can_straddle_pages(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.burst(20, ties=True)
    paperless.weather.unstable_ties = True
    orders = [
        tuple(row["id"] for row in (await ask("tasks/?status=failure&ordering=-date_done")).json["results"])
        for _ in range(3)
    ]
    assert len(set(orders)) > 1
    assert all(sorted(order) == list(range(1, 21)) for order in orders)

"""Many calls at once against a server that fails in every way, some of them cancelled: what is left behind."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.paperless import DocumentDraft, PaperlessClient, PaperlessError
from tests.paperless.answers import CUT, HTML, JSON, SHORT, first, status
from tests.paperless.conftest import TOKEN
from tests.paperless.server import Reply, Request, Server, json_reply, page, task_row
from tests.paperless.waited import uuid

FAULTS = [
    CUT,
    HTML,
    Reply(raw=b"", close=True),
    Reply(raw=b"", hang=True),
    Reply(raw=b"garbage\r\n\r\n", close=True),
    Reply(200, b"[1, 2", JSON),
    *(status(number) for number in (302, 404, 429, 500, 502, 503, 504)),
]


def good(request: Request) -> Reply:
    match request.path.strip("/").split("/")[1:]:
        case ["tasks", "acknowledge"]:
            return json_reply({"result": len(request.json["tasks"])})
        case ["tasks", "run"]:
            return json_reply({"task_id": uuid(1)})
        case ["documents", "post_document"]:
            return json_reply(uuid(1))
        case ["tasks", "active"]:
            return json_reply([task_row()])
        case ["tasks", _]:
            return json_reply(task_row())
    return page(task_row())


async def three() -> Any:
    for _ in range(3):
        await asyncio.sleep(0)
        yield b"x" * 100_000


def calls(paperless: PaperlessClient) -> list[Callable[[], Awaitable[Any]]]:
    async def iterate() -> int:
        return len([task async for task in paperless.tasks])

    def save() -> Awaitable[str]:
        return paperless.documents.save(DocumentDraft(document=three(), filename="a.pdf", size=300_000))

    def wait() -> Awaitable[Any]:
        return paperless.tasks.wait(uuid(1), timeout=0.3)

    looks = [lambda: paperless.tasks(1), lambda: paperless.tasks(uuid(1)), iterate, wait, paperless.rights]
    return [*looks, save, lambda: paperless.tasks.acknowledge([1]), lambda: paperless.tasks.run("sanity_check")]


async def outcome(call: Callable[[], Awaitable[Any]], *, cancelled_after: float | None) -> BaseException | None:
    running = asyncio.ensure_future(call())
    if cancelled_after is not None:
        asyncio.get_running_loop().call_later(cancelled_after, running.cancel)
    found = await asyncio.gather(running, return_exceptions=True)
    return found[0] if isinstance(found[0], BaseException) else None


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_fails_or_is_cancelled_is_an_error_of_ours_and_takes_no_place_for_ever(seed: int) -> None:
    chance = random.Random(seed)
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))

    def respond(request: Request) -> Reply:
        return chance.choice(FAULTS) if chance.random() < 0.4 else good(request)

    async def brief(seconds: float) -> None:
        await asyncio.sleep(seconds / 100)

    async with (
        Server(respond) as server,
        PaperlessClient(server.url, TOKEN, connection_limit=5, timeouts=SHORT, sleep=brief) as paperless,
    ):
        ends = await asyncio.gather(
            *(
                outcome(call, cancelled_after=chance.choice([None, None, chance.random() / 5]))
                for call in chance.choices(calls(paperless), k=60)
            )
        )
        server._respond = good
        again = await asyncio.gather(*(first(paperless) for _ in range(20)))

    assert [end for end in ends if not isinstance(end, PaperlessError | asyncio.CancelledError | None)] == []
    assert len({type(end) for end in ends}) > 3
    assert len(again) == 20
    assert reported == []

"""A session of the caller's: its habits and its proxy."""

import gzip

import aiohttp
import pytest

from bot.paperless import BadToken, ClientClosed, PaperlessClient, Unreachable
from tests.paperless.answers import first, status
from tests.paperless.conftest import TOKEN, Connect
from tests.paperless.server import Reply, Server, json_reply, page, scripted, task_row


async def test_a_session_of_the_callers_is_used_and_left_open(connect: Connect) -> None:
    async with Server(scripted(page(task_row()))) as server, aiohttp.ClientSession() as session:
        async with PaperlessClient(server.url, TOKEN, session=session) as paperless:
            assert (await first(paperless)).id == 1

        assert not session.closed


async def test_a_session_that_raises_for_itself_or_leaves_answers_packed_is_used_all_the_same(connect: Connect) -> None:
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip", "X-Api-Version": "10"}
    replies = [
        Reply(body=gzip.compress(page(task_row()).body), headers=packed),
        json_reply({"detail": "Invalid token."}, status=401, api=None),
    ]
    async with (
        Server(scripted(*replies)) as server,
        aiohttp.ClientSession(raise_for_status=True, auto_decompress=False) as session,
    ):
        paperless = connect(server, session=session)
        assert (await first(paperless)).id == 1
        with pytest.raises(BadToken):
            await first(paperless)


async def test_a_session_that_was_closed_elsewhere_is_told(connect: Connect) -> None:
    session = aiohttp.ClientSession()
    await session.close()

    with pytest.raises(ClientClosed, match="session"):
        await first(connect("http://127.0.0.1:1", session=session))


@pytest.mark.parametrize(("number", "asked"), [(403, 1), (407, 1), (503, 3)])
async def test_a_proxy_that_does_not_connect_is_told_as_such(number: int, asked: int, connect: Connect) -> None:
    async with Server(scripted(status(number))) as proxy, aiohttp.ClientSession(proxy=proxy.url) as session:
        with pytest.raises(Unreachable, match=f"proxy answers {number}") as caught:
            await first(connect("https://paperless.invalid", session=session))

        assert [request.method for request in proxy.requests] == ["CONNECT"] * asked
        assert all(TOKEN not in str(request) for request in proxy.requests)
    assert caught.value.retryable is (number >= 500)

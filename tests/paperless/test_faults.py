"""A server, or what stands in front of it, that cuts, stalls, lies, compresses, redirects, floods."""

import gzip
import logging
import zlib

import pytest

from bot.paperless import (
    NotPaperless,
    PaperlessError,
    TooLarge,
    Unreachable,
)
from tests.paperless.answers import CUT, HTML, JSON, PAGE, compressed, first, status
from tests.paperless.conftest import TOKEN, Connect, Sleeps
from tests.paperless.server import Reply, Request, Server, json_reply, page, scripted, task_row

# What the transport survives


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(compressed(gzip.compress(PAGE), "gzip"), id="gzip"),
        pytest.param(compressed(zlib.compress(PAGE), "deflate"), id="deflate"),
        pytest.param(
            Reply(
                raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + PAGE, close=True
            ),
            id="a body that ends with the connection",
        ),
        pytest.param(
            Reply(
                raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE)
            ),
            id="chunked",
        ),
        pytest.param(Reply(200, PAGE, {"Content-Type": "application/json; charset=utf-8"}), id="a charset"),
        pytest.param(Reply(200, PAGE, {"content-type": "Application/JSON"}), id="another case"),
    ],
)
async def test_an_answer_is_read_in_whatever_way_it_travels(reply: Reply, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        assert (await first(connect(server))).id == 1


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(raw=b"", close=True), id="closed without an answer"),
        pytest.param(Reply(raw=b"HTTP/1.1 200", close=True), id="cut in the head"),
        pytest.param(CUT, id="cut in the body"),
        pytest.param(
            Reply(
                raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
                close=True,
            ),
            id="cut in a chunk",
        ),
    ],
)
async def test_a_broken_off_answer_is_asked_for_again(reply: Reply, connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(reply, page(task_row()))) as server:
        assert (await first(connect(server))).id == 1

    async with Server(scripted(reply)) as server:
        with pytest.raises(Unreachable) as caught:
            await first(connect(server))

    assert caught.value.retryable
    assert "/api/tasks/" in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(HTML, "text/html", id="HTML"),
        pytest.param(Reply(200, PAGE, {}), "no content type", id="no content type"),
        pytest.param(Reply(200, b'{"count": 1, "resu', JSON), "cut off", id="half of the JSON"),
        pytest.param(Reply(200, b"", JSON), "cut off", id="nothing"),
        pytest.param(Reply(200, b'{"hello": "world"}', JSON), "no page of tasks", id="another object"),
        pytest.param(Reply(200, b"[]", JSON), "no page of tasks", id="a list"),
        pytest.param(Reply(200, b'{"count": 1, "results": [{"id": 1}]}', JSON), "Task", id="a row without its UUID"),
        pytest.param(Reply(204, b"", JSON), "not an answer", id="204"),
        pytest.param(status(404), "check the URL", id="404 of something else"),
        pytest.param(status(405), "check the URL", id="405"),
        pytest.param(status(302, Location="/accounts/login/?next=/api/tasks/"), "login page", id="302 to the login"),
        pytest.param(
            status(301, Location="https://other.example/api/tasks/"), "https://other.example", id="301 elsewhere"
        ),
        pytest.param(status(302), "nowhere", id="302 to nowhere"),
        pytest.param(status(302, Location="http://["), "nowhere", id="302 to nonsense"),
        pytest.param(Reply(raw=b"SSH-2.0-OpenSSH_9.6\r\n\r\n", close=True), "not HTTP", id="not HTTP"),
    ],
)
async def test_what_is_not_paperless_is_said_to_be_so(reply: Reply, words: str, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises(NotPaperless, match=words) as caught:
            await first(connect(server))

        assert len(server.requests) == 1

    assert not caught.value.retryable
    assert "GET /api/tasks/" in str(caught.value)


async def test_the_password_in_a_redirect_is_not_repeated(connect: Connect) -> None:
    async with Server(scripted(status(302, Location="https://user:hunter2@other.example/"))) as server:
        with pytest.raises(NotPaperless) as caught:
            await first(connect(server))

    assert "hunter2" not in str(caught.value)


# Safety


async def test_the_token_is_seen_by_nobody_else(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Redirects and links lead to another server, which must never be asked for anything."""
    caplog.set_level(logging.DEBUG)
    async with Server(scripted(page(task_row())), probe=False) as other:

        def lead_away(request: Request) -> Reply:
            if dict(request.query).get("page") == "1":
                link = f"{other.url}/api/tasks/?page=2"
                return json_reply({"count": 2, "next": link, "previous": link, "results": [task_row(1)]})
            if dict(request.query).get("page") == "2":
                return page(task_row(2))
            return status(307, Location=other.url + request.target)

        async with Server(lead_away) as server:
            paperless = connect(server)
            assert [task.id async for task in paperless.tasks] == [1, 2]
            for call in (paperless.tasks(1), paperless.tasks.summary(), paperless.tasks.acknowledge([1])):
                with pytest.raises(NotPaperless) as caught:
                    await call
                assert TOKEN not in f"{caught.value} {caught.value!r} {vars(caught.value)}"

        assert not other.requests
        assert not other.connections
    assert all(TOKEN in request.headers["authorization"] for request in server.requests)
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(paperless)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", id="not HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", id="a header without end"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", id="brotli"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9", id="cut"),
    ],
)
async def test_no_cause_of_an_error_tells_the_token(raw: bytes, connect: Connect) -> None:
    """Crash reports hold the repr of every exception in a chain."""
    async with Server(scripted(Reply(raw=raw, close=True))) as server:
        paperless = connect(server, tries=1)
        for call in (first(paperless), paperless.tasks.run("sanity_check")):
            with pytest.raises(PaperlessError) as caught:
                await call
            error: BaseException | None = caught.value
            while error is not None:
                assert TOKEN not in f"{error!r} {error} {vars(error)}"
                error = error.__context__


async def test_no_proxy_is_taken_from_the_environment(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Server(scripted(page())) as proxy, Server(scripted(page(task_row()))) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        assert (await first(connect(server))).id == 1
        assert not proxy.connections


async def test_a_cookie_is_not_sent_back(connect: Connect) -> None:
    async with Server(lambda request: json_reply([], headers={"Set-Cookie": "sessionid=1"})) as server:
        paperless = connect(f"http://localhost:{server.port}")  # a name: cookies of an address are kept by nobody
        await paperless.tasks.active()
        await paperless.tasks.active()

        assert len(server.requests) == 2
        assert all("cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize("padding", [b" " * 100_000, b""], ids=["plain", "compressed"])
async def test_a_flood_is_cut_off_at_the_cap(padding: bytes, connect: Connect) -> None:
    endless = Reply(
        raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", forever=b" " * 65536 if padding else b""
    )
    bomb = compressed(gzip.compress(b" " * 30_000_000), "gzip")
    async with Server(scripted(endless if padding else bomb)) as server:
        with pytest.raises(TooLarge, match="1,000,000 bytes") as caught:
            await first(connect(server, max_answer_bytes=1_000_000))

    assert not caught.value.retryable
    assert "/api/tasks/" in str(caught.value)


async def test_an_answer_that_is_announced_too_large_is_not_read(connect: Connect) -> None:
    announced = Reply(
        raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999999999\r\n\r\n", hang=True
    )
    async with Server(scripted(announced)) as server:
        with pytest.raises(TooLarge):
            await first(connect(server))


async def test_a_bomb_larger_than_anything_is_an_error(connect: Connect) -> None:
    bomb = compressed(gzip.compress(b" " * 200_000_000, 1), "gzip")
    async with Server(scripted(bomb)) as server:
        with pytest.raises((TooLarge, Unreachable)):
            await first(connect(server, tries=1))


@pytest.mark.parametrize(
    "reply", [compressed(b"not gzip at all", "gzip"), compressed(gzip.compress(PAGE)[:50], "gzip")]
)
async def test_what_cannot_be_decompressed_is_an_error(reply: Reply, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises((Unreachable, NotPaperless)):
            await first(connect(server))

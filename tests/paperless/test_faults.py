"""A server, or what stands in front of it, that cuts, stalls, lies, compresses, redirects, floods."""

import asyncio
import gzip
import json
import logging
import shutil
import socket
import ssl
import subprocess
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.paperless import (
    BadToken,
    ClientClosed,
    Forbidden,
    InvalidArgument,
    MaybeDone,
    NotFound,
    NotPaperless,
    PaperlessClient,
    PaperlessError,
    RateLimited,
    Rejected,
    ServerError,
    TimedOut,
    Timeouts,
    TooLarge,
    Unreachable,
    UntrustedCertificate,
)
from tests.paperless.conftest import TOKEN, Connect, Sleeps
from tests.paperless.server import Reply, Request, Server, is_probe, json_reply, page, scripted, task_row

JSON = {"Content-Type": "application/json", "X-Api-Version": "10", "X-Version": "3.0.5"}
PAGE = json.dumps({"count": 1, "next": None, "previous": None, "results": [task_row()]}).encode()
HTML = Reply(200, b"<!doctype html><title>Welcome</title>", {"Content-Type": "text/html"})
SHORT = Timeouts(connect=0.2, read=0.2, total=0.4, stalled=0.2)


async def first(paperless: PaperlessClient) -> Any:
    return (await paperless.tasks.filter().page()).results[0]


def status(number: int, **headers: str) -> Reply:
    return Reply(number, b"<h1>no</h1>", {"Content-Type": "text/html"} | headers)


def compressed(body: bytes, encoding: str) -> Reply:
    return Reply(200, body, JSON | {"Content-Encoding": encoding})


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


CUT = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + PAGE, close=True)


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


# Repeating


@pytest.mark.parametrize("number", [429, 502, 503, 504])
async def test_a_get_is_repeated_while_that_may_help(number: int, connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(number), status(number), page(task_row()))) as server:
        assert (await first(connect(server))).id == 1

    assert sleeps == [0.5, 1.0]


async def test_after_the_last_try_the_error_is_told(connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(503))) as server:
        with pytest.raises(ServerError) as caught:
            await first(connect(server))

        assert len(server.requests) == 3

    assert (caught.value.status, caught.value.retryable) == (503, True)


async def test_the_pauses_are_spread(connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(503))) as server:
        with pytest.raises(ServerError):
            await first(connect(server, random=lambda: 0.0, tries=9))

    assert sleeps == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


@pytest.mark.parametrize(("told", "slept"), [("7", [7.0]), ("soon", [0.5]), ("", [0.5]), ("-1", [0.5]), ("²", [0.5])])
async def test_retry_after_is_obeyed(told: str, slept: list[float], connect: Connect, sleeps: Sleeps) -> None:
    busy = Reply(raw=f"HTTP/1.1 429 No\r\nRetry-After: {told}\r\nContent-Length: 0\r\n\r\n".encode())
    async with Server(scripted(busy, page(task_row()))) as server:
        await first(connect(server))

    assert sleeps == slept


async def test_a_long_retry_after_is_left_to_the_caller(connect: Connect, sleeps: Sleeps) -> None:
    async with Server(scripted(status(429, **{"Retry-After": "3600"}))) as server:
        with pytest.raises(RateLimited) as caught:
            await first(connect(server))

    assert (caught.value.retry_after, caught.value.retryable) == (3600.0, True)
    assert sleeps == []


@pytest.mark.parametrize("number", [500, 501, 507])
async def test_an_error_of_the_server_itself_is_not_repeated(number: int, connect: Connect) -> None:
    async with Server(scripted(status(number))) as server:
        with pytest.raises(ServerError):
            await first(connect(server))

        assert len(server.requests) == 1


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_a_server_that_is_away_is_unreachable(connect: Connect, sleeps: Sleeps) -> None:
    with pytest.raises(Unreachable, match="cannot be reached") as caught:
        await first(connect(f"http://127.0.0.1:{closed_port()}"))

    assert caught.value.retryable
    assert len(sleeps) == 2


async def test_a_host_that_does_not_exist_is_named(connect: Connect) -> None:
    with pytest.raises(Unreachable, match=r"no host paperless\.invalid"):
        await first(connect("http://paperless.invalid"))


async def test_a_connection_that_was_closed_while_idle_is_no_error(connect: Connect) -> None:
    once = Reply(200, PAGE, JSON, close=True)
    async with Server(scripted(once)) as server:
        paperless = connect(server)
        for _ in range(5):
            assert (await first(paperless)).id == 1


# Time


async def test_a_server_that_is_silent_times_out_and_is_not_asked_again(connect: Connect) -> None:
    async with Server(scripted(Reply(raw=b"", hang=True))) as server:
        with pytest.raises(TimedOut) as caught:
            await first(connect(server, timeouts=SHORT))

        assert len(server.requests) == 1

    assert caught.value.retryable
    assert isinstance(caught.value, Unreachable)


async def test_a_server_that_stalls_in_the_middle_times_out(connect: Connect) -> None:
    stalled = Reply(raw=CUT.raw, hang=True)
    async with Server(scripted(stalled)) as server:
        with pytest.raises(TimedOut):
            await first(connect(server, timeouts=SHORT))


async def test_a_server_that_drips_is_given_up_in_the_end(connect: Connect) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    async with Server(scripted(Reply(raw=head, forever=b" ", pause=0.02))) as server:
        with pytest.raises(TimedOut):
            await first(connect(server, timeouts=SHORT))


async def test_waiting_for_a_free_connection_is_not_the_servers_silence(connect: Connect) -> None:
    async def slow(request: Request) -> Reply:
        await asyncio.sleep(0.15)
        return page(task_row())

    async with Server(slow) as server:
        paperless = connect(server, connection_limit=1, timeouts=SHORT)
        found = await asyncio.gather(*(first(paperless) for _ in range(5)))

        assert [task.id for task in found] == [1] * 5
        assert server.connections == 1


async def test_no_more_connections_than_allowed(connect: Connect) -> None:
    async with Server(scripted(page(task_row()))) as server:
        paperless = connect(server, connection_limit=3)
        await asyncio.gather(*(first(paperless) for _ in range(100)))

        assert server.connections == 3


# POST


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(raw=b"", close=True), id="closed without an answer"),
        pytest.param(CUT, id="cut"),
        pytest.param(Reply(raw=b"", hang=True), id="silent"),
        pytest.param(status(502), id="502"),
        pytest.param(status(504), id="504"),
    ],
)
async def test_a_run_whose_answer_is_lost_may_be_done_and_is_not_repeated(reply: Reply, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises(MaybeDone, match="look before you repeat it") as caught:
            await connect(server, timeouts=SHORT).tasks.run("sanity_check")

        assert len(server.requests) == 1

    assert not caught.value.retryable


@pytest.mark.parametrize("number", [500, 503])
async def test_an_error_while_running_is_not_repeated(number: int, connect: Connect) -> None:
    async with Server(scripted(status(number))) as server:
        with pytest.raises(ServerError, match="in part") as caught:
            await connect(server).tasks.run("sanity_check")

        assert len(server.requests) == 1

    assert not caught.value.retryable


async def test_a_post_that_never_left_is_just_unreachable(connect: Connect) -> None:
    async with Server(scripted(page())) as server:
        paperless = connect(server)
        await paperless.probe()
    with pytest.raises(Unreachable) as caught:
        await paperless.tasks.run("sanity_check")

    assert caught.value.retryable


@pytest.mark.parametrize("reply", [Reply(raw=b"", close=True), status(502), status(500)], ids=["lost", "502", "500"])
async def test_acknowledging_may_be_repeated_by_the_caller_and_is_not_by_itself(reply: Reply, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises(PaperlessError) as caught:
            await connect(server).tasks.acknowledge([1])

        assert len(server.requests) == 1

    assert caught.value.retryable


async def test_a_post_does_not_ride_on_an_idle_connection(connect: Connect) -> None:
    async with Server(lambda request: json_reply({"result": 1})) as server:
        paperless = connect(server)
        await paperless.probe()
        before = server.connections
        await paperless.tasks.acknowledge([1])
        await paperless.tasks.acknowledge([1])

        assert server.connections == before + 2


# What the server says


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (json_reply({"detail": "Ungültiges Token"}, status=401, api=None), BadToken, "My Profile"),
        (status(401), BadToken, "in front of Paperless-ngx"),
        (json_reply({"detail": "no"}, status=403), Forbidden, "view_paperlesstask"),
        (status(403), Forbidden, "in front of Paperless-ngx"),
        (json_reply({"status": ["Bitte eine gültige Auswahl treffen."]}, status=400), Rejected, "gültige Auswahl"),
        (status(400), NotPaperless, "PAPERLESS_ALLOWED_HOSTS"),
        (Reply(400, b"", {"Content-Type": "text/html"}), ServerError, "could not write to its database"),
        (json_reply({"detail": "Not found."}, status=404), NotFound, "no such thing"),
        (status(413), TooLarge, "no file of this size"),
    ],
)
async def test_an_error_says_what_to_do(reply: Reply, kind: type[PaperlessError], words: str, connect: Connect) -> None:
    async with Server(scripted(reply)) as server:
        with pytest.raises(kind, match=words) as caught:
            await first(connect(server))

    assert caught.value.status == reply.status
    assert caught.value.path == "/api/tasks/"


async def test_the_403_of_run_names_the_superuser(connect: Connect) -> None:
    async with Server(
        scripted(Reply(403, b"Insufficient permissions", JSON | {"Content-Type": "text/html"}))
    ) as server:
        with pytest.raises(Forbidden, match="Only a superuser may start tasks") as caught:
            await connect(server).tasks.run("sanity_check")

    assert caught.value.permission == "superuser"


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "certificate.pem", folder / "key.pem"
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    options += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)]
    subprocess.run([openssl, "req", *options], check=True, capture_output=True)
    return made, key


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused(tls: ssl.SSLContext, connect: Connect) -> None:
    async with Server(scripted(page(task_row())), tls=tls) as server:
        with pytest.raises(UntrustedCertificate, match="ca_file") as caught:
            await first(connect(server))

        assert not server.requests

    assert not caught.value.retryable


async def test_a_server_without_tls_is_told(connect: Connect) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UntrustedCertificate, match="http:// rather than https://"):
            await first(connect(f"https://127.0.0.1:{port}"))


async def test_a_ca_file_vouches(tls: ssl.SSLContext, certificate: tuple[Path, Path], connect: Connect) -> None:
    async with Server(scripted(page(task_row())), tls=tls) as server:
        assert (await first(connect(server, ca_file=certificate[0]))).id == 1


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_holds_none_is_refused(content: str | None, tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)

    with pytest.raises(InvalidArgument, match=r"ca\.pem"):
        connect("https://127.0.0.1", ca_file=path)


# Making and closing


@pytest.mark.parametrize(
    "url",
    [
        "",
        "paperless",
        "localhost:8000",
        "ftp://host",
        "http://",
        "http://host:99999",
        "http://a b",
        "http://[",
        "http://h?a=1",
    ],
)
def test_a_url_that_is_none_is_refused(url: str, connect: Connect) -> None:
    with pytest.raises(InvalidArgument):
        connect(url)


def test_a_password_in_the_url_is_refused_and_not_repeated(connect: Connect) -> None:
    with pytest.raises(InvalidArgument) as caught:
        connect("http://user:hunter2@host")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "Token abc", "abc\n", "abc\r\nX: 1", "\u00e4bc"])
def test_a_token_that_is_none_is_refused_and_not_repeated(token: str, connect: Connect) -> None:
    with pytest.raises(InvalidArgument) as caught:
        connect("http://host", token)

    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    "headers", [{"Authorization": "x"}, {"accept": "x"}, {"X-A": "a\r\nB: c"}, {"X A": "x"}, {"": "x"}]
)
def test_headers_that_cannot_be_sent_are_refused(headers: dict[str, str], connect: Connect) -> None:
    with pytest.raises(InvalidArgument):
        connect("http://host", headers=headers)


@pytest.mark.parametrize("limits", [{"connection_limit": 0}, {"tries": 0}])
def test_limits_that_let_nothing_through_are_refused(limits: dict[str, int], connect: Connect) -> None:
    with pytest.raises(InvalidArgument):
        connect("http://host", **limits)


async def test_extra_headers_and_a_path_go_with_every_request(connect: Connect) -> None:
    async with Server(lambda request: json_reply([]), probe=False) as server:
        paperless = connect(f"{server.url}/paper/less/", headers={"CF-Access-Client-Id": "abc"})
        await paperless.tasks.active()

        assert {request.path for request in server.requests} == {
            "/paper/less/api/tasks/",
            "/paper/less/api/tasks/active/",
        }
        assert all(request.headers["cf-access-client-id"] == "abc" for request in server.requests)


async def test_a_session_of_the_callers_is_used_and_left_open(connect: Connect) -> None:
    async with Server(scripted(page(task_row()))) as server, aiohttp.ClientSession() as session:
        async with PaperlessClient(server.url, TOKEN, session=session) as paperless:
            assert (await first(paperless)).id == 1

        assert not session.closed


async def test_a_closed_client_says_so(connect: Connect) -> None:
    async with Server(scripted(page(task_row()))) as server:
        paperless = connect(server)
        await first(paperless)
        await paperless.close()
        await paperless.close()

        with pytest.raises(ClientClosed):
            await first(paperless)


async def test_a_client_that_was_never_used_is_closed_without_a_word(connect: Connect) -> None:
    await connect("http://127.0.0.1:1").close()


async def test_closing_while_the_version_is_found_out_ends_the_calls(connect: Connect) -> None:
    async with Server(scripted(Reply(raw=b"", hang=True)), probe=False) as server:
        paperless = connect(server)
        call = asyncio.create_task(first(paperless))
        await server.asked.wait()
        await paperless.close()

        with pytest.raises(ClientClosed):
            await call


async def test_a_cancelled_call_ends_its_request(connect: Connect) -> None:
    async with Server(scripted(Reply(raw=b"", hang=True))) as server:
        paperless = connect(server, connection_limit=1)
        call = asyncio.create_task(first(paperless))
        await server.asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        server._respond = scripted(page(task_row()))
        assert (await first(paperless)).id == 1


async def test_the_servers_clock_is_told(connect: Connect) -> None:
    async with Server(lambda request: json_reply([], headers={"Date": "Mon, 23 Nov 2026 12:41:03 GMT"})) as server:
        paperless = connect(server)
        assert paperless.server_date is None
        await paperless.tasks.active()

    assert paperless.server_date is not None
    assert paperless.server_date.isoformat() == "2026-11-23T12:41:03+00:00"


async def test_fifty_servers_at_once(connect: Connect) -> None:
    async def one(number: int) -> int:
        async with Server(scripted(page(task_row(number)))) as server:
            return int((await first(connect(server))).id)

    assert await asyncio.gather(*map(one, range(1, 51))) == list(range(1, 51))


async def test_a_probe_is_small_on_any_server(connect: Connect) -> None:
    async with Server(lambda request: page(), probe=False) as server:
        await connect(server).probe()

        assert [is_probe(request) for request in server.requests] == [True]

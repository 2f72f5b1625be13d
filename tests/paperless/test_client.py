"""A client: made, trusting whom, closed."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.paperless import (
    ClientClosed,
    DocumentDraft,
    InvalidArgument,
    MaybeDone,
    PaperlessClient,
    PaperlessError,
    Unreachable,
    UntrustedCertificate,
)
from tests.paperless.answers import first
from tests.paperless.conftest import TOKEN, Connect
from tests.paperless.server import Reply, Server, is_probe, json_reply, page, scripted, task_row

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
        "http://paperless..example",
        "http://.",
        f"http://{'a' * 64}.example",
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
    "headers", [{"Authorization": "x"}, {"accept": "x"}, {"X-A": "a\r\nB: c"}, {"X A": "x"}, {"": "x"}, {"X-A": 5}]
)
def test_headers_that_cannot_be_sent_are_refused(headers: dict[str, Any], connect: Connect) -> None:
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


async def test_a_path_beyond_ascii_is_sent_as_a_url_holds_it(connect: Connect) -> None:
    async with Server(scripted(page(task_row()))) as server:
        for written in ("/bücher/a%20b", "/b%C3%BCcher/a%20b/"):
            await first(connect(f"{server.url}{written}"))

        assert {request.target.partition("?")[0] for request in server.requests} == {"/b%C3%BCcher/a%20b/api/tasks/"}


async def test_a_host_beyond_ascii_is_asked_for_in_its_own_form(connect: Connect) -> None:
    for host, sent in (("bücher.invalid", r"xn--bcher-kva\.invalid"), ("straße.invalid", r"xn--strae-oqa\.invalid")):
        with pytest.raises(Unreachable, match=sent):
            await first(connect(f"http://{host}", tries=1))


async def test_a_ca_file_holds_for_a_session_of_the_callers_too(
    tls: ssl.SSLContext, certificate: tuple[Path, Path], connect: Connect
) -> None:
    async with Server(scripted(page(task_row())), tls=tls) as server, aiohttp.ClientSession() as session:
        assert (await first(connect(server, session=session, ca_file=certificate[0]))).id == 1
        with pytest.raises(UntrustedCertificate):
            await first(connect(server, session=session))


@pytest.mark.parametrize("act", [lambda client: client.tasks.summary(), lambda client: client.tasks.acknowledge([1])])
async def test_closing_ends_the_calls_that_wait_for_an_answer(
    act: Callable[[PaperlessClient], Awaitable[object]], connect: Connect
) -> None:
    async with Server(scripted(Reply(raw=b"", hang=True))) as server:
        paperless = connect(server)
        await paperless.probe()
        call = asyncio.ensure_future(act(paperless))
        await server.asked.wait()
        await paperless.close()

        with pytest.raises(ClientClosed):
            await call
        assert len(server.requests) == 1


async def test_an_upload_that_is_cut_off_by_closing_may_be_done(connect: Connect) -> None:
    async with Server(scripted(Reply(raw=b"", hang=True))) as server:
        paperless = connect(server)
        await paperless.probe()
        call = asyncio.ensure_future(paperless.documents.save(DocumentDraft(document=b"x", filename="a.txt")))
        await server.asked.wait()
        await paperless.close()

        with pytest.raises(MaybeDone):
            await call


async def test_a_closed_client_says_so(connect: Connect) -> None:
    async with Server(scripted(page(task_row()))) as server:
        paperless = connect(server)
        await first(paperless)
        await paperless.close()
        await paperless.close()

        with pytest.raises(ClientClosed):
            await first(paperless)


def test_a_second_event_loop_is_refused_in_words() -> None:
    """As of two `asyncio.run` with one client, which the first one's connections would not survive."""
    paperless = PaperlessClient("http://127.0.0.1:1", TOKEN, tries=1)

    async def look(again: bool) -> None:
        for call in (paperless.tasks.wait("c7", timeout=0.01), first(paperless)):
            with pytest.raises(PaperlessError) as caught:
                await call
            assert ("make one for each loop" in str(caught.value)) is again

    asyncio.run(look(False))
    asyncio.run(look(True))
    asyncio.run(paperless.close())


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


async def test_fifty_servers_at_once(connect: Connect) -> None:
    async def one(number: int) -> int:
        async with Server(scripted(page(task_row(number)))) as server:
            return int((await first(connect(server))).id)

    assert await asyncio.gather(*map(one, range(1, 51))) == list(range(1, 51))


async def test_a_probe_is_small_on_any_server(connect: Connect) -> None:
    async with Server(lambda request: page(), probe=False) as server:
        await connect(server).probe()

        assert [is_probe(request) for request in server.requests] == [True]

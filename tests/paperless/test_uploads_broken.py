"""Uploads that break off, are refused, or whose end nobody tells."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.paperless import (
    DocumentDraft,
    Forbidden,
    MaybeDone,
    Rejected,
    Timeouts,
    TooLarge,
    Unreachable,
)
from tests.paperless.conftest import Connect
from tests.paperless.server import Reply, Server, json_reply, page

UUID = "6c82e977-5949-4a47-b457-2eaef70eaf3e"
SHORT = Timeouts(connect=0.3, read=0.3, total=0.6, stalled=0.3)


async def test_a_source_that_fails_is_told_by_its_own_error(connect: Connect) -> None:
    class Lost(Exception):
        pass

    async def failing() -> AsyncIterator[bytes]:
        yield b"ab"
        raise Lost("the attachment is gone")

    async with Server(lambda request: json_reply(UUID)) as server:
        with pytest.raises(Lost):
            await connect(server).documents.save(DocumentDraft(document=failing(), filename="a", size=4))

        assert not server.requests


async def test_a_source_that_stalls_breaks_the_upload_off(connect: Connect) -> None:
    async def stalling() -> AsyncIterator[bytes]:
        yield b"ab"
        await asyncio.Event().wait()

    async with Server(lambda request: json_reply(UUID)) as server:
        with pytest.raises(Unreachable, match="nothing was stored") as caught:
            await connect(server, timeouts=SHORT).documents.save(
                DocumentDraft(document=stalling(), filename="a", size=4)
            )

    assert caught.value.retryable


def deaf(over: asyncio.Event) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """Answers the probe, and takes no more than the head of an upload, until it is over."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"GET"):
            writer.write(page().encoded())
        await over.wait()
        writer.close()

    return answer


async def test_a_server_that_takes_nothing_breaks_the_upload_off(connect: Connect) -> None:
    over = asyncio.Event()
    async with await asyncio.start_server(deaf(over), "127.0.0.1", 0, limit=1000) as server:
        paperless = connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeouts=SHORT)
        await paperless.probe()
        with pytest.raises(Unreachable, match="nothing was stored"):
            await paperless.documents.save(DocumentDraft(document=bytes(30_000_000), filename="a"))
        over.set()


async def test_an_upload_whose_answer_is_lost_may_be_done(connect: Connect) -> None:
    async with Server(lambda request: Reply(raw=b"", close=True)) as server:
        with pytest.raises(MaybeDone, match="look before you repeat it") as caught:
            await connect(server).documents.save(DocumentDraft(document=b"x", filename="a.txt"))

        assert len(server.requests) == 1

    assert not caught.value.retryable


async def test_a_slow_upload_is_not_a_silent_server(connect: Connect) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(12):
            await asyncio.sleep(0.1)
            yield b"x"

    async with Server(lambda request: json_reply(UUID)) as server:
        draft = DocumentDraft(document=slow(), filename="a", size=12)
        timeouts = Timeouts(connect=1, read=1, total=1, stalled=1)
        assert await connect(server, timeouts=timeouts).documents.save(draft) == UUID


async def test_an_upload_that_is_complete_in_the_moment_in_which_patience_ends_may_be_done(connect: Connect) -> None:
    """A busy machine: the end of the source and that of patience are noticed at once."""

    async def source() -> AsyncIterator[bytes]:
        yield b"x"
        asyncio.get_running_loop().call_soon(time.sleep, 2 * SHORT.stalled)
        await asyncio.sleep(0.8 * SHORT.stalled)

    async with Server(lambda request: json_reply(UUID)) as server:
        draft = DocumentDraft(document=source(), filename="a", size=1)
        with pytest.raises(MaybeDone, match="look before you repeat it"):
            await connect(server, timeouts=SHORT).documents.save(draft)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (
            json_reply({"document": ["File type application/zip not supported"]}, status=400),
            Rejected,
            "zip not supported",
        ),
        (
            Reply(403, b"Insufficient permissions", {"Content-Type": "text/html", "X-Version": "3"}),
            Forbidden,
            "add_document",
        ),
    ],
)
async def test_a_refused_upload_says_why(reply: Reply, kind: type[Exception], words: str, connect: Connect) -> None:
    async with Server(lambda request: reply) as server:
        with pytest.raises(kind, match=words):
            await connect(server).documents.save(DocumentDraft(document=b"x", filename="a.zip"))


async def test_a_refusal_in_the_middle_of_a_large_upload_is_told_as_far_as_it_arrives(connect: Connect) -> None:
    """A proxy answers 413 to the head and closes: the answer may be lost with the connection; nothing was stored."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with Server(lambda request: json_reply(UUID)) as probed:
        paperless = connect(probed)
        await paperless.probe()
    async with await asyncio.start_server(refuse, "127.0.0.1", probed.port):
        with pytest.raises((TooLarge, Unreachable)) as caught:
            await paperless.documents.save(DocumentDraft(document=bytes(30_000_000), filename="a"))

    assert "file of this size" in str(caught.value) or "nothing was stored" in str(caught.value)

"""Uploads: what a server receives, byte by byte, and what becomes of one that breaks off."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.paperless import (
    DocumentDraft,
    Forbidden,
    InvalidArgument,
    MaybeDone,
    Rejected,
    Timeouts,
    TooLarge,
    Unreachable,
)
from bot.paperless.multipart import upload_body
from tests.paperless.conftest import Connect
from tests.paperless.server import Reply, Server, json_reply, page

UUID = "6c82e977-5949-4a47-b457-2eaef70eaf3e"
SHORT = Timeouts(connect=0.3, read=0.3, total=0.6, stalled=0.3)


def parts_of(content_type: str, body: bytes) -> list[tuple[str, str | None, bytes]]:
    """Name, filename and content of each part, as a parser that is not ours sees them."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP.clone(utf8=True))
    assert isinstance(message, EmailMessage)
    assert not message.defects
    found = []
    for part in message.iter_parts():
        assert set(part.keys()) <= {"Content-Disposition", "Content-Type"}
        parameters = part["Content-Disposition"].params
        found.append((parameters["name"], parameters.get("filename"), content_of(part)))
    return found


def content_of(part: Any) -> bytes:
    return bytes(part.get_payload(decode=True))


async def received(draft: DocumentDraft, connect: Connect) -> list[tuple[str, str | None, bytes]]:
    async with Server(lambda request: json_reply(UUID)) as server:
        assert await connect(server).documents.save(draft) == UUID
        request = server.requests[-1]
        assert (request.method, request.path) == ("POST", "/api/documents/post_document/")
        assert int(request.headers["content-length"]) == len(request.body)
        assert "transfer-encoding" not in request.headers
        return parts_of(request.headers["content-type"], request.body)


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


CONTENT = b"%PDF-1.7\r\n--not the boundary\r\n\x00\xff" * 10


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(lambda path: path, id="a path"),
        pytest.param(str, id="a path as text"),
        pytest.param(lambda path: CONTENT, id="bytes"),
        pytest.param(lambda path: stream(CONTENT[:5], b"", CONTENT[5:]), id="a stream"),
    ],
)
async def test_a_document_arrives_as_it_is(document: Callable[[Path], Any], pdf: Path, connect: Connect) -> None:
    draft = DocumentDraft(document=document(pdf), filename="scan.pdf")

    assert await received(draft, connect) == [("document", "scan.pdf", CONTENT)]


async def test_a_path_names_the_document_by_itself(pdf: Path, connect: Connect) -> None:
    assert (await received(DocumentDraft(document=pdf), connect))[0][1] == "scan.pdf"


async def test_a_stream_of_known_size_needs_no_temporary_file(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", "/nonexistent")
    draft = DocumentDraft(document=stream(b"ab", b"cd"), filename="a.txt", size=4)

    assert await received(draft, connect) == [("document", "a.txt", b"abcd")]


async def test_everything_about_the_document_goes_with_it(connect: Connect) -> None:
    draft = DocumentDraft(
        document=b"x",
        filename="a.txt",
        title="Rechnung März",
        created=date(2026, 2, 12),
        correspondent=1,
        document_type=2,
        storage_path=3,
        tags=(4, 5),
        archive_serial_number=77,
    )

    assert [(name, content.decode()) for name, _, content in await received(draft, connect)] == [
        ("title", "Rechnung März"),
        ("created", "2026-02-12"),
        ("correspondent", "1"),
        ("document_type", "2"),
        ("storage_path", "3"),
        ("archive_serial_number", "77"),
        ("tags", "4"),
        ("tags", "5"),
        ("document", "x"),
    ]


async def test_a_moment_keeps_its_zone(connect: Connect) -> None:
    draft = DocumentDraft(document=b"x", filename="a.txt", created=datetime(2026, 2, 12, 8, tzinfo=UTC))

    assert (await received(draft, connect))[0][2] == b"2026-02-12T08:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Überweisung Müller & Söhne (März).txt", None),
        ("请款单 🧾.pdf", None),
        ('a "quoted" name.pdf', None),
        ("100%.pdf", None),
        ("a;b=c.pdf", None),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\a.pdf", "a.pdf"),
        ("a\r\nX-Injected: 1\r\n\r\nb.pdf", "a  X-Injected: 1    b.pdf"),
        ("a\x00b\x7f.pdf", "a_b_.pdf"),
        ("Screenshot\u202f10.00.png", "Screenshot 10.00.png"),
        ("n" * 251 + ".txt", None),
    ],
)
async def test_a_filename_arrives_and_can_add_nothing(given: str, sent: str | None, connect: Connect) -> None:
    parts = await received(DocumentDraft(document=b"x", filename=given), connect)

    assert parts == [("document", sent or given, b"x")]


@given(filename=st.text(), title=st.text())
async def test_no_name_or_title_can_break_the_form(filename: str, title: str) -> None:
    draft = DocumentDraft(document=b"x", filename=filename, title=title)
    try:
        async with upload_body(draft) as body:
            assert not isinstance(body.chunks, bytes)
            whole = b"".join([chunk async for chunk in body.chunks])
    except InvalidArgument:
        return

    assert len(whole) == body.size
    boundary = body.content_type.rpartition("=")[2].encode()
    assert whole.count(b"--" + boundary) == 2 + bool(title)
    head = whole.split(b"\r\n\r\n", 1)[0]
    assert head.count(b"\r\n") <= 2


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (DocumentDraft(document=b"x"), "needs a filename"),
        (DocumentDraft(document=b"x", filename="a/"), "needs a filename"),
        (DocumentDraft(document=b"x", filename=".."), "needs a filename"),
        (DocumentDraft(document=b"x", filename="n" * 252 + ".txt"), "255 bytes"),
        (DocumentDraft(document=b"x", filename="ü" * 127 + ".a"), "255 bytes"),
        (DocumentDraft(document="/nonexistent/a.pdf"), "a.pdf cannot be read: No such file"),
        (DocumentDraft(document="/"), "needs a filename"),
        (DocumentDraft(document="/tmp", filename="a"), "cannot be read: Is a directory"),
        (DocumentDraft(document=b"x", filename="a", archive_serial_number=2**32), "archive_serial_number"),
        (DocumentDraft(document=b"x", filename="a", title="\ud800"), "title"),
    ],
)
async def test_a_draft_that_cannot_be_sent_is_refused(draft: DocumentDraft, words: str, connect: Connect) -> None:
    async with Server(lambda request: json_reply(UUID)) as server:
        with pytest.raises(InvalidArgument, match=words):
            await connect(server).documents.save(draft)

        assert not server.requests


@pytest.mark.parametrize("size", [0, 3, 1001, 1003])
async def test_a_stream_of_another_length_than_promised_is_not_stored(size: int, connect: Connect) -> None:
    async with Server(lambda request: json_reply(UUID)) as server:
        draft = DocumentDraft(document=stream(b"ab", b"c" * 1000), filename="a.txt", size=size)
        with pytest.raises(InvalidArgument, match="nothing was stored"):
            await connect(server).documents.save(draft)

        assert not server.requests


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
        for _ in range(8):
            await asyncio.sleep(0.1)
            yield b"x"

    async with Server(lambda request: json_reply(UUID)) as server:
        draft = DocumentDraft(document=slow(), filename="a", size=8)
        assert await connect(server, timeouts=SHORT).documents.save(draft) == UUID


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

"""Uploads: what a server receives, byte by byte, and what becomes of one that breaks off."""

import email
import email.policy
import io
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.paperless import (
    DocumentDraft,
    InvalidArgument,
)
from bot.paperless.multipart import upload_body
from tests.paperless.conftest import Connect
from tests.paperless.server import Server, json_reply

UUID = "6c82e977-5949-4a47-b457-2eaef70eaf3e"


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


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"document": io.BytesIO(b"x")}, "not BytesIO: of an open file, give its path"),
        ({"document": None}, "not NoneType"),
        ({"title": 5}, "title must be a text"),
        ({"tags": 5}, "tags must be numbers"),
        ({"tags": "12"}, "tags must be numbers"),
        ({"correspondent": "ACME"}, "correspondent must be a number"),
        ({"created": "2026-01-01"}, "created must be a date"),
    ],
)
async def test_what_a_type_checker_would_refuse_is_refused_in_words(
    odd: dict[str, Any], words: str, connect: Connect
) -> None:
    draft = DocumentDraft(**{"document": b"x", "filename": "a", **odd})
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


@pytest.mark.parametrize(
    ("chunks", "size", "given"),
    [
        pytest.param([b"abc", b"de"], 5, b"abcde", id="as promised"),
        pytest.param([b"abc", b"de"], 4, b"abc", id="the last chunk too long"),
        pytest.param([b"abc", b"de"], 3, b"abc", id="one chunk too many"),
        pytest.param([b"abc", b"", b"de", b"f"], 2, b"", id="the first chunk too long"),
        pytest.param([b"abc", b"de"], 6, b"abcde", id="too short"),
        pytest.param([], 1, b"", id="nothing"),
    ],
)
async def test_never_more_is_given_than_was_promised_and_less_is_told(
    chunks: list[bytes], size: int, given: bytes
) -> None:
    taken = b""
    ended = False
    async with upload_body(DocumentDraft(document=stream(*chunks), filename="a.txt", size=size)) as body:
        assert not isinstance(body.chunks, bytes)
        with nullcontext() if size == 5 else pytest.raises(InvalidArgument, match=rf"not {size} bytes long"):
            async for chunk in body.chunks:
                taken += chunk
            ended = True

    content = taken.partition(b"octet-stream\r\n\r\n")[2]
    assert content.partition(b"\r\n--")[0] == given
    assert ended is content.endswith(b"--\r\n") is (size == 5)


async def test_a_source_that_gives_more_than_was_promised_is_not_read_on() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"d"
        pytest.fail("it was read on")

    async with upload_body(DocumentDraft(document=endless(), filename="a.txt", size=3)) as body:
        assert not isinstance(body.chunks, bytes)
        with pytest.raises(InvalidArgument, match="not 3 bytes long"):
            async for _ in body.chunks:
                pass

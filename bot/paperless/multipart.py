"""The body of an upload, with its exact length: Django takes a body of unknown length for an empty one."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from bot.paperless.errors import InvalidArgument
from bot.paperless.models import DocumentDraft
from bot.paperless.wire import Body

CHUNK = 2**18
LARGEST_ASN = 2**32 - 1
LONGEST_NAME = 255  # bytes, of a file name on the server's disk


@asynccontextmanager
async def upload_body(draft: DocumentDraft) -> AsyncIterator[Body]:
    """The multipart form of `draft`; a file that was opened for it is closed in the end."""
    fields, filename = _fields(draft), _filename(draft)
    boundary = f"paperless-{secrets.token_hex(16)}"
    async with _content(draft) as (size, chunks):
        head = _head(boundary, fields, filename)
        tail = f"\r\n--{boundary}--\r\n".encode()

        async def parts() -> AsyncIterator[bytes]:
            yield head
            async for chunk in chunks:
                yield chunk
            yield tail

        yield Body(
            content_type=f"multipart/form-data; boundary={boundary}",
            size=len(head) + size + len(tail),
            chunks=parts(),
        )


def _fields(draft: DocumentDraft) -> list[tuple[str, str]]:
    number = draft.archive_serial_number
    if number is not None and (not _is_number(number) or not 0 <= number <= LARGEST_ASN):
        raise InvalidArgument(f"archive_serial_number must be between 0 and {LARGEST_ASN}, not {number!r}")
    found: list[tuple[str, str]] = []
    if draft.title:
        found.append(("title", _checked("title", draft.title)))
    if draft.created is not None:
        if not isinstance(draft.created, date):
            raise InvalidArgument(f"created must be a date or a datetime, not {draft.created!r}")
        found.append(("created", draft.created.isoformat()))
    keys = ("correspondent", "document_type", "storage_path", "archive_serial_number")
    found += [(key, _number(key, value)) for key in keys if (value := getattr(draft, key)) is not None]
    return found + [("tags", tag) for tag in _tags(draft.tags)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(key: str, value: Any) -> str:
    if not _is_number(value):
        raise InvalidArgument(f"{key} must be a number, an id of the server, not {value!r}")
    return str(value)


def _tags(tags: Any) -> list[str]:
    if not isinstance(tags, Iterable) or isinstance(tags, str) or not all(map(_is_number, given := list(tags))):
        raise InvalidArgument(f"tags must be numbers, ids of the server, not {tags!r}")
    return [str(tag) for tag in given]


def _checked(key: str, text: str) -> str:
    if not isinstance(text, str):
        raise InvalidArgument(f"The {key} must be a text, not {text!r}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidArgument(f"The {key} holds a lone surrogate, which is no character") from None
    return text


def _filename(draft: DocumentDraft) -> str:
    """The last part of a path, as the server takes it; what could end or add a header is replaced."""
    name = draft.filename
    if name is None and isinstance(draft.document, str | os.PathLike):
        name = os.fspath(draft.document)
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    safe = "".join(sign if sign.isprintable() else " " if sign.isspace() else "_" for sign in last).strip()
    if not safe.strip("."):
        raise InvalidArgument("The document needs a filename, such as scan.pdf")
    if len(safe.encode()) > LONGEST_NAME:
        raise InvalidArgument(f"The filename is longer than {LONGEST_NAME} bytes, which no server can store")
    return safe


def _quoted(text: str) -> str:
    """For a quoted string of a header, as Django unquotes it."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _head(boundary: str, fields: list[tuple[str, str]], filename: str) -> bytes:
    lines: list[str] = []
    for name, value in fields:
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value]
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="document"; filename="{_quoted(filename)}"',
        "Content-Type: application/octet-stream",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


@asynccontextmanager
async def _content(draft: DocumentDraft) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
    document = draft.document
    if isinstance(document, bytes):
        yield len(document), _cut(document)
    elif isinstance(document, str | os.PathLike):
        with _opened(Path(document)) as file:
            size = os.fstat(file.fileno()).st_size
            yield size, _exactly(size, _read(file))
    elif not isinstance(document, AsyncIterable):
        raise InvalidArgument(
            f"document must be a path, bytes, or an async iterator of bytes, not {type(document).__name__}: "
            "of an open file, give its path"
        )
    elif draft.size is not None:
        yield draft.size, _exactly(draft.size, document)
    else:
        with tempfile.TemporaryFile() as file:
            async for chunk in document:
                await asyncio.to_thread(file.write, chunk)
            size = file.tell()
            file.seek(0)
            yield size, _read(file)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidArgument(f"{path.name} cannot be read: {error.strerror}") from error


async def _cut(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, CHUNK):
        yield chunk


async def _exactly(size: int, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """`chunks`, as long as they add up to `size`: the length was promised in the request's head."""
    sent = 0
    async for chunk in chunks:
        sent += len(chunk)
        if sent > size:
            break
        yield chunk
    if sent != size:
        raise InvalidArgument(f"The document is not {size:,} bytes long, as it was said to be: nothing was stored")

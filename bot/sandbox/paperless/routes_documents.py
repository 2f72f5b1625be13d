"""/api/documents/: uploading and reading."""

import asyncio
import json
import re
from html import unescape
from os.path import splitext
from typing import Any
from uuid import uuid4

from aiohttp import BodyPartReader, MultipartReader

from . import pages, query, render
from .answers import Answer, Call, Refused, detail, insufficient, ok, server_error
from .consumption import input_data
from .documents import Document, Upload
from .users import ADD_DOCUMENT, VIEW_DOCUMENT
from .vocabulary import Version

CHUNK = 1 << 18
MOST_OF_A_FIELD = 1 << 20
LONGEST_NAME = 255
BAD_CREATED = (
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
Fields = dict[str, list[str]]


def stored_name(given: str) -> str:
    """As Django takes a file's name from a multipart header: no path, nothing unprintable, 255 characters."""
    name = unescape(given).rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    name = "".join(c for c in name if c.isprintable()).strip()
    if len(name) > LONGEST_NAME:
        stem, extension = splitext(name)
        name = stem[: LONGEST_NAME - len(extension)] + extension
    return name


async def upload(call: Call) -> Answer:
    if not call.who.may(ADD_DOCUMENT):
        return insufficient()
    kind = call.request.headers.get("Content-Type", "")
    if not kind.startswith("multipart/form-data"):
        raise detail(415, f'Unsupported media type "{kind}" in request.')
    fields, file = await received(await call.request.multipart())
    overrides = checked(call, fields, file)
    assert file is not None  # noqa: S101 - `checked` raised otherwise
    return await _accepted(call, file, overrides)


async def received(reader: MultipartReader) -> tuple[Fields, Upload | None]:
    """Reads the parts as they come; of a file nothing is kept but what `Upload` keeps."""
    fields, file = Fields(), None
    async for part in reader:
        assert isinstance(part, BodyPartReader)  # noqa: S101 - a nested multipart is no form
        if part.filename is None:
            text = (await part.read()).decode("utf-8", "replace")[:MOST_OF_A_FIELD]
            fields.setdefault(part.name or "", []).append(text)
            continue
        this = Upload(stored_name(part.filename))
        while chunk := await part.read_chunk(CHUNK):
            this.feed(chunk)
        if part.name == "document":
            file = this
    return fields, file


async def _accepted(call: Call, file: Upload, overrides: dict[str, Any]) -> Answer:
    world, task_id = call.world, str(uuid4())
    broken = world.weather.broker_down
    if broken:
        await asyncio.sleep(world.weather.broker_delay)
        if world.version is Version.V2:  # the row was written before the message was sent
            world.add_task(
                task_id=task_id,
                owner=call.who.id,
                input_data=input_data(file.filename, owner=call.who.id, mime_type=file.mime_type),
            )
        return server_error()
    if world.weather.database_locked:
        await asyncio.sleep(world.weather.lock_delay)
    world.consume(
        file,
        owner=call.who.name,
        overrides=overrides,
        task_id=task_id,
        without_row=world.weather.database_locked,
    )
    return ok(task_id)


def checked(call: Call, fields: Fields, file: Upload | None) -> dict[str, Any]:
    """The overrides of the task; raises 400 with every mistake by its field."""
    errors: dict[str, list[str]] = {}
    if file is None:
        text = "No file was submitted."
        if "document" in fields:
            text = "The submitted data was not a file. Check the encoding type on the form."
        errors["document"] = [text]
    elif not file.size:
        errors["document"] = ["The submitted file is empty."]
    elif file.accepted_as is None:
        errors["document"] = [f"File type {file.mime_type} not supported"]
    overrides: dict[str, Any] = {}
    for name, read in FIELDS.items():
        if name in fields and fields[name] != [""]:
            try:
                read(call, fields[name], overrides)
            except ValueError as error:
                errors[name] = [str(error)]
    if errors:
        raise Refused(400, errors)
    return overrides


def _title(call: Call, values: list[str], overrides: dict[str, Any]) -> None:
    overrides["title"] = values[-1]


def _created(call: Call, values: list[str], overrides: dict[str, Any]) -> None:
    try:
        at = query.moment(values[-1])
    except ValueError:
        raise ValueError(BAD_CREATED) from None
    overrides["created"] = at.date().isoformat()


def _number(text: str) -> int:
    if not re.fullmatch(r"\s*[+-]?\d+\s*", text):
        raise ValueError("A valid integer is required.")
    return int(text)


def _related(kind: str, override: str) -> Any:
    def read(call: Call, values: list[str], overrides: dict[str, Any]) -> None:
        overrides[override] = _known(call, kind, values[-1])

    return read


def _known(call: Call, kind: str, text: str) -> int:
    if not text.isdecimal():
        raise ValueError("Incorrect type. Expected pk value, received str.")
    if int(text) not in call.world.labels[kind]:
        raise ValueError(f'Invalid pk "{text}" - object does not exist.')
    return int(text)


def _tags(call: Call, values: list[str], overrides: dict[str, Any]) -> None:
    overrides["tag_ids"] = [_known(call, "tags", value) for value in values]


def _serial_number(call: Call, values: list[str], overrides: dict[str, Any]) -> None:
    number = _number(values[-1])
    if number < 0:
        raise ValueError("Ensure this value is greater than or equal to 0.")
    if number > 0xFFFFFFFF:
        raise ValueError("Ensure this value is less than or equal to 4294967295.")
    overrides["asn"] = number


def _custom_fields(call: Call, values: list[str], overrides: dict[str, Any]) -> None:
    json.loads(values[-1])  # a ValueError is the field's error


FIELDS = {
    "title": _title,
    "created": _created,
    "correspondent": _related("correspondents", "correspondent_id"),
    "document_type": _related("document_types", "document_type_id"),
    "tags": _tags,
    "archive_serial_number": _serial_number,
    "custom_fields": _custom_fields,
}


# Reading


def may_read(call: Call) -> bool:
    return call.who.may(VIEW_DOCUMENT)


def _visible(call: Call, document: Document) -> bool:
    return call.who.is_superuser or document.owner in (None, call.who.id)


async def single(call: Call) -> Answer:
    document = call.world.documents.get(int(call.arguments[0]))
    if document is None or not _visible(call, document):
        raise detail(404, "No Document matches the given query.")
    return ok(as_json(call, document))


async def listing(call: Call) -> Answer:
    documents = [d for d in call.world.documents if d.deleted_at is None and _visible(call, d)]
    documents.sort(key=lambda d: (d.created, d.id), reverse=True)
    return paged(call, [as_json(call, d) for d in documents], [d.id for d in documents])


def paged(call: Call, results: list[Any], ids: list[int]) -> Answer:
    """The common shape of lists other than that of the tasks: with `all`, the ids of every page."""
    page = pages.page_of(call, len(results))
    return ok(
        {
            "count": len(results),
            "next": pages.link(call, page.number + 1) if page.number < page.pages else None,
            "previous": pages.link(call, page.number - 1) if page.number > 1 else None,
            "all": ids,
            "results": results[page.start : page.start + page.size],
        }
    )


def as_json(call: Call, document: Document) -> dict[str, Any]:
    fields = {
        "id": document.id,
        "correspondent": document.correspondent,
        "document_type": document.document_type,
        "storage_path": None,
        "title": document.title,
        "content": document.content,
        "tags": document.tags,
        "created": document.created,
        "created_date": document.created,
        "modified": render.local(document.modified or document.added),
        "added": render.local(document.added),
        "deleted_at": render.local(document.deleted_at),
        "archive_serial_number": document.archive_serial_number,
        "original_file_name": document.original_file_name,
        "archived_file_name": None,
        "duplicate_documents": [],
        "owner": document.owner,
        "user_can_change": call.who.is_superuser or document.owner in (None, call.who.id),
        "is_shared_by_requester": False,
        "notes": [],
        "custom_fields": [],
        "page_count": document.page_count,
        "mime_type": document.mime_type,
        "root_document": None,
        "versions": [
            {
                "id": document.id,
                "added": render.utc(document.added),
                "version_label": None,
                "checksum": document.checksum,
                "is_root": True,
            }
        ],
    }
    if call.world.version is Version.V2:
        for name in ("duplicate_documents", "root_document", "versions"):
            del fields[name]
    return fields

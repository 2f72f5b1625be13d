"""Uploading and reading documents, held by hand."""

import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.paperless import SandboxPaperless
from bot.sandbox.paperless.routes_documents import stored_name

from .conftest import Asker

PDF = b"%PDF-1.7 something %%EOF"


async def test_an_upload_becomes_a_task_and_then_a_document(ask: Asker, paperless: SandboxPaperless) -> None:
    answer = await ask.upload(PDF, "tax return ä.pdf", title="Taxes", created="2026-02-12", tags="1")
    row = paperless.row(answer.json)
    overrides = {"filename": "tax return ä.pdf", "title": "Taxes", "created": "2026-02-12", "tag_ids": [1]}
    assert row.input_data == {
        "filename": "tax return ä.pdf",
        "mime_type": "application/pdf",
        "overrides": overrides | {"owner_id": 4, "skip_asn_if_exists": False},
    }
    paperless.clock.advance(2)
    assert (row.status, row.result_data, row.related_document_ids) == ("success", {"document_id": 1}, (1,))
    document = (await ask("documents/1/", user="operator")).json
    kept = [document[key] for key in ("title", "original_file_name", "created", "tags", "owner")]
    assert kept == ["Taxes", "tax return ä.pdf", "2026-02-12", [1], 4]


@pytest.mark.parametrize(
    ("content", "filename", "error"),
    [
        (b"%PDF-1.7 cut off", "a.pdf", "a.pdf: Error occurred while consuming document a.pdf: InputFileError: "),
        (bytes(range(256)), "a.pdf", "a.pdf: Unsupported mime type application/octet-stream"),
        (
            b"\x89PNG\r\n\x1a\n cut off",
            "a.png",
            "a.png: Error occurred while consuming document a.png: OSError: image file is truncated",
        ),
    ],
)
async def test_a_bad_file_is_taken_and_fails_later(
    ask: Asker, paperless: SandboxPaperless, content: bytes, filename: str, error: str
) -> None:
    row = paperless.row((await ask.upload(content, filename)).json)
    paperless.clock.advance(2)
    assert row.result_data is not None
    assert (row.status, row.result_data["error_message"]) == ("failure", error)


async def test_a_duplicate_succeeds_unless_the_server_rejects_duplicates(
    ask: Asker, paperless: SandboxPaperless
) -> None:
    for _ in range(2):
        row = paperless.row((await ask.upload(PDF, "same.pdf")).json)
        paperless.clock.advance(2)
    assert row.status == "success"
    paperless.weather.reject_duplicates = True
    row = paperless.row((await ask.upload(PDF, "same.pdf")).json)
    paperless.clock.advance(2)
    assert row.result_data == {"duplicate_of": 1, "duplicate_in_trash": False}


@pytest.mark.parametrize(
    ("fields", "content", "error"),
    [
        ({}, b"", {"document": ["The submitted file is empty."]}),
        ({}, b"PK\x03\x04", {"document": ["File type application/zip not supported"]}),
        ({"tags": "9999"}, PDF, {"tags": ['Invalid pk "9999" - object does not exist.']}),
        (
            {"archive_serial_number": "-5"},
            PDF,
            {"archive_serial_number": ["Ensure this value is greater than or equal to 0."]},
        ),
    ],
)
async def test_an_upload_is_refused_with_its_fields(
    ask: Asker, fields: dict[str, str], content: bytes, error: dict[str, Any]
) -> None:
    answer = await ask.upload(content, "a.bin", **fields)
    assert (answer.status, answer.json) == (400, error)


async def test_an_upload_needs_a_file_a_form_and_the_right_to_add(ask: Asker) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("document", "text")
    text = await ask("documents/post_document/", method="POST", data=form)
    assert text.json == {"document": ["The submitted data was not a file. Check the encoding type on the form."]}
    assert (await ask.post("documents/post_document/", {"document": "x"})).status == 415
    refused = await ask.upload(PDF, "a.pdf", user="viewer")
    assert (refused.status, refused.text) == (403, "Insufficient permissions")


async def test_a_document_is_its_owners(ask: Asker, paperless: SandboxPaperless) -> None:
    await ask.upload(PDF, "a.pdf")
    paperless.clock.advance(2)
    assert (await ask("documents/1/", user="bob")).json == {"detail": "No Document matches the given query."}
    assert (await ask("documents/1/", user="viewer")).status == 403
    assert (await ask("documents/", user="operator")).json["count"] == 1
    assert (await ask("documents/", user="bob")).json["count"] == 0


async def test_an_upload_of_a_hundred_megabytes_is_not_held_in_memory(ask: Asker, paperless: SandboxPaperless) -> None:
    chunk = b"x" * (1 << 20)

    async def content() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n"
        for _ in range(100):
            yield chunk
        yield b"%%EOF"

    form = aiohttp.FormData(quote_fields=False)
    form.add_field("document", content(), filename="large.pdf", content_type="application/pdf")
    tracemalloc.start()
    answer = await ask("documents/post_document/", user="operator", method="POST", data=form)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    paperless.clock.advance(2)
    assert paperless.row(answer.json).status == "success"
    assert peak < 10 << 20


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("note.txt", "note.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\scans\\a.pdf", "a.pdf"),
        ("tax%20return.pdf", "tax%20return.pdf"),
        ("a\x00b\n.txt", "ab.txt"),
        ("n" * 300 + ".txt", "n" * 251 + ".txt"),
    ],
)
def test_a_name_is_stored_as_django_takes_it(given: str, stored: str) -> None:
    assert stored_name(given) == stored

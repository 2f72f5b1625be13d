"""What consuming a file comes to, and what the row and the document say of it."""

from datetime import datetime
from mimetypes import guess_type
from typing import Any

from . import outcomes
from .documents import Documents, Upload
from .outcomes import Ending
from .vocabulary import FAILURE, Version
from .weather import Weather


def ending(documents: Documents, outcome: str, filename: str) -> Ending:
    """An outcome by name: see `outcomes.CONSUMPTION`; `duplicate` and `duplicate_in_trash` of the first document."""
    if outcome in {"duplicate", "duplicate_in_trash"}:
        first = next(iter(documents), None)
        return duplicate(documents, filename, first.id if first else 1, in_trash=outcome == "duplicate_in_trash")
    if outcome == "unsupported":
        return outcomes.unsupported(filename, mime_type_of(filename))
    return outcomes.CONSUMPTION[outcome](filename)


def duplicate(documents: Documents, filename: str, original: int, *, in_trash: bool) -> Ending:
    return Ending(
        status=FAILURE,
        result_data={"duplicate_of": original, "duplicate_in_trash": in_trash},
        text_2_20=outcomes.duplicate_2_20(filename, documents.title(original), original, in_trash=in_trash),
    )


def judge(
    upload: Upload, overrides: dict[str, Any], *, documents: Documents, weather: Weather, version: Version
) -> Ending:
    """By content, as the real consumer does; a duplicate is only refused by a server set so, 2.20 always is."""
    name = upload.filename
    if upload.mime_type == "application/octet-stream":
        return outcomes.unsupported(name, upload.mime_type)
    number = overrides.get("asn")
    if number is not None and documents.with_serial_number(number):
        return outcomes.asn_taken(name, number)
    original = documents.same_as(upload.checksum)
    if original is not None and (weather.reject_duplicates or version is Version.V2):
        return duplicate(documents, name, original.id, in_trash=original.deleted_at is not None)
    if not upload.complete:
        broken = "broken_image" if upload.mime_type.startswith("image/") else "corrupt"
        return ending(documents, broken, name)
    return ending(documents, "ok", name)


def mime_type_of(filename: str) -> str:
    return guess_type(filename)[0] or "application/octet-stream"


def input_data(
    filename: str,
    *,
    owner: int | None,
    mime_type: str | None = None,
    overrides: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A file from the consume folder has no owner and next to no overrides."""
    given: dict[str, Any] = {}
    if owner is not None:
        given = {"filename": filename} | (overrides or {}) | {"owner_id": owner}
    return {
        "filename": filename,
        "mime_type": mime_type or mime_type_of(filename),
        "overrides": given | {"skip_asn_if_exists": False},
    }


def document_fields(upload: Upload, overrides: dict[str, Any], *, owner: int | None, added: datetime) -> dict[str, Any]:
    return {
        "title": overrides.get("title", upload.filename.rsplit(".", 1)[0]),
        "original_file_name": upload.filename,
        "mime_type": upload.mime_type,
        "checksum": upload.checksum,
        "added": added,
        "created": overrides.get("created", added.date().isoformat()),
        "owner": owner,
        "tags": tuple(overrides.get("tag_ids", ())),
        "correspondent": overrides.get("correspondent_id"),
        "document_type": overrides.get("document_type_id"),
        "archive_serial_number": overrides.get("asn"),
        "page_count": 1 if upload.mime_type == "application/pdf" else None,
    }

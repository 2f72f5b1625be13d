"""One REST call, taken apart, and the table of what answers it. Handlers know no aiohttp."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, hdrs, web

from bot.sandbox.discord import ratelimit
from bot.sandbox.discord.errors import ApiError, Json, Violation, invalid_form
from bot.sandbox.discord.files import StoredFile, Upload

if TYPE_CHECKING:
    from bot.sandbox.discord.core import Core

FILE_FIELD = re.compile(r"files?\[(\d+)\]|file")


@dataclass(frozen=True, kw_only=True)
class Call:
    """`ids` are the snowflakes in the path by their name; `words` the rest of its variables."""

    ids: Mapping[str, int]
    words: Mapping[str, str]
    query: Mapping[str, str]
    raw_path: str
    json: Any = None
    uploads: list[Upload] = field(default_factory=list)

    @property
    def body(self) -> Json:
        if not isinstance(self.json, dict):
            raise invalid_form([Violation((), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")])
        return self.json

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        given = self.query.get(name)
        if given is None:
            return default
        if not given.isdigit() or not least <= int(given) <= most:
            message = f"int value should be between {least} and {most}."
            raise invalid_form([Violation((name,), "NUMBER_TYPE_MIN", message)])
        return int(given)


@dataclass(frozen=True)
class Created:
    """An answer with 201 instead of 200."""

    json: Json


Answer = Json | list[Json] | Created | StoredFile | None
Handle = Callable[["Core", Call], Answer]


@dataclass(frozen=True)
class Route:
    """`kind` picks the rate limit, `major` names the path variables that have a bucket each.

    `open` routes need no Authorization: their secret is the token in the path.
    """

    method: str
    path: str
    handle: Handle
    kind: str = ratelimit.OTHER
    major: tuple[str, ...] = ("channel_id", "guild_id")
    open: bool = False
    counts_globally: bool = True


async def read_call(request: web.Request) -> Call:
    found, words = {}, {}
    for name, value in request.match_info.items():
        if name.endswith("_id"):
            found[name] = _snowflake(name, value)
        else:
            words[name] = value
    body, uploads = await _read_body(request)
    return Call(
        ids=found, words=words, query=dict(request.query), raw_path=request.rel_url.raw_path, json=body, uploads=uploads
    )


def _snowflake(name: str, value: str) -> int:
    if not value.isdigit() or int(value) >= 2**63:
        message = f'Value "{value}" is not snowflake.'
        raise invalid_form([Violation((name,), "NUMBER_TYPE_COERCE", message)])
    return int(value)


async def _read_body(request: web.Request) -> tuple[Any, list[Upload]]:
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request)
    raw = await request.read()
    return (_parse(raw) if raw else None), []


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


async def _read_multipart(request: web.Request) -> tuple[Any, list[Upload]]:
    body: Any = {}
    files: dict[int, tuple[str, bytes, str | None]] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        raw = bytes(await part.read(decode=True))
        matched = FILE_FIELD.fullmatch(part.name or "")
        if part.name == "payload_json":
            body = _parse(raw)
        elif matched:
            number = int(matched[1] or 0)
            files[number] = (part.filename or "unknown", raw, part.headers.get(hdrs.CONTENT_TYPE))
    return body, _uploads(body, files)


def _uploads(body: Any, files: Mapping[int, tuple[str, bytes, str | None]]) -> list[Upload]:
    """`attachments` in the body names and describes what the parts hold, by number."""
    inner = body.get("data") if isinstance(body, dict) and "data" in body else body
    described = (inner or {}).get("attachments") or []
    by_number = {int(item["id"]): item for item in described if int(item.get("id", -1)) in files}
    uploads = []
    for number, (filename, data, kind) in sorted(files.items()):
        said = by_number.get(number, {})
        # discord.py declares every part as application/octet-stream: then the name tells more.
        known = None if kind in (None, "application/octet-stream") else kind
        named = said.get("filename") or filename
        uploads.append(Upload(filename=named, data=data, content_type=known, description=said.get("description")))
    return uploads

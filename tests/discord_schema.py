"""Is what the bot sent something that Discord would take?

`check(request)` holds a request against Discord's own OpenAPI document where that lies beside the checkout, and always
against the limits that this document misses (`bot/sandbox/discord/limits*.py`).
"""

import copy
import functools
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import jsonschema  # type: ignore[import-untyped]  # its stubs are a package of their own, for one call
import jsonschema_rs

from bot.sandbox.discord import Request
from bot.sandbox.discord.drafts import COMPONENTS_V2
from bot.sandbox.discord.errors import Violation
from bot.sandbox.discord.files import safe_filename
from bot.sandbox.discord.findings import dotless
from bot.sandbox.discord.limits import check_message, check_nonce
from bot.sandbox.discord.limits_commands import check_command, check_commands
from bot.sandbox.discord.limits_modals import check_choices, check_modal
from tests.shared import DISCORD_OPENAPI

Json = dict[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
MESSAGE_PATHS = re.compile(r"/channels/\d+/messages(/\d+)?|/webhooks/\d+/[^/]+(/messages/(@original|\d+))?")
CDN = re.compile(r"/(ephemeral-)?attachments/")
CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")
COMMANDS = re.compile(r"/applications/\d+/(guilds/\d+/)?commands(/\d+)?")
MESSAGE, UPDATE, CHOICES, MODAL = 4, 7, 8, 9


class NotForDiscord(AssertionError):
    """What was sent breaks a rule of Discord's; the text says which, and where."""


def check_all(requests: Iterable[Request]) -> None:
    for request in requests:
        check(request)


def check(request: Request) -> None:
    """Of a request as the bot made it; what the sandbox answered plays no part."""
    found = [str(violation) for violation in violations(request)]
    if DISCORD_OPENAPI.is_file():
        found += schema_errors(request)
    if found:
        listed = "\n  ".join(found)
        raise NotForDiscord(f"{request.method} {request.path}: Discord would refuse this\n  {listed}\n{request.json}")


# --- the limits that the document misses


def violations(request: Request) -> list[Violation]:
    body: Any = request.json
    if request.method in ("POST", "PATCH") and MESSAGE_PATHS.fullmatch(request.path):
        return _message_violations(request, body or {})
    if CALLBACK.fullmatch(request.path):
        return _callback_violations(request, body)
    if COMMANDS.fullmatch(request.path) and request.method in ("PUT", "POST"):
        return check_commands(body) if isinstance(body, list) else check_command(body)
    return []


def _message_violations(request: Request, message: Json) -> list[Violation]:
    named = [safe_filename(upload.filename) for upload in request.files]
    # An edit may keep files by id alone, and then refer to their names: those are not in the request.
    known = [*named, *_referred(message)] if _is_edit(request) else named
    found = check_nonce(message) + check_message(_with_kept_flag(request, message), uploaded=known)
    return [violation for violation in found if not _is_tried(violation, message)]


def _is_tried(violation: Violation, message: Json) -> bool:
    """A link to a host without a dot: it is tried, and left out where it is refused (`bot/linking.py`)."""
    if violation.code != "URL_TYPE_INVALID_URL":
        return False
    value: Any = message
    for key in violation.path:
        value = value[key]
    return dotless(urlsplit(str(value)))


def _is_edit(request: Request) -> bool:
    updates = isinstance(request.json, dict) and request.json.get("type") == UPDATE and CALLBACK.fullmatch(request.path)
    return request.method == "PATCH" or bool(updates)


def _with_kept_flag(request: Request, message: Json) -> Json:
    """An edit need not say again that its message is one of components v2."""
    newer = any(component.get("type") != 1 for component in message.get("components") or [])
    return message | {"flags": COMPONENTS_V2} if newer and "flags" not in message and _is_edit(request) else message


def _referred(message: Json) -> list[str]:
    return re.findall(r'"attachment://([^"]+)"', json.dumps(message, ensure_ascii=False))


def _callback_violations(request: Request, body: Json) -> list[Violation]:
    data = body.get("data") or {}
    kind = body.get("type")
    if kind in (MESSAGE, UPDATE):
        return _message_violations(request, data)
    if kind == CHOICES:
        return check_choices(data)
    return check_modal(data) if kind == MODAL else []


# --- the document


@functools.cache
def _document() -> Json:
    document: Json = json.loads(DISCORD_OPENAPI.read_text(encoding="utf-8"))
    # discord.py sends ids as integers in message_reference, allowed_mentions and attachments, and Discord takes them.
    snowflake = document["components"]["schemas"]["SnowflakeType"]
    document["components"]["schemas"]["SnowflakeType"] = {"anyOf": [snowflake, {"type": "integer", "minimum": 0}]}
    return document


@functools.cache
def _operations() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, pattern and path of each; a path with fewer variables goes first, so that @me is not taken for an id."""
    paths = sorted(_document()["paths"], key=lambda path: (path.count("{"), path))
    return [
        (method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path)
        for path in paths
        for method in METHODS
        if method in _document()["paths"][path]
    ]


def operation_path(method: str, path: str) -> str | None:
    return next((known for verb, pattern, known in _operations() if verb == method and pattern.fullmatch(path)), None)


def schema_errors(request: Request) -> list[str]:
    if CDN.match(request.path):
        return []
    path = operation_path(request.method, request.path)
    if path is None:
        return ["Discord's API has no such endpoint"]
    schema = _body_schema(request.method, path)
    if schema is None:
        return [] if request.json in (None, {}) else ["this endpoint takes no body"]
    if request.json is None and not _operation(request.method, path)["requestBody"].get("required"):
        return []
    if _validator(request.method, path).is_valid(request.json):
        return []
    return [_readable(schema, request.json)]


def _operation(method: str, path: str) -> Json:
    operation: Json = _document()["paths"][path][method.lower()]
    return operation


def _body_schema(method: str, path: str) -> Json | None:
    content = _operation(method, path).get("requestBody", {}).get("content", {})
    return _rooted(content["application/json"]["schema"]) if "application/json" in content else None


def _rooted(schema: Json) -> Json:
    """With the document's components beside it, where its references lead."""
    return {**schema, "components": _document()["components"]}


@functools.cache
def _validator(method: str, path: str) -> jsonschema_rs.Validator:
    schema = _body_schema(method, path)
    assert schema is not None
    return jsonschema_rs.validator_for(schema)


def _readable(schema: Json, body: Any) -> str:
    """The other library tells best what is wrong; it is too slow to ask it each time."""
    errors = jsonschema.Draft202012Validator(copy.deepcopy(schema)).iter_errors(body)
    best = jsonschema.exceptions.best_match(errors)
    if best is None:
        return "the OpenAPI document does not allow this"
    return f"{best.json_path}: {best.message[:300]}"


# --- answers: what the sandbox says is held against the same document


def answer_errors(request: Request) -> list[str]:
    """What is wrong with the sandbox's answer to a request that succeeded."""
    if CDN.match(request.path):
        return []
    path = operation_path(request.method, request.path)
    if path is None:
        return ["Discord's API has no such endpoint"]
    responses = _operation(request.method, path)["responses"]
    if str(request.status) not in responses:
        return [f"Discord does not answer {request.status} here, but {', '.join(responses)}"]
    content = responses[str(request.status)].get("content", {}).get("application/json")
    if content is None:
        return [] if request.answer is None else ["Discord answers without a body here"]
    if _answer_validator(request.method, path, str(request.status)).is_valid(request.answer):
        return []
    return [_readable(_rooted(content["schema"]), request.answer)]


@functools.cache
def _answer_validator(method: str, path: str, status: str) -> jsonschema_rs.Validator:
    content = _operation(method, path)["responses"][status]["content"]
    return jsonschema_rs.validator_for(_rooted(content["application/json"]["schema"]))

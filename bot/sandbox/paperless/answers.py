"""What a route is asked (`Call`) and what it answers (`Answer`, or `Refused` for Django REST's errors)."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .render import encode
from .users import User
from .world import World

JSON = "application/json"
HTML = "text/html; charset=utf-8"
VARY_API = "Accept, Accept-Language, origin, Cookie"
VARY_PAGE = "Accept-Language, origin, Cookie"

# Only what was recorded; every other text stays English here.
GERMAN = {
    "Invalid token.": "Ungültiges Token",
    "Select a valid choice. {} is not one of the available choices.": (
        "Bitte eine gültige Auswahl treffen. {} ist keine gültige Auswahl."
    ),
}


@dataclass(kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    vary: str = VARY_API
    headers: dict[str, str] = field(default_factory=dict)
    allow: bool = True  # whether the Allow header is sent


@dataclass(kw_only=True)
class Call:
    world: World
    request: web.Request
    user: User | None = None
    api: int = 10
    german: bool = False
    arguments: tuple[str, ...] = ()

    @property
    def who(self) -> User:
        assert self.user is not None  # noqa: S101 - routes that need a user run after authentication
        return self.user

    def query(self, name: str) -> str | None:
        """The last value, as Django's QueryDict gives it."""
        values = self.request.query.getall(name, [])
        return values[-1] if values else None

    def say(self, text: str, *values: object) -> str:
        return (GERMAN.get(text, text) if self.german else text).format(*values)


class Refused(Exception):
    def __init__(self, status: int, payload: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, payload)
        self.answer = Answer(status=status, body=encode(payload), headers=headers or {})


def ok(payload: Any) -> Answer:
    return Answer(body=encode(payload))


def detail(status: int, text: str, headers: dict[str, str] | None = None) -> Refused:
    return Refused(status, {"detail": text}, headers)


def forbidden() -> Refused:
    return detail(403, "You do not have permission to perform this action.")


def text_page(status: int, text: str) -> Answer:
    """HttpResponseForbidden and the like: bare text that calls itself HTML."""
    return Answer(status=status, body=text.encode(), content_type=HTML)


def insufficient() -> Answer:
    return text_page(403, "Insufficient permissions")


def error_page(status: int, title: str, *, vary: str = VARY_PAGE) -> Answer:
    body = (
        f'\n<!doctype html>\n<html lang="en">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n'
        f"  <h1>{title}</h1><p></p>\n</body>\n</html>\n"
    )
    return Answer(status=status, body=body.encode(), content_type=HTML, vary=vary, allow=False)


def server_error() -> Answer:
    return error_page(500, "Server Error (500)")


def redirect(location: str) -> Answer:
    return Answer(status=302, content_type=HTML, vary=VARY_PAGE, allow=False, headers={"Location": location})


async def parsed_body(call: Call, *, parsers: tuple[str, ...]) -> Any:
    """The request's data as Django REST has it: JSON, or a form as lists of strings."""
    request = call.request
    kind = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if not request.body_exists and not kind:
        return {}
    if kind not in parsers:
        raise detail(415, f'Unsupported media type "{request.headers.get("Content-Type", "")}" in request.')
    if kind == JSON:
        return _json(await request.read())
    form = await request.post()
    return Form((name, value) for name, value in form.items() if isinstance(value, str))


class Form(dict[str, list[str]]):
    """A form: every field is a list of strings."""

    def __init__(self, pairs: Any) -> None:
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)


def _json(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError as error:
        raise detail(400, f"JSON parse error - {error}") from None

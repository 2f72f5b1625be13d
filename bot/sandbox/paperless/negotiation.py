"""Before a route runs: the Accept header, the API version in it, the language, and who is asking."""

import base64
import binascii
from dataclasses import dataclass

from aiohttp import web

from .answers import Refused, detail
from .users import User
from .world import World


@dataclass(frozen=True)
class MediaType:
    main: str
    sub: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def precedence(self) -> int:
        if self.main == "*":
            return 0
        if self.sub == "*":
            return 1
        return 2 if not self.parameters else 3

    def takes(self, main: str, sub: str) -> bool:
        return self.main in ("*", main) and self.sub in ("*", sub)


def _media_types(header: str) -> list[MediaType]:
    found = []
    for part in header.split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        main, _, sub = kind.partition("/")
        pairs = tuple(tuple(p.split("=", 1)) for p in parameters if "=" in p)
        found.append(MediaType(main, sub, tuple((a.strip(), b.strip()) for a, b in pairs if a != "q")))
    return sorted(found, key=lambda media: -media.precedence)


def negotiate(request: web.Request, world: World) -> tuple[str, int]:
    """(renderer, API version); raises 406, which needs no token."""
    renderers = [("application", "json"), ("text", "html")]
    wanted = request.query.get("format")
    if wanted is not None:
        renderers = [r for r in renderers if r[1] == {"json": "json", "api": "html"}.get(wanted)]
        if not renderers:
            raise detail(404, "Not found.")
    for media in _media_types(request.headers.get("Accept", "*/*")):
        for main, sub in renderers:
            if media.takes(main, sub):
                return sub, _version(dict(media.parameters).get("version"), world)
    raise detail(406, "Could not satisfy the request Accept header.")


def _version(asked: str | None, world: World) -> int:
    if asked is None:
        return world.version.api
    if asked not in world.version.spoken:
        raise detail(406, 'Invalid version in "Accept" header.')
    return int(asked)


def prefers_german(request: web.Request) -> bool:
    first = request.headers.get("Accept-Language", "").split(",")[0].strip().lower()
    return first.startswith("de")


def authenticate(request: web.Request, world: World, *, german: bool) -> User | None:
    """None without credentials; raises 401 for wrong ones, as Django REST's token and basic classes do."""
    header = request.headers.get("Authorization", "")
    keyword, _, rest = header.partition(" ")
    if keyword.lower() == "basic":
        return _basic(rest.strip(), world)
    if keyword.lower() != "token":
        return None
    token = header.split()[1:]
    if not token:
        raise unauthorized("Invalid token header. No credentials provided.")
    if len(token) > 1:
        raise unauthorized("Invalid token header. Token string should not contain spaces.")
    user = world.users.by_token(token[0])
    if user is None:
        raise unauthorized("Ungültiges Token" if german else "Invalid token.")
    if not user.is_active:
        raise unauthorized("User inactive or deleted.")
    return user


def _basic(credentials: str, world: World) -> User:
    refused = {"WWW-Authenticate": 'Basic realm="api"'}
    try:
        name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise detail(401, "Invalid basic header. Credentials not correctly base64 encoded.", refused) from None
    user = world.users.by_password(name, password)
    if user is None:
        raise detail(401, "Invalid username/password.", refused)
    return user


def unauthorized(text: str) -> Refused:
    return detail(401, text, {"WWW-Authenticate": "Token"})

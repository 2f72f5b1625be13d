"""Between HTTP and meaning: what is asked, who may ask it, and what an answer that is not the wanted one says. Pure.

Error texts of the server follow Accept-Language and are never read here, only carried. What is read: the status, the
content type, and which field a 400 names.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from bot.paperless import errors
from bot.paperless.errors import PaperlessError

JsonText = bytes | bytearray
WORDS_SHOWN = 300  # of the server's own words, in an error message


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of request. `path` is relative to the base URL and ends in the slash without which Paperless redirects.

    `idempotent`: doing it twice is the same as once.
    """

    method: str
    path: str
    doing: str
    permission: str
    idempotent: bool = True

    def at(self, number: int) -> "Endpoint":
        return replace(self, path=self.path.format(number))


VIEW = "view_paperlesstask"
LIST = Endpoint("GET", "/api/tasks/", "see tasks", VIEW)
TASK = Endpoint("GET", "/api/tasks/{}/", "see tasks", VIEW)
ACTIVE = Endpoint("GET", "/api/tasks/active/", "see tasks", VIEW)
SUMMARY = Endpoint("GET", "/api/tasks/summary/", "see the summary of tasks", VIEW)
STATUS_COUNTS = Endpoint("GET", "/api/tasks/status_counts/", "see tasks", VIEW)
ACKNOWLEDGE = Endpoint("POST", "/api/tasks/acknowledge/", "acknowledge tasks", "change_paperlesstask")
RUN = Endpoint("POST", "/api/tasks/run/", "start tasks", "superuser", idempotent=False)
UPLOAD = Endpoint("POST", "/api/documents/post_document/", "upload documents", "add_document", idempotent=False)
DOCUMENT = Endpoint("GET", "/api/documents/{}/", "see documents", "view_document")


def tellable(text: str) -> str:
    """Without what no file, database or other server takes: halves of characters, and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


class Answer(NamedTuple):
    """`headers` has lower-case keys, or does not care about case."""

    status: int
    headers: Mapping[str, str]
    body: JsonText

    def header(self, name: str) -> str:
        return tellable(self.headers.get(name, ""))

    @property
    def is_json(self) -> bool:
        return self.header("content-type").partition(";")[0].strip().lower() == "application/json"


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """Seconds. `read` is the longest silence of a server that owes an answer; `total` bounds a whole request.

    `run`: 2.20 works inside the request. `stalled`: the longest time in which nothing of an upload moves, be it
    that the server takes nothing or that the source gives nothing.
    """

    connect: float = 10
    read: float = 60
    total: float = 120
    run: float = 900
    stalled: float = 60


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a POST carries. `chunks` is read once; `size` is its exact length."""

    content_type: str
    size: int
    chunks: bytes | AsyncIterator[bytes]


def query(parameters: Iterable[tuple[str, str]]) -> str:
    """A query string; everything is percent-encoded, the `+` of a date too."""
    return "&".join(f"{key}={quote(value, safe='')}" for key, value in parameters)


def payload(endpoint: Endpoint, answer: Answer) -> JsonText:
    """The JSON text of a good answer; raises the error that any other answer means."""
    if answer.status == 200 and answer.is_json:
        return answer.body
    raise error_of(endpoint, answer)


def error_of(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    status = answer.status
    if status in _ERRORS:
        return _ERRORS[status](endpoint, answer)
    if 300 <= status < 400:
        return _redirect(endpoint, answer)
    if status >= 500:
        return _server_error(endpoint, answer)
    return not_paperless(endpoint, answer)


def wrong_shape(endpoint: Endpoint, detail: str) -> PaperlessError:
    if not endpoint.idempotent:
        return _unreadable(method=endpoint.method, path=endpoint.path)
    return errors.NotPaperless(
        f"The answer is not what Paperless-ngx answers here: {detail}",
        method=endpoint.method,
        path=endpoint.path,
    )


def _unreadable(**request: Any) -> PaperlessError:
    return errors.MaybeDone(
        "What came back from Paperless-ngx, or from something in front of it, cannot be read; it may have done it all "
        "the same: look before you repeat it",
        **request,
    )


def _request(endpoint: Endpoint, answer: Answer) -> dict[str, Any]:
    return {"method": endpoint.method, "path": endpoint.path, "status": answer.status}


def _fields(body: JsonText) -> dict[str, tuple[str, ...]]:
    """The sentences of a 400, by field; nested ones joined by dots, those of no field under ""."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, list[str]] = {}
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{name}.{key}".strip("."), one) for key, one in value.items()]
        elif isinstance(value, list):
            waiting += [(name, one) for one in reversed(value)]
        else:
            found.setdefault(tellable(name), []).append(tellable(str(value)))
    return {name: tuple(texts) for name, texts in found.items()}


def _rejected(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    request = _request(endpoint, answer)
    if answer.is_json:
        fields = _fields(answer.body)
        words = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items())[:WORDS_SHOWN]
        return errors.Rejected(f"Paperless-ngx rejected the request: {words}", fields=fields, **request)
    if not answer.body:
        # 2.20 with its SQLite locked for over 5 s.
        return errors.ServerError(
            "Paperless-ngx could not write to its database, try again", **request, retryable=endpoint.idempotent
        )
    return errors.NotPaperless(
        "The server refuses this address: it wants https, or does not know this host name, which belongs into "
        "PAPERLESS_URL or PAPERLESS_ALLOWED_HOSTS of Paperless-ngx",
        **request,
    )


def _bad_token(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    if answer.is_json:
        message = (
            "Paperless-ngx does not accept the token; copy it anew from My Profile, API Auth Token, of an active user"
        )
    else:
        message = "Something in front of Paperless-ngx asks for a login of its own: let the API through, or set headers"
    return errors.BadToken(message, **_request(endpoint, answer))


def _forbidden(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    if endpoint.permission == "superuser":
        message = f"Only a superuser may {endpoint.doing}: use the token of a superuser"
    else:
        message = (
            f"The token's user may not {endpoint.doing}: give it the permission {endpoint.permission} "
            "in Paperless-ngx under Settings, Users & Groups"
        )
    if not answer.header("x-version"):
        message += "; or something in front of Paperless-ngx refuses the request"
    return errors.Forbidden(message, permission=endpoint.permission, **_request(endpoint, answer))


def _not_found(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    if not answer.is_json:
        return not_paperless(endpoint, answer)
    return errors.NotFound("Paperless-ngx has no such thing, or shows it to others only", **_request(endpoint, answer))


def not_paperless(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    kind = answer.header("content-type") or "no content type"
    if not endpoint.idempotent and 200 <= answer.status < 300:
        return _unreadable(**_request(endpoint, answer))
    return errors.NotPaperless(
        f"This is not an answer of Paperless-ngx's API ({kind}): check the URL, and what stands in front of the server",
        **_request(endpoint, answer),
    )


def _redirect(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    try:
        target = urlsplit(answer.header("location"))
    except ValueError:
        target = urlsplit("")
    if target.netloc:
        where = f"{target.scheme or 'the same scheme'}://{target.netloc.rpartition('@')[2]}"
        hint = f"to {where}, which was not followed: if that is your server, use it as the URL"
    elif "login" in target.path:
        hint = (
            "to its login page: this version has no such path, or the URL is not the address of Paperless-ngx, "
            "which has no /api or /dashboard behind it"
        )
    else:
        hint = f"to {target.path or 'nowhere'}, which was not followed: check the URL"
    return errors.NotPaperless(f"The server redirects {hint}", **_request(endpoint, answer))


def _unsupported(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    return errors.UnsupportedVersion("The server does not speak this API version", **_request(endpoint, answer))


def _too_large(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    return errors.TooLarge(
        "The server, or a proxy in front of it, takes no file of this size", **_request(endpoint, answer)
    )


def _gave_up_waiting(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    """Of a proxy, for the rest of a request, or on a connection that it was just closing: nothing was passed on."""
    return errors.TimedOut(
        "What stands in front of Paperless-ngx gave up waiting for the whole request: nothing was done",
        **_request(endpoint, answer),
        sent=False,
    )


def _rate_limited(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    return errors.RateLimited(
        "The server asks for fewer requests, try again later",
        **_request(endpoint, answer),
        retry_after=retry_after(answer),
    )


def _server_error(endpoint: Endpoint, answer: Answer) -> PaperlessError:
    request = _request(endpoint, answer)
    if not endpoint.idempotent and answer.status in (502, 504):
        return errors.MaybeDone(
            "No answer came through from Paperless-ngx, which may have done it all the same: look before you repeat it",
            **request,
        )
    if answer.status > 500:  # of a proxy, 502 to 504 as a rule, a tunnel's 520 to 530: Paperless-ngx itself answers 500
        message = "What stands in front of Paperless-ngx gets no answer from it: it is starting, overloaded, or down"
    else:
        message = "Paperless-ngx reports an error of its own; its log says more"
    if not endpoint.idempotent:
        message += "; it may have been done in part, so look before you repeat it"
    return errors.ServerError(message, **request, retryable=endpoint.idempotent, retry_after=retry_after(answer))


def retry_after(answer: Answer) -> float | None:
    """Seconds of Retry-After; its form as a date is not used by what stands in front of Paperless-ngx, and ignored."""
    text = answer.header("retry-after").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


_ERRORS: dict[int, Callable[[Endpoint, Answer], PaperlessError]] = {
    400: _rejected,
    401: _bad_token,
    403: _forbidden,
    404: _not_found,
    406: _unsupported,
    408: _gave_up_waiting,
    413: _too_large,
    429: _rate_limited,
}


def json_body(value: Any) -> Body:
    text = json.dumps(value).encode()
    return Body(content_type="application/json", size=len(text), chunks=text)

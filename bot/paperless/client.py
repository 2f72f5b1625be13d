"""PaperlessClient: one server, one token, one request method. Everything else is built on it."""

import asyncio
import logging
import random as randomness
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

from bot.paperless import wire
from bot.paperless.documents import Documents
from bot.paperless.errors import ClientClosed, Forbidden, InvalidArgument, UnsupportedVersion
from bot.paperless.labels import CORRESPONDENTS, DOCUMENT_TYPES, TAGS, USERS, Labels, users_page
from bot.paperless.models import ServerVersion, TaskType
from bot.paperless.rights import Rights, rights_of
from bot.paperless.rows import ShapeError
from bot.paperless.tasks import Tasks
from bot.paperless.v9 import Version9
from bot.paperless.v10 import Version10
from bot.paperless.wire import Answer, Body, Endpoint, JsonText, Timeouts

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger("bot.paperless")
T = TypeVar("T")

Version = Version10 | Version9
# Asked for at the start: small on any server, however many rows it has.
_PROBE = [("task_id", "probe"), ("page_size", "1")]
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OWN_HEADERS = frozenset({"authorization", "accept", "content-type", "content-length", "transfer-encoding"})


class _Outdated(UnsupportedVersion):
    """The server was upgraded since the version was chosen."""


class PaperlessClient:
    """A Paperless-ngx server as one user sees it.

    Use it as an async context manager, or call `close` in the end. It may be built outside of a loop and must be used
    in one. Requests beyond `connection_limit` at once wait for a free place; the waiting counts in no timeout.

    `url`: with the path, if Paperless-ngx is served under one. `ca_file`: PEM certificates to trust instead of the
    system's. `headers`: sent with every request, for a proxy in front. `session`: an aiohttp session to use, which
    stays yours to close. `tries`: of a GET, when the server cannot be reached or answers 408, 429, 502, 503 or 504.

    Every call raises a `PaperlessError`; `InvalidArgument` before anything is sent.
    """

    _closed = False
    _probing: "asyncio.Future[Version] | None" = None
    _version: "Version | None" = None
    _server = ""
    _date = ""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        session: "aiohttp.ClientSession | None" = None,
        ca_file: str | PathLike[str] | None = None,
        headers: Mapping[str, str] | None = None,
        connection_limit: int = 20,
        timeouts: Timeouts | None = None,
        max_answer_bytes: int = 64 * 2**20,
        tries: int = 3,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = randomness.random,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        # aiohttp takes longer to import than all else together: those who only want the models need not wait for it.
        from bot.paperless.transport import Transport

        self.url, self.now = base_url(url), now
        self.timeouts = timeouts or Timeouts()
        self._transport = Transport(
            self.url,
            headers={**_extra_headers(headers or {}), "Authorization": f"Token {_checked_token(token)}"},
            session=session,
            ca_file=ca_file,
            connection_limit=connection_limit,
            timeouts=self.timeouts,
            max_answer_bytes=max_answer_bytes,
            tries=tries,
            sleep=sleep,
            random=random,
        )
        self.tasks = Tasks(self, sleep=sleep, monotonic=monotonic)
        self.documents = Documents(self)
        self.tags = Labels(self, TAGS)
        self.correspondents = Labels(self, CORRESPONDENTS)
        self.document_types = Labels(self, DOCUMENT_TYPES)
        self.users = Labels(self, USERS, read=users_page)

    def __repr__(self) -> str:
        return f"PaperlessClient({self.url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def through(self, middleware: "aiohttp.ClientMiddlewareType") -> None:
        """Every request from now on passes this middleware of aiohttp's. What it raises, the call raises."""
        self._transport.middlewares.append(middleware)

    async def close(self) -> None:
        """Ends every `wait` with ClientClosed and closes the connections. May be called twice."""
        self._closed = True
        if self._probing is not None:
            self._probing.cancel()
        await self.tasks.close()
        await self._transport.close()

    @property
    def version(self) -> ServerVersion | None:
        """What the server was last seen to be; None until it has answered once."""
        return None if self._version is None else ServerVersion(api=self._version.number, server=self._server)

    @property
    def runnable_types(self) -> tuple[TaskType, ...]:
        """What `tasks.run` can start on this server; empty until it has answered once."""
        return () if self._version is None else self._version.runnable

    @property
    def server_date(self) -> datetime | None:
        """The server's own clock at its last answer, to the second; None if it did not say."""
        try:
            return parsedate_to_datetime(self._date).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            return None

    async def probe(self) -> ServerVersion:
        """Asks the server anew which version it is; every other call does so by itself when it has to."""
        version = await self._spoken(self._version)
        return ServerVersion(api=version.number, server=self._server)

    async def rights(self) -> Rights:
        """What the token's user may do; asks in a way that changes nothing."""
        return await rights_of(self)

    async def speak(self, call: Callable[[Version], Awaitable[T]]) -> T:
        """`call` in the version that the server speaks; once more if it turns out to have changed meanwhile."""
        version = self._version or await self._spoken(None)
        try:
            return await call(version)
        except UnsupportedVersion:
            return await call(await self._spoken(version))

    async def _spoken(self, outdated: Version | None) -> Version:
        """The version to speak, `outdated` no longer. Those who ask while it is found out wait for the same answer."""
        if self._version is None or self._version is outdated:
            if self._probing is None:
                self._probing = asyncio.ensure_future(self._probe())
                self._probing.add_done_callback(self._probed)
            try:
                return await asyncio.shield(self._probing)
            except asyncio.CancelledError:
                if self._closed:
                    raise ClientClosed("This client was closed") from None
                raise
        return self._version

    def _probed(self, probing: "asyncio.Future[Version]") -> None:
        self._probing = None
        failed = probing.cancelled() or probing.exception() is not None
        self._version = None if failed else probing.result()

    async def _probe(self) -> Version:
        for version in (Version10(self), Version9(self)):
            answer = await self._exchange(wire.LIST, wire.query(_PROBE), None, version.number, None)
            if answer.status == 406:
                continue
            if answer.status == 404:  # the list is always there: this is another program's API
                raise wire.not_paperless(wire.LIST, answer)
            try:
                wire.payload(wire.LIST, answer)
            except Forbidden:
                # The user may not see tasks, which is no matter to one who uploads; the version is told all the same.
                if not answer.header("x-version"):
                    raise
            log.info("Paperless-ngx %s at %s: API version %s", self._server or "?", self.url, version.number)
            return version
        raise UnsupportedVersion(
            f"{self.url} speaks neither API version 10 (Paperless-ngx 3.x) nor 9 (2.20): "
            "update Paperless-ngx, or this bot",
            method=wire.LIST.method,
            path=wire.LIST.path,
            status=406,
        )

    async def request(
        self,
        endpoint: Endpoint,
        read: Callable[[JsonText], T],
        *,
        version: int,
        parameters: Iterable[tuple[str, str]] = (),
        body: Body | None = None,
        timeout: float | None = None,
    ) -> T:
        """The one way to the server: sends, checks the answer, and reads it."""
        answer = await self._exchange(endpoint, wire.query(parameters), body, version, timeout)
        if version == Version9.number and answer.header("x-api-version") not in ("", "9"):
            self._check_upgraded(endpoint, answer)
        text = wire.payload(endpoint, answer)
        try:
            return read(text)
        except ShapeError as error:
            raise wire.wrong_shape(endpoint, str(error)) from None

    def _check_upgraded(self, endpoint: Endpoint, answer: Answer) -> None:
        """Version 9 of a 3.x server has other names: its answer is of no use, unless something was done."""
        if endpoint.method == "GET" or answer.status in (400, 404):
            raise _Outdated("The server was upgraded", method=endpoint.method, path=endpoint.path)
        self._version = None

    async def _exchange(
        self, endpoint: Endpoint, query: str, body: Body | None, version: int, timeout: float | None
    ) -> Answer:
        if self._closed:
            raise ClientClosed("This client was closed")
        if body is None:
            answer = await self._transport.get(endpoint, query=query, version=version)
        else:
            answer = await self._transport.post(endpoint, body=body, version=version, timeout=timeout)
        self._server = answer.header("x-version") or self._server
        self._date = answer.header("date")
        return answer


def base_url(text: str) -> str:
    """`text` without a slash at its end; InvalidArgument when it is not the address of a server."""
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_valid = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_valid:
        raise InvalidArgument(f"{text!r} is not a URL such as https://paperless.example.org")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidArgument("The URL must hold no user name, password, query or fragment")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise InvalidArgument("The URL holds a space or a control character")
    return text.rstrip("/")


def _checked_token(token: str) -> str:
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidArgument(
            "The token is empty, or holds something that no token does, such as a space or a line break"
        )
    return token


def _extra_headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if name.lower() in _OWN_HEADERS:
            raise InvalidArgument(f"The header {name} is set by the client itself")
        if not _HEADER_NAME.fullmatch(name) or not isinstance(value, str) or not value.isprintable():
            raise InvalidArgument(f"The header {name!r} cannot be sent: a space, a line break or the like in it")
    return dict(headers)

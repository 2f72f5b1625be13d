"""The one place that speaks HTTP. The only module that imports aiohttp.

Held here, for every request:
- The token goes to the configured origin and nowhere else: no redirect is followed, no link of an answer is ever
  requested, no proxy is taken from the environment.
- An answer is read up to a cap, counted after decompression.
- GETs are repeated; a POST is sent once. When its outcome is not known, the error says so.
- A POST gets a connection of its own: on an idle one that the server is just closing, a request that was never read
  could not be told from one whose answer was lost.
"""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from os import PathLike
from typing import Any

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.paperless import errors
from bot.paperless.wire import Answer, Body, Endpoint, Timeouts, retry_after

REPEATED = frozenset({408, 429, 502, 503, 504})
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
READ_BUFFER = 2**18
CLOSED = "This client was closed"

_NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class Transport:
    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        session: aiohttp.ClientSession | None,
        ca_file: str | PathLike[str] | None,
        connection_limit: int,
        timeouts: Timeouts,
        max_answer_bytes: int,
        tries: int,
        sleep: Callable[[float], Awaitable[None]],
        random: Callable[[], float],
    ) -> None:
        if connection_limit < 1 or tries < 1:
            raise errors.InvalidArgument("connection_limit and tries must be 1 or more")
        self._base_url = _sendable(base_url)
        self._headers = dict(headers)
        self._given = session
        self._ssl = _trust(ca_file)
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots = asyncio.Semaphore(connection_limit)
        self._stalled = timeouts.stalled
        self._connect = timeouts.connect
        self._patience = self._limits(read=timeouts.read, total=timeouts.total)
        self._endless = self._limits(read=timeouts.read, total=None)
        self._cap = max_answer_bytes
        self._tries = tries
        self._sleep = sleep
        self._random = random
        self.middlewares: list[aiohttp.ClientMiddlewareType] = []
        self._for_get: aiohttp.ClientSession | None = None
        self._for_post: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        self._closed = True
        for session in (self._for_get, self._for_post):
            if session is not None:
                await session.close()

    async def get(self, endpoint: Endpoint, *, query: str, version: int) -> Answer:
        """The answer, whatever its status; repeated while that may help."""
        for attempt in range(1, self._tries + 1):
            last = attempt == self._tries
            try:
                answer = await self._send(endpoint, query=query, version=version)
            except errors.Unreachable as error:
                if last or not error.retryable or (isinstance(error, errors.TimedOut) and error.sent):
                    raise
                wait = None
            else:
                wait = retry_after(answer)
                if last or answer.status not in REPEATED or (wait or 0) > LONGEST_DELAY:
                    return answer
            await self._sleep(self._delay(attempt) if wait is None else wait)
        raise AssertionError("tries is at least 1")

    def _delay(self, attempt: int) -> float:
        """Exponential, with jitter over its upper half."""
        return float(min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1)) * (0.5 + self._random() / 2))

    async def post(self, endpoint: Endpoint, *, body: Body, version: int, timeout: float | None = None) -> Answer:
        if isinstance(body.chunks, bytes):
            return await self._send(endpoint, version=version, body=body, data=body.chunks, timeout=timeout)
        return await self._stream(endpoint, body, body.chunks, version)

    async def _stream(self, endpoint: Endpoint, body: Body, chunks: AsyncIterator[bytes], version: int) -> Answer:
        sending = _Sending(chunks, self._stalled)
        try:
            async with asyncio.timeout(None) as sending.patience:
                return await self._send(endpoint, version=version, body=body, data=sending)
        except (TimeoutError, errors.Unreachable, errors.MaybeDone) as error:
            if sending.failure is not None:
                raise sending.failure from None
            if sending.complete and isinstance(error, TimeoutError):
                raise _failure(endpoint, error) from error
            if sending.complete or not sending.begun:
                raise
            raise errors.Unreachable(
                "The upload broke off before all of it was sent: nothing was stored",
                method=endpoint.method,
                path=endpoint.path,
            ) from error

    async def _send(
        self,
        endpoint: Endpoint,
        *,
        version: int,
        query: str = "",
        body: Body | None = None,
        data: Any = None,
        timeout: float | None = None,
    ) -> Answer:
        url = f"{self._base_url}{endpoint.path}"
        headers = {**self._headers, "Accept": f"application/json; version={version}"}
        if body is not None:
            headers |= {"Content-Type": body.content_type, "Content-Length": str(body.size)}
        limits = self._limits(read=timeout, total=timeout) if timeout else self._patience
        async with self._slots:
            session = self._session(endpoint.method)
            try:
                async with session.request(
                    endpoint.method,
                    URL(f"{url}?{query}" if query else url, encoded=True),
                    headers=headers,
                    data=data,
                    allow_redirects=False,
                    timeout=self._endless if isinstance(data, _Sending) else limits,
                    middlewares=self.middlewares or None,
                    # A session of the caller's may have other habits.
                    raise_for_status=False,
                    auto_decompress=True,
                    ssl=self._ssl,
                ) as response:
                    return Answer(response.status, response.headers, await self._read(endpoint, response))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _forget_headers(error)
                if self._closed and endpoint.idempotent:
                    raise errors.ClientClosed(CLOSED) from error
                raise _failure(endpoint, error) from error

    def _limits(self, *, read: float, total: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(sock_connect=self._connect, sock_read=read, total=total)

    async def _read(self, endpoint: Endpoint, response: aiohttp.ClientResponse) -> bytearray:
        if (response.content_length or 0) > self._cap:
            raise self._too_large(endpoint)
        content, body = response.content, bytearray()
        while not content.at_eof():
            body += await content.readany()
            if len(body) > self._cap:
                raise self._too_large(endpoint)
        return body

    def _too_large(self, endpoint: Endpoint) -> errors.TooLarge:
        return errors.TooLarge(
            f"The answer is larger than {self._cap:,} bytes and was not read",
            method=endpoint.method,
            path=endpoint.path,
        )

    def _session(self, method: str) -> aiohttp.ClientSession:
        if self._closed:
            raise errors.ClientClosed(CLOSED)
        self._loop = self._loop or asyncio.get_running_loop()
        if self._loop is not asyncio.get_running_loop():
            raise errors.InvalidArgument("This client belongs to another event loop: make one for each loop")
        if self._given is not None:
            if self._given.closed:
                raise errors.ClientClosed("The aiohttp session that this client was given is closed")
            return self._given
        if method == "GET":
            if self._for_get is None:
                self._for_get = self._new_session(force_close=False)
            return self._for_get
        if self._for_post is None:
            self._for_post = self._new_session(force_close=True)
        return self._for_post

    def _new_session(self, *, force_close: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            # The slots bound the connections, so that waiting for one is not counted as the server's silence.
            connector=aiohttp.TCPConnector(limit=0, ssl=self._ssl, force_close=force_close),
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=READ_BUFFER,
        )


class _Sending:
    """The chunks of a body on their way out, none of which may take longer than `stalled` to go."""

    patience: asyncio.Timeout

    def __init__(self, chunks: AsyncIterator[bytes], stalled: float) -> None:
        self._chunks = chunks
        self._stalled = stalled
        self.begun = self.complete = False
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        self.begun = True
        try:
            async for chunk in self._chunks:
                self._wait_until(now() + self._stalled)
                yield chunk
        except Exception as error:
            self.failure = error
            raise
        self._wait_until(None)
        self.complete = True

    def _wait_until(self, when: float | None) -> None:
        if not self.patience.expired():  # else the upload is about to be broken off
            self.patience.reschedule(when)


def _sendable(base_url: str) -> str:
    """As it goes over the wire: a host or a path beyond ASCII has its own form there."""
    try:
        url = URL(base_url)
        (url.raw_host or "").encode("idna")  # fails for a part of it that is empty or too long
        return str(url).rstrip("/")
    except ValueError:
        raise errors.InvalidArgument(f"{base_url!r} names no host that there can be") from None


def _trust(ca_file: str | PathLike[str] | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, TypeError, ssl.SSLError) as error:
        raise errors.InvalidArgument(f"ca_file {ca_file} holds no readable certificates (PEM): {error}") from None


def _failure(endpoint: Endpoint, error: Exception) -> errors.PaperlessError:
    """What a failed exchange means. `sent`: the request may have reached the server."""
    request: dict[str, Any] = {"method": endpoint.method, "path": endpoint.path}
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return errors.Unreachable(
            f"The proxy answers {error.status} instead of connecting to Paperless-ngx",
            **request,
            retryable=error.status >= 500,
        )
    sent = not isinstance(error, _NOT_CONNECTED)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return errors.UntrustedCertificate(
            "The server's certificate could not be verified: name its CA in ca_file, or mend the certificate", **request
        )
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return errors.UntrustedCertificate(
            "The server did not set up TLS: is it http:// rather than https://, or another port?", **request
        )
    if sent and not endpoint.idempotent:
        return errors.MaybeDone(
            "The connection was lost before Paperless-ngx answered; it may have done it all the same: "
            "look before you repeat it",
            **request,
        )
    if isinstance(error, TimeoutError):
        return errors.TimedOut("Paperless-ngx did not answer in time", **request, sent=sent)
    if isinstance(error, aiohttp.ClientResponseError):
        return errors.NotPaperless("The server's answer is not HTTP that can be understood", **request)
    if isinstance(error, aiohttp.ClientPayloadError):
        return errors.Unreachable("The answer was cut off, or could not be decompressed", **request)
    return errors.Unreachable(f"Paperless-ngx cannot be reached: {_reason(error)}", **request)


def _forget_headers(error: Exception) -> None:
    """The error goes along as a cause, and its repr, in a crash report for instance, would tell the token."""
    if isinstance(error, aiohttp.ClientResponseError):
        was, none = error.request_info, CIMultiDictProxy[str](CIMultiDict())
        error.request_info = aiohttp.RequestInfo(was.url, was.method, none, was.real_url)
        error.args = (error.request_info, error.history)


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"there is no host {error.host}"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno) if error.errno > 0 else "its address cannot be used here"
    return "the connection was lost"

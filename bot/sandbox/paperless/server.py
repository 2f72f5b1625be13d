"""The local Paperless on a TCP port of 127.0.0.1."""

import asyncio
import gzip
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from . import router
from .answers import Answer, Call
from .clock import Clock
from .controls import Controls, Ref
from .events import Event
from .faults import Fault, Faults, replaced
from .row import Row
from .vocabulary import COMPLETE
from .weather import Pace

HOST = "127.0.0.1"
COMPRESSED_FROM = 500  # bytes; smaller answers are sent as they are
KEPT_REQUESTS = 10_000


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    query: str
    status: int  # 0: no answer was given
    bytes_sent: int  # of the body as it travelled
    user: str | None
    at: datetime
    seconds: float


class SandboxPaperless(Controls):
    """`async with SandboxPaperless() as paperless: paperless.url, paperless.tokens["operator"]`."""

    def __init__(
        self,
        *,
        version: str = "3.0.5",
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        super().__init__(version=version, clock=clock, pace=pace)
        self.faults = Faults()
        self.requests: deque[Request] = deque(maxlen=KEPT_REQUESTS)
        self._port = 0  # any, until it has listened once
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def is_up(self) -> bool:
        return self._runner is not None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        await self.up()

    async def stop(self) -> None:
        self.clock.close()
        await self.down()

    async def up(self) -> None:
        """Listen, again on the same port after `down`."""
        if self._runner is not None:
            return
        application = web.Application(client_max_size=64 << 20)
        application.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self._port, reuse_address=True)
        await site.start()
        self._port = runner.addresses[0][1]
        self._runner = runner
        self.events.emit("listening", url=self.url)

    async def down(self) -> None:
        """Connections are refused from now on, and those that stand are closed."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for connection in list(runner.server.connections) if runner.server is not None else []:
            if connection.transport is not None:
                connection.transport.abort()
        await runner.cleanup()
        self.events.emit("down")

    async def wait_for(self, predicate: Callable[[Event], bool], *, since: int = 0, timeout: float = 5.0) -> Event:
        """See `EventLog.wait_for`; `since = paperless.events.position` looks at what is to come only."""
        return await self.events.wait_for(predicate, since=since, timeout=timeout)

    async def settled(self, ref: Ref) -> Row:
        """The row once it has ended: success, failure or revoked."""
        row = self.row(ref)
        if row.status not in COMPLETE:
            await self.events.wait_for(lambda event: event.data.get("id") == row.id and row.status in COMPLETE)
        return row

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        began = time.perf_counter()
        call: Call | None = None
        fault = self.faults.take(request)
        response: web.StreamResponse | None = None
        try:
            response = replaced(fault) if fault is not None else None
            if response is None:
                if fault is not None:
                    await self._before(fault, request)
                answer, call = await router.answer(self, request)
                whole = self._response(answer, call, request)
                response = whole if fault is None else await self._after(fault, whole, request)
            return response
        finally:
            self._note(request, response, call, time.perf_counter() - began)

    async def _before(self, fault: Fault, request: web.Request) -> None:
        if fault.kind == "drop":
            raise _cut(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "stall":
            await fault.released.wait()

    async def _after(self, fault: Fault, response: web.Response, request: web.Request) -> web.StreamResponse:
        if fault.kind == "drop_after":
            raise _cut(request)
        if fault.kind in ("half", "short", "flood"):
            return await self._spoiled(fault, response, request)
        return response

    async def _spoiled(self, fault: Fault, response: web.Response, request: web.Request) -> web.StreamResponse:
        body = bytes(response.body) if isinstance(response.body, bytes | bytearray) else b""
        stream = web.StreamResponse(status=response.status, headers=response.headers)
        if fault.kind == "flood":
            stream.headers.pop("Content-Length", None)
        else:
            stream.content_length = len(body) + (1000 if fault.kind == "short" else 0)
        await stream.prepare(request)
        await stream.write(body if fault.kind == "short" else body[: len(body) // 2])
        while fault.kind == "flood" and not fault.released.is_set():
            await stream.write(b" " * 65536)
        raise _cut(request)

    def _response(self, answer: Answer, call: Call, request: web.Request) -> web.Response:
        headers = {
            "Content-Type": answer.content_type,
            "Vary": answer.vary,
            "Content-Language": "de-de" if call.german else "en-us",
            "Server": "granian",
            "Date": format_datetime(self.clock.now(), usegmt=True),
            **answer.headers,
        }
        if call.user is not None:
            headers["X-Api-Version"] = str(self.version.api)
            headers["X-Version"] = self.version.value
        body = answer.body
        if len(body) >= COMPRESSED_FROM:
            headers["Vary"] += ", Accept-Encoding"
            if "gzip" in request.headers.get("Accept-Encoding", "").lower():
                body = gzip.compress(body, 1)
                headers["Content-Encoding"] = "gzip"
        return web.Response(status=answer.status, body=body, headers=headers)

    def _note(
        self, request: web.Request, response: web.StreamResponse | None, call: Call | None, seconds: float
    ) -> None:
        sent = response.body if isinstance(response, web.Response) else b""
        noted = Request(
            method=request.method,
            path=request.path,
            query=request.query_string,
            status=response.status if response is not None else 0,
            bytes_sent=len(sent) if isinstance(sent, bytes | bytearray) and request.method != "HEAD" else 0,
            user=call.user.name if call is not None and call.user is not None else None,
            at=self.clock.now(),
            seconds=seconds,
        )
        self.requests.append(noted)
        told = {"method": noted.method, "path": noted.path, "query": noted.query, "status": noted.status}
        self.events.emit("request", **told, bytes_sent=noted.bytes_sent, at=noted.at)


def _cut(request: web.Request) -> asyncio.CancelledError:
    """Close the connection under the client; the handler ends like one whose client has left."""
    if request.transport is not None:
        with suppress(OSError):
            request.transport.abort()
    return asyncio.CancelledError()

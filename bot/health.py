"""/healthz (the process answers), /readyz (it does its work) and /metrics, for supervisors and monitoring."""

import asyncio
import errno
import math
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

KEPT_SECONDS = 3.0  # that an answer of /readyz serves everybody who asks: it takes a write, and anybody may ask
CLOSING_SECONDS = 0.5  # for who is being answered at the end
Readiness = Callable[[], Awaitable[Mapping[str, str | None]]]
"""Part of the bot -> None when it is ready, else the reason why not."""
Metrics = Callable[[], Awaitable[bytes]]
"""In Prometheus's text format."""


class Lately:
    """A Readiness that asks another one, at most once in KEPT_SECONDS, however many ask at once."""

    def __init__(self, readiness: Readiness, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._readiness = readiness
        self._monotonic = monotonic
        self._asking = asyncio.Lock()
        self._parts: Mapping[str, str | None] = {}
        self._until = -math.inf

    async def __call__(self) -> Mapping[str, str | None]:
        async with self._asking:
            if self._monotonic() >= self._until:
                self._parts = await self._readiness()
                self._until = self._monotonic() + KEPT_SECONDS
            return self._parts


class CannotListen(Exception):
    """The text says where, and why not. `is_taken`: somebody else listens there."""

    def __init__(self, message: str, *, is_taken: bool) -> None:
        super().__init__(message)
        self.is_taken = is_taken


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


def _readyz(readiness: Readiness) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_request: web.Request) -> web.Response:
        parts = await readiness()
        ready = all(reason is None for reason in parts.values())
        body = {"ready": ready, "parts": {part: reason or "ready" for part, reason in parts.items()}}
        return web.json_response(body, status=200 if ready else 503)

    return handler


def _metrics(metrics: Metrics) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return handler


def _reason(error: OSError) -> str:
    """asyncio's own text names the address once more."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)


@asynccontextmanager
async def serving(listen: str, readiness: Readiness, metrics: Metrics) -> AsyncIterator[None]:
    """On "address:port". Raises CannotListen, as where the port is taken."""
    host, _, port = listen.rpartition(":")
    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", _healthz),
            web.get("/readyz", _readyz(Lately(readiness))),
            web.get("/metrics", _metrics(metrics)),
        ]
    )
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=CLOSING_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            raise CannotListen(
                f"{listen} cannot be listened on: {_reason(error)}; choose another one, or empty it",
                is_taken=error.errno == errno.EADDRINUSE,
            ) from None
        yield
    finally:
        await runner.cleanup()

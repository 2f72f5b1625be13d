"""From an HTTP request to its route's handler and back: faults, authorization, rate limits, error bodies."""

import json
from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.discord import errors, rest_applications, rest_guilds, rest_interactions, rest_messages, rest_threads
from bot.sandbox.discord.calls import Answer, Call, Created, Route, read_call
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import ApiError, Json
from bot.sandbox.discord.faults import Fault
from bot.sandbox.discord.files import EPHEMERAL_FOLDER, FOLDER, StoredFile
from bot.sandbox.discord.requests import Request

ROUTES: list[Route] = [
    *rest_guilds.ROUTES,
    *rest_messages.ROUTES,
    *rest_threads.ROUTES,
    *rest_interactions.ROUTES,
    *rest_applications.ROUTES,
]
API = "/api/v10"
BODY_LIMIT = 110 * 1024 * 1024


def application(core: Core) -> web.Application:
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_get("/", core.gateway.serve)
    for route in ROUTES:
        app.router.add_route(route.method, API + route.path, _Endpoint(core, route).serve)
    for folder in (FOLDER, EPHEMERAL_FOLDER):
        cdn = Route("GET", f"/{folder}/{{folder_id}}/{{file_id}}/{{name}}", attached_file, open=True, kind="cdn")
        app.router.add_get(cdn.path, _Endpoint(core, cdn).serve)
    app.router.add_route("*", "/{anything:.*}", _Endpoint(core, None).serve)
    return app


def attached_file(core: Core, call: Call) -> Answer:
    """The CDN: another host to the bot, the same socket here."""
    found = core.files.read(call.raw_path, expires=call.query.get("ex", ""))
    if found is None:
        raise ApiError(404, 0, "This content is no longer available.")
    return found


class _Endpoint:
    def __init__(self, core: Core, route: Route | None) -> None:
        self._core = core
        self._route = route

    async def serve(self, request: web.Request) -> web.StreamResponse:
        record = Request(
            method=request.method,
            path=request.path.removeprefix(API),
            query=dict(request.query),
            json=None,
            at=self._core.clock.now(),
            host=request.host,
            user_agent=request.headers.get("User-Agent", ""),
        )
        self._core.record(record)
        fault = self._core.faults.take(request.method, record.path)
        record.planned = fault is not None
        try:
            return await self._respond(request, record, fault)
        except Exception:
            record.status = 500  # a defect of the sandbox: aiohttp logs it
            raise
        finally:
            self._core.events.emit("request", {"request": str(record), "status": record.status})

    async def _respond(self, request: web.Request, record: Request, fault: Fault | None) -> web.StreamResponse:
        reading: Call | ApiError
        try:
            reading = await read_call(request)
            record.json, record.files = reading.json, reading.uploads
        except ApiError as error:
            reading = error
        self._core.events.emit("request_started", {"request": str(record)})
        if fault is not None:
            await self._core.faults.wait(fault)
            if not fault.effect:
                return self._failed(request, record, fault)
        response = self._answer(request, record, reading)
        if fault is not None and fault.failure == "cut":
            return await _half(request, response)
        if fault is not None and fault.failure != "slow":
            return self._failed(request, record, fault)
        return response

    def _answer(self, request: web.Request, record: Request, reading: Call | ApiError) -> web.Response:
        headers: dict[str, str] = {}
        answer: Json | list[Json] | StoredFile | None
        try:
            if isinstance(reading, ApiError):
                raise reading
            status, answer = self._handle(request, reading, headers)
        except ApiError as error:
            status, answer = error.status, error.body
            headers |= error.headers
        record.status = status
        if isinstance(answer, StoredFile):
            return web.Response(body=answer.data, content_type=answer.content_type.split(";")[0])
        record.answer = answer
        return json_response(status, answer, headers)

    def _handle(
        self, request: web.Request, call: Call, headers: dict[str, str]
    ) -> tuple[int, Json | list[Json] | StoredFile | None]:
        if self._route is None:
            raise errors.no_such_route()
        if not self._route.open and not self._core.token_is(request.headers.get("Authorization")):
            raise errors.unauthorized()
        headers |= self._spend(self._route, request.match_info)
        return _with_status(self._route.handle(self._core, call))

    def _spend(self, route: Route, variables: Mapping[str, str]) -> dict[str, str]:
        major = ":".join(variables[name] for name in route.major if name in variables)
        now = self._core.clock.time()
        verdict = self._core.rate_limits.spend(route.kind, major, now=now, counts_globally=route.counts_globally)
        if verdict.retry_after is not None:
            raise ApiError(429, 0, verdict.body["message"], extra=verdict.body, headers=verdict.headers)
        return verdict.headers

    def _failed(self, request: web.Request, record: Request, fault: Fault) -> web.Response:
        if not isinstance(fault.failure, int):
            record.status = None
            if request.transport is not None:
                request.transport.abort()
            return web.Response()  # nobody is there to read it
        record.status = fault.failure
        body = {"message": "fault on request", "code": 0} if fault.body is None else fault.body
        if isinstance(body, str):
            return web.Response(status=fault.failure, text=body, content_type="text/html", headers=fault.headers)
        return json_response(fault.failure, body, fault.headers)


async def _half(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Announces all of the body, sends half of it, and is gone."""
    whole = response.body if isinstance(response.body, bytes) else b""
    half = web.StreamResponse(status=response.status, headers={"Content-Type": response.headers["Content-Type"]})
    half.content_length = len(whole) or 1
    await half.prepare(request)
    await half.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()  # after what was written has left, unlike abort()
    return half


def _with_status(answer: Answer) -> tuple[int, Json | list[Json] | StoredFile | None]:
    if isinstance(answer, Created):
        return 201, answer.json
    return (204, None) if answer is None else (200, answer)


def json_response(status: int, answer: Json | list[Json] | None, headers: Mapping[str, str]) -> web.Response:
    """The content type without a charset: with one, discord.py takes the body for plain text."""
    if answer is None:
        return web.Response(status=status, headers=headers)
    body = json.dumps(answer).encode()
    return web.Response(status=status, body=body, headers={**headers, "Content-Type": "application/json"})

"""Which path answers what, for both versions of the server; the order of the checks is Django REST's own."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from . import legacy, routes_documents, routes_server, routes_tasks
from .answers import (
    HTML,
    VARY_PAGE,
    Answer,
    Call,
    Refused,
    detail,
    error_page,
    forbidden,
    redirect,
)
from .negotiation import authenticate, negotiate, prefers_german, unauthorized
from .vocabulary import Version
from .world import World

Handler = Callable[[Call], Awaitable[Answer]]
HOST = re.compile(r"([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])\.?(:\d+)?$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Route:
    path: re.Pattern[str]
    handlers: dict[str, Handler]
    may: Callable[[Call], bool] | None = None
    open_to_all: bool = False  # no token needed
    negotiated: bool = True  # Accept is looked at
    also_allowed: tuple[str, ...] = ()  # methods of the real server that the sandbox only names

    @property
    def allow(self) -> str:
        names = [*self.handlers, *self.also_allowed]
        if "GET" in names:
            names.append("HEAD")
        order = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
        return ", ".join([n for n in order if n in names] + ["OPTIONS"])


def route(path: str, handlers: dict[str, Handler], **options: object) -> Route:
    return Route(path=re.compile(path + "$"), handlers=handlers, **options)  # type: ignore[arg-type]


COMMON = [
    route(r"/api/documents/", {"GET": routes_documents.listing}, may=routes_documents.may_read),
    route(r"/api/documents/post_document/", {"POST": routes_documents.upload}),
    route(
        r"/api/documents/(\d+)/",
        {"GET": routes_documents.single},
        may=routes_documents.may_read,
        also_allowed=("PUT", "PATCH", "DELETE"),
    ),
    route(r"/api/status/", {"GET": routes_server.system_status}),
    route(r"/api/token/", {"POST": routes_server.token}, open_to_all=True, negotiated=False),
    route(r"/api/schema/", {"GET": routes_server.schema}, open_to_all=True),
    route(r"/api/profile/", {"GET": routes_server.profile}),
    route(r"/api/ui_settings/", {"GET": routes_server.ui_settings}, may=routes_server.may_read_settings),
    route(r"/api/users/", {"GET": routes_server.users}, may=routes_server.may_read_users),
    route(
        r"/api/(?:tags|correspondents|document_types)/",
        {"GET": routes_server.labels},
        may=routes_server.may_read_labels,
    ),
]
VIEWING = routes_tasks.may_view
V3 = [
    route(r"/api/tasks/", {"GET": routes_tasks.listing, "OPTIONS": routes_tasks.options}, may=VIEWING),
    route(
        r"/api/tasks/acknowledge/",
        {"POST": routes_tasks.acknowledge},
        may=routes_tasks.may_acknowledge,
    ),
    route(r"/api/tasks/active/", {"GET": routes_tasks.active}, may=VIEWING),
    route(r"/api/tasks/run/", {"POST": routes_tasks.run}),
    route(r"/api/tasks/status_counts/", {"GET": routes_tasks.status_counts}, may=VIEWING),
    route(r"/api/tasks/summary/", {"GET": routes_tasks.summary}, may=routes_tasks.may_summarize),
    route(r"/api/tasks/([^/]+)/", {"GET": routes_tasks.single}, may=VIEWING),
]
V2 = [
    route(r"/api/tasks/", {"GET": legacy.listing, "OPTIONS": routes_tasks.options}, may=VIEWING),
    route(r"/api/tasks/acknowledge/", {"POST": legacy.acknowledge}, may=routes_tasks.may_acknowledge),
    route(r"/api/tasks/run/", {"POST": legacy.run}),
    route(r"/api/tasks/([^/]+)/", {"GET": legacy.single}, may=VIEWING),
]
PAGES = {
    "/api/": routes_server.root,
    "/accounts/login/": routes_server.login_page,
    "/ws/status/": routes_server.websocket,
}
ROUTES = {Version.V3: V3 + COMMON, Version.V2: V2 + COMMON}


async def answer(world: World, request: web.Request) -> tuple[Answer, Call]:
    call = Call(world=world, request=request, german=prefers_german(request))
    if not HOST.match(request.headers.get("Host", "")):
        return error_page(400, "Bad Request (400)", vary="Accept-Language, origin"), call
    if request.path in PAGES:
        return await PAGES[request.path](call), call
    for candidate in ROUTES[world.version]:
        matched = candidate.path.match(request.path)
        if matched:
            call.arguments = matched.groups()
            return await _routed(candidate, call), call
    return redirect(f"/accounts/login/?next={request.raw_path}"), call


async def _routed(chosen: Route, call: Call) -> Answer:
    try:
        result = await _checked(chosen, call)
    except Refused as refused:
        result = refused.answer
    if result.allow:
        result.headers.setdefault("Allow", chosen.allow)
    if not chosen.negotiated:
        result.vary = VARY_PAGE
    return result


async def _checked(chosen: Route, call: Call) -> Answer:
    """Accept and version, then who it is, then whether they may, then the method."""
    renderer = "json"
    if chosen.negotiated:
        renderer, call.api = negotiate(call.request, call.world)
    if not (chosen.open_to_all and not chosen.negotiated):
        call.user = authenticate(call.request, call.world, german=call.german)
    if call.user is None and not chosen.open_to_all:
        raise unauthorized("Authentication credentials were not provided.")
    method = "GET" if call.request.method == "HEAD" else call.request.method
    if method in chosen.handlers and method != "OPTIONS" and chosen.may and not chosen.may(call):
        raise forbidden()
    handler = chosen.handlers.get(method)
    if handler is None:
        raise detail(405, f'Method "{call.request.method}" not allowed.')
    result = await handler(call)
    if renderer == "html" and result.content_type == "application/json":
        return browsable(result)
    return result


def browsable(result: Answer) -> Answer:
    """Django REST's page for people: what a request without an Accept for JSON gets, with status 200."""
    page = b"\n\n\n\n<!DOCTYPE html>\n<html>\n  <head></head>\n  <body><pre>%b</pre></body>\n</html>\n"
    result.body = page % result.body.replace(b"<", b"&lt;")
    result.content_type = HTML
    result.vary = "Accept, Cookie, Accept-Language, origin"
    return result

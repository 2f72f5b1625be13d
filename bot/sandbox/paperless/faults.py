"""What can go wrong between a client and the server: any answer replaced, delayed, cut, or never given."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

Kind = Literal[
    "slow",  # the true answer, `seconds` later
    "stall",  # no answer until `release()` or the client leaves
    "drop",  # the connection is closed before the request is worked on
    "drop_after",  # worked on, then closed without an answer: the outcome is unknown to the client
    "half",  # the true headers and half of the true body, then closed
    "garbled",  # says it is compressed, and is not
    "short",  # a Content-Length larger than the body, then closed
    "flood",  # a body without an end
    "html",  # 200 with a page, as from a proxy or a login form
    "redirect",  # 302 to `location`
    "status",  # `status` with a page, as from a proxy
    "bad_json",  # 200, application/json, and no JSON
    "wrong_shape",  # 200, JSON, and not what was asked
]
HOLDING = ("stall", "flood")


@dataclass(kw_only=True, eq=False)
class Fault:
    kind: Kind
    times: int | None = None  # None: until removed
    path: str = ""  # a regular expression searched for in the path
    method: str | None = None
    status: int = 503
    seconds: float = 0.0
    location: str = "/accounts/login/?next=/"
    retry_after: str | None = None
    body: bytes = b""
    content_type: str = "text/html"
    met: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)  # a request has met this fault
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.released.set()

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.met >= self.times

    @property
    def is_over(self) -> bool:
        """Spent, and no request is held by it."""
        return self.is_spent and (self.kind not in HOLDING or self.released.is_set())

    def takes(self, request: web.Request) -> bool:
        return (
            not self.is_spent
            and self.method in (None, request.method)
            and re.search(self.path, request.path) is not None
        )


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, kind: Kind, **options: object) -> Fault:
        """The oldest fault that fits a request applies; `times` limits how often."""
        fault = Fault(kind=kind, **options)  # type: ignore[arg-type]
        self._faults = [*(each for each in self._faults if not each.is_over), fault]
        return fault

    def remove(self, fault: Fault) -> None:
        fault.release()
        if fault in self._faults:
            self._faults.remove(fault)

    def clear(self) -> None:
        for fault in list(self._faults):
            self.remove(fault)

    def __len__(self) -> int:
        return sum(not each.is_spent for each in self._faults)

    def take(self, request: web.Request) -> Fault | None:
        for fault in self._faults:
            if fault.takes(request):
                fault.met += 1
                fault.arrived.set()
                return fault
        return None


PAGE = b"<!doctype html>\n<html><head><title>%b</title></head><body><h1>%b</h1></body></html>\n"


def replaced(fault: Fault) -> web.Response | None:
    """The answer that comes instead of the true one; None where the true one is still needed."""
    if fault.kind == "html":
        return web.Response(body=fault.body or PAGE % (b"Welcome", b"Welcome"), content_type="text/html")
    if fault.kind == "redirect":
        return web.Response(status=302, headers={"Location": fault.location}, content_type="text/html")
    if fault.kind == "status":
        title = str(fault.status).encode()
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        body = fault.body or PAGE % (title, title)
        return web.Response(status=fault.status, body=body, content_type=fault.content_type, headers=headers)
    if fault.kind == "garbled":
        said = {"Content-Encoding": "gzip"}
        return web.Response(body=b"not gzip at all", content_type="application/json", headers=said)
    if fault.kind == "bad_json":
        return web.Response(body=fault.body or b'{"count": 1, "results": [{', content_type="application/json")
    if fault.kind == "wrong_shape":
        return web.Response(body=fault.body or b'{"hello": ["world"]}', content_type="application/json")
    return None

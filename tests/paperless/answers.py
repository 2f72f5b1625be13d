"""What a server, or what stands in front of it, may answer instead of what was asked."""

import json
from typing import Any

from bot.paperless import (
    PaperlessClient,
    Timeouts,
)
from tests.paperless.server import Reply, task_row

JSON = {"Content-Type": "application/json", "X-Api-Version": "10", "X-Version": "3.0.5"}
PAGE = json.dumps({"count": 1, "next": None, "previous": None, "results": [task_row()]}).encode()
HTML = Reply(200, b"<!doctype html><title>Welcome</title>", {"Content-Type": "text/html"})
CUT = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + PAGE, close=True)
SHORT = Timeouts(connect=0.2, read=0.2, total=0.4, stalled=0.2)


async def first(paperless: PaperlessClient) -> Any:
    return (await paperless.tasks.filter().page()).results[0]


def status(number: int, **headers: str) -> Reply:
    return Reply(number, b"<h1>no</h1>", {"Content-Type": "text/html"} | headers)


def compressed(body: bytes, encoding: str) -> Reply:
    return Reply(200, body, JSON | {"Content-Encoding": encoding})

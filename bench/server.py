"""A Paperless-ngx of pre-rendered answers, so that what is measured is the client. Run as a process of its own:

    python bench/server.py

It prints its origin, and serves until its standard input ends. The first part of a path is the number of tasks there
are, as in /100000/api/tasks/. Needs nothing but the standard library.
"""

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGES_KEPT = 8


def row(number: int) -> dict[str, Any]:
    """One as a server writes it most: a consumption that went well; every tenth failed, with a traceback."""
    failed = number % 10 == 0
    name = f"scan-{number:07}.pdf"
    made = {"document_id": number}
    frames = (
        '  File "/usr/src/paperless/src/documents/tasks.py", line 243, in consume_file\n    msg = plugin.run()\n' * 8
    )
    error = {"error_type": "ConsumerError", "error_message": f"{name}: Unsupported mime type", "traceback": frames}
    return {
        "id": number,
        "task_id": f"{number:08x}-0000-4000-8000-{number:012x}",
        "task_type": "consume_file",
        "task_type_display": "Consume File",
        "trigger_source": "api_upload",
        "trigger_source_display": "API Upload",
        "status": "failure" if failed else "success",
        "status_display": "Failure" if failed else "Success",
        "date_created": "2026-11-23T13:38:39.031641+01:00",
        "date_started": "2026-11-23T13:39:14.969783+01:00",
        "date_done": "2026-11-23T13:39:16.036760+01:00",
        "duration_seconds": 1.066977,
        "wait_time_seconds": 35.938142,
        "input_data": {
            "filename": name,
            "mime_type": "application/pdf",
            "overrides": {"filename": name, "owner_id": 4, "skip_asn_if_exists": False},
        },
        "result_data": error if failed else made,
        "related_document_ids": [] if failed else [number],
        "acknowledged": False,
        "owner": 4,
    }


def answer(*parts: bytes) -> tuple[bytes, ...]:
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Version: 3.0.5\r\nX-Api-Version: 10\r\n"
        f"Content-Length: {sum(map(len, parts))}\r\n\r\n"
    )
    return head.encode(), *parts


def rendered(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class Answers:
    """Rendered once. The rows of a list are those of a few pages, over and over, each under its own page number."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._rows: dict[tuple[int, int], bytes] = {}
        self._row = answer(rendered(row(1)))
        self._found = answer(rendered({"count": 1, "next": None, "previous": None, "results": [row(1)]}))
        self._schema = answer(rendered({"openapi": "3.0.3"}))
        self._uploaded = answer(rendered(row(1)["task_id"]))

    def to(self, method: str, target: str) -> tuple[bytes, ...]:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if method == "POST":
            return self._uploaded
        if "task_id" in query:
            return self._found
        if parts.path.endswith("/api/tasks/"):
            return self._page(parts.path, int(query["page"][0]), int(query["page_size"][0]))
        return self._schema if "schema" in parts.path else self._row

    def _page(self, path: str, page: int, size: int) -> tuple[bytes, ...]:
        count = int(path.split("/")[1])
        following = f"{self._origin}{path}?page={page + 1}&page_size={size}" if page * size < count else None
        head = rendered({"count": count, "next": following, "previous": None})[:-1]
        return answer(head, b',"results":', self._results(page % PAGES_KEPT, size, min(size, count)), b"}")

    def _results(self, page: int, size: int, rows: int) -> bytes:
        key = (page, size)
        if key not in self._rows:
            first = page * size + 1
            self._rows[key] = rendered([row(number) for number in range(first, first + rows)])
        return self._rows[key]


class Connection(asyncio.Protocol):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._head = b""
        self._body_left = 0
        self._method, self._target = "", ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._body_left:
            self._body_left -= len(data)
            if self._body_left <= 0:
                self._reply()
            return
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            return
        self._head = b""
        self._begin(head.decode("latin-1"), len(rest))

    def _begin(self, head: str, read: int) -> None:
        lines = head.split("\r\n")
        self._method, self._target, _ = lines[0].split(" ")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        if fields.get("expect") == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._body_left = int(fields.get("content-length", 0)) - read
        if self._body_left <= 0:
            self._reply()

    def _reply(self) -> None:
        self._body_left = 0
        self._transport.writelines(self._answers.to(self._method, self._target))


async def main() -> None:
    answers: list[Answers] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers[0]), "127.0.0.1", 0, backlog=2048)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    answers.append(Answers(origin))
    print(origin, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())

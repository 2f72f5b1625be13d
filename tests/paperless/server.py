"""A server on a real socket that sends exactly the bytes a test wants, and keeps what it was asked."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]  # lower-case names
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def version(self) -> int:
        return int(self.headers["accept"].rpartition("version=")[2])


@dataclass(frozen=True)
class Reply:
    """`raw` is sent instead of all else. After `close` the connection is closed, after `hang` nothing more is sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    close: bool = False
    hang: bool = False
    forever: bytes = b""  # sent over and over in the end
    pause: float = 0  # seconds between

    def encoded(self) -> bytes:
        if self.raw is not None:
            return self.raw
        lines = [f"HTTP/1.1 {self.status} Any"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if not {"content-length", "transfer-encoding"} & {name.lower() for name in self.headers}:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def json_reply(value: Any, *, status: int = 200, api: int | None = 10, headers: dict[str, str] | None = None) -> Reply:
    told = {} if api is None else {"X-Api-Version": str(api), "X-Version": "3.0.5" if api == 10 else "2.20.15"}
    body = json.dumps(value).encode()
    return Reply(status, body, {"Content-Type": "application/json", **told, **(headers or {})})


def page(*rows: dict[str, Any], count: int | None = None, more: bool = False) -> Reply:
    """A page of version 10. Its `next` link leads elsewhere, where nobody may go."""
    following = "http://192.0.2.1/api/tasks/?page=2" if more else None
    found = {"count": len(rows) if count is None else count, "next": following, "previous": None}
    return json_reply(found | {"results": list(rows)})


def task_row(number: int = 1, **columns: Any) -> dict[str, Any]:
    """A row of version 10 as a 3.0.5 wrote it, made by hand."""
    return {
        "id": number,
        "task_id": f"00000000-0000-4000-8000-{number:012x}",
        "task_type": "consume_file",
        "task_type_display": "Consume File",
        "trigger_source": "api_upload",
        "trigger_source_display": "API Upload",
        "status": "success",
        "status_display": "Success",
        "date_created": "2026-11-23T13:38:39.031641+01:00",
        "date_started": "2026-11-23T13:39:14.969783+01:00",
        "date_done": "2026-11-23T13:39:16.036760+01:00",
        "duration_seconds": 1.066977,
        "wait_time_seconds": 35.938142,
        "input_data": {"filename": f"scan-{number}.pdf", "mime_type": "application/pdf"},
        "result_data": {"document_id": number},
        "related_document_ids": [number],
        "acknowledged": False,
        "owner": 7,
    } | columns


def row9(number: int = 1, **columns: Any) -> dict[str, Any]:
    """A row of version 9 as a 2.20.15 wrote it, made by hand."""
    return {
        "id": number,
        "task_id": f"00000000-0000-4000-8000-{number:012x}",
        "task_name": "consume_file",
        "task_file_name": f"scan-{number}.pdf",
        "date_created": "2026-11-23T14:21:08.793893+01:00",
        "date_done": "2026-11-23T14:21:08.977353+01:00",
        "type": "auto_task",
        "status": "SUCCESS",
        "result": f"Success. New document id {number} created",
        "acknowledged": False,
        "related_document": str(number),
        "owner": 5,
    } | columns


def is_probe(request: Request) -> bool:
    return ("task_id", "probe") in request.query


Respond = Callable[[Request], Reply | Awaitable[Reply]]


class Server:
    """`async with Server(respond) as server: server.url`. The client's probe is answered by itself, as a 3.0.5 does."""

    def __init__(self, respond: Respond, *, probe: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self._respond = respond
        self._answers_probe = probe
        self._tls = tls
        self.requests: list[Request] = []  # without probes that were answered by themselves
        self.connections = 0
        self.asked = asyncio.Event()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._serving: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        self._serving.add(this)
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            self._serving.discard(this)
            with suppress(ConnectionError, ssl.SSLError):
                writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        lines = head.split("\r\n")
        method, target, _ = lines[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(method, target, headers, body)
        reply = await self._reply(request)
        writer.write(reply.encoded())
        await writer.drain()
        while reply.forever:
            writer.write(reply.forever)
            await writer.drain()
            await asyncio.sleep(reply.pause)
        if reply.hang:
            await asyncio.Event().wait()
        return not reply.close

    async def _reply(self, request: Request) -> Reply:
        if self._answers_probe and is_probe(request):
            return json_reply({}, status=406, api=None) if request.version != 10 else page()
        self.requests.append(request)
        self.asked.set()
        answer = self._respond(request)
        return answer if isinstance(answer, Reply) else await answer


def scripted(*replies: Reply) -> Respond:
    """One reply after the other; the last one again and again."""
    left = list(replies)

    def respond(request: Request) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return respond

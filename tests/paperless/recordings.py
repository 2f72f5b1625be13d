"""The recordings of real servers beside the checkout, sorted by what the client makes of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.paperless import wire
from bot.paperless.wire import Answer, Endpoint
from tests.shared import PAPERLESS_2, PAPERLESS_3

ENDPOINTS = {
    "/api/tasks/": wire.LIST,
    "/api/tasks/active/": wire.ACTIVE,
    "/api/tasks/summary/": wire.SUMMARY,
    "/api/tasks/status_counts/": wire.STATUS_COUNTS,
    "/api/tasks/acknowledge/": wire.ACKNOWLEDGE,
    "/api/tasks/run/": wire.RUN,
    "/api/documents/post_document/": wire.UPLOAD,
}


@dataclass(frozen=True)
class Recording:
    folder: Path
    path: Path
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.folder.name}/{self.path.relative_to(self.folder).with_suffix('')}"

    def __str__(self) -> str:
        return self.name

    @property
    def is_exchange(self) -> bool:
        """A request with its answer; the others are collections of rows, tables, or measurements."""
        return "response" in self.data and "request" in self.data

    @property
    def method(self) -> str:
        return str(self.data["request"]["method"])

    @property
    def request_path(self) -> str:
        return str(self.data["request"]["path"]).partition("?")[0]

    @property
    def status(self) -> int:
        return int(self.data["response"]["status"])

    @property
    def body(self) -> Any:
        return self.data["response"]["body"]

    @property
    def api(self) -> int:
        """The version that was asked for; 10 where none was."""
        accept = self.data["request"]["headers"].get("accept", "")
        return 9 if self.folder == PAPERLESS_2 or "version=9" in accept else 10

    @property
    def endpoint(self) -> Endpoint | None:
        """The client's own, for the requests that it can make."""
        path = self.request_path
        found = ENDPOINTS.get(path)
        if found is None and path.startswith("/api/tasks/"):
            found = wire.TASK
        if found is None and path.startswith("/api/documents/"):
            found = wire.DOCUMENT
        return found if found is not None and found.method == self.method else None

    @property
    def answer(self) -> Answer:
        headers = self.data["response"]["headers"]
        text = self.data["response"]["body_kind"] == "text"
        body = str(self.body).encode() if text else json.dumps(self.body).encode()
        return Answer(self.status, headers, body)

    def rows(self) -> list[dict[str, Any]]:
        """Every task row anywhere in the file."""
        return list(_rows(self.data))


def _rows(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if {"id", "task_id", "status", "date_created"} <= value.keys() and isinstance(value["id"], int):
            yield value
        for one in value.values():
            yield from _rows(one)
    elif isinstance(value, list):
        for one in value:
            yield from _rows(one)


@cache
def recordings() -> tuple[Recording, ...]:
    """All of them; none where ../shared is absent."""
    return tuple(
        Recording(folder, path, json.loads(path.read_text(encoding="utf-8")))
        for folder in (PAPERLESS_3, PAPERLESS_2)
        for path in sorted(folder.rglob("*.json"))
    )


def is_answer(recording: Recording) -> bool:
    """A good one, to a request that the client makes."""
    return recording.is_exchange and recording.status == 200 and recording.endpoint is not None


def is_spoken(recording: Recording) -> bool:
    """In the version that the client speaks with that server."""
    return (
        is_answer(recording) and recording.answer.is_json and (recording.folder == PAPERLESS_2) == (recording.api == 9)
    )

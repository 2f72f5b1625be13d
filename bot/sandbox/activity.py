"""What the bot did, for the page's panel: each of its requests in a few words, and counts. No text of a message."""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal

KEPT = 60

# The first that fits describes the request.
DISCORD_WORDS = [
    ("POST", r"/interactions/\d+/[^/]+/callback", "answers a person"),
    ("PATCH", r"/webhooks/\d+/[^/]+/messages/@original", "fills in its answer"),
    ("POST", r"/webhooks/\d+/[^/]+", "answers a person further"),
    ("POST", r"/channels/\d+/messages", "posts a message"),
    ("PATCH", r"/channels/\d+/messages/\d+", "edits a message"),
    ("DELETE", r"/channels/\d+/messages/\d+", "deletes a message"),
    ("GET", r"/channels/\d+/messages", "looks for its own messages"),
    ("PUT", r"/applications/\d+/guilds/\d+/commands", "registers its commands"),
    ("GET", r"/applications/\d+/guilds/\d+/commands", "asks which commands are registered"),
    ("GET", r"/(users/@me|oauth2/applications/@me|applications/@me)", "asks who it is"),
    ("GET", r"/(guilds|channels)/\d+.*", "looks the server over"),
]
PAPERLESS_WORDS = [
    ("GET", r"/api/tasks/active/", "asks what is running"),
    ("GET", r"/api/tasks/summary/", "asks for the summary"),
    ("GET", r"/api/tasks/status_counts/", "asks for the counts"),
    ("GET", r"/api/tasks/\d+/", "asks for one task"),
    ("POST", r"/api/tasks/acknowledge/", "acknowledges"),
    ("POST", r"/api/tasks/run/", "runs a task"),
    ("POST", r"/api/documents/post_document/", "uploads a document"),
    ("GET", r"/api/documents/.*", "asks for a document"),
]
SECRETS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?]+")
Queue = asyncio.Queue[tuple[str, Any] | None]
Destination = Literal["discord", "paperless"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request; `at` in seconds since 1970, `bytes` of the answer where they are known."""

    to: Destination
    method: str
    path: str
    status: int | None
    at: float
    says: str
    bytes: int | None = None

    @property
    def failed(self) -> bool:
        return self.status is None or self.status >= 400


def asked_discord(*, method: str, path: str, status: int | None, at: float) -> Asked:
    says = _words(DISCORD_WORDS, method, path) or "asks Discord"
    return Asked(to="discord", method=method, path=SECRETS.sub(r"\1…", path), status=status, at=at, says=says)


def asked_paperless(*, method: str, path: str, query: str, status: int | None, at: float, size: int | None) -> Asked:
    says = _words_for_list(query) if path == "/api/tasks/" else _words(PAPERLESS_WORDS, method, path)
    target = f"{path}?{query}" if query else path
    return Asked(
        to="paperless", method=method, path=target, status=status, at=at, says=says or "asks Paperless", bytes=size
    )


def _words_for_list(query: str) -> str:
    """The list of tasks serves several questions."""
    if "task_id=" in query:
        return "asks for one task"
    if "status=failure" not in query:
        return "asks for tasks"
    return "looks what was dismissed elsewhere" if "acknowledged=" in query else "looks for new failures"


def _words(table: list[tuple[str, str, str]], method: str, path: str) -> str | None:
    return next((says for verb, pattern, says in table if verb == method and re.fullmatch(pattern, path)), None)


class Activity:
    """The newest requests, and counts since the start; followers get each as it comes."""

    def __init__(self) -> None:
        self._newest: deque[Asked] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()
        self._followers: set[Queue] = set()

    def record(self, asked: Asked) -> None:
        self._newest.append(asked)
        self._counts.update(_counted(asked))
        event = {"request": asdict(asked), "counts": dict(self._counts)}
        for follower in self._followers:
            follower.put_nowait(("request", event))

    def snapshot(self) -> dict[str, Any]:
        return {"requests": [asdict(asked) for asked in self._newest], "counts": dict(self._counts)}

    @contextmanager
    def follow(self, queue: Queue) -> Iterator[None]:
        self._followers.add(queue)
        try:
            yield
        finally:
            self._followers.discard(queue)


def _counted(asked: Asked) -> Iterator[str]:
    yield asked.to
    if asked.failed:
        yield "refused"
    elif asked.says == "posts a message":
        yield "posts"
    elif asked.says == "edits a message":
        yield "edits"
    if asked.says == "looks for new failures":
        yield "polls"

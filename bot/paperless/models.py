"""What Paperless-ngx answers, as frozen values. msgspec fills them straight from the bytes of an answer.

Every datetime is aware, and read in UTC whatever zone the server wrote it in. Rows of 2.20 (API version 9) come out as
the same models, see `rows9.py`. Equality is by value; a Task hashes by its `task_id`.
"""

from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from os import PathLike
from typing import Annotated, Any, Self, TypeGuard

from msgspec import Meta, Struct

from bot.paperless.enums import (
    FINISHED,
    IN_PROGRESS,
    NEEDS_ATTENTION,
    OpenStrEnum,
    TaskStatus,
    TaskType,
    TriggerSource,
)
from bot.paperless.moments import Moment, in_utc

__all__ = [
    "FINISHED",
    "IN_PROGRESS",
    "NEEDS_ATTENTION",
    "AcknowledgeResult",
    "Document",
    "DocumentDraft",
    "OpenStrEnum",
    "RunResult",
    "ServerVersion",
    "Task",
    "TaskPage",
    "TaskStatus",
    "TaskStatusCounts",
    "TaskSummary",
    "TaskType",
    "TriggerSource",
]

Number = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Uuid = Annotated[str, Meta(max_length=255)]
"""What a database can hold. A number beyond is none of Paperless-ngx's, and read like one that is missing."""

# What 2.20 stores for some milliseconds, before the real text of a failure: the repr of a Python object.
UNSETTLED_TRACEBACK = "<traceback object at "


def is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


@in_utc
class Task(Struct, frozen=True, kw_only=True, gc=False):
    """One row of the task list. `task_id` is the Celery UUID, `id` the primary key (which restarts after a rebuild).

    `result_data` is a dict: an answer of another shape is kept as `{"value": answer}`.
    """

    id: Number
    task_id: Uuid
    status: TaskStatus
    date_created: Moment
    task_type: TaskType = TaskType("")
    task_type_display: str = ""
    trigger_source: TriggerSource = TriggerSource("")
    trigger_source_display: str = ""
    status_display: str = ""
    date_started: Moment | None = None
    date_done: Moment | None = None
    duration_seconds: float | None = None
    wait_time_seconds: float | None = None
    input_data: dict[str, Any] = {}
    result_data: dict[str, Any] | None = None
    related_document_ids: tuple[Number, ...] = ()
    acknowledged: bool = False
    owner: Number | None = None

    def __hash__(self) -> int:
        return hash(self.task_id)

    def _result(self, key: str) -> Any:
        return None if self.result_data is None else self.result_data.get(key)

    def _result_text(self, key: str) -> str | None:
        value = self._result(key)
        return value if isinstance(value, str) and value else None

    def _result_id(self, key: str) -> int | None:
        value = self._result(key)
        return value if is_number(value) else None

    @property
    def filename(self) -> str | None:
        """The consumed file's name; None for every other type of task."""
        value = self.input_data.get("filename")
        return value if isinstance(value, str) and value else None

    @property
    def error_type(self) -> str | None:
        """The exception's class name, such as "ConsumerError"."""
        return self._result_text("error_type")

    @property
    def error_message(self) -> str | None:
        """The server's own words, of any length; they may name paths of the server."""
        return self._result_text("error_message")

    @property
    def traceback(self) -> str | None:
        """At most 5,000 characters (the server cuts it); None while `result_pending`."""
        return None if self.result_pending else self._result_text("traceback")

    @property
    def reason(self) -> str | None:
        """Why a consumption that ended well made no document. Seen on successes only."""
        return self._result_text("reason")

    @property
    def result_text(self) -> str | None:
        """What 2.20 wrote about a success that is not a consumption, such as "1 issues found."; None on 3.x."""
        return self._result_text("result_text")

    @property
    def document_id(self) -> int | None:
        """The document that the task made."""
        return self._result_id("document_id")

    @property
    def duplicate_of(self) -> int | None:
        """The document that a rejected file duplicates."""
        return self._result_id("duplicate_of")

    @property
    def duplicate_in_trash(self) -> bool:
        return self._result("duplicate_in_trash") is True

    @property
    def result_pending(self) -> bool:
        """A failed row of 2.20 whose text is not written yet: read it again (some ms later) before telling it.

        On a locked database the text may never come.
        """
        value = self._result("traceback")
        return isinstance(value, str) and value.startswith(UNSETTLED_TRACEBACK)

    @property
    def is_complete(self) -> bool:
        """It ended, in whatever way; a status unknown to this release counts as ended once `date_done` is set."""
        return self.status in FINISHED or (not self.status.known and self.date_done is not None)

    @property
    def needs_attention(self) -> bool:
        """It failed or was revoked: the web UI's "needs attention"."""
        return self.status in NEEDS_ATTENTION


class TaskPage(Struct, frozen=True, kw_only=True):
    """`count` is of all pages; `next_page` is the number of the following page, None on the last."""

    count: int
    results: tuple[Task, ...]
    next_page: int | None = None


@in_utc
class TaskSummary(Struct, frozen=True, kw_only=True):
    """One task type over the last days. Started and revoked tasks are in `total_count` alone."""

    task_type: TaskType
    total_count: Count = 0
    pending_count: Count = 0
    success_count: Count = 0
    failure_count: Count = 0
    avg_duration_seconds: float | None = None
    avg_wait_time_seconds: float | None = None
    last_run: Moment | None = None
    last_success: Moment | None = None
    last_failure: Moment | None = None


class TaskStatusCounts(Struct, frozen=True, kw_only=True):
    """`needs_attention` is failure + revoked, acknowledged ones included unless asked with `acknowledged=False`."""

    all: Count = 0
    needs_attention: Count = 0
    in_progress: Count = 0
    completed: Count = 0


@in_utc
class Document(Struct, frozen=True, kw_only=True):
    id: int
    title: str = ""
    original_file_name: str | None = None
    archived_file_name: str | None = None
    created: date | None = None
    added: Moment | None = None
    modified: Moment | None = None
    owner: int | None = None
    correspondent: int | None = None
    document_type: int | None = None
    storage_path: int | None = None
    tags: tuple[int, ...] = ()
    archive_serial_number: int | None = None
    mime_type: str | None = None
    page_count: int | None = None
    content: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentDraft:
    """A document to upload. `document` is a path, bytes, or a stream; a path or a stream is never held in memory.

    `filename` may be left out for a path. `size`, in bytes, spares a stream the detour through a temporary file
    (Paperless-ngx cannot take a body of unknown length). `created` is the document's own date. The ids are primary keys
    of the server.
    """

    document: str | PathLike[str] | bytes | AsyncIterable[bytes]
    filename: str | None = None
    size: int | None = None
    title: str | None = None
    created: date | datetime | None = None
    correspondent: int | None = None
    document_type: int | None = None
    storage_path: int | None = None
    tags: Iterable[int] = ()
    archive_serial_number: int | None = None


class AcknowledgeResult(int):
    """How many tasks were acknowledged, as a number; `acknowledged` and `rejected` say which primary keys.

    A rejected one is gone, or of another owner, or was never there: the server does not tell these apart.
    """

    acknowledged: tuple[int, ...]
    rejected: tuple[int, ...]

    def __new__(cls, *, acknowledged: Iterable[int] = (), rejected: Iterable[int] = ()) -> Self:
        done = tuple(acknowledged)
        result = super().__new__(cls, len(done))
        result.acknowledged = done
        result.rejected = tuple(rejected)
        return result

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, tuple[int, ...]]]:
        return (), {"acknowledged": self.acknowledged, "rejected": self.rejected}

    def __str__(self) -> str:
        return int.__repr__(self)

    def __repr__(self) -> str:
        return f"AcknowledgeResult(acknowledged={self.acknowledged}, rejected={self.rejected})"


class RunResult(str):
    """The UUID of the task that was started, as a str; empty where the server made no row for it.

    `finished`: the work is over already (2.20 works inside the request). `text`: what the server said about it, if
    anything.
    """

    finished: bool
    text: str | None
    __slots__ = ("finished", "text")

    def __new__(cls, task_id: str | None, *, finished: bool = False, text: str | None = None) -> Self:
        result = super().__new__(cls, task_id or "")
        result.finished = finished
        result.text = text
        return result

    @property
    def task_id(self) -> str | None:
        return str(self) or None


class ServerVersion(Struct, frozen=True, kw_only=True):
    """`api` is the API version spoken (10 or 9), `server` the release, such as "3.0.5" ("" if it was not told)."""

    api: int
    server: str

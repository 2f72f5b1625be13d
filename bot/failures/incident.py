"""What one failure means, and which failures are the same: pure, from a Task of any server version.

The fingerprint is server + task type + kind + error class + message with numbers, ids, paths and names taken out, and
the file name for consumption: the same document failing again in the same way has the same one. The kind print leaves
the file name out: it makes the lines of a digest.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.failures.card import IncidentKind
from bot.paperless.models import Task, TaskStatus
from bot.paperless.wire import tellable

MESSAGE_LIMIT = 2000  # the server does not cap messages; a card shows 200
FILENAME_LIMIT = 1000
TYPE_LIMIT = 100

_UUID = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE)
_DIGEST = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{16,}\b", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w/<.])(?:[A-Za-z]:)?(?:[\\/][\w.+@~%-]+){2,}[\\/]?")
_QUOTED_NAME = re.compile(r"""(['"])[^'"\n]*\.\w{1,5}\1""")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SPACE = re.compile(r"\s+")
_VARIABLE = (
    (_UUID, "<id>"),
    (_ADDRESS, "<id>"),
    (_QUOTED_NAME, "<name>"),
    (_PATH, "<path>"),
    (_DIGEST, "<id>"),
    (_NUMBER, "#"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One thing to tell: a task that failed or was revoked at `at`; or one that is stuck, or silence, since `at`.

    (server, task_id, at) tells one from another: a redelivered task fails again in the same row.
    """

    server: str
    task_id: str
    at: datetime
    kind: IncidentKind
    task_pk: int = 0
    task_type: str = ""
    trigger_source: str = ""
    filename: str | None = None
    error_type: str | None = None
    message: str | None = None
    owner: int | None = None
    duration_seconds: float | None = None
    wait_time_seconds: float | None = None
    document_id: int | None = None
    duplicate_of: int | None = None
    duplicate_in_trash: bool = False
    acknowledged: bool = False
    settled: bool = True  # False: told before 2.20 had written the real text; what comes then replaces it
    fingerprint: str
    kind_print: str
    subject: str  # the same task, however it fails


def bare_message(message: str | None, filename: str | None) -> str | None:
    """The server's own words without the file name that they open with and repeat."""
    if not message:
        return None
    text = message
    if filename:
        text = text.removeprefix(f"{filename}: ").replace(f" document {filename}: ", ": ")
        text = _without_name(text, filename, instead="")
    return text.strip(" :") or None


def plain_message(message: str | None, filename: str | None) -> str:
    """The message with all that differs from one time to the next taken out."""
    text = (message or "")[:MESSAGE_LIMIT]
    if filename:
        text = _without_name(text, filename, instead="<file>")
    for pattern, word in _VARIABLE:
        text = pattern.sub(word, text)
    return _SPACE.sub(" ", text).strip()


def _without_name(text: str, name: str, *, instead: str) -> str:
    """A file may be called "a": only where it is no part of a word. By hand, since every file has a name of its own: a
    pattern for each costs ten times what it finds."""
    kept, end, found = [], 0, text.find(name)
    while found >= 0:
        after = found + len(name)
        if _in_word(text[found - 1 : found]) or _in_word(text[after : after + 1]):
            found = text.find(name, found + 1)
            continue
        kept += [text[end:found], instead]
        end, found = after, text.find(name, after)
    return "".join((*kept, text[end:]))


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _print(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def failure_of(task: Task, *, server: str) -> Failure:
    """A row that failed or was revoked."""
    kind = IncidentKind.REVOKED if task.status == TaskStatus.REVOKED else IncidentKind.FAILED
    error_type = _revoked_as(task) if kind is IncidentKind.REVOKED else task.error_type
    plain = "<duplicate>" if task.duplicate_of is not None else plain_message(task.error_message, task.filename)
    kind_print = _print(server, task.task_type.value, kind, error_type, plain)
    found = _failure(
        task, server=server, kind=kind, at=done_at(task), kind_print=kind_print, acknowledged=task.acknowledged
    )
    return replace(found, error_type=_kept(error_type, MESSAGE_LIMIT))


def _revoked_as(task: Task) -> str | None:
    """A row that was revoked has no error; one that was stopped while it ran is told from one that never began."""
    return TaskStatus.STARTED.value if task.date_started else None


def stuck_of(task: Task, *, server: str) -> Failure:
    """A row that is pending or started for too long: since when, and which.

    Pending ones make one incident a type: a queue that stands still is one thing to tell, however long it is.
    """
    kind_print = _print(server, task.task_type.value, IncidentKind.STUCK, task.status.value, None)
    at = stands_since(task)
    stuck = _failure(task, server=server, kind=IncidentKind.STUCK, at=at, kind_print=kind_print, acknowledged=False)
    fingerprint = _print(kind_print, task.task_id) if runs(task) else kind_print
    return replace(stuck, error_type=task.status.value, fingerprint=fingerprint)


def runs(task: Task) -> bool:
    """It was started, and is known since when: 2.20 does not record that."""
    return task.status == TaskStatus.STARTED and task.date_started is not None


def stands_since(task: Task) -> datetime:
    """Since when it runs; else since when it waits or, on 2.20, is there."""
    return task.date_started if task.date_started and runs(task) else task.date_created


def silence_of(task_type: str, *, server: str, since: datetime) -> Failure:
    """No success of a type since then. Concerns no single task: its `task_id` names the type."""
    kind_print = _print(server, task_type, IncidentKind.SILENT, None, None)
    return Failure(
        server=server,
        task_id=f"silent:{task_type}",
        at=since,
        kind=IncidentKind.SILENT,
        task_type=task_type,
        fingerprint=kind_print,
        kind_print=kind_print,
        subject=_print(server, task_type, None),
    )


def done_at(task: Task) -> datetime:
    """When it failed, by the worker's clock. No finished row without date_done was ever seen: none is lost for that."""
    return task.date_done or task.date_started or task.date_created


def task_key(task: Task) -> str:
    """Its UUID, as the ledger can hold it whatever it is."""
    return tellable(task.task_id)


def _kept(text: str | None, limit: int) -> str | None:
    return tellable(text[:limit]) if text else None


def _document_made(task: Task) -> int | None:
    """A rejected duplicate is related to the document it duplicates, and made none itself."""
    if task.duplicate_of is not None:
        return None
    return task.document_id or next(iter(task.related_document_ids), None)


def _failure(
    task: Task, *, server: str, kind: IncidentKind, at: datetime, kind_print: str, acknowledged: bool
) -> Failure:
    filename = _kept(task.filename, FILENAME_LIMIT)
    return Failure(
        server=server,
        task_id=task_key(task),
        at=at,
        kind=kind,
        task_pk=task.id,
        task_type=_kept(task.task_type.value, TYPE_LIMIT) or "",
        trigger_source=_kept(task.trigger_source.value, TYPE_LIMIT) or "",
        filename=filename,
        error_type=_kept(task.error_type, MESSAGE_LIMIT),
        message=_kept(task.error_message, MESSAGE_LIMIT),
        owner=task.owner,
        duration_seconds=task.duration_seconds,
        wait_time_seconds=task.wait_time_seconds,
        document_id=_document_made(task),
        duplicate_of=task.duplicate_of,
        duplicate_in_trash=task.duplicate_in_trash,
        acknowledged=acknowledged,
        settled=not task.result_pending,
        fingerprint=_print(kind_print, filename) if filename else kind_print,
        kind_print=kind_print,
        subject=_print(server, task.task_type.value, filename),
    )

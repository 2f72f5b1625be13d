"""The audit: who (id, and the name at that time) did what, to which tasks, when, and what came of it.

Rows are only ever added. Triggers in the database refuse to change one, and to delete one that is younger than
KEPT_AT_LEAST. What changes the ledger is written in the same transaction as the change; what is asked of a server
is written before the question (`asked`) and after the answer, so that a crash leaves a trace of what was wanted.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, String, Table, Text, and_, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database, Moment
from bot.failures.schema import Id, metadata
from bot.paperless.errors import MaybeDone, PaperlessError, ServerError, TimedOut
from bot.ui.redaction import redact

KEPT_AT_LEAST = timedelta(days=7)
"""The triggers of `bot/migrations/versions/r0002_audit.py` say so, too."""
DETAIL_LIMIT = 500

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("user_name", Text, nullable=False),  # as they were called then
    Column("action", String(20), nullable=False),
    Column("subject", Text, nullable=False),  # the command or button, or what was run, uploaded, muted
    Column("server", String(100)),
    Column("tasks", Text, nullable=False),  # JSON: their UUIDs
    Column("result", String(20), nullable=False),
    Column("detail", Text),  # a sentence, redacted
    Column("asked_id", Id),  # the row `asked` that this one answers
    Index("ix_audit_at", "at"),
    Index("ix_audit_asked_id", "asked_id"),
    sqlite_autoincrement=True,  # an id is never given twice, also after everything was forgotten
)


class Result(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"  # by the bot: not this person, or too often
    FAILED = "failed"
    UNKNOWN = "not known"  # the server may have done it; also what an `asked` without an answer means


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """`action` is the name of an `Action` of `bot.access` in small letters."""

    user_id: int
    user_name: str
    action: str
    subject: str
    result: Result
    server: str | None = None
    tasks: tuple[str, ...] = ()
    detail: str | None = None
    asked_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """An entry as it was written."""

    id: int
    at: datetime
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    total: int
    rows: tuple[Recorded, ...]


@dataclass(slots=True)
class Attempt:
    """What is being tried; whoever tries it says what came of it. `done` stands where nothing is said or raised."""

    result: Result = Result.DONE
    tasks: tuple[str, ...] = ()
    detail: str | None = None


async def append(connection: AsyncConnection, entry: Entry, *, now: datetime) -> int:
    """In the transaction that the connection is in."""
    values = {
        "at": now,
        "user_id": entry.user_id,
        "user_name": entry.user_name,
        "action": entry.action,
        "subject": entry.subject,
        "server": entry.server,
        "tasks": json.dumps(entry.tasks),
        "result": entry.result.value,
        "detail": None if entry.detail is None else redact(entry.detail)[:DETAIL_LIMIT],
        "asked_id": entry.asked_id,
    }
    made = await connection.execute(insert(audit).values(values).returning(audit.c.id))
    row_id: int = made.scalar_one()
    return row_id


class Audit:
    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def record(self, entry: Entry) -> int:
        async with self._database.write() as connection:
            return await append(connection, entry, now=self._now())

    @asynccontextmanager
    async def attempt(
        self,
        *,
        user_id: int,
        user_name: str,
        action: str,
        subject: str,
        server: str | None = None,
        tasks: Iterable[str] = (),
    ) -> AsyncIterator[Attempt]:
        """Around a request that changes something: written before it, and with its result after it."""
        asked = Entry(
            user_id=user_id,
            user_name=user_name,
            action=action,
            subject=subject,
            server=server,
            tasks=tuple(tasks),
            result=Result.ASKED,
        )
        asked_id = await self.record(asked)
        attempt = Attempt(tasks=asked.tasks)
        try:
            yield attempt
        except Exception as error:
            attempt.result, attempt.detail = result_of(error), str(error) or type(error).__name__
            await self.record(_answered(asked, attempt, asked_id))
            raise
        # Cut off (cancelled), it stays `asked`: nobody knows.
        await self.record(_answered(asked, attempt, asked_id))

    # --- reading

    async def page(self, *, user_id: int | None = None, offset: int = 0, limit: int = 8) -> AuditPage:
        """The newest first. An attempt is one row: its answer where there is one."""
        conditions = [_final()] + ([] if user_id is None else [audit.c.user_id == user_id])
        chosen = select(audit).where(*conditions)
        async with self._database.read() as connection:
            total = (await connection.execute(select(func.count()).select_from(chosen.subquery()))).scalar_one()
            ordered = chosen.order_by(audit.c.id.desc()).offset(offset).limit(limit)
            found = (await connection.execute(ordered)).mappings()
            return AuditPage(total=total, rows=tuple(recorded(row) for row in found))

    async def after(self, row_id: int, *, limit: int) -> tuple[Recorded, ...]:
        """In the order in which they were written; without `asked`, which may have no answer yet."""
        query = select(audit).where(audit.c.id > row_id, audit.c.result != Result.ASKED.value)
        async with self._database.read() as connection:
            found = (await connection.execute(query.order_by(audit.c.id).limit(limit))).mappings()
            return tuple(recorded(row) for row in found)

    async def newest(self) -> int:
        """The id of the newest row; 0 where there is none."""
        async with self._database.read() as connection:
            found: int | None = (await connection.execute(select(func.max(audit.c.id)))).scalar_one()
            return found or 0

    async def forget(self, *, days: int) -> int:
        """Retention: how many rows were older, and are gone."""
        before = self._now() - max(timedelta(days=days), KEPT_AT_LEAST)
        async with self._database.write() as connection:
            return (await connection.execute(delete(audit).where(audit.c.at < before))).rowcount


def _answered(asked: Entry, attempt: Attempt, asked_id: int) -> Entry:
    return replace(asked, tasks=attempt.tasks, result=attempt.result, detail=attempt.detail, asked_id=asked_id)


def result_of(error: Exception) -> Result:
    """Whether the server may have done it all the same."""
    unclear = isinstance(error, MaybeDone | ServerError | TimedOut)
    return Result.UNKNOWN if unclear or not isinstance(error, PaperlessError) else Result.FAILED


def _final() -> ColumnElement[bool]:
    """Not an `asked` that has its answer."""
    answer = audit.alias("answer")
    answered = select(answer.c.id).where(answer.c.asked_id == audit.c.id).exists()
    return ~and_(audit.c.result == Result.ASKED.value, answered)


def recorded(row: Any) -> Recorded:
    entry = Entry(
        user_id=row["user_id"],
        user_name=row["user_name"],
        action=row["action"],
        subject=row["subject"],
        server=row["server"],
        tasks=tuple(json.loads(row["tasks"])),
        result=Result(row["result"]),
        detail=row["detail"],
        asked_id=row["asked_id"],
    )
    return Recorded(id=row["id"], at=row["at"], entry=entry)

"""The most frequent errors of a time, from what the ledger has seen: for the digest."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.database import Database
from bot.failures.card import IncidentKind
from bot.failures.incident import bare_message
from bot.failures.schema import failure
from bot.failures.writing import LISTED


@dataclass(frozen=True, kw_only=True)
class WorstError:
    """One kind of failure, whatever the file; texts are Paperless's own."""

    count: int
    kind: IncidentKind
    task_type: str
    error_type: str | None
    message: str | None  # without the file name
    filename: str | None  # of the newest


async def worst_errors(database: Database, *, server: str, since: datetime, limit: int) -> tuple[WorstError, ...]:
    """Most first; told or not, acknowledged or not."""
    grouped = (
        select(func.count().label("number"), func.max(failure.c.id).label("newest"))
        .where(failure.c.server == server, failure.c.at >= since, failure.c.kind.in_(LISTED))
        .group_by(failure.c.kind_print)
        .order_by(func.count().desc(), func.max(failure.c.id).desc())
        .limit(limit)
        .subquery()
    )
    query = (
        select(grouped.c.number, failure)
        .join(failure, failure.c.id == grouped.c.newest)
        .order_by(grouped.c.number.desc(), grouped.c.newest.desc())
    )
    async with database.read() as connection:
        return tuple(
            WorstError(
                count=row["number"],
                kind=IncidentKind(row["kind"]),
                task_type=row["task_type"],
                error_type=row["error_type"],
                message=bare_message(row["message"], row["filename"]),
                filename=row["filename"],
            )
            for row in (await connection.execute(query)).mappings()
        )

"""The lines of a digest: a kind each, with its counts and a few file names; in the database, however many there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failures import rows
from bot.failures.card import EXAMPLES, MAX_LINES, DigestLine, IncidentKind
from bot.failures.incident import bare_message
from bot.failures.parts import among
from bot.failures.schema import failure, incident, mute

Examples = tuple[tuple[str, ...], int]  # file names, oldest first; and how many there are


async def lines_of(connection: AsyncConnection, chosen: Select[Any]) -> tuple[DigestLine, ...]:
    """A line a kind, most first."""
    one = chosen.subquery()
    open_total = func.sum(one.c.open_count)
    query = (
        select(
            one.c.kind_print,
            func.min(one.c.id).label("line_id"),
            func.sum(one.c.count).label("count"),
            open_total.label("open_count"),
        )
        .group_by(one.c.kind_print)
        .order_by(func.sum(one.c.count).desc(), func.min(one.c.id))
        .limit(MAX_LINES)
    )
    found = (await connection.execute(query)).all()
    first = await _firsts(connection, [line.line_id for line in found])
    examples = await _examples(connection, chosen)
    muted = await _muted(connection, [line.kind_print for line in found if line.open_count])
    return tuple(
        _line(line, first[line.line_id], examples.get(line.kind_print, ((), 0)), muted.get(line.kind_print))
        for line in found
    )


async def _firsts(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, rows.Row]:
    query = (
        select(incident.c.id.label("line_id"), failure)
        .join(failure, failure.c.id == incident.c.newest_failure_id)
        .where(among(incident.c.id, ids))
    )
    return {row["line_id"]: row for row in (await connection.execute(query)).mappings()}


async def _examples(connection: AsyncConnection, chosen: Select[Any]) -> dict[str, Examples]:
    """The oldest file names of each kind, and how many there are: an incident a name, by the fingerprint."""
    one = chosen.subquery()
    named = (
        select(
            one.c.kind_print,
            failure.c.filename,
            func.row_number().over(partition_by=one.c.kind_print, order_by=one.c.id).label("place"),
            func.count().over(partition_by=one.c.kind_print).label("names"),
        )
        .join(failure, failure.c.id == one.c.newest_failure_id)
        .where(failure.c.filename.is_not(None))
        .subquery()
    )
    query = select(named).where(named.c.place <= EXAMPLES).order_by(named.c.kind_print, named.c.place)
    found: dict[str, Examples] = {}
    for row in await connection.execute(query):
        names, _ = found.get(row.kind_print, ((), 0))
        found[row.kind_print] = ((*names, row.filename), row.names)
    return found


async def _muted(connection: AsyncConnection, kind_prints: Sequence[str]) -> dict[str, datetime]:
    """Until when those are muted that are, whatever the file."""
    query = select(mute.c.fingerprint, mute.c.until).where(mute.c.ended_at.is_(None))
    found = await connection.execute(query.where(among(mute.c.fingerprint, kind_prints)))
    return {row.fingerprint: row.until for row in found}


def _line(line: Any, first: rows.Row, examples: Examples, muted_until: datetime | None) -> DigestLine:
    return DigestLine(
        line_id=line.line_id,
        server=first["server"],
        kind=IncidentKind(first["kind"]),
        task_type=first["task_type"],
        error_type=first["error_type"],
        message=bare_message(first["message"], first["filename"]),
        count=line.count,
        open_count=line.open_count,
        examples=examples[0],
        example_count=examples[1],
        muted_until=muted_until,
    )

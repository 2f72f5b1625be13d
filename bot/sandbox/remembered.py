"""What the bot remembers, for the page's panel: the newest lines of its ledger, and how many of each state it holds."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from bot.database import Database
from bot.failures.schema import card, failure, incident

LINES = 12


async def remembered(database: Database) -> dict[str, Any]:
    """`lines`: newest first; `counts`: of failures by state."""
    newest = (
        select(
            incident.c.state,
            incident.c.count,
            incident.c.last_at,
            incident.c.card_id,
            card.c.message_id,
            failure.c.filename,
            failure.c.task_type,
            failure.c.acknowledged_where,
            failure.c.acknowledged_user_name,
        )
        .join(failure, failure.c.id == incident.c.newest_failure_id)
        .outerjoin(card, card.c.id == incident.c.card_id)
        .order_by(incident.c.last_at.desc(), incident.c.id.desc())
        .limit(LINES)
    )
    by_state = select(failure.c.state, func.count().label("number")).group_by(failure.c.state)
    async with database.read() as connection:
        lines = [_line(row) for row in (await connection.execute(newest)).mappings()]
        counts = {row["state"]: row["number"] for row in (await connection.execute(by_state)).mappings()}
    return {"lines": lines, "counts": counts}


def _line(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "name": row["filename"] or str(row["task_type"]).replace("_", " ").capitalize(),
        "times": row["count"],
        "at": row["last_at"].timestamp(),
        "state": row["state"],
        "says": _says(row),
    }


def _says(row: Mapping[Any, Any]) -> str:
    if row["state"] == "acknowledged":
        by = row["acknowledged_user_name"]
        return f"acknowledged by {by}" if by else "acknowledged in Paperless"
    if row["card_id"] is None:
        return f"{row['state']}, muted"
    return f"{row['state']}, {'to be told' if row['message_id'] is None else 'told'}"

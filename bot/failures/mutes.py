"""Mutes in the ledger: a fingerprint, or a kind, is recorded and not told, for a time that always ends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import audit
from bot.audit import Entry, Result
from bot.database import Database
from bot.failures import rows
from bot.failures.card import IncidentKind, Mute
from bot.failures.changing import end_mute, show_muted
from bot.failures.incident import bare_message
from bot.failures.schema import failure, incident, mute

UNTIL_CHANGE_AT_MOST = timedelta(days=30)


class Mutes:
    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(
        self,
        card_id: int,
        *,
        line_id: int | None = None,
        for_: timedelta | None,
        until_change: bool,
        user_id: int,
        user_name: str,
    ) -> Mute | None:
        """Mute what a card shows; `line_id`: all of the kind of that line, whatever the file.

        None: no such card or line, or more than one incident is on the card and no line is named. `until_change`: until
        the same task fails differently; then `for_` None means 30 days at most.
        """
        now = self._now()
        until = now + min(for_ or UNTIL_CHANGE_AT_MOST, UNTIL_CHANGE_AT_MOST)
        async with self._database.write() as connection:
            shown = await _shown(connection, card_id, line_id)
            if shown is None:
                return None
            values = _of_one(shown) if line_id is None else _of_kind(shown)
            running = mute.c.fingerprint == values["fingerprint"], mute.c.ended_at.is_(None)
            await connection.execute(update(mute).where(*running).values(ended_at=now, end_reason="muted anew"))
            values |= {"message": bare_message(shown["message"], shown["filename"])}
            values |= {"at": now, "until": until, "until_change": until_change}
            values |= {"user_id": user_id, "user_name": user_name}
            made = (await connection.execute(insert(mute).values(values).returning(mute))).mappings().one()
            await show_muted(connection, values["fingerprint"])
            tasks = (shown["task_id"],) if shown["task_id"] else ()
            await self._audit(connection, made, user_id=user_id, user_name=user_name, done="muted", tasks=tasks)
            return _mute(made, swallowed=0, kind=shown["kind"], error_type=shown["error_type"])

    async def end(self, mute_id: int, *, user_id: int, user_name: str) -> bool:
        """By hand. False: it is over already."""
        async with self._database.write() as connection:
            ended = await end_mute(connection, mute_id, reason="ended by hand", now=self._now())
            if ended:
                row = (await connection.execute(select(mute).where(mute.c.id == mute_id))).mappings().one()
                await self._audit(connection, row, user_id=user_id, user_name=user_name, done="mute ended")
            return ended

    async def _audit(
        self,
        connection: AsyncConnection,
        row: rows.Row,
        *,
        user_id: int,
        user_name: str,
        done: str,
        tasks: tuple[str, ...] = (),
    ) -> None:
        what = " ".join(filter(None, (row["task_type"], row["filename"] or row["message"])))
        entry = Entry(
            user_id=user_id,
            user_name=user_name,
            action="mute",
            subject=f"{done}: {what}",
            server=row["server"],
            tasks=tasks,
            result=Result.DONE,
            detail=f"until {row['until']:%Y-%m-%d %H:%M} UTC",
        )
        await audit.append(connection, entry, now=self._now())

    async def running(self) -> tuple[Mute, ...]:
        """The next to end first."""
        swallowed = (
            select(func.count())
            .where(mute.c.fingerprint.in_((failure.c.fingerprint, failure.c.kind_print)), failure.c.seen_at > mute.c.at)
            .correlate(mute)
            .scalar_subquery()
        )
        newest = (
            select(func.max(incident.c.id))
            .where(or_(incident.c.fingerprint == mute.c.fingerprint, incident.c.kind_print == mute.c.fingerprint))
            .correlate(mute)
            .scalar_subquery()
        )
        query = (
            select(mute, swallowed.label("swallowed"), failure.c.kind, failure.c.error_type)
            .outerjoin(incident, incident.c.id == newest)
            .outerjoin(failure, failure.c.id == incident.c.newest_failure_id)
            .where(mute.c.ended_at.is_(None), mute.c.until > self._now())
            .order_by(mute.c.until, mute.c.id)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).mappings()
            return tuple(
                _mute(row, swallowed=row["swallowed"], kind=row["kind"], error_type=row["error_type"]) for row in found
            )


def _of_one(shown: rows.Row) -> dict[str, Any]:
    return {name: shown[name] for name in ("server", "fingerprint", "subject", "task_type", "filename")}


def _of_kind(shown: rows.Row) -> dict[str, Any]:
    """Where a file is named no single task stands for the kind: then nothing "changes" it."""
    subject = shown["subject"] if shown["filename"] is None else shown["kind_print"]
    kind = {"fingerprint": shown["kind_print"], "subject": subject, "filename": None}
    return kind | {name: shown[name] for name in ("server", "task_type")}


async def _shown(connection: AsyncConnection, card_id: int, line_id: int | None) -> rows.Row | None:
    query = (
        select(failure)
        .join(incident, incident.c.newest_failure_id == failure.c.id)
        .where(incident.c.card_id == card_id)
        .limit(2)
    )
    if line_id is not None:
        query = query.where(incident.c.id == line_id)
    found = (await connection.execute(query)).mappings().all()
    return found[0] if len(found) == 1 else None


def _mute(row: rows.Row, *, swallowed: int, kind: str | None, error_type: str | None) -> Mute:
    """`kind` None: what it silences was forgotten."""
    return Mute(
        mute_id=row["id"],
        server=row["server"],
        task_type=row["task_type"],
        filename=row["filename"],
        message=row["message"],
        until=row["until"],
        until_change=row["until_change"],
        user_id=row["user_id"],
        user_name=row["user_name"],
        at=row["at"],
        swallowed=swallowed,
        kind=IncidentKind.FAILED if kind is None else IncidentKind(kind),
        error_type=error_type,
    )

"""Mutes in the ledger: a fingerprint is recorded and not told, for a time that always ends."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import audit
from bot.audit import Entry, Result
from bot.database import Database
from bot.failures import rows
from bot.failures.card import Mute
from bot.failures.changing import end_mute, show_muted
from bot.failures.incident import bare_message
from bot.failures.schema import failure, incident, mute

UNTIL_CHANGE_AT_MOST = timedelta(days=30)


class Mutes:
    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(
        self, card_id: int, *, for_: timedelta | None, until_change: bool, user_id: int, user_name: str
    ) -> Mute | None:
        """Mute what a card shows. None: no such card, or more than one incident is on it.

        `until_change`: until the same task fails differently; then `for_` None means 30 days at most.
        """
        now = self._now()
        until = now + min(for_ or UNTIL_CHANGE_AT_MOST, UNTIL_CHANGE_AT_MOST)
        async with self._database.write() as connection:
            shown = await _shown(connection, card_id)
            if shown is None:
                return None
            running = mute.c.fingerprint == shown["fingerprint"], mute.c.ended_at.is_(None)
            await connection.execute(update(mute).where(*running).values(ended_at=now, end_reason="muted anew"))
            values = {name: shown[name] for name in ("server", "fingerprint", "subject", "task_type", "filename")}
            values |= {"message": bare_message(shown["message"], shown["filename"])}
            values |= {"at": now, "until": until, "until_change": until_change}
            values |= {"user_id": user_id, "user_name": user_name}
            made = (await connection.execute(insert(mute).values(values).returning(mute))).mappings().one()
            await show_muted(connection, shown["fingerprint"])
            tasks = (shown["task_id"],) if shown["task_id"] else ()
            await self._audit(connection, made, user_id=user_id, user_name=user_name, done="muted", tasks=tasks)
            return _mute(made, swallowed=0)

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
        what = " ".join(filter(None, (row["task_type"], row["filename"])))
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
            .where(failure.c.fingerprint == mute.c.fingerprint, failure.c.seen_at > mute.c.at)
            .scalar_subquery()
        )
        query = (
            select(mute, swallowed.label("swallowed"))
            .where(mute.c.ended_at.is_(None), mute.c.until > self._now())
            .order_by(mute.c.until, mute.c.id)
        )
        async with self._database.read() as connection:
            return tuple(_mute(row, swallowed=row["swallowed"]) for row in (await connection.execute(query)).mappings())


async def _shown(connection: AsyncConnection, card_id: int) -> rows.Row | None:
    query = (
        select(failure)
        .join(incident, incident.c.newest_failure_id == failure.c.id)
        .where(incident.c.card_id == card_id)
        .limit(2)
    )
    found = (await connection.execute(query)).mappings().all()
    return found[0] if len(found) == 1 else None


def _mute(row: rows.Row, *, swallowed: int) -> Mute:
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
    )

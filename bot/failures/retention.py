"""Forgets what has long been settled, so that the ledger of a busy year stays small. What is open is never forgotten.

A failure that is forgotten here is still listed in Paperless, perhaps for years, and must not look new: what is older
than a server's bound (`backlog_at`, `backlog_pk`) counts as known, as the backlog of the first start does. The bound is
raised first and the rows go at the next turn, a day later: a poll that is under way has read the bound of before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database
from bot.failures import rows
from bot.failures.parts import among
from bot.failures.schema import card, channel, claim, drill, failure, follower, incident, mute, server
from bot.failures.writing import LISTED

AT_ONCE = 500  # incidents a transaction: others want to write in between


class Retention:
    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def forget(self, keep: timedelta) -> int:
        """What was settled before so long; how many failures went. Once a day."""
        before = self._now() - keep
        forgotten = 0
        for name, bound in (await self._bounds()).items():
            while number := await self._forget_some(name, before, bound=min(before, bound)):
                forgotten += number
        await self._raise_bounds(before)
        async with self._database.write() as connection:
            await _forget_what_stands_alone(connection, before)
        return forgotten

    async def _bounds(self) -> dict[str, datetime]:
        """What older is than these counts as known, since the turn before this one at the latest."""
        query = select(server.c.name, server.c.backlog_at).where(server.c.backlog_at.is_not(None))
        async with self._database.read() as connection:
            return {row.name: row.backlog_at for row in await connection.execute(query)}

    async def _raise_bounds(self, before: datetime) -> None:
        listed = and_(failure.c.server == server.c.name, failure.c.kind.in_(LISTED), failure.c.at < before)
        async with self._database.write() as connection:
            for column, bound in ((failure.c.at, server.c.backlog_at), (failure.c.task_pk, server.c.backlog_pk)):
                highest = select(func.max(column)).where(listed).scalar_subquery()
                higher = and_(highest.is_not(None), or_(bound.is_(None), bound < highest))
                await connection.execute(update(server).where(higher).values({bound.name: highest}))

    async def _forget_some(self, name: str, before: datetime, *, bound: datetime) -> int:
        settled = _settled(before, bound=bound).where(failure.c.server == name).distinct().limit(AT_ONCE)
        async with self._database.write() as connection:
            ids = (await connection.execute(settled)).scalars().all()
            of_these = among(failure.c.incident_id, ids)
            backlog = and_(failure.c.server == name, failure.c.state == rows.BACKLOG, failure.c.at <= bound)
            backlog &= failure.c.seen_at <= before
            gone = await connection.execute(delete(failure).where(or_(of_these, backlog)).returning(failure.c.id))
            number = len(gone.all())
            await connection.execute(delete(incident).where(among(incident.c.id, ids)))
        return number


def _settled(before: datetime, *, bound: datetime) -> Select[Any]:
    """Incidents of which nothing is open, and nothing has happened or become known since."""
    seen_since = select(failure.c.incident_id).where(failure.c.seen_at > before, failure.c.incident_id.is_not(None))
    return (
        select(failure.c.incident_id)
        .join(incident, incident.c.id == failure.c.incident_id)
        .where(incident.c.open_count == 0, incident.c.state != rows.OPEN, incident.c.last_at <= bound)
        .where(or_(incident.c.settled_at.is_(None), incident.c.settled_at <= before))
        .where(incident.c.id.not_in(seen_since))
    )


async def _forget_what_stands_alone(connection: AsyncConnection, before: datetime) -> None:
    """Claims, mutes, followers and drills that are over; cards on which nothing is any more."""
    used = select(failure.c.claim_id).where(failure.c.claim_id.is_not(None))
    await _forget(connection, claim, claim.c.settled_at < before, claim.c.id.not_in(used))
    await _forget(connection, mute, mute.c.ended_at < before)
    await _forget(connection, follower, follower.c.ended_at < before)
    await _forget(connection, drill, drill.c.asked_at < before)
    standing = [
        select(incident.c.card_id).where(incident.c.card_id.is_not(None)),
        select(server.c.outage_card_id).where(server.c.outage_card_id.is_not(None)),
        *(
            select(column).where(column.is_not(None))
            for column in (channel.c.digest_card_id, channel.c.held_card_id, channel.c.catch_up_card_id)
        ),
    ]
    delivered = card.c.revision <= card.c.delivered_revision
    done = or_(delivered, card.c.state != "standing")
    unused = [card.c.id.not_in(ids) for ids in standing]
    await _forget(connection, card, card.c.made_at < before, done, *unused)


async def _forget(connection: AsyncConnection, table: Table, *conditions: ColumnElement[bool]) -> None:
    await connection.execute(delete(table).where(*conditions))

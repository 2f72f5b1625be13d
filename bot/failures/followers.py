"""Messages that follow a task, in the database: who ordered what, where it is told, and how far that has come.

Invariants:
- An order is written down before Paperless is asked. As long as its task has no UUID, or no message, a failure that may
  be its own is not told (`being_ordered`): it would stand beside the message that is about to tell it.
- A followed task that fails becomes an incident whose card is that very message (`adopt`).
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database
from bot.failures.order import UNDER_WAY, Busy, Follower, Order, Purpose, State, TooSoon
from bot.failures.parts import among
from bot.failures.schema import failure, follower

ORDER_TAKES = timedelta(minutes=20)  # 2.20 works inside the request, and a large file takes its time
RUN_BLOCKS = timedelta(hours=1)  # one that has not ended by then keeps nobody from ordering another
COOLDOWN = timedelta(seconds=60)  # between two runs of a type on a server


class Followers:
    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def add(self, order: Order) -> Follower:
        """Before Paperless is asked; one whose task is known already is followed from now on."""
        ready = order.task_id is not None and order.message_id is not None
        state = State.FOLLOWING if ready else State.ORDERED
        async with self._database.write() as connection:
            return await self._add(connection, order, state)

    async def order_run(self, order: Order) -> Follower | Busy | TooSoon:
        """One run at a time on a server, and none again at once."""
        now = self._now()
        runs = follower.c.server == order.server, follower.c.purpose == Purpose.RUN
        under_way = select(follower).where(*runs, follower.c.state.in_(UNDER_WAY), follower.c.at > now - RUN_BLOCKS)
        recent = select(follower.c.at).where(
            *runs,
            follower.c.task_type == order.task_type,
            follower.c.state != State.GIVEN_UP,
            follower.c.at > now - COOLDOWN,
        )
        async with self._database.write() as connection:
            other = (await connection.execute(under_way.order_by(follower.c.id.desc()).limit(1))).mappings().first()
            if other is not None:
                return Busy(other=_follower(other))
            last = (await connection.execute(recent.order_by(follower.c.at.desc()).limit(1))).scalar_one_or_none()
            if last is not None:
                return TooSoon(again_at=last + COOLDOWN)
            return await self._add(connection, order, State.ORDERED)

    async def _add(self, connection: AsyncConnection, order: Order, state: State) -> Follower:
        values = {name: getattr(order, name) for name in Order.__dataclass_fields__}
        made = await connection.execute(
            insert(follower).values(**values, state=state, at=self._now()).returning(follower)
        )
        return _follower(made.mappings().one())

    async def taken(self, follower_id: int, *, task_id: str) -> Follower:
        """Paperless has taken the order; it is followed from now on, if its message stands."""
        return await self._go_on(follower_id, task_id=task_id)

    async def stands(self, follower_id: int, *, message_id: int) -> Follower:
        """The message stands; it follows from now on, if Paperless has taken the order."""
        return await self._go_on(follower_id, message_id=message_id)

    async def _go_on(self, follower_id: int, **known: Any) -> Follower:
        ready = and_(follower.c.task_id.is_not(None), follower.c.message_id.is_not(None))
        this = (follower.c.id == follower_id) & (follower.c.state == State.ORDERED)
        async with self._database.write() as connection:
            await connection.execute(update(follower).where(this).values(**known))
            await connection.execute(update(follower).where(this, ready).values(state=State.FOLLOWING))
            found = await connection.execute(select(follower).where(follower.c.id == follower_id))
            return _follower(found.mappings().one())

    async def end(self, follower_id: int, state: State) -> None:
        """Unless its message is a card by now."""
        this = (follower.c.id == follower_id) & (follower.c.state != State.ADOPTED)
        async with self._database.write() as connection:
            await connection.execute(update(follower).where(this).values(state=state, ended_at=self._now()))

    async def is_adopted(self, follower_id: int) -> bool:
        async with self._database.read() as connection:
            query = select(follower.c.state).where(follower.c.id == follower_id)
            return (await connection.execute(query)).scalar_one_or_none() == State.ADOPTED

    async def under_way(self) -> tuple[Follower, ...]:
        """All that has not ended, the oldest first."""
        query = select(follower).where(follower.c.state.in_(UNDER_WAY)).order_by(follower.c.id)
        async with self._database.read() as connection:
            return tuple(_follower(row) for row in (await connection.execute(query)).mappings())


def being_ordered(now: datetime) -> ColumnElement[bool]:
    """For a row of `failure`: it may be what somebody is ordering at this moment."""
    same_kind = and_(
        follower.c.task_id.is_(None),
        follower.c.task_type == failure.c.task_type,
        or_(follower.c.filename.is_(None), follower.c.filename == failure.c.filename),
    )
    return exists(
        select(follower.c.id).where(
            follower.c.server == failure.c.server,
            follower.c.state == State.ORDERED,
            follower.c.at > now - ORDER_TAKES,
            or_(follower.c.task_id == failure.c.task_id, same_kind),
        )
    )


async def adopt(connection: AsyncConnection, follower_ids: Collection[int], *, now: datetime) -> None:
    """Their messages are cards from now on."""
    chosen = update(follower).where(among(follower.c.id, sorted(follower_ids)))
    await connection.execute(chosen.values(state=State.ADOPTED, ended_at=now))


def _follower(row: Any) -> Follower:
    order = {name: row[name] for name in Order.__dataclass_fields__} | {"purpose": Purpose(row["purpose"])}
    return Follower(follower_id=row["id"], state=State(row["state"]), order=Order(**order), at=row["at"])

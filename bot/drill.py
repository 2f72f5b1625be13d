"""`python -m bot drill`: asks the running bot to post a drill to every channel, and tells whether it arrived.

The bot that acts does it, by its own way: this process writes one row, and reads what became of it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO, TypeVar

from sqlalchemy import delete, insert, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import migrations
from bot.database import OPENING, DatabaseAway, FileLock, engine_for, file_of, unusable
from bot.exits import Exit
from bot.failures.drills import prefix_of
from bot.failures.schema import card, drill, failure, incident

T = TypeVar("T")
TAKEN_WITHIN = 15.0
"""Seconds for the bot to see that somebody asked: it looks every five."""
ARRIVED_WITHIN = 60.0
LOOK_EVERY = 0.25


class NoDrill(Exception):
    """The text says why, and what to do; `status` is the exit status."""

    def __init__(self, message: str, status: Exit = Exit.CONFIG) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One card of a drill. `seconds`: from when it was asked for until Discord had it; None: it does not have it, or
    (`begun`) that is not known."""

    server: str
    receiver: str
    channel_id: int
    begun: bool
    message_id: int | None
    seconds: float | None

    def __str__(self) -> str:
        where = f"{self.server}, {self.receiver}: channel {self.channel_id}"
        if self.seconds is not None:
            return f"{'ok':9} {where}, message {self.message_id}, after {self.seconds:.1f} s"
        if self.begun:
            return f"{'not known':9} {where}: sent, and Discord has not answered; look into the channel"
        return f"{'failure':9} {where}: not sent; the bot's log says why, and python -m bot check looks at the channel"


async def run_drill(
    url: str,
    *,
    stream: TextIO,
    taken_within: float = TAKEN_WITHIN,
    arrived_within: float = ARRIVED_WITHIN,
) -> Exit:
    """A line for each server and route; the exit status that they add up to."""
    address = make_url(url)
    try:
        async with _opened(address) as engine:
            await _look_for_a_bot(address, engine)
            return await _drill(engine, stream, taken_within, arrived_within)
    except NoDrill as error:
        stream.write(f"no drill: {error}\n")
        return error.status
    except OPENING as error:
        trouble = unusable(address, error)
        stream.write(f"no drill: {trouble}\n")
        return Exit.UNAVAILABLE if isinstance(trouble, DatabaseAway) else Exit.CONFIG


@asynccontextmanager
async def _opened(address: URL) -> AsyncIterator[AsyncEngine]:
    path = file_of(address)
    if path is not None and not path.is_file():
        raise NoDrill(f"there is no database {path}: look at database.url, or start the bot (python -m bot run)")
    engine = engine_for(address, connections=1)
    try:
        async with engine.connect() as connection:
            revision = await connection.run_sync(migrations.revision)
        if revision != migrations.HEAD:
            raise NoDrill(
                f"the database is at revision {revision or 'none'}, this version needs {migrations.HEAD}: "
                "start the bot of this very version first (python -m bot run)"
            )
        yield engine
    finally:
        await engine.dispose()


async def _look_for_a_bot(address: URL, engine: AsyncEngine) -> None:
    if not await _one_acts(address, engine):
        raise NoDrill(
            "no bot is running on this database: start it (python -m bot run) and try again", Exit.UNAVAILABLE
        )


async def _one_acts(address: URL, engine: AsyncEngine) -> bool:
    """SQLite: the lock beside the file is held. PostgreSQL: the lease is."""
    if (path := file_of(address)) is not None:
        return FileLock.is_held(path)
    async with engine.connect() as connection:
        held = await connection.execute(text("SELECT expires_at > clock_timestamp() FROM bot_lease"))
        return bool(held.scalar_one_or_none())


async def _drill(engine: AsyncEngine, stream: TextIO, taken_within: float, arrived_within: float) -> Exit:
    drill_id = await _ask(engine)
    try:
        unreachable = await _until(lambda: _taken(engine, drill_id), seconds=taken_within)
        if unreachable is None:
            raise NoDrill(
                f"the bot that runs has not seen it within {taken_within:g} s: is it of this version, and not standing "
                "still? Its log says",
                Exit.UNAVAILABLE,
            )
    finally:
        await _take_back(engine, drill_id)
    sent = await _until(lambda: _all_arrived(engine, drill_id), seconds=arrived_within)
    return _report(sent or await _sent(engine, drill_id), unreachable, stream)


async def _ask(engine: AsyncEngine) -> int:
    async with engine.execution_options(bot_writes=True).begin() as connection:
        made = await connection.execute(insert(drill).values(asked_at=datetime.now(UTC)).returning(drill.c.id))
        drill_id: int = made.scalar_one()
    return drill_id


async def _taken(engine: AsyncEngine, drill_id: int) -> list[str] | None:
    """The receivers that nothing can come to, once the bot has taken it."""
    async with engine.connect() as connection:
        row = (await connection.execute(select(drill).where(drill.c.id == drill_id))).one()
    return None if row.taken_at is None else (row.unreachable or "").split()


async def _take_back(engine: AsyncEngine, drill_id: int) -> None:
    """One that nobody took: the next bot that starts must not surprise anybody with it."""
    async with engine.execution_options(bot_writes=True).begin() as connection:
        await connection.execute(delete(drill).where(drill.c.id == drill_id, drill.c.taken_at.is_(None)))


async def _all_arrived(engine: AsyncEngine, drill_id: int) -> list[Sent] | None:
    sent = await _sent(engine, drill_id)
    return sent if all(one.seconds is not None for one in sent) else None


async def _sent(engine: AsyncEngine, drill_id: int) -> list[Sent]:
    query = (
        select(failure.c.server, failure.c.message, card.c.channel_id, card.c.message_id, card.c.tried_at)
        .add_columns(card.c.sent_at, drill.c.asked_at)
        .join(incident, incident.c.id == failure.c.incident_id)
        .join(card, card.c.id == incident.c.card_id)
        .join(drill, drill.c.id == drill_id)
        .where(failure.c.task_id.startswith(prefix_of(drill_id)))
        .order_by(failure.c.id)
    )
    async with engine.connect() as connection:
        found = (await connection.execute(query)).all()
    return [
        Sent(
            server=row.server,
            receiver=row.message,
            channel_id=row.channel_id,
            begun=row.tried_at is not None,
            message_id=row.message_id,
            seconds=None if row.message_id is None else max(0.0, (row.sent_at - row.asked_at).total_seconds()),
        )
        for row in found
    ]


async def _until(look: Callable[[], Awaitable[T | None]], *, seconds: float) -> T | None:
    """What `look` finds in that time."""
    end = time.monotonic() + seconds
    while True:
        found = await look()
        if found is not None or time.monotonic() > end:
            return found
        await asyncio.sleep(LOOK_EVERY)


def _report(sent: Sequence[Sent], unreachable: Sequence[str], stream: TextIO) -> Exit:
    for one in sent:
        stream.write(f"{one}\n")
    for key in unreachable:
        stream.write(f"{'warning':9} {key}: no failure comes to this route, the routes before it take all\n")
    return Exit.DONE if all(one.seconds is not None for one in sent) else Exit.UNAVAILABLE

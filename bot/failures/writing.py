"""The small writes that the ledger's larger ones are made of, each on a given connection.

`show_again` is the outbox: whoever changes what a card shows calls it in the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, case, func, literal, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failures.card import IncidentKind, IncidentState
from bot.failures.loading import is_reminded_of
from bot.failures.parts import among, chunks
from bot.failures.rows import OPEN
from bot.failures.schema import card, failure, incident, ledger_value, server

LISTED = (IncidentKind.FAILED, IncidentKind.REVOKED)  # the kinds that are rows among Paperless's failures


async def take(connection: AsyncConnection, sequence: str, number: int) -> range:
    """The next ids of a sequence, handed out once, whatever happens to them."""
    if not number:
        return range(0)
    key = f"next_{sequence}"
    value = (await connection.execute(select(ledger_value.c.value).where(ledger_value.c.key == key))).scalar_one()
    first = int(value)
    statement = update(ledger_value).where(ledger_value.c.key == key).values(value=str(first + number))
    await connection.execute(statement)
    return range(first, first + number)


def upserting(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT; both dialects spell it alike."""
    if connection.dialect.name != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # 2 MB, which only its users need

    return postgresql.insert(table)


async def upsert(connection: AsyncConnection, table: Table, values: Mapping[str, Any], *, key: str) -> None:
    others = {name: value for name, value in values.items() if name != key}
    statement = upserting(connection, table).values(**values)
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=others))


async def expect(connection: AsyncConnection, name: str, difference: int) -> None:
    """Correct how many rows Paperless should list as not acknowledged; unknown stays unknown."""
    if difference:
        values = {"unacknowledged": server.c.unacknowledged + difference}
        await connection.execute(update(server).where(server.c.name == name).values(values))


async def show_cards(connection: AsyncConnection, ids: Iterable[int]) -> None:
    """These cards no longer show the truth: due, unless they were deleted or merged."""
    for part in chunks(sorted(ids)):
        statement = update(card).where(among(card.c.id, part), card.c.state == "standing")
        await connection.execute(statement.values(revision=card.c.revision + 1))


async def show_again(connection: AsyncConnection, *, incidents: Collection[int]) -> None:
    """The cards that these incidents are on are due, once each."""
    ids: set[int] = set()
    for part in chunks(sorted(incidents)):
        found = await connection.execute(select(incident.c.card_id).where(among(incident.c.id, part)).distinct())
        ids.update(each for each in found.scalars() if each is not None)
    await show_cards(connection, ids)


async def refresh_incidents(connection: AsyncConnection, incidents: Collection[int], *, now: datetime) -> None:
    """Count anew what is open; an incident without anything open takes the state of its newest failure.

    Shows their cards again, and the reminders of a channel in which nothing is open any more.
    """
    for part in chunks(sorted(incidents)):
        is_open = (failure.c.incident_id == incident.c.id) & (failure.c.state == OPEN)
        counted = select(func.count()).where(is_open).scalar_subquery()
        newest = select(failure.c.state).where(failure.c.id == incident.c.newest_failure_id).scalar_subquery()
        chosen = among(incident.c.id, part)
        await connection.execute(update(incident).where(chosen).values(open_count=counted))
        settled = case((newest == OPEN, literal(IncidentState.ENDED.value)), else_=newest)
        await connection.execute(
            update(incident)
            .where(chosen, incident.c.open_count == 0, incident.c.state == OPEN)
            .values(state=settled, settled_at=now)
        )
        await connection.execute(
            update(incident)
            .where(chosen, incident.c.open_count > 0, incident.c.state != OPEN)
            .values(state=OPEN, settled_at=None, open_since=now)
        )
    await show_again(connection, incidents=incidents)
    await _end_reminders(connection, incidents)


async def _end_reminders(connection: AsyncConnection, incidents: Collection[int]) -> None:
    """Once each, by a `total` of 0: a channel may hold those of a year, and Discord limits edits of old messages."""
    channels = select(card.c.channel_id).join(incident, incident.c.card_id == card.c.id)
    still_open = channels.where(incident.c.open_count > 0, is_reminded_of())
    for part in chunks(sorted(incidents)):
        reminders = select(card.c.id).where(
            card.c.kind == "reminder",
            card.c.state == "standing",
            card.c.total.is_(None),
            card.c.channel_id.in_(channels.where(among(incident.c.id, part))),
            card.c.channel_id.not_in(still_open),
        )
        over = (await connection.execute(reminders)).scalars().all()
        await connection.execute(update(card).where(among(card.c.id, over)).values(total=0))
        await show_cards(connection, over)


async def set_value(connection: AsyncConnection, key: str, value: str) -> None:
    await upsert(connection, ledger_value, {"key": key, "value": value}, key="key")


async def begin_sequences(connection: AsyncConnection, first: Mapping[str, int]) -> None:
    """A new ledger: where its ids begin. One that exists keeps its own."""
    values = [{"key": f"next_{name}", "value": str(number)} for name, number in first.items()]
    await connection.execute(upserting(connection, ledger_value).on_conflict_do_nothing(), values)

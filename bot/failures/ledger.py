"""The ledger: what was seen, intended, posted, acknowledged, by whom. The database's one reader and writer for this.

Its parts: `findings` (what was seen, and becomes told), `outbox` (what has to be sent), `claims` (who wants what
acknowledged), `audit`, `mutes`. What everybody else may ask of it is here.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database
from bot.failures import rows
from bot.failures.card import Card, FailureRow, IncidentKind
from bot.failures.claims import Claims
from bot.failures.findings import Findings
from bot.failures.loading import is_reminded_of
from bot.failures.mutes import Mutes
from bot.failures.outbox import Outbox
from bot.failures.rendering import Rendering
from bot.failures.schema import card, failure, incident, ledger_value, server
from bot.failures.writing import begin_sequences, set_value, upserting


@dataclass(frozen=True, kw_only=True)
class CardPlace:
    """Where a card stands. `message_id` None: not posted yet. `dismissed`: its message was deleted."""

    card_id: int
    channel_id: int
    message_id: int | None
    dismissed: bool


@dataclass(frozen=True, kw_only=True)
class RowPage:
    total: int
    rows: tuple[FailureRow, ...]


class Ledger:
    def __init__(
        self,
        database: Database,
        *,
        links: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self.database = database
        self._links = dict(links)
        self._now = now
        self.findings = Findings(database, now=now)
        self.outbox = Outbox(database, render=self._rendering, now=now)
        self.claims = Claims(database, now=now)
        self.audit = self.claims.audit
        self.mutes = Mutes(database, now=now)

    @classmethod
    async def open(
        cls,
        database: Database,
        *,
        links: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> Self:
        """`links`: the base of links of each server, by its name."""
        async with database.write() as connection:
            first = {"card": (1 + secrets.randbelow(2**32)) << 20, "incident": 1, "number": 1}
            await begin_sequences(connection, first)
            for name in links:
                values = {"name": name, "begun": False, "since": now(), "heard_at": now(), "listed": 0, "backlog_pk": 0}
                await connection.execute(upserting(connection, server).values(values).on_conflict_do_nothing())
        return cls(database, links=links, now=now)

    def _rendering(self) -> Rendering:
        return Rendering(links=self._links, now=self._now())

    async def card(self, card_id: int) -> Card | None:
        """The newest state of a card, as the next edit would show it. None: no such card."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(card).where(card.c.id == card_id))).mappings().one_or_none()
            return None if row is None else await self._rendering().card(connection, row)

    async def place(self, card_id: int) -> CardPlace | None:
        query = select(card.c.channel_id, card.c.message_id, card.c.state).where(card.c.id == card_id)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        return CardPlace(
            card_id=card_id,
            channel_id=row.channel_id,
            message_id=row.message_id,
            dismissed=row.state == "dismissed",
        )

    async def rows(
        self,
        card_id: int,
        *,
        offset: int = 0,
        limit: int = 10,
        through: int | None = None,
        open_only: bool = False,
    ) -> RowPage:
        """The failures behind a card, the newest first; `through`: as it was seen."""
        conditions = [incident.c.card_id == card_id]
        if through is not None:
            conditions.append(failure.c.number <= through)
        if open_only:
            conditions.append(failure.c.state == rows.OPEN)
        return await self._page(conditions, offset=offset, limit=limit)

    async def open_rows(self, *, server: str | None = None, offset: int = 0, limit: int = 10) -> RowPage:
        """All that was told and is not acknowledged, the newest first; on cards that were deleted, too."""
        conditions = [failure.c.state == rows.OPEN, failure.c.kind != IncidentKind.DRILL.value]
        if server is not None:
            conditions.append(failure.c.server == server)
        return await self._page(conditions, offset=offset, limit=limit)

    async def reminded_rows(self, channel_id: int, *, offset: int = 0, limit: int = 10) -> RowPage:
        """What a reminder in that channel is about, the newest first: what was told elsewhere has readers elsewhere."""
        conditions = [
            failure.c.state == rows.OPEN,
            card.c.channel_id == channel_id,
            card.c.state == "standing",
            is_reminded_of(),
        ]
        return await self._page(conditions, offset=offset, limit=limit)

    async def _page(self, conditions: list[ColumnElement[bool]], *, offset: int, limit: int) -> RowPage:
        chosen = _told(conditions)
        async with self.database.read() as connection:
            total = (await connection.execute(select(func.count()).select_from(chosen.subquery()))).scalar_one()
            ordered = chosen.order_by(failure.c.number.desc()).offset(offset).limit(limit)
            found = (await connection.execute(ordered)).mappings()
            return RowPage(total=total, rows=tuple(rows.failure_row_from(row) for row in found))

    async def value(self, key: str) -> str | None:
        async with self.database.read() as connection:
            return await _value(connection, key)

    async def set_value(self, key: str, value: str) -> None:
        async with self.database.write() as connection:
            await set_value(connection, key, value)


def _told(conditions: list[ColumnElement[bool]]) -> Select[Any]:
    return (
        select(failure, incident.c.card_id, card.c.state.label("card_state"))
        .join(incident, failure.c.incident_id == incident.c.id)
        .outerjoin(card, card.c.id == incident.c.card_id)
        .where(*conditions)
    )


async def _value(connection: AsyncConnection, key: str) -> str | None:
    found = await connection.execute(select(ledger_value.c.value).where(ledger_value.c.key == key))
    return found.scalar_one_or_none()

"""Acknowledgements as intents: who wants which failures acknowledged, before Paperless is asked and after.

A failure has at most one running claim: of two people who press at once, the database lets one through.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import audit
from bot.audit import Audit, Entry, Result
from bot.database import Database
from bot.failures import rows
from bot.failures.card import Acknowledgement, IncidentKind, IncidentState
from bot.failures.changing import incidents_of
from bot.failures.outcome import AlreadyAcknowledged, BeingAcknowledged, NothingOpen, UnknownCard
from bot.failures.parts import among, chunks
from bot.failures.schema import card, claim, failure, incident
from bot.failures.writing import LISTED, expect, refresh_incidents

# A claim that is older, and neither settled nor given back, was left by a process that died: anyone may take over.
LEFT_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    failure_id: int
    server: str
    task_id: str
    kind: IncidentKind
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Claim:
    """`is_left`: of an earlier life. What is acknowledged in Paperless by now was most likely done for it."""

    claim_id: int
    failures: tuple[Claimed, ...]
    is_left: bool = False


class Claims:
    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self.audit = Audit(database, now=now)

    async def claim_card(
        self, card_id: int, *, through: int | None, user_id: int, user_name: str
    ) -> Claim | AlreadyAcknowledged | BeingAcknowledged | NothingOpen | UnknownCard:
        """All that is open on a card, as far as the person saw it: up to the failure `through` (None: as it is now)."""
        on_card = incident.c.card_id == card_id
        seen = on_card if through is None else and_(on_card, failure.c.number <= through)
        async with self._database.write() as connection:
            known = (await connection.execute(select(card.c.id).where(card.c.id == card_id))).first()
            if known is None:
                return UnknownCard()
            return await self._claim(connection, seen, user_id=user_id, user_name=user_name)

    async def claim_tasks(
        self, server: str, task_ids: Collection[str], *, user_id: int, user_name: str
    ) -> Claim | AlreadyAcknowledged | BeingAcknowledged | NothingOpen | UnknownCard:
        """What is told of these tasks. UnknownCard: none of them is."""
        chosen = and_(failure.c.server == server, among(failure.c.task_id, sorted(task_ids)))
        async with self._database.write() as connection:
            return await self._claim(connection, chosen, user_id=user_id, user_name=user_name)

    async def told(self, server: str, task_ids: Collection[str]) -> set[str]:
        """Those of them that are told, in whatever state."""
        chosen = and_(failure.c.server == server, failure.c.incident_id.is_not(None))
        found: set[str] = set()
        async with self._database.read() as connection:
            for part in chunks(sorted(task_ids)):
                query = select(failure.c.task_id).where(chosen, among(failure.c.task_id, part))
                found |= set((await connection.execute(query)).scalars())
        return found

    async def _claim(
        self, connection: AsyncConnection, chosen: ColumnElement[bool], *, user_id: int, user_name: str
    ) -> Claim | AlreadyAcknowledged | BeingAcknowledged | NothingOpen | UnknownCard:
        now = self._now()
        running = and_(claim.c.state == "wanted", claim.c.at > now - LEFT_AFTER)
        told = (
            select(failure.c.id, failure.c.server, failure.c.task_id, failure.c.kind, failure.c.at)
            .join(incident, failure.c.incident_id == incident.c.id)
            .outerjoin(claim, claim.c.id == failure.c.claim_id)
            .where(chosen, failure.c.state == rows.OPEN)
            .order_by(failure.c.number)
        )
        free = (await connection.execute(told.where(or_(claim.c.id.is_(None), ~running)))).all()
        if not free:
            return await self._refusal(connection, chosen, running)
        values = {"state": "wanted", "user_id": user_id, "user_name": user_name, "at": now}
        made = await connection.execute(insert(claim).values(values).returning(claim.c.id))
        claim_id: int = made.scalar_one()
        for part in chunks([row.id for row in free]):
            await connection.execute(update(failure).where(among(failure.c.id, part)).values(claim_id=claim_id))
        return Claim(claim_id=claim_id, failures=tuple(_claimed(row) for row in free))

    async def _refusal(
        self, connection: AsyncConnection, chosen: ColumnElement[bool], running: ColumnElement[bool]
    ) -> AlreadyAcknowledged | BeingAcknowledged | NothingOpen | UnknownCard:
        query = (
            select(claim.c.user_id, claim.c.user_name)
            .join(failure, failure.c.claim_id == claim.c.id)
            .join(incident, failure.c.incident_id == incident.c.id)
            .where(chosen, failure.c.state == rows.OPEN, running)
        )
        other = (await connection.execute(query.limit(1))).first()
        if other is not None:
            return BeingAcknowledged(user_id=other.user_id, user_name=other.user_name)
        newest = (
            select(failure, incident.c.state.label("incident_state"))
            .join(incident, failure.c.incident_id == incident.c.id)
            .where(chosen)
            .order_by(failure.c.acknowledged_at.is_(None), failure.c.acknowledged_at.desc(), failure.c.number.desc())
        )
        row = (await connection.execute(newest.limit(1))).mappings().first()
        if row is None:
            return UnknownCard()
        acknowledgement = rows.acknowledgement_from(row)
        if acknowledgement is not None:
            return AlreadyAcknowledged(acknowledgement=acknowledgement)
        return NothingOpen(state=IncidentState(row["state"]))

    async def record(self, claim_id: int, failure_ids: Sequence[int]) -> int:
        """Paperless has acknowledged these; the cards say so. How many were open."""
        async with self._database.write() as connection:
            who = (await connection.execute(select(claim).where(claim.c.id == claim_id))).one()
            acknowledged = Acknowledgement(
                where="discord", user_id=who.user_id, user_name=who.user_name, at=self._now()
            )
            done = await self._record(connection, failure_ids, acknowledged)
            await self._audit(connection, who, done, Result.DONE)
            return len(done)

    async def record_elsewhere(self, failure_ids: Sequence[int]) -> int:
        """These turned out to be acknowledged already, in Paperless."""
        if not failure_ids:
            return 0
        async with self._database.write() as connection:
            return len(await self._record(connection, failure_ids, self.elsewhere()))

    def elsewhere(self) -> Acknowledgement:
        return Acknowledgement(where="paperless", user_id=None, user_name=None, at=self._now())

    async def _record(
        self, connection: AsyncConnection, failure_ids: Sequence[int], acknowledged: Acknowledgement
    ) -> list[Any]:
        values = {"state": IncidentState.ACKNOWLEDGED.value} | {
            f"acknowledged_{name}": getattr(acknowledged, name) for name in ("where", "user_id", "user_name", "at")
        }
        done: list[Any] = []
        for part in chunks(failure_ids):
            statement = update(failure).where(among(failure.c.id, part), failure.c.state == rows.OPEN).values(values)
            told = statement.returning(failure.c.id, failure.c.server, failure.c.kind, failure.c.task_id)
            done += (await connection.execute(told)).all()
        for name in {row.server for row in done}:
            await expect(connection, name, -sum(row.server == name and row.kind in LISTED for row in done))
        incidents = await incidents_of(connection, [row.id for row in done])
        await refresh_incidents(connection, incidents, now=acknowledged.at)
        return done

    async def _audit(
        self, connection: AsyncConnection, who: Any, failures: Sequence[Any], result: Result, detail: str | None = None
    ) -> None:
        """In the transaction that changes the ledger: neither says what the other does not."""
        for name in dict.fromkeys(row.server for row in failures):
            entry = Entry(
                user_id=who.user_id,
                user_name=who.user_name,
                action="acknowledge",
                subject="failures on a card or in a list",
                server=name,
                # What is silent concerns no task.
                tasks=tuple(row.task_id for row in failures if row.server == name and row.task_id),
                result=result,
                detail=detail,
            )
            await audit.append(connection, entry, now=self._now())

    async def settle(self, claim_id: int, *, state: str, detail: str | None = None) -> None:
        """done; given_back (nothing was asked, or refused); unclear (asked, the answer did not come)."""
        async with self._database.write() as connection:
            statement = update(claim).where(claim.c.id == claim_id).values(state=state, settled_at=self._now())
            who = (await connection.execute(statement.returning(claim.c.user_id, claim.c.user_name))).one()
            if state == "done":
                return
            left = select(failure.c.server, failure.c.task_id).where(
                failure.c.claim_id == claim_id, failure.c.state == rows.OPEN
            )
            result = Result.UNKNOWN if state == "unclear" else Result.FAILED
            await self._audit(connection, who, (await connection.execute(left)).all(), result, detail)

    async def left(self) -> tuple[Claim, ...]:
        """Claims that an earlier life neither settled nor gave back. Call it before any new one is made."""
        query = (
            select(claim.c.id.label("claim_id"), failure.c.id, failure.c.server, failure.c.task_id)
            .add_columns(failure.c.kind, failure.c.at)
            .join(failure, and_(failure.c.claim_id == claim.c.id, failure.c.state == rows.OPEN), isouter=True)
            .where(claim.c.state == "wanted")
            .order_by(claim.c.id, failure.c.number)
        )
        found: dict[int, list[Claimed]] = {}
        async with self._database.read() as connection:
            for row in await connection.execute(query):
                of_claim = found.setdefault(row.claim_id, [])
                if row.id is not None:
                    of_claim.append(_claimed(row))
        return tuple(Claim(claim_id=key, failures=tuple(value), is_left=True) for key, value in found.items())


def _claimed(row: Any) -> Claimed:
    return Claimed(failure_id=row.id, server=row.server, task_id=row.task_id, kind=IncidentKind(row.kind), at=row.at)

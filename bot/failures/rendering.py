"""From the ledger's rows to the frozen value of a card, on a given connection: always the newest state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failures import rows
from bot.failures.actions import CardKind
from bot.failures.card import (
    Acknowledgement,
    BacklogCard,
    Card,
    DigestCard,
    IncidentCard,
    IncidentKind,
    IncidentState,
    OutageCard,
    OutageReason,
    ReminderCard,
)
from bot.failures.digesting import lines_of
from bot.failures.loading import is_reminded_of
from bot.failures.schema import card, failure, incident, mute, server


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """What a card needs that the ledger does not hold: the base of links, by server."""

    links: Mapping[str, str]
    now: datetime

    @property
    def show_server(self) -> bool:
        return len(self.links) > 1

    async def card(self, connection: AsyncConnection, row: rows.Row) -> Card | None:
        """None: nothing to show, such as a digest whose incidents went to another card."""
        match CardKind(row["kind"]):
            case CardKind.BACKLOG:
                return self._backlog(row)
            case CardKind.OUTAGE:
                return await self._outage(connection, row)
            case CardKind.REMINDER:
                return await self._reminder(connection, row)
            case CardKind.INCIDENT | CardKind.DIGEST | CardKind.DRILL:
                return await self._incidents(connection, row)

    def _names(self, *servers: str) -> bool:
        """Whether a card says which server it is about; always of one that is no longer configured."""
        return self.show_server or any(name not in self.links for name in servers)

    def _link(self, name: str) -> str:
        return self.links.get(name, "")

    def _backlog(self, row: rows.Row) -> BacklogCard:
        return BacklogCard(
            card_id=row["id"],
            server=row["server"],
            show_server=self._names(row["server"]),
            total=row["total"],
            unacknowledged=row["unacknowledged"],
            link_base=self._link(row["server"]),
            at=row["made_at"],
        )

    async def _outage(self, connection: AsyncConnection, row: rows.Row) -> OutageCard | None:
        """An older outage's card says what it said last: the server's row is about the newest."""
        query = select(server).where(server.c.name == row["server"], server.c.outage_card_id == row["id"])
        found = (await connection.execute(query)).mappings().one_or_none()
        if found is None:
            return None
        return OutageCard(
            card_id=row["id"],
            server=row["server"],
            show_server=self._names(row["server"]),
            reason=OutageReason(found["outage_reason"]),
            detail=found["outage_detail"] or "",
            since=found["outage_since"],
            tries=found["outage_tries"],
            ended_at=found["outage_ended_at"],
            missed=found["outage_missed"],
            link_base=self._link(row["server"]),
        )

    async def _incidents(self, connection: AsyncConnection, row: rows.Row) -> Card | None:
        """Of a card with one incident and of a digest alike: how many are on it decides."""
        query = select(incident.c.id).where(incident.c.card_id == row["id"]).limit(2)
        ids = (await connection.execute(query)).scalars().all()
        if not ids:
            return None
        if len(ids) == 1:
            return await self._incident(connection, row["id"], ids[0])
        return await self._digest(connection, row)

    async def _incident(self, connection: AsyncConnection, card_id: int, incident_id: int) -> IncidentCard:
        query = select(incident).where(incident.c.id == incident_id)
        whole = (await connection.execute(query)).mappings().one()
        query = select(failure).where(failure.c.id == whole["newest_failure_id"])
        newest = (await connection.execute(query)).mappings().one()
        no_task = whole["kind"] in (IncidentKind.SILENT, IncidentKind.DRILL)
        return IncidentCard(
            card_id=card_id,
            incident_id=incident_id,
            server=whole["server"],
            show_server=self._names(whole["server"]),
            kind=IncidentKind(whole["kind"]),
            state=IncidentState(whole["state"]),
            task_id="" if no_task else newest["task_id"],
            task_pk=newest["task_pk"],
            count=whole["count"],
            open_count=whole["open_count"],
            first_at=whole["first_at"],
            last_at=whole["last_at"],
            acknowledgement=await self._acknowledgement(connection, whole, newest),
            acknowledged_unseen=newest["unseen"],
            link_base=self._link(whole["server"]),
            muted_until=await self._muted_until(connection, whole),
            through=newest["number"],
            **{name: newest[name] for name in _SHOWN},
        )

    async def _muted_until(self, connection: AsyncConnection, whole: rows.Row) -> datetime | None:
        """What is settled says nothing of it: when the mute ends, only what is open is shown again."""
        if whole["state"] != IncidentState.OPEN:
            return None
        query = select(func.max(mute.c.until)).where(
            mute.c.fingerprint.in_((whole["fingerprint"], whole["kind_print"])),
            mute.c.ended_at.is_(None),
            mute.c.until > self.now,
        )
        until: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        return until

    async def _acknowledgement(
        self, connection: AsyncConnection, whole: rows.Row, newest: rows.Row
    ) -> Acknowledgement | None:
        if whole["state"] != IncidentState.ACKNOWLEDGED:
            return None
        return rows.acknowledgement_from(newest)

    async def _digest(self, connection: AsyncConnection, row: rows.Row) -> DigestCard:
        on_it = incident.c.card_id == row["id"]
        totals = (
            await connection.execute(
                select(
                    func.sum(incident.c.count).label("total"),
                    func.sum(incident.c.open_count).label("open_total"),
                    func.min(incident.c.first_at).label("first_at"),
                    func.max(incident.c.last_at).label("last_at"),
                    func.count(incident.c.kind_print.distinct()).label("kinds"),
                ).where(on_it)
            )
        ).one()
        through = select(func.max(failure.c.number)).join(incident, failure.c.incident_id == incident.c.id).where(on_it)
        lines = await lines_of(connection, select(incident).where(on_it))
        names = tuple((await connection.execute(select(incident.c.server).where(on_it).distinct())).scalars())
        return DigestCard(
            card_id=row["id"],
            channel_id=row["channel_id"],
            servers=tuple(sorted(names)),
            show_server=self._names(*names),
            total=totals.total,
            open_total=totals.open_total,
            lines=lines,
            kinds=totals.kinds,
            first_at=totals.first_at,
            last_at=totals.last_at,
            through=(await connection.execute(through)).scalar_one(),
            acknowledgements=await self._acknowledgements(connection, row["id"]),
            catch_up_since=row["catch_up_since"],
            link_base=self._link(names[0]) if len(names) == 1 else None,
        )

    async def _acknowledgements(self, connection: AsyncConnection, card_id: int) -> tuple[Acknowledgement, ...]:
        where, user_id = failure.c.acknowledged_where, failure.c.acknowledged_user_id
        last = func.max(failure.c.acknowledged_at)
        query = (
            select(where, user_id, func.max(failure.c.acknowledged_user_name).label("acknowledged_user_name"))
            .add_columns(last.label("acknowledged_at"))
            .join(incident, failure.c.incident_id == incident.c.id)
            .where(and_(incident.c.card_id == card_id, where.is_not(None)))
            .group_by(where, user_id)
            .order_by(last.desc())
        )
        found = (rows.acknowledgement_from(row) for row in (await connection.execute(query)).mappings())
        return tuple(each for each in found if each is not None)

    async def _reminder(self, connection: AsyncConnection, row: rows.Row) -> ReminderCard | None:
        """What is open in the channel now, whatever card it is on; nobody is reminded of what they muted. One that is
        over stays so (`refresh_incidents`), and is not posted any more."""
        chosen = (
            select(incident)
            .join(card, card.c.id == incident.c.card_id)
            .where(card.c.channel_id == row["channel_id"], card.c.state == "standing", incident.c.open_count > 0)
            .where(is_reminded_of(), literal(row["total"] is None))
        )
        lines = await lines_of(connection, chosen)
        one = chosen.subquery()
        totals = (
            await connection.execute(
                select(
                    func.coalesce(func.sum(one.c.open_count), 0).label("open_total"),
                    func.min(one.c.first_at).label("oldest_at"),
                    func.count(case((one.c.id.is_not(None), one.c.kind_print)).distinct()).label("kinds"),
                )
            )
        ).one()
        if not totals.open_total and row["message_id"] is None:
            return None
        return ReminderCard(
            card_id=row["id"],
            channel_id=row["channel_id"],
            show_server=self.show_server,
            open_total=totals.open_total,
            oldest_at=totals.oldest_at or row["made_at"],
            lines=lines,
            kinds=totals.kinds,
        )


_SHOWN = (
    "task_type",
    "trigger_source",
    "filename",
    "error_type",
    "message",
    "owner",
    "duration_seconds",
    "wait_time_seconds",
    "running_again",
    "document_id",
    "duplicate_of",
    "duplicate_in_trash",
)

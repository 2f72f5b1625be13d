"""Writes what changed about what was told already: failures, outages, mutes; each on a given connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import audit
from bot.audit import Entry, Result
from bot.failures.actions import ChangeFailure, KeepOutage
from bot.failures.card import IncidentState
from bot.failures.incident import Failure
from bot.failures.parts import among, chunks
from bot.failures.rows import OPEN
from bot.failures.schema import claim, failure, incident, mute, server
from bot.failures.writing import LISTED, expect, refresh_incidents, show_again, show_cards

SHOWN_MUTED = 200  # cards that say so: an edit each, and old messages have a limit of their own
CREDITED_FOR = timedelta(minutes=2)  # after that, whoever did it was somebody else


async def change_failures(connection: AsyncConnection, changes: Sequence[ChangeFailure], *, now: datetime) -> None:
    if not changes:
        return
    ids = [each.failure_id for each in changes]
    claimants = await _claimants(connection, ids, now)
    await _credit(connection, [each for each in changes if each.failure_id in claimants], claimants, now)
    names = ("state", "owner", "running_again", *_ACKNOWLEDGED)
    statement = (
        update(failure)
        .where(failure.c.id == bindparam("b_id"), failure.c.state == OPEN)
        .values({name: bindparam(f"b_{name}") for name in names})
    )
    values = [_values(each, claimants.get(each.failure_id), now) for each in changes]
    await connection.execute(statement, [{f"b_{name}": value for name, value in row.items()} for row in values])
    await refresh_incidents(connection, await incidents_of(connection, ids), now=now)


_ACKNOWLEDGED = ("acknowledged_where", "acknowledged_user_id", "acknowledged_user_name", "acknowledged_at")


@dataclass(frozen=True, slots=True)
class _Claimant:
    """Who pressed, and for which task of which server."""

    user_id: int
    user_name: str
    server: str
    task_id: str


def _values(change: ChangeFailure, claimant: _Claimant | None, now: datetime) -> dict[str, Any]:
    """A press whose outcome was not known turns out to have worked: then it was that person."""
    where = None
    if change.state is IncidentState.ACKNOWLEDGED:
        where = "paperless" if claimant is None else "discord"
    by = claimant if where == "discord" else None
    user_id, user_name = (None, None) if by is None else (by.user_id, by.user_name)
    return {
        "id": change.failure_id,
        "state": change.state.value,
        "owner": change.owner,
        "running_again": change.running_again,
        "acknowledged_where": where,
        "acknowledged_user_id": user_id,
        "acknowledged_user_name": user_name,
        "acknowledged_at": now if where else None,
    }


async def _credit(
    connection: AsyncConnection, changes: Sequence[ChangeFailure], claimants: Mapping[int, _Claimant], now: datetime
) -> None:
    """The audit said that it was not known, or nothing yet: here is how it ended."""
    done = [claimants[each.failure_id] for each in changes if each.state is IncidentState.ACKNOWLEDGED]
    tasks: dict[tuple[int, str, str], list[str]] = {}
    for each in done:
        tasks.setdefault((each.user_id, each.user_name, each.server), []).append(each.task_id)
    for (user_id, user_name, name), task_ids in tasks.items():
        entry = Entry(
            user_id=user_id,
            user_name=user_name,
            action="acknowledge",
            subject="failures on a card or in a list",
            server=name,
            tasks=tuple(task_ids),
            result=Result.DONE,
            detail="seen in Paperless afterwards",
        )
        await audit.append(connection, entry, now=now)


async def _claimants(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> dict[int, _Claimant]:
    """Who pressed Acknowledge for these just now, without the outcome being known."""
    running = or_(claim.c.state == "wanted", (claim.c.state == "unclear") & (claim.c.settled_at > now - CREDITED_FOR))
    found: dict[int, _Claimant] = {}
    for part in chunks(ids):
        query = (
            select(failure.c.id, claim.c.user_id, claim.c.user_name, failure.c.server, failure.c.task_id)
            .join(claim, claim.c.id == failure.c.claim_id)
            .where(among(failure.c.id, part), running)
        )
        found.update((row[0], _Claimant(*row[1:])) for row in await connection.execute(query))
    return found


async def incidents_of(connection: AsyncConnection, failure_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(failure_ids):
        query = select(failure.c.incident_id).where(among(failure.c.id, part)).distinct()
        found.update(each for each in (await connection.execute(query)).scalars() if each is not None)
    return found


async def supersede(connection: AsyncConnection, told: Mapping[int, Failure], *, now: datetime) -> None:
    """A row that failed anew: its older failures, or that it was stuck, are over. Acknowledging the row covers all."""
    by_server: dict[str, set[str]] = {}
    for each in told.values():
        by_server.setdefault(each.server, set()).add(each.task_id)
    for name, task_ids in by_server.items():
        older: list[Any] = []
        for part in chunks(sorted(task_ids)):
            query = select(failure.c.id, failure.c.kind, failure.c.running_again, failure.c.task_id).where(
                failure.c.server == name, among(failure.c.task_id, part), failure.c.state == OPEN
            )
            older += [row for row in await connection.execute(query) if row.id not in told]
        await _end(connection, name, older, now=now)


async def _end(connection: AsyncConnection, name: str, older: Sequence[Any], *, now: datetime) -> None:
    ids = [row.id for row in older]
    for part in chunks(ids):
        await connection.execute(
            update(failure).where(among(failure.c.id, part)).values(state=IncidentState.ENDED.value)
        )
    listed = sum(row.kind in LISTED and not row.running_again for row in older)
    await expect(connection, name, -listed)
    await refresh_incidents(connection, await incidents_of(connection, ids), now=now)


async def keep_outage(connection: AsyncConnection, outage: KeepOutage, *, card_id: int | None, now: datetime) -> None:
    values: dict[str, Any] = {
        "outage_since": outage.since,
        "outage_reason": None if outage.outage_reason is None else outage.outage_reason.value,
        "outage_detail": outage.detail,
        "outage_tries": outage.tries,
        "outage_ended_at": outage.ended_at,
        "outage_missed": outage.missed,
        "outage_card_id": card_id,
    }
    if outage.show:
        values["outage_shown_at"] = now
    await connection.execute(update(server).where(server.c.name == outage.server).values(values))
    if outage.show and card_id is not None:
        await show_cards(connection, (card_id,))


async def end_mute(connection: AsyncConnection, mute_id: int, *, reason: str, now: datetime) -> bool:
    """Whether it was running. The cards that said "muted" are shown again."""
    statement = update(mute).where(mute.c.id == mute_id, mute.c.ended_at.is_(None))
    ended = await connection.execute(statement.values(ended_at=now, end_reason=reason).returning(mute.c.fingerprint))
    fingerprint = ended.scalar_one_or_none()
    if fingerprint is None:
        return False
    await show_muted(connection, fingerprint)
    return True


async def show_muted(connection: AsyncConnection, fingerprint: str) -> None:
    """Those cards tell of a mute: of the newest incident of a fingerprint, and the newest that are open of a kind."""
    of_it = or_(incident.c.fingerprint == fingerprint, incident.c.kind_print == fingerprint)
    newest = select(incident.c.id).where(of_it).order_by(incident.c.id.desc()).limit(1)
    a_card_each = select(func.max(incident.c.id).label("id")).where(of_it, incident.c.open_count > 0)
    still_open = a_card_each.group_by(incident.c.card_id).order_by(func.max(incident.c.id).desc()).limit(SHOWN_MUTED)
    found = {*(await connection.execute(newest)).scalars(), *(await connection.execute(still_open)).scalars()}
    await show_again(connection, incidents=tuple(found))

"""Reads what a plan needs from the ledger, on a given connection: the View of a Snapshot."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failures import rows
from bot.failures.actions import Window
from bot.failures.card import IncidentKind, IncidentState
from bot.failures.parts import CHUNK, among, chunks
from bot.failures.schema import card, channel, failure, follower, incident, mute, server
from bot.failures.view import Followed, Muted, Numbered, ServerState, Standing, Swallowed, View, Waiting

JUST_NOW = timedelta(hours=1)  # a message that told an end longer ago is no card of what happens now


async def load_view(
    connection: AsyncConnection,
    *,
    server_name: str,
    failures: Sequence[Numbered],
    away_since: datetime | None,
    escalate_after: timedelta | None,
    now: datetime,
) -> View:
    """Everything that a plan about these failures may look at."""
    mutes = await _mutes(connection)
    prints = {each.failure.fingerprint for each in failures}
    return View(
        server=await _server_state(connection, server_name, away_since),
        incidents=await _standings(connection, prints | {each.fingerprint for each in mutes}),
        windows=await _windows(connection),
        mutes=mutes,
        swallowed=await _swallowed(connection, now),
        waiting=await _waiting(connection, now - escalate_after) if escalate_after is not None else (),
        followed=await _followed(connection, server_name, {each.failure.task_id for each in failures}, now),
    )


async def _server_state(connection: AsyncConnection, name: str, away_since: datetime | None) -> ServerState:
    row = (await connection.execute(select(server).where(server.c.name == name))).mappings().one()
    return rows.server_state_from(row, away_since=away_since)


async def _mutes(connection: AsyncConnection) -> tuple[Muted, ...]:
    found = await connection.execute(select(mute).where(mute.c.ended_at.is_(None)).order_by(mute.c.id))
    return tuple(rows.muted_from(row) for row in found.mappings())


async def _standings(connection: AsyncConnection, prints: Iterable[str]) -> dict[str, Standing]:
    """The newest incident of each fingerprint."""
    found: dict[str, Standing] = {}
    for part in chunks(sorted(prints)):
        newest = (
            select(func.max(incident.c.id)).where(among(incident.c.fingerprint, part)).group_by(incident.c.fingerprint)
        )
        query = (
            select(incident, card.c.state.label("card_state"))
            .outerjoin(card, card.c.id == incident.c.card_id)
            .where(incident.c.id.in_(newest))
        )
        for row in await connection.execute(query):
            found[row.fingerprint] = _standing(row)
    return found


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        incident_id=row.id,
        fingerprint=row.fingerprint,
        state=IncidentState(row.state),
        settled_at=row.settled_at,
        card_stands=row.card_state == "standing",
        has_card=row.card_id is not None,
    )


async def _windows(connection: AsyncConnection) -> dict[int, Window]:
    """Cards that were deleted or merged in the meantime take nothing in any more."""
    windows = {row["id"]: rows.window_from(row) for row in (await connection.execute(select(channel))).mappings()}
    ids = [each for window in windows.values() for each in (window.digest, window.held, window.catch_up) if each]
    query = select(card.c.id).where(among(card.c.id, ids), card.c.state == "standing")
    standing = set((await connection.execute(query)).scalars()) if ids else set()
    return {key: _without_fallen(window, standing) for key, window in windows.items()}


def _without_fallen(window: Window, standing: set[int]) -> Window:
    return replace(
        window,
        digest=window.digest if window.digest in standing else None,
        held=window.held if window.held in standing else None,
        catch_up=window.catch_up if window.catch_up in standing else None,
    )


async def _swallowed(connection: AsyncConnection, now: datetime) -> tuple[Swallowed, ...]:
    """Open incidents that have no card, and are not muted any more; some at a time."""
    query = (
        select(failure, incident.c.id.label("its_incident"))
        .join(incident, incident.c.newest_failure_id == failure.c.id)
        .where(incident.c.card_id.is_(None), incident.c.open_count > 0, ~is_muted(mute.c.until > now))
        .order_by(incident.c.id)
        .limit(CHUNK)
    )
    found = (await connection.execute(query)).mappings()
    return tuple(Swallowed(incident_id=row["its_incident"], failure=rows.failure_from(row)) for row in found)


async def _waiting(connection: AsyncConnection, told_before: datetime) -> tuple[Waiting, ...]:
    """Channels in which something told before then is still open, and not muted."""
    told_at = case((card.c.sent_at > incident.c.open_since, card.c.sent_at), else_=incident.c.open_since)
    query = (
        select(
            card.c.channel_id,
            func.min(told_at).label("since"),
            func.min(card.c.id).label("first"),
            func.max(card.c.id).label("last"),
        )
        .join(incident, incident.c.card_id == card.c.id)
        .where(incident.c.open_count > 0, is_reminded_of())
        .where(card.c.state == "standing", card.c.message_id.is_not(None))
        .group_by(card.c.channel_id)
    )
    return tuple(
        Waiting(channel_id=row.channel_id, since=row.since, only_card=row.first if row.first == row.last else None)
        for row in await connection.execute(query)
        if row.since <= told_before
    )


async def _followed(
    connection: AsyncConnection, name: str, task_ids: Iterable[str], now: datetime
) -> dict[str, Followed]:
    """Messages that follow one of these tasks, or told its end just now."""
    recent = or_(follower.c.ended_at.is_(None), follower.c.ended_at > now - JUST_NOW)
    found: dict[str, Followed] = {}
    for part in chunks(sorted(task_ids)):
        query = (
            select(follower)
            .where(follower.c.server == name, among(follower.c.task_id, part), follower.c.message_id.is_not(None))
            .where(follower.c.state.in_(("following", "told")), recent)
            .order_by(follower.c.id.desc())  # of several, the first one ordered it
        )
        for row in await connection.execute(query):
            found[row.task_id] = Followed(follower=row.id, channel_id=row.channel_id, message_id=row.message_id)
    return found


def is_reminded_of() -> ColumnElement[bool]:
    """Of an incident: people are, as long as it is open, unless they muted it. Of a drill nobody ever is."""
    return and_(~is_muted(), incident.c.kind != IncidentKind.DRILL.value)


def is_muted(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of an incident: it alone, or its kind. `conditions`: of the mute, besides that nobody has ended it."""
    muted = select(mute.c.fingerprint).where(mute.c.ended_at.is_(None), *conditions)
    return or_(incident.c.fingerprint.in_(muted), incident.c.kind_print.in_(muted))

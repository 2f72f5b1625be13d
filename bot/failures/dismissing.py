"""A card whose message was deleted in Discord, on a given connection: what it had shown is dismissed with it.

The bot learns of it by an edit that fails, and what that edit was to show nobody has seen: it is told anew, on a card
of its own.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failures import rows
from bot.failures.card import IncidentKind
from bot.failures.parts import among, chunks
from bot.failures.schema import card, failure, incident
from bot.failures.writing import LISTED, expect, refresh_incidents


async def dismiss(connection: AsyncConnection, card_id: int) -> None:
    await connection.execute(update(card).where(card.c.id == card_id).values(state="dismissed"))


async def tell_anew(
    connection: AsyncConnection, card_id: int, *, shown: int | None, begun: datetime, now: datetime
) -> int:
    """What is open on it and came after failure `shown` (None: since `begun`) is seen and not told; how many."""
    newer = failure.c.seen_at >= begun if shown is None else failure.c.number > shown
    unseen = (
        select(failure.c.id, failure.c.incident_id, failure.c.server, failure.c.kind)
        .join(incident, failure.c.incident_id == incident.c.id)
        .where(incident.c.card_id == card_id, incident.c.kind != IncidentKind.DRILL.value)
        .where(newer, failure.c.state == rows.OPEN, failure.c.claim_id.is_(None))
    )
    found = (await connection.execute(unseen)).all()
    untold = {"state": rows.SEEN, "incident_id": None, "number": None}
    for part in chunks([row.id for row in found]):
        await connection.execute(update(failure).where(among(failure.c.id, part)).values(untold))
    for name, number in Counter(row.server for row in found if row.kind in LISTED).items():
        await expect(connection, name, -number)
    await _recount(connection, {row.incident_id for row in found}, now=now)
    return len(found)


async def _recount(connection: AsyncConnection, incidents: Collection[int], *, now: datetime) -> None:
    """Those of which nothing is left go; the others are as they were shown."""
    for part in chunks(sorted(incidents)):
        left = select(failure.c.incident_id).where(among(failure.c.incident_id, part))
        await connection.execute(delete(incident).where(and_(among(incident.c.id, part), incident.c.id.not_in(left))))
        of_it = failure.c.incident_id == incident.c.id
        newest = select(failure.c.id).where(of_it).order_by(failure.c.number.desc()).limit(1)
        values = {
            "count": select(func.count()).where(of_it).scalar_subquery(),
            "first_at": select(func.min(failure.c.at)).where(of_it).scalar_subquery(),
            "last_at": select(func.max(failure.c.at)).where(of_it).scalar_subquery(),
            "newest_failure_id": newest.scalar_subquery(),
        }
        await connection.execute(update(incident).where(among(incident.c.id, part)).values(values))
    await refresh_incidents(connection, incidents, now=now)

"""The ledger as an outbox: which cards no longer show the truth, and what became of the attempts to show it.

Write the intent (revision, in the transaction that changed the state), send, record (delivered_revision): a crash
anywhere leaves a card due, never a message forgotten. Only the newest state of a card is ever sent.

An edit of which no answer came may still be on its way, and come to Discord after a newer one. So its card is owed two
edits: one at once, and another ARRIVES after the doubt arose, when what was on its way has come. That is written down
(`tried_at` of a card whose message stands), so that a life which ends in between leaves it to the next.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database import Database
from bot.failures.actions import CardKind
from bot.failures.dismissing import dismiss, tell_anew
from bot.failures.notifier import Post
from bot.failures.parts import among
from bot.failures.rendering import Rendering
from bot.failures.routing import FRESH
from bot.failures.schema import card, incident
from bot.failures.writing import show_cards

ARRIVES = timedelta(seconds=45)
"""After that a request which was given up, or whose sender died, has come to Discord or never will."""
_GROWING = (CardKind.INCIDENT.value, CardKind.DIGEST.value)

_CHANGED = card.c.revision > card.c.delivered_revision
# Older versions left the `tried_at` of a post as it was: that is before `sent_at`.
_MAY_BE_OVERTAKEN = card.c.tried_at >= card.c.sent_at
_OWED = and_(card.c.state == "standing", or_(_CHANGED, _MAY_BE_OVERTAKEN))
# Asked for every second: put together here, once.
_WAITING = (
    select(card.c.id, card.c.channel_id, card.c.message_id, card.c.not_before, card.c.tried_at)
    .add_columns(_CHANGED.label("changed"))
    .where(_OWED)
    .order_by(card.c.message_id.is_not(None), _CHANGED.desc(), card.c.id)
)


@dataclass(frozen=True, kw_only=True)
class Due:
    card_id: int
    channel_id: int
    is_post: bool
    not_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class Outgoing(Post):
    """A card's newest state on its way. `tried_at`: it was begun before, and what became of that is not known.
    `settles`: once this has arrived there is no doubt any more. `is_first`: no state of the card arrived before, as far
    as is known."""

    card_id: int
    message_id: int | None
    revision: int
    made_at: datetime
    tried_at: datetime | None
    settles: bool
    is_first: bool


class Outbox:
    def __init__(self, database: Database, *, render: Callable[[], Rendering], now: Callable[[], datetime]) -> None:
        self._database = database
        self._render = render
        self._now = now

    async def take_up(self) -> None:
        """At the start: what an earlier life was about to change may be on its way."""
        doubtful = and_(_OWED, card.c.message_id.is_not(None))
        async with self._database.write() as connection:
            values = {"tried_at": self._now(), "revision": card.c.revision + 1}
            await connection.execute(update(card).where(doubtful).values(values))

    async def due(self) -> tuple[Due, ...]:
        """Posts, then edits, then what is shown once more, each in the order in which the cards were made."""
        now = self._now()
        return tuple(each for each in await self._waiting() if each.not_before is None or each.not_before <= now)

    async def depth(self) -> int:
        """Cards that do not show the truth yet, or may not, held ones included."""
        return len(await self._waiting())

    async def _waiting(self) -> tuple[Due, ...]:
        async def read() -> tuple[Due, ...]:
            async with self._database.read() as connection:
                found = (await connection.execute(_WAITING)).all()
            return tuple(
                Due(
                    card_id=row.id,
                    channel_id=row.channel_id,
                    is_post=row.message_id is None,
                    not_before=row.not_before if row.changed else row.tried_at + ARRIVES,
                )
                for row in found
            )

        return await self._database.unchanged("due", read)

    async def prepare(self, card_id: int) -> Outgoing | None:
        """None: there is nothing to send (any more)."""
        async with self._database.read() as connection:
            query = select(card).where(card.c.id == card_id, _OWED)
            row = (await connection.execute(query)).mappings().one_or_none()
            if row is None:
                return None
            settles = row["message_id"] is not None and self._has_arrived(row["tried_at"])
            if row["revision"] <= row["delivered_revision"] and not settles:
                return None
            shown = await self._render().card(connection, row)
            is_open = await _has_open(connection, card_id)
            reply_to = await _message_of(connection, row["reply_to_card_id"])
        if shown is None:
            await self.edited(card_id, revision=row["revision"], settles=settles)
            return None
        told_late = self._now() - max(row["made_at"], row["not_before"] or row["made_at"]) > FRESH
        settled = row["kind"] in _GROWING and not is_open
        return Outgoing(
            card=shown,
            card_id=card_id,
            channel_id=row["channel_id"],
            message_id=row["message_id"],
            revision=row["revision"],
            nonce=f"pt{card_id}",
            mention_role_id=None if told_late or settled else row["mention_role_id"],
            silent=row["silent"] or settled,
            thread=row["thread"],
            reply_to=reply_to,
            made_at=row["made_at"],
            tried_at=row["tried_at"],
            settles=settles,
            is_first=not row["delivered_revision"],
        )

    def _has_arrived(self, tried_at: datetime | None) -> bool:
        return tried_at is not None and self._now() - tried_at >= ARRIVES

    async def trying(self, card_id: int) -> None:
        """From here on Discord may have what the ledger does not know: a message, or an older state of one."""
        await self._set(card_id, tried_at=self._now())

    async def not_sent(self, card_id: int) -> None:
        """It certainly does not."""
        await self._set(card_id, tried_at=None)

    async def posted(self, card_id: int, *, message_id: int, revision: int) -> None:
        values = {"message_id": message_id, "sent_at": self._now(), "delivered_revision": revision}
        await self._set(card_id, **values, tried_at=None)

    async def edited(self, card_id: int, *, revision: int, settles: bool) -> None:
        await self._set(card_id, delivered_revision=revision, **({"tried_at": None} if settles else {}))

    async def dismissed(self, card_id: int) -> None:
        """Deleted in Discord: not posted again, and not acknowledged."""
        async with self._database.write() as connection:
            await dismiss(connection, card_id)

    async def dismissed_as_shown(self, card_id: int, *, shown: int | None, begun: datetime) -> int:
        """The same, found out by an edit; how many failures it was to show first, which are told anew. See
        `dismissing.tell_anew`."""
        async with self._database.write() as connection:
            await dismiss(connection, card_id)
            return await tell_anew(connection, card_id, shown=shown, begun=begun, now=self._now())

    async def _set(self, card_id: int, **values: object) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(card).where(card.c.id == card_id).values(**values))

    async def collapse(self, channel_id: int) -> int:
        """What could not be posted for an hour becomes one digest; how many cards went into it.

        A card of which a post was begun stays out: its message may stand already.
        """
        before = self._now() - FRESH
        async with self._database.write() as connection:
            query = select(card.c.id, card.c.made_at).where(
                and_(_OWED, card.c.channel_id == channel_id, card.c.kind.in_(_GROWING), card.c.made_at <= before),
                and_(card.c.message_id.is_(None), card.c.tried_at.is_(None)),
                or_(card.c.not_before.is_(None), card.c.not_before <= before),
            )
            waiting = (await connection.execute(query.order_by(card.c.id))).all()
            if len(waiting) < 2:
                return 0
            await _merge(connection, [row.id for row in waiting], since=min(row.made_at for row in waiting))
        return len(waiting)


async def _merge(connection: AsyncConnection, ids: list[int], *, since: datetime) -> None:
    into, *others = ids
    values = {"kind": CardKind.DIGEST.value, "catch_up_since": since, "mention_role_id": None}
    await connection.execute(update(card).where(card.c.id == into).values(values))
    await connection.execute(update(incident).where(among(incident.c.card_id, others)).values(card_id=into))
    await connection.execute(update(card).where(among(card.c.id, others)).values(state="merged"))
    await show_cards(connection, (into,))


async def _has_open(connection: AsyncConnection, card_id: int) -> bool:
    query = select(incident.c.id).where(incident.c.card_id == card_id, incident.c.open_count > 0).limit(1)
    return (await connection.execute(query)).first() is not None


async def _message_of(connection: AsyncConnection, card_id: int | None) -> int | None:
    if card_id is None:
        return None
    query = select(card.c.message_id).where(card.c.id == card_id, card.c.state == "standing")
    return (await connection.execute(query)).scalar_one_or_none()

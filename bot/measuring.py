"""A Notifier around another: counts what becomes of cards, and how long they took."""

from collections.abc import Callable
from datetime import datetime

from bot.failures.card import Card, IncidentCard, IncidentKind
from bot.failures.notifier import Notifier, NotifierError
from bot.metrics import Metrics

FAILED = (IncidentKind.FAILED, IncidentKind.REVOKED)


class Measured:
    def __init__(self, notifier: Notifier, metrics: Metrics, *, now: Callable[[], datetime]) -> None:
        self._notifier = notifier
        self._metrics = metrics
        self._now = now

    async def post(
        self,
        *,
        channel_id: int,
        card: Card,
        nonce: str,
        mention_role_id: int | None,
        silent: bool,
        reply_to: int | None,
        thread: bool,
    ) -> int:
        try:
            message_id = await self._notifier.post(
                channel_id=channel_id,
                card=card,
                nonce=nonce,
                mention_role_id=mention_role_id,
                silent=silent,
                reply_to=reply_to,
                thread=thread,
            )
        except NotifierError:
            self._metrics.cards.labels("failed").inc()
            raise
        self._metrics.cards.labels("posted").inc()
        if isinstance(card, IncidentCard) and card.kind in FAILED:
            self._metrics.delivered(card.last_at, self._now())
        return message_id

    async def edit(self, *, channel_id: int, message_id: int, card: Card) -> None:
        try:
            await self._notifier.edit(channel_id=channel_id, message_id=message_id, card=card)
        except NotifierError:
            self._metrics.cards.labels("failed").inc()
            raise
        self._metrics.cards.labels("edited").inc()

    async def find(self, *, channel_id: int, card_id: int, not_before: datetime) -> int | None:
        return await self._notifier.find(channel_id=channel_id, card_id=card_id, not_before=not_before)

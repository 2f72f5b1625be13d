"""A Notifier around another: counts what becomes of cards, and how long they took."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from bot.failures.card import Card, DigestCard, IncidentCard, IncidentKind
from bot.failures.notifier import Notifier, NotifierError, Post
from bot.metrics import Metrics

FAILED = (IncidentKind.FAILED, IncidentKind.REVOKED)
REMEMBERED = 1_000  # cards; those that grow are the newest ones


def failures_on(card: Card) -> int:
    """How many failures it tells of; what is stuck or silent, and a drill, is none."""
    if isinstance(card, DigestCard):
        return card.total - sum(line.count for line in card.lines if line.kind not in FAILED)
    return card.count if isinstance(card, IncidentCard) and card.kind in FAILED else 0


class Measured:
    def __init__(self, notifier: Notifier, metrics: Metrics, *, now: Callable[[], datetime]) -> None:
        self._notifier = notifier
        self._metrics = metrics
        self._now = now
        self._shown: OrderedDict[int, int] = OrderedDict()  # card -> failures on it when it was last accepted

    async def post(self, post: Post, /) -> int:
        try:
            message_id = await self._notifier.post(post)
        except NotifierError:
            self._metrics.cards.labels("failed").inc()
            raise
        self._metrics.cards.labels("posted").inc()
        self._accepted(post.card, before=0)
        self._delivered(post.card)
        return message_id

    async def edit(self, *, channel_id: int, message_id: int, card: Card, is_first: bool) -> None:
        """How long a first one took is not measured: its message told people before it was a card."""
        try:
            await self._notifier.edit(channel_id=channel_id, message_id=message_id, card=card, is_first=is_first)
        except NotifierError:
            self._metrics.cards.labels("failed").inc()
            raise
        self._metrics.cards.labels("edited").inc()
        self._accepted(card, before=self._shown.get(card.card_id, 0 if is_first else failures_on(card)))

    async def find(self, *, channel_id: int, card_id: int, not_before: datetime) -> int | None:
        return await self._notifier.find(channel_id=channel_id, card_id=card_id, not_before=not_before)

    def _accepted(self, card: Card, *, before: int) -> None:
        """What was on the card `before` is counted already: of a card of an earlier life, all of it."""
        number = failures_on(card)
        self._metrics.failures_posted.inc(max(0, number - before))
        self._shown[card.card_id] = number
        self._shown.move_to_end(card.card_id)
        if len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)

    def _delivered(self, card: Card) -> None:
        caught_up = isinstance(card, DigestCard) and card.catch_up_since is not None
        if isinstance(card, IncidentCard | DigestCard) and failures_on(card) and not caught_up:
            self._metrics.delivered(card.last_at, self._now())

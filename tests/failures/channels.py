"""An in-memory Discord for the tests of the desk: a Notifier with Discord's habits.

A nonce seen before answers with its message, a deleted message is gone, too many sends are a 429. `Died` ends a life
of the bot in the middle of a call: nothing is sent any more until the world is restarted.
"""

import asyncio
import itertools
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter

from bot.failures.card import Card
from bot.failures.notifier import ChannelForbidden, MessageGone, NotifierError, Post
from bot.sandbox.paperless import Clock

ALERTS = 3000000000000000003


@dataclass
class Message:
    message_id: int
    channel_id: int
    card: Card
    nonce: str
    mention_role_id: int | None
    silent: bool
    reply_to: int | None
    thread: bool
    at: datetime
    states: list[Card] = field(default_factory=list)
    deleted: bool = False

    def show(self, card: Card) -> None:
        self.card = card
        self.states.append(card)


class Died(asyncio.CancelledError):
    """The process ends in the middle of this call: nothing is sent any more until World.restart."""


class Channels:
    """An in-memory Notifier, with Discord's habits."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.messages: dict[int, Message] = {}
        self.calls: list[str] = []
        self.limits = 0  # how often it had to say 429
        self.allowed: int | None = None  # sends in 5 s and channel
        self.faults: deque[BaseException] = deque()  # raised instead of doing it, one a call
        self.lost: deque[BaseException] = deque()  # raised after doing it, one a call
        # Raised by an edit, one a call; it is done so many seconds later, or when everything `arrives`.
        self.late: deque[tuple[BaseException, float]] = deque()
        self.closed: set[int] = set()
        self.hangs: set[int] = set()
        self.release = asyncio.Event()
        self.dead = False
        self._sends: defaultdict[int, deque[datetime]] = defaultdict(deque)
        self._on_their_way: list[tuple[datetime, Message, Card]] = []
        self._ids = itertools.count(7000000000000000001)

    def in_channel(self, channel_id: int = ALERTS) -> list[Message]:
        return [each for each in self.messages.values() if each.channel_id == channel_id and not each.deleted]

    def cards(self, channel_id: int = ALERTS) -> list[Card]:
        return [each.card for each in self.in_channel(channel_id)]

    def delete(self, message: Message) -> None:
        message.deleted = True

    async def post(self, post: Post, /) -> int:
        await self._enter("post", post.channel_id)
        assert len(post.nonce) <= 25
        for known in self.messages.values():
            if known.nonce == post.nonce and self.clock.now() - known.at < timedelta(minutes=3):
                if known.deleted:
                    raise MessageGone
                return known.message_id
        message = Message(
            message_id=next(self._ids),
            channel_id=post.channel_id,
            card=post.card,
            nonce=post.nonce,
            mention_role_id=post.mention_role_id,
            silent=post.silent,
            reply_to=post.reply_to,
            thread=post.thread,
            at=self.clock.now(),
            states=[post.card],
        )
        self.messages[message.message_id] = message
        self._leave()
        return message.message_id

    async def edit(self, *, channel_id: int, message_id: int, card: Card, is_first: bool) -> None:
        await self._enter("edit", channel_id)
        message = self.messages[message_id]
        assert message.channel_id == channel_id
        if message.deleted:
            raise MessageGone
        if self.late:
            fault, seconds = self.late.popleft()
            self._on_their_way.append((self.clock.now() + timedelta(seconds=seconds), message, card))
            raise self._noted(fault)
        message.show(card)
        self._leave()

    def arrives(self, *, until: datetime | None = None) -> None:
        """What the network held back comes to Discord, after all that was sent in the meantime. None: all of it."""
        for at, message, card in sorted(self._on_their_way, key=itemgetter(0)):
            if until is None or at <= until:
                message.show(card)
        self._on_their_way = [each for each in self._on_their_way if until is not None and each[0] > until]

    async def find(self, *, channel_id: int, card_id: int, not_before: datetime) -> int | None:
        await self._enter("find", channel_id)
        for message in self.in_channel(channel_id):
            if message.card.card_id == card_id and message.at >= not_before:
                return message.message_id
        return None

    async def _enter(self, call: str, channel_id: int) -> None:
        if self.dead:
            raise Died
        self.calls.append(call)
        self.arrives(until=self.clock.now())
        if channel_id in self.hangs:
            await self.release.wait()
        if channel_id in self.closed:
            raise ChannelForbidden("Missing Access")
        if self.faults:
            raise self._noted(self.faults.popleft())
        if self.allowed is not None and call != "find":
            self._count(channel_id)
        await asyncio.sleep(0)

    def _count(self, channel_id: int) -> None:
        sends, now = self._sends[channel_id], self.clock.now()
        while sends and now - sends[0] >= timedelta(seconds=5):
            sends.popleft()
        if self.allowed is not None and len(sends) >= self.allowed:
            self.limits += 1
            raise NotifierError("429", retry_after=5.0)
        sends.append(now)

    def _leave(self) -> None:
        if self.lost:
            raise self._noted(self.lost.popleft())

    def _noted(self, fault: BaseException) -> BaseException:
        self.dead = self.dead or isinstance(fault, Died)
        return fault

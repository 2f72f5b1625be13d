"""A world for the tests of the desk: the local Paperless, a stepped clock, an in-memory Discord, a real database.

The notifier enforces what Discord does: a nonce seen before answers with its message, a deleted message is gone,
a channel's limit is 429. `Died` ends a life of the bot in the middle of a call; `World.restart` begins another.
"""

import asyncio
import itertools
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.database import Database
from bot.failures.card import Card, DigestCard, IncidentCard
from bot.failures.desk import Desk, WatchedServer, links_of
from bot.failures.ledger import Ledger
from bot.failures.notifier import ChannelForbidden, MessageGone, NotifierError
from bot.failures.outcome import PollReport
from bot.failures.watcher import Watcher
from bot.paperless import PaperlessClient
from bot.sandbox.paperless import Clock, SandboxPaperless
from bot.sections import FailuresSection

ALERTS = 3000000000000000003
OTHER = 3000000000000000009
ROLE = 4000000000000000004
ADA, BEN = 5000000000000000001, 5000000000000000002
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


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
        self.closed: set[int] = set()
        self.hangs: set[int] = set()
        self.release = asyncio.Event()
        self.dead = False
        self._sends: defaultdict[int, deque[datetime]] = defaultdict(deque)
        self._ids = itertools.count(7000000000000000001)

    def in_channel(self, channel_id: int = ALERTS) -> list[Message]:
        return [each for each in self.messages.values() if each.channel_id == channel_id and not each.deleted]

    def cards(self, channel_id: int = ALERTS) -> list[Card]:
        return [each.card for each in self.in_channel(channel_id)]

    def delete(self, message: Message) -> None:
        message.deleted = True

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
        await self._enter("post", channel_id)
        assert len(nonce) <= 25
        for known in self.messages.values():
            if known.nonce == nonce and self.clock.now() - known.at < timedelta(minutes=3):
                if known.deleted:
                    raise MessageGone
                return known.message_id
        message = Message(
            message_id=next(self._ids),
            channel_id=channel_id,
            card=card,
            nonce=nonce,
            mention_role_id=mention_role_id,
            silent=silent,
            reply_to=reply_to,
            thread=thread,
            at=self.clock.now(),
            states=[card],
        )
        self.messages[message.message_id] = message
        self._leave()
        return message.message_id

    async def edit(self, *, channel_id: int, message_id: int, card: Card) -> None:
        await self._enter("edit", channel_id)
        message = self.messages[message_id]
        assert message.channel_id == channel_id
        if message.deleted:
            raise MessageGone
        message.card = card
        message.states.append(card)
        self._leave()

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


@dataclass
class World:
    path: Path
    clock: Clock
    paperless: dict[str, SandboxPaperless]
    channels: Channels
    section: FailuresSection
    token: str = "admin"
    database: Database | None = None
    clients: dict[str, PaperlessClient] = field(default_factory=dict)
    _desk: Desk | None = None

    @property
    def home(self) -> SandboxPaperless:
        return self.paperless["home"]

    @property
    def desk(self) -> Desk:
        assert self._desk is not None
        return self._desk

    @property
    def ledger(self) -> Ledger:
        return self.desk.ledger

    @property
    def watcher(self) -> Watcher:
        return self.desk.watchers["home"]

    async def open(self) -> None:
        self.database = await Database.open(f"sqlite:///{self.path}")
        self.clients = {
            name: PaperlessClient(each.url, each.tokens[self.token], sleep=self.sleep)
            for name, each in self.paperless.items()
        }
        servers = {
            name: WatchedServer(client=client, link_base=f"https://{name}.example")
            for name, client in self.clients.items()
        }
        ledger = await Ledger.open(self.database, links=links_of(servers), now=self.clock.now)
        self._desk = Desk(
            ledger=ledger,
            servers=servers,
            notifier=self.channels,
            section=self.section,
            now=self.clock.now,
            sleep=self.sleep,
        )
        await self._desk.start()

    async def close(self) -> None:
        await self.desk.close(patience=0.1)
        for client in self.clients.values():
            await client.close()
        assert self.database is not None
        await self.database.close()

    async def restart(self, *, section: FailuresSection | None = None) -> None:
        await self.close()
        self.channels.dead = False
        self.section = section or self.section
        await self.open()

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await asyncio.sleep(0)

    async def poll(self, times: int = 1, *, after: float = 5.0) -> PollReport:
        """`times` polls, `after` seconds before each."""
        report: PollReport | None = None
        for _ in range(times):
            self.clock.advance(after)
            report = await self.watcher.poll_once()
        assert report is not None
        return report

    async def deliver(self, seconds: float = 30.0) -> None:
        """As the second's job does, for so long."""
        for _ in range(int(seconds)):
            self.clock.advance(1)
            await self.desk.deliver_once()

    async def lanes(self) -> None:
        """Until what the courier has begun is done."""
        await asyncio.gather(*self.desk.courier._lanes, return_exceptions=True)

    def requests(self, since: int = 0) -> list[Any]:
        return list(self.home.requests)[since:]


def section(**changes: Any) -> FailuresSection:
    return FailuresSection(**({"channel_id": ALERTS} | changes))


def incident_cards(channels: Channels, channel_id: int = ALERTS) -> list[IncidentCard]:
    return [card for card in channels.cards(channel_id) if isinstance(card, IncidentCard)]


def digests(channels: Channels, channel_id: int = ALERTS) -> list[DigestCard]:
    return [card for card in channels.cards(channel_id) if isinstance(card, DigestCard)]


_template: list[bytes] = []


async def _migrated(path: Path) -> None:
    """The migrations take longer than most tests: done once, and copied."""
    template = path.with_name("template.db")
    if not _template:
        await (await Database.open(f"sqlite:///{template}")).close()
    await asyncio.to_thread(_copy, template, path)


def _copy(template: Path, path: Path) -> None:
    if not _template:
        _template.append(template.read_bytes())
    path.write_bytes(_template[0])


@asynccontextmanager
async def a_world(
    path: Path, *, names: tuple[str, ...] = ("home",), version: str = "3.0.5", begun: bool = True, **changes: Any
) -> AsyncIterator[World]:
    """`begun`: the very first start lies behind."""
    clock = Clock.stepped(START)
    paperless = {name: SandboxPaperless(version=version, clock=clock) for name in names}
    for each in paperless.values():
        await each.start()
    world = World(
        path=path / "bot.db",
        clock=clock,
        paperless=paperless,
        channels=Channels(clock),
        section=section(**changes),
    )
    try:
        await _migrated(world.path)
        await world.open()
        if begun:
            for watcher in world.desk.watchers.values():
                await watcher.poll_once()
        yield world
    finally:
        if world._desk is not None:
            await world.close()
        for each in paperless.values():
            await each.stop()

"""A world for the tests of the desk: the local Paperless, a stepped clock, an in-memory Discord, a real database.

`World.restart` ends one life of the bot and begins another on the same database.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.database import Database
from bot.failures.card import DigestCard, IncidentCard
from bot.failures.desk import Desk, WatchedServer, links_of
from bot.failures.ledger import Ledger
from bot.failures.outcome import PollReport
from bot.failures.watcher import Watcher
from bot.paperless import PaperlessClient
from bot.sandbox.paperless import Clock, SandboxPaperless
from bot.sections import FailuresSection
from tests.failures.channels import ALERTS as ALERTS
from tests.failures.channels import Channels
from tests.failures.channels import Died as Died
from tests.failures.channels import Message as Message
from tests.ledgers import migrated

OTHER = 3000000000000000009
ROLE = 4000000000000000004
ADA, BEN = 5000000000000000001, 5000000000000000002
__all__ = [
    "ADA",
    "ALERTS",
    "BEN",
    "OTHER",
    "ROLE",
    "START",
    "Channels",
    "Died",
    "Message",
    "World",
    "a_world",
    "digests",
    "incident_cards",
    "names_shown",
    "section",
]

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

PATIENCE = 60  # real seconds that a delivery waits for its sends: what is told must not hang on how busy the machine is


@dataclass
class World:
    path: Path
    clock: Clock
    paperless: dict[str, SandboxPaperless]
    channels: Channels
    section: FailuresSection
    token: str = "admin"
    url: str | None = None  # of a database that is no file
    behind: timedelta = timedelta(0)  # how far the bot's clock is behind Paperless's
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

    def now(self) -> datetime:
        return self.clock.now() - self.behind

    async def open(self) -> None:
        self.database = await Database.open(self.url or f"sqlite:///{self.path}")
        self.clients = {
            name: PaperlessClient(each.url, each.tokens[self.token], sleep=self.sleep)
            for name, each in self.paperless.items()
        }
        servers = {
            name: WatchedServer(client=client, link_base=f"https://{name}.example")
            for name, client in self.clients.items()
        }
        ledger = await Ledger.open(self.database, links=links_of(servers), now=self.now)
        self._desk = Desk(
            ledger=ledger,
            servers=servers,
            notifier=self.channels,
            section=self.section,
            now=self.now,
            sleep=self.sleep,
        )
        self._desk.courier.patience = PATIENCE
        await self._desk.start()

    async def close(self) -> None:
        await self.desk.close(patience=0.1)
        for client in self.clients.values():
            await client.close()
        assert self.database is not None
        await self.database.close()

    async def restart(self) -> None:
        await self.close()
        self.channels.dead = False
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


def names_shown(world: World, channel_id: int = ALERTS) -> list[str | None]:
    return [card.filename for card in incident_cards(world.channels, channel_id)]


def digests(channels: Channels, channel_id: int = ALERTS) -> list[DigestCard]:
    return [card for card in channels.cards(channel_id) if isinstance(card, DigestCard)]


@asynccontextmanager
async def a_world(
    path: Path,
    *,
    names: tuple[str, ...] = ("home",),
    version: str = "3.0.5",
    begun: bool = True,
    url: str | None = None,
    behind: timedelta = timedelta(0),
    **changes: Any,
) -> AsyncIterator[World]:
    """`begun`: the very first start lies behind. `url`: another database than a file in `path`. `behind`: the bot's
    clock, compared with Paperless's."""
    clock = Clock.stepped(START)
    paperless = {name: SandboxPaperless(version=version, clock=clock) for name in names}
    for each in paperless.values():
        await each.start()
    world = World(
        path=path / "bot.db",
        clock=clock,
        paperless=paperless,
        channels=Channels(clock),
        url=url,
        behind=behind,
        section=section(**changes),
    )
    try:
        await migrated(world.path)
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

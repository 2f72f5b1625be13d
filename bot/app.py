"""The composition root: TaskBot builds what lives long (clients, database, ledger, watchers,
scheduler), owns it and closes it.

async with TaskBot(settings) as bot:      # opens the database: refused when another process holds it
    await bot.login(token)                # loads the cogs
    await bot.serve(stop)                 # syncs the commands; until the event is set
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import aiohttp
import discord
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from discord.ext import commands

from bot.access import Access, per_minute
from bot.cdn import cdn_session
from bot.config import Settings
from bot.database import Database
from bot.drawing import Drawing
from bot.events import Reading
from bot.failures.desk import Desk, WatchedServer, links_of
from bot.failures.followers import Followers
from bot.failures.ledger import Ledger
from bot.failures.notifier import Notifier
from bot.failures.outcome import PollReport
from bot.following import Following
from bot.gateway import Gateway, Identifies
from bot.guard import Guard
from bot.labels import Owners
from bot.limits import Limits
from bot.measuring import Measured
from bot.metrics import Metrics
from bot.notifier import DiscordNotifier
from bot.paperless import PaperlessClient
from bot.presses import measured_names
from bot.registering import registering
from bot.sections import PaperlessSection
from bot.stopping import CUT_OFF_SECONDS, STOP_SECONDS, cut_off, drain, within
from bot.tree import Tree

log = logging.getLogger(__name__)

EXTENSIONS = (
    "cogs.errors",
    "cogs.tasks",
    "cogs.runs",
    "cogs.lists",
    "cogs.upload",
    "cogs.digest",
    "cogs.audit",
    "cogs.guilds",
    "cogs.help",
    "cogs.failures",
)


class UnknownServer(LookupError):
    """No Paperless-ngx server of that name is configured; the text tells which there are."""


@dataclass(frozen=True, slots=True)
class Server:
    """One configured Paperless-ngx. `run_client` speaks with the run_token where there is one, else it is `client`."""

    name: str
    client: PaperlessClient
    run_client: PaperlessClient
    link_base: str
    owners: Owners

    async def close(self) -> None:
        self.owners.close()
        await self.client.close()
        await self.run_client.close()


def utc_now() -> datetime:
    return datetime.now(UTC)


def _client(section: PaperlessSection, token: str) -> PaperlessClient:
    headers = {name: value.get_secret_value() for name, value in section.headers.items()}
    return PaperlessClient(section.url, token, ca_file=section.ca_file, headers=headers)


def _server(name: str, section: PaperlessSection) -> Server:
    client = _client(section, section.token.get_secret_value())
    run_client = client if section.run_token is None else _client(section, section.run_token.get_secret_value())
    return Server(name=name, client=client, run_client=run_client, link_base=section.link_base, owners=Owners(client))


def servers_of(settings: Settings) -> dict[str, Server]:
    """By name. Nothing is asked of them yet; whoever asks for them closes them."""
    return {name: _server(name, section) for name, section in settings.paperless.items()}


class TaskBot(commands.Bot):
    """The bot. `connector` sends all of Discord's traffic elsewhere: to the sandbox's socket, through a proxy."""

    database: Database
    ledger: Ledger
    desk: Desk
    following: Following
    gateway: Gateway
    began_at: datetime
    cdn: aiohttp.ClientSession

    def __init__(
        self,
        settings: Settings,
        *,
        connector: aiohttp.BaseConnector | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        options: dict[str, Any] = {} if connector is None else {"connector": connector}
        self.metrics = Metrics()
        self.metrics.begin(settings.paperless, poll_seconds=settings.failures.poll_seconds)
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0,
            http_trace=self._trace(now),
            **options,
        )
        self.settings = settings
        self.now = now
        self.access = Access(settings.access, guild_id=settings.discord.guild_id)
        self.limits = Limits(per_minute(settings.limits))
        self.notifier = DiscordNotifier(self, guild_id=settings.discord.guild_id, owner_name=self.owner_name)
        self.drawing = Drawing()
        self._connector = connector
        self.servers: Mapping[str, Server] = {}
        self.is_open = False
        self.scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": 300, "coalesce": True, "max_instances": 1}
        )

    def _trace(self, now: Callable[[], datetime]) -> aiohttp.TraceConfig:
        """Of every request to Discord: named, counted, and refused to a process that must not act any more."""

        async def named(_session: object, _context: object, asked: aiohttp.TraceRequestStartParams) -> None:
            # Discord asks it of every client; discord.py leaves it out where it answers interactions.
            asked.headers["User-Agent"] = self.http.user_agent

        async def only_while_leading(*_: object) -> None:
            if self.is_open and self.database.lease is not None:
                self.database.lease.check()

        trace = self.metrics.trace()
        self.guard = Guard(now=now)
        self.guard.watch(trace)
        trace.on_request_start.append(named)
        trace.on_request_start.append(only_while_leading)
        # A process that freezes while it connects sends what it was about to send when it wakes.
        trace.on_connection_create_end.append(only_while_leading)
        trace.on_connection_reuseconn.append(only_while_leading)
        return trace

    async def __aenter__(self) -> Self:
        """Open what the bot stands on. Raises DatabaseInUse or DatabaseUnusable, each with a sentence."""
        self.database = await Database.open(self.settings.database.url)
        self.servers = servers_of(self.settings)
        try:
            self.ledger = await Ledger.open(self.database, links=links_of(self._watched()), now=self.now)
            self.following = self._open_following()
            self.gateway = Gateway(self, Identifies(self.ledger, now=self.now))
            self.cdn = cdn_session(self._connector)
            await super().__aenter__()
        except BaseException:
            await self._close_what_is_ours()
            raise
        self.is_open, self.began_at = True, self.now()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.is_open = False
        try:
            await within(CUT_OFF_SECONDS, self.following.close(), what="what follows tasks")
            await self.cdn.close()
            if not await within(2 * CUT_OFF_SECONDS, super().__aexit__(exc_type, exc, traceback), what="Discord"):
                await self.http.close()
        finally:
            await self._close_what_is_ours()

    async def _close_what_is_ours(self) -> None:
        self.drawing.close()
        for server in self.servers.values():
            await server.close()
        await self.database.close()

    # --- what the cogs use

    @property
    def several_servers(self) -> bool:
        return len(self.servers) > 1

    def server(self, name: str | None) -> Server:
        """The server of that name; the only one where there is one and `name` is None."""
        if name is None and not self.several_servers:
            return next(iter(self.servers.values()))
        server = self.servers.get(name or "")
        if server is None:
            said = f"There is no server {name!r}: choose" if name else "Say in `server` which one is meant: choose"
            raise UnknownServer(f"{said} one of {', '.join(self.servers)}.")
        return server

    async def owner_name(self, server: str, user_id: int | None) -> str | None:
        """What a user of that server is called; None: not known, or the bot may not see users."""
        return await self.servers[server].owners.name_of(user_id) if server in self.servers else None

    def open_desk(self, notifier: Notifier) -> Desk:
        """The desk at which failures are handled; `cogs.failures` brings the notifier, and starts it."""
        self.desk = Desk(
            ledger=self.ledger,
            servers=self._watched(),
            notifier=Measured(notifier, self.metrics, now=self.now),
            section=self.settings.failures,
            now=self.now,
            sleep=asyncio.sleep,
        )
        return self.desk

    def _open_following(self) -> Following:
        followers = Followers(self.database, now=self.now)
        return Following(self.servers, followers, self.notifier, now=self.now)

    def _watched(self) -> dict[str, WatchedServer]:
        return {
            name: WatchedServer(client=server.client, link_base=server.link_base)
            for name, server in self.servers.items()
        }

    async def poll(self, name: str) -> PollReport:
        """One poll of one server, measured."""
        report = await self.desk.watchers[name].poll_once()
        self.metrics.polled(report)
        return report

    @property
    def is_working(self) -> bool:
        """It holds its database, and all of it is loaded."""
        return self.is_open and EXTENSIONS[-1] in self.extensions

    # --- start and stop

    def _get_state(self, **options: Any) -> Reading:
        return Reading(dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options)

    async def setup_hook(self) -> None:
        # A cog that fails to load stops the start: half a bot looks like a whole one.
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        self.metrics.begin_interactions(measured_names(self.tree))
        await self.following.resume()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await self.gateway.before_identify(initial=initial)

    async def serve(self, stop: asyncio.Event) -> None:
        """Sync, connect, poll until `stop` is set; then finish what is in flight. The bot must be logged in. Raises
        LeaseLost at once when another process takes over."""
        acting = asyncio.create_task(self._act(), name="gateway")
        ends = {acting, asyncio.create_task(stop.wait(), name="stop")}
        ends.add(asyncio.create_task(self.guard.token_refused.wait(), name="token refused"))
        if (lease := self.database.lease) is not None:
            ends.add(asyncio.create_task(lease.lost.wait(), name="lease lost"))
        lag = asyncio.create_task(self.metrics.watch_lag(), name="loop lag")
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if acting.done():
                acting.result()
            if self.guard.token_refused.is_set():
                raise discord.LoginFailure("Discord no longer knows the token")
            if lease is not None:
                lease.check()
        finally:
            clock = asyncio.get_running_loop().time
            until = clock() + (STOP_SECONDS if lease is None or lease.is_held else 0)
            # Reading the gateway ends first, so that nothing new comes in while the rest is finished.
            await cut_off({*ends, lag}, seconds=2 * CUT_OFF_SECONDS)
            await drain(self, patience=max(0, until - clock()))

    async def _act(self) -> None:
        async with registering(self):
            self.scheduler.start()
            await self.gateway.stay_connected()

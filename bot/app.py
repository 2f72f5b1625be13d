"""The composition root: TaskBot builds what lives long (clients, database, ledger, watchers,
scheduler), owns it and closes it.

async with TaskBot(settings) as bot:      # opens the database: refused when another process holds it
    await bot.login(token)                # loads the cogs, syncs the commands
    await bot.serve(stop)                 # until the event is set; finishes what is in flight
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import discord
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from discord.ext import commands

from bot.access import Access
from bot.config import PaperlessSection, Settings
from bot.paperless import PaperlessClient

log = logging.getLogger(__name__)

EXTENSIONS = ("cogs.errors", "cogs.tasks", "cogs.failures")
DRAIN_SECONDS = 10
FIRST_CONNECT_PAUSES = (1, 2, 4, 8, 15, 30, 60)
"""Seconds between tries of the very first gateway connection; the last one repeats. An IDENTIFY is only spent on a
connection that stands, so this never nears the 1,000 a day."""

# discord.py names the tasks in which it runs handlers; there is no public way to wait for them.
HANDLER_TASKS = ("CommandTree-invoker", "discord-ui-")


class UnknownServer(LookupError):
    """No Paperless-ngx server of that name is configured; the text tells which there are."""


@dataclass(frozen=True, slots=True)
class Server:
    """One configured Paperless-ngx. `run_client` speaks with the run_token where there is one, else it is `client`."""

    name: str
    client: PaperlessClient
    run_client: PaperlessClient
    link_base: str


def utc_now() -> datetime:
    return datetime.now(UTC)


def _client(section: PaperlessSection, token: str) -> PaperlessClient:
    headers = {name: value.get_secret_value() for name, value in section.headers.items()}
    return PaperlessClient(section.url, token, ca_file=section.ca_file, headers=headers)


def _server(name: str, section: PaperlessSection) -> Server:
    client = _client(section, section.token.get_secret_value())
    run_client = client if section.run_token is None else _client(section, section.run_token.get_secret_value())
    return Server(name=name, client=client, run_client=run_client, link_base=section.link_base)


class TaskBot(commands.Bot):
    """The bot. `connector` sends all of Discord's traffic elsewhere: the sandbox's socket, a proxy's."""

    def __init__(
        self,
        settings: Settings,
        *,
        connector: aiohttp.BaseConnector | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0,
            **({} if connector is None else {"connector": connector}),
        )
        self.settings = settings
        self.now = now
        self.access = Access(settings.access, guild_id=settings.discord.guild_id)
        self.servers: Mapping[str, Server] = {}
        self.scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": 300, "coalesce": True, "max_instances": 1}
        )

"""A local Discord and real discord.py clients on it.

At the end of every test, what the sandbox took and what it answered is held against Discord's OpenAPI document.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import discord
import pytest
from discord import app_commands

from bot.sandbox.discord import RateLimits, Request, SandboxDiscord
from bot.sandbox.discord.ids import GUILD_ID
from tests.discord_schema import answer_errors, schema_errors
from tests.shared import DISCORD_OPENAPI


class Bot(discord.Client):
    """A client with a command tree, as small as can be."""

    def __init__(
        self,
        sandbox: SandboxDiscord,
        *,
        intents: discord.Intents | None = None,
        allowed_mentions: discord.AllowedMentions | None = None,
    ) -> None:
        super().__init__(
            intents=intents or discord.Intents(guilds=True),
            connector=sandbox.connector(),
            guild_ready_timeout=0,
            max_messages=None,
            allowed_mentions=allowed_mentions,
        )
        self.tree = app_commands.CommandTree(self)
        self.connected: asyncio.Task[None] | None = None

    async def sync(self) -> list[app_commands.AppCommand]:
        guild = discord.Object(GUILD_ID)
        self.tree.copy_global_to(guild=guild)
        return await self.tree.sync(guild=guild)

    def channel(self, channel_id: int) -> discord.PartialMessageable:
        return self.get_partial_messageable(channel_id, guild_id=GUILD_ID)


Start = Callable[[Bot], Awaitable[Bot]]


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxDiscord]:
    async with SandboxDiscord(rate_limits=RateLimits.none()) as running:
        running.gateway.identify_seconds = 0  # the clients of a test come one after the other
        yield running
    if DISCORD_OPENAPI.is_file():
        for request in running.requests:
            _hold_against_the_document(request)


def _hold_against_the_document(request: Request) -> None:
    if request.status is None or request.status >= 300 or request.planned:
        return
    assert (str(request), schema_errors(request)) == (str(request), []), f"accepted: {request.json}"
    assert (str(request), answer_errors(request)) == (str(request), []), f"answered: {request.answer}"


@pytest.fixture
async def start(sandbox: SandboxDiscord) -> AsyncIterator[Start]:
    """Starts a client and returns once it is ready; closes it at the end."""
    bots: list[Bot] = []

    async def start_bot(bot: Bot) -> Bot:
        bots.append(bot)
        await bot.login(sandbox.token)
        bot.connected = asyncio.create_task(bot.connect())
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait([bot.connected, ready], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        if bot.connected.done():
            ready.cancel()
            await bot.connected
        return bot

    yield start_bot
    for bot in bots:
        await bot.close()
        if bot.connected is not None:
            await asyncio.wait([bot.connected], timeout=5)

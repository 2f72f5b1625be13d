"""A local Discord and real discord.py clients on it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import discord
import pytest
from discord import app_commands

from bot.sandbox.discord import RateLimits, SandboxDiscord
from bot.sandbox.discord.ids import GUILD_ID


class Bot(discord.Client):
    """A client with a command tree, as small as can be."""

    def __init__(self, sandbox: SandboxDiscord, *, intents: discord.Intents | None = None) -> None:
        super().__init__(
            intents=intents or discord.Intents(guilds=True),
            connector=sandbox.connector(),
            guild_ready_timeout=0,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.tree = app_commands.CommandTree(self)
        self.ended: asyncio.Task[None] | None = None

    async def sync(self) -> list[app_commands.AppCommand]:
        guild = discord.Object(GUILD_ID)
        self.tree.copy_global_to(guild=guild)
        return await self.tree.sync(guild=guild)


Start = Callable[[Bot], Awaitable[Bot]]


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxDiscord]:
    async with SandboxDiscord(rate_limits=RateLimits.none()) as running:
        yield running


@pytest.fixture
async def start(sandbox: SandboxDiscord) -> AsyncIterator[Start]:
    """Starts a client and returns once it is ready; closes it at the end."""
    bots: list[Bot] = []

    async def start_bot(bot: Bot) -> Bot:
        bots.append(bot)
        bot.ended = asyncio.create_task(bot.start(sandbox.token))
        ready = asyncio.create_task(_wait_until_ready(bot))
        await asyncio.wait([bot.ended, ready], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        if bot.ended.done():
            ready.cancel()
            await bot.ended
        return bot

    yield start_bot
    for bot in bots:
        await bot.close()
        if bot.ended is not None:
            await asyncio.wait([bot.ended], timeout=5)


async def _wait_until_ready(bot: Bot) -> None:
    while not hasattr(bot, "_ready") or bot._ready is discord.utils.MISSING:
        await asyncio.sleep(0)
    await bot.wait_until_ready()

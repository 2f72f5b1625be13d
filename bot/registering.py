"""The slash commands at Discord: registered with the guild, and only where something changed."""

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import discord

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)

COMMANDS_KEY = "commands"
PATIENCE = 5.0
"""Seconds that the start waits for it."""
AGAIN = 60.0
UNREADABLE = (LookupError, TypeError, ValueError)  # what discord.py raises over an answer that lacks something


async def register(bot: "TaskBot") -> bool:
    """Register the commands with the guild unless what is registered came from this very tree. Discord allows 200
    creations a day and guild."""
    guild = discord.Object(bot.settings.discord.guild_id)
    bot.tree.copy_global_to(guild=guild)
    described = [command.to_dict(bot.tree) for command in bot.tree.get_commands(guild=guild)]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    registered = await _registered(bot, guild)
    if registered is not None and await bot.ledger.value(COMMANDS_KEY) == _mark(bot, digest, registered):
        return False
    synced = await bot.tree.sync(guild=guild)
    await bot.ledger.set_value(COMMANDS_KEY, _mark(bot, digest, synced))
    log.info("commands synced: %s", ", ".join(command.name for command in synced), extra={"event": "commands_synced"})
    return True


@asynccontextmanager
async def registering(bot: "TaskBot") -> AsyncIterator[None]:
    """Registered; what takes longer than PATIENCE goes on in the background: where Discord's limit of a day is reached
    its answer takes hours, and failures are told all the same. Raises where the token is refused."""
    work = asyncio.create_task(_registered_in_the_end(bot), name="registering the commands")
    try:
        await asyncio.wait({work}, timeout=PATIENCE)
        if work.done():
            work.result()
        else:
            log.warning("the slash commands are not registered yet; cards come", extra={"event": "commands_late"})
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _registered_in_the_end(bot: "TaskBot") -> None:
    """A refusal is told and left at that; where there is no answer it is tried again."""
    while True:
        try:
            await register(bot)
        except (discord.DiscordServerError, discord.RateLimited, aiohttp.ClientError, OSError) as error:
            log.warning("Discord does not answer about commands: %s", error, extra={"event": "commands_no_answer"})
            await asyncio.sleep(AGAIN)
        except (discord.HTTPException, *UNREADABLE) as error:
            if getattr(error, "status", None) == 401:
                raise
            log.error(
                "Discord does not take the slash commands, cards come all the same: %s: %s; was the bot invited with "
                "the scope applications.commands?",
                type(error).__name__,
                error,
                extra={"event": "commands_refused"},
            )
            return
        else:
            return


async def _registered(bot: "TaskBot", guild: discord.Object) -> list[discord.app_commands.AppCommand] | None:
    """None: Discord does not tell."""
    try:
        return await bot.tree.fetch_commands(guild=guild)
    except (discord.NotFound, discord.Forbidden, *UNREADABLE) as error:
        log.info("the commands that are registered cannot be read: %s", error, extra={"event": "commands_unreadable"})
        return None


def _mark(bot: "TaskBot", digest: str, commands: list[discord.app_commands.AppCommand]) -> str:
    ids = " ".join(sorted(str(command.id) for command in commands))
    return f"{bot.application_id} {bot.settings.discord.guild_id} {digest} {ids}"

"""The slash commands at Discord: registered with the guild, and only where something changed."""

import hashlib
import json
import logging
from typing import TYPE_CHECKING

import discord

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)

COMMANDS_KEY = "commands"
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


async def register_if_possible(bot: "TaskBot") -> None:
    """A refusal is told and keeps no failure from its card; a Discord that is away ends the start, as anywhere."""
    try:
        await register(bot)
    except (discord.HTTPException, *UNREADABLE) as error:
        if isinstance(error, discord.DiscordServerError) or getattr(error, "status", None) in (401, 429):
            raise
        log.error(
            "Discord does not take the slash commands, cards come all the same: %s: %s; was the bot invited with the "
            "scope applications.commands?",
            type(error).__name__,
            error,
            extra={"event": "commands_refused"},
        )


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

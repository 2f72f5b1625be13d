"""The command tree: no command, menu entry or suggestion runs before access was decided.

What a command is for stands on it (`@asks(Action.RUN)`); one on which nothing stands is refused to everybody.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.access import AccessDenied, Action
from bot.interactions import BotInteraction, admit, answered

if TYPE_CHECKING:
    from bot.app import TaskBot

    BotTree = app_commands.CommandTree[TaskBot]
else:
    BotTree = app_commands.CommandTree

log = logging.getLogger(__name__)

Asked = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu
AskedT = TypeVar("AskedT", app_commands.Command[Any, ..., Any], app_commands.ContextMenu)
_ACTION = "action"
UNDECIDED = "Nobody may use this: the bot does not know what it is for. That is a defect of the bot."


def asks(action: Action) -> Callable[[AskedT], AskedT]:
    """Decorates a command or a menu entry with what it is for: `@asks(Action.VIEW)` above `@tasks.command()`."""

    def decorate(command: AskedT) -> AskedT:
        command.extras[_ACTION] = action
        return command

    return decorate


def action_of_command(command: Asked) -> Action | None:
    found = command.extras.get(_ACTION)
    return found if isinstance(found, Action) else None


class Tree(BotTree):
    async def interaction_check(self, interaction: BotInteraction, /) -> bool:
        command = interaction.command
        if command is None:
            return True  # nothing will run: the person reads that this command is no more
        allowed = False

        async def ask() -> None:
            nonlocal allowed
            action = action_of_command(command)
            if action is None:
                log.error(
                    "/%s does not say what it is for", command.qualified_name, extra={"event": "command_undecided"}
                )
                raise AccessDenied(UNDECIDED)
            await admit(interaction, action, server=getattr(interaction.namespace, "server", None))
            allowed = True

        if interaction.type is discord.InteractionType.autocomplete:
            try:
                await ask()
            except AccessDenied:
                await _offer_nothing(interaction)
        else:
            await answered(interaction, ask)
        return allowed


async def _offer_nothing(interaction: BotInteraction) -> None:
    try:
        await interaction.response.autocomplete([])
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        log.debug("an empty offer could not be made: %s", error, extra={"event": "offer_lost"})

"""/help: from the tree itself, and from what access says of this member."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.access import Action, Denied, Member
from bot.interactions import BotInteraction, member_of, say
from bot.tree import Asked, action_of_command, asks
from bot.ui import guide
from bot.ui.guide import Entry

if TYPE_CHECKING:
    from bot.app import TaskBot

MENU_SAYS = "in the menu of a message, under Apps: sends its files."


class Help(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot

    @asks(Action.VIEW)
    @app_commands.command()
    @app_commands.guild_only()
    async def help(self, interaction: BotInteraction) -> None:
        """What you may do here, and who may do the rest."""
        entries = list(self._entries(member_of(interaction)))
        await say(interaction, guide.help_for(entries, servers=list(self.bot.servers)))

    def _entries(self, member: Member) -> Iterator[Entry]:
        known = [one for one in self.bot.tree.walk_commands() if isinstance(one, app_commands.Command)]
        for command in sorted(known, key=lambda one: one.qualified_name):
            yield Entry(
                name=f"/{command.qualified_name}", says=command.description, why_not=self._why_not(command, member)
            )
        for menu in self.bot.tree.get_commands(type=discord.AppCommandType.message):
            yield Entry(name=menu.name, says=MENU_SAYS, why_not=self._why_not(menu, member))

    def _why_not(self, command: Asked, member: Member) -> str | None:
        action = action_of_command(command)
        if action is None:
            return "the bot does not know what it is for."
        decision = self.bot.access.decide(member, action)
        return decision.sentence if isinstance(decision, Denied) else None


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Help(bot))

"""An extension of a bot with defects, for test_errors."""

from typing import Any

import discord

from bot.access import Action
from bot.app import TaskBot
from bot.tree import asks

SECRET = "password=hunter2"


async def setup(bot: TaskBot) -> None:
    @asks(Action.VIEW)
    @bot.tree.command(description="fails at once")
    async def broken(interaction: discord.Interaction[Any]) -> None:
        raise KeyError(SECRET)

    @asks(Action.VIEW)
    @bot.tree.command(description="fails after it has deferred")
    async def late(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        raise KeyError(SECRET)

    @asks(Action.VIEW)
    @bot.tree.command(description="fails after it has answered")
    async def afterwards(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("done", ephemeral=True)
        raise KeyError(SECRET)

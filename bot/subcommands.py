"""Commands that several cogs share: subcommands of one group, and the option that names a server."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot.interactions import BotInteraction

if TYPE_CHECKING:
    from bot.app import Server, TaskBot

CHOICES = 25
GROUP = "tasks"

AnyCommand = app_commands.Command[Any, ..., Any]


def fit_to_servers(bot: "TaskBot", commands: Iterable[AnyCommand]) -> None:
    """With several servers `server` offers their names; with one the option is not there."""

    async def names(interaction: BotInteraction, current: str) -> list[app_commands.Choice[str]]:
        typed = current.strip().casefold()
        found = [name for name in bot.servers if typed in name.casefold()]
        return [app_commands.Choice(name=name, value=name) for name in found[:CHOICES]]

    for command in commands:
        if "server" not in command._params:
            continue
        if bot.several_servers:
            command.autocomplete("server")(names)
        else:
            # discord.py offers no way to drop an option but this; the callbacks' default stands in for it.
            del command._params["server"]


def join(bot: "TaskBot", commands: Iterable[AnyCommand]) -> None:
    """Make them subcommands of /tasks."""
    for command in commands:
        _group(bot).add_command(command, override=True)


def leave(bot: "TaskBot", commands: Iterable[AnyCommand]) -> None:
    group = bot.tree.get_command(GROUP)
    for command in commands:
        if isinstance(group, app_commands.Group):
            group.remove_command(command.name)


def _group(bot: "TaskBot") -> app_commands.Group:
    group = bot.tree.get_command(GROUP)
    if not isinstance(group, app_commands.Group):
        raise RuntimeError(f"/{GROUP} has to be loaded first")
    return group


def named_server(bot: "TaskBot", interaction: BotInteraction) -> "Server | None":
    """For suggestions: the server chosen so far; the first where none is."""
    named = getattr(interaction.namespace, "server", None)
    return bot.servers.get(named) if named else next(iter(bot.servers.values()), None)

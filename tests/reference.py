"""The reference part of docs/commands.md, made from the bot's own tree: `python -m tests.reference` prints it."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
from discord import app_commands

from bot.app import TaskBot
from bot.tree import action_of_command
from tests.house import House

TYPES = {
    discord.AppCommandOptionType.string: "text",
    discord.AppCommandOptionType.integer: "number",
    discord.AppCommandOptionType.boolean: "yes or no",
    discord.AppCommandOptionType.attachment: "file",
    discord.AppCommandOptionType.user: "a member",
}


def option_row(parameter: app_commands.Parameter) -> str:
    takes = TYPES[parameter.type]
    if parameter.choices:
        takes = ", ".join(choice.name for choice in parameter.choices)
    elif parameter.autocomplete:
        takes = "with suggestions"
    elif isinstance(parameter.max_value, int) and parameter.type is discord.AppCommandOptionType.string:
        takes = f"text up to {parameter.max_value}"
    elif parameter.max_value is not None and parameter.max_value < 10_000:
        takes = f"{parameter.min_value} to {parameter.max_value}"
    needed = " (needed)" if parameter.required else ""
    return f"| `{parameter.display_name}`{needed} | {parameter.description} | {takes} |"


def block_of(command: app_commands.Command[Any, ..., Any]) -> str:
    """Heading, description, who may, and the options."""
    action = action_of_command(command)
    lines = [f"## `/{command.qualified_name}`", "", command.description, ""]
    lines += [f"Who may: `access.{section_of(action.name)}`." if action else "Nobody may.", ""]
    if command.parameters:
        lines += ["| option | means | takes |", "|---|---|---|", *map(option_row, command.parameters), ""]
    return "\n".join(lines)


def menu_block(menu: app_commands.ContextMenu) -> str:
    action = action_of_command(menu)
    assert action is not None
    return f"## {menu.name} (in the menu of a message)\n\nWho may: `access.{section_of(action.name)}`.\n"


def section_of(action: str) -> str:
    """The key of [access] that decides."""
    return {"DETAILS": "acknowledge", "MUTE": "acknowledge"}.get(action, action.lower())


def blocks(bot: TaskBot) -> list[str]:
    """Of every command and every menu entry, by name."""
    known = [one for one in bot.tree.walk_commands() if isinstance(one, app_commands.Command)]
    menus = bot.tree.get_commands(type=discord.AppCommandType.message)
    return [block_of(one) for one in sorted(known, key=lambda one: one.qualified_name)] + [
        menu_block(menu) for menu in menus
    ]


async def main() -> None:
    with TemporaryDirectory() as folder:
        async with House(Path(folder)) as house, house.bot() as bot:
            print("\n".join(blocks(bot)))  # noqa: T201 - what this is for


if __name__ == "__main__":
    asyncio.run(main())

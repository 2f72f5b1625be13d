"""docs/access.md, written from the command tree and the kinds of buttons: `python -m tests.safety.access_table`."""

import asyncio
import tempfile
from collections import defaultdict
from pathlib import Path

from discord import app_commands

from bot.access import Action, action_of
from bot.app import TaskBot
from bot.sections import AccessSection
from bot.tree import action_of_command
from tests.house import House
from tests.safety.kinds import KINDS

PATH = Path(__file__).resolve().parents[2] / "docs" / "access.md"
KEY_OF = {
    Action.VIEW: "view",
    Action.DETAILS: "acknowledge",
    Action.ACKNOWLEDGE: "acknowledge",
    Action.MUTE: "acknowledge",
    Action.RUN: "run",
    Action.UPLOAD: "upload",
    Action.AUDIT: "audit",
}
HEAD = """# Who may do what

Written by `python -m tests.safety.access_table` from the commands and buttons as they are in the code; a test holds it.

Members with *Manage Server* may do everything. Everybody else needs a role that `[access]` names under the key in the
second column; where it names none, nobody else may. Looking is the exception: an empty `view` means every member.
Nothing works in direct messages or in another Discord server, whoever asks. The decision is made at the moment of the
command or press, from what Discord says about the person then, and before anything else is done (`bot/access.py`,
`bot/tree.py`, `bot/presses.py`).

| for | `[access]` key | commands and menu entries | buttons and menus |
|---|---|---|---|
"""


def rows(bot: TaskBot) -> str:
    commands: defaultdict[Action, set[str]] = defaultdict(set)
    for command in bot.tree.walk_commands():
        if isinstance(command, app_commands.Command) and (action := action_of_command(command)):
            commands[action].add(f"`/{command.qualified_name}`")
    for entry in bot._connection._command_tree._context_menus.values():  # type: ignore[union-attr]
        if action := action_of_command(entry):
            commands[action].add(f"*{entry.name}*")
    buttons: defaultdict[Action, set[str]] = defaultdict(set)
    for custom_id in KINDS:
        verb = getattr(custom_id, "verb", None)
        buttons[action_of(custom_id)].add(type(custom_id).__name__ + (f" ({verb})" if verb else ""))
    return "".join(
        f"| {action.value} | `{KEY_OF[action]}` | {_listed(commands[action])} | {_listed(buttons[action])} |\n"
        for action in Action
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "-"


async def table() -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with House(Path(folder)) as house, house.bot() as bot:
            return HEAD + rows(bot)


assert set(KEY_OF.values()) == set(AccessSection.model_fields)

if __name__ == "__main__":
    PATH.write_text(asyncio.run(table()), encoding="utf-8")

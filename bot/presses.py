"""Buttons and menus that work after any restart: what a DynamicItem of ours does, and what it cannot see.

discord.py swallows what an `interaction_check` raises, only logs what a callback raises, and drops a press on a
component that its message no longer has (somebody else was faster, and the card changed under the finger). Here all of
it is answered.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any, Protocol, Self, cast, get_args

import discord
from discord import app_commands, ui

from bot.access import Action, action_of
from bot.interactions import BotInteraction, admit, answered, pressed_id, say
from bot.ui import custom_ids, replies
from bot.ui.custom_ids import CustomId

log = logging.getLogger(__name__)

FAILED = "failed"  # in Interaction.extras: what the person reads is an error

CARDS, TASKS, RUNS, LISTS, AUDIT = "Failures", "Tasks", "Runs", "Lists", "AuditLog"
"""The cogs that do the work, by name: of cards, commands' answers, orders, lists with filters, the audit."""

OUTDATED = "This button is of another version of the bot. `/tasks failures` shows what is open now."
NOT_THERE = "That is no longer there, so nothing was done: use what the message shows now."
NOT_LOADED = "The part of the bot that this button belongs to is not running. Try again in a minute."


class Presses(Protocol):
    """A cog that takes presses."""

    async def pressed(self, interaction: BotInteraction, custom_id: CustomId) -> None: ...


class Press(ui.DynamicItem[ui.Item[Any]], template=custom_ids.TEMPLATE):
    """Any button or menu of ours. One class takes them all: of several whose templates overlap, all would run."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(item)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        return True  # what is raised here is never seen; `press` asks for access

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await press(interaction, self.custom_id)


async def press(interaction: BotInteraction, text: str) -> None:
    """Take a press through the gate to the cog it belongs to, and see that the person is answered."""

    async def work() -> None:
        custom_id = custom_ids.parse(text)
        if custom_id is None:
            await admit(interaction, Action.VIEW)
            await say(interaction, replies.message(OUTDATED))
            return
        await admit(interaction, action_of(custom_id), server=getattr(custom_id, "server", None))
        if not _stands_there(interaction, custom_id):
            log.warning(
                "a press on %s, which is not there, by %s",
                custom_id,
                interaction.user.id,
                extra={"event": "press_not_ours"},
            )
            await say(interaction, replies.message(NOT_THERE))
            return
        await hand_on(interaction, custom_id)

    await answered(interaction, work)
    if FAILED not in interaction.extras:
        interaction.client.metrics.interaction(measured_name(interaction), "ok")


async def hand_on(interaction: BotInteraction, custom_id: CustomId) -> None:
    """To the cog it belongs to. From one cog to another only what asks for no more than was admitted."""
    cog = interaction.client.get_cog(cog_of(custom_id))
    if cog is None:
        await say(interaction, replies.message(NOT_LOADED))
        return
    await cast("Presses", cog).pressed(interaction, custom_id)


def _stands_there(interaction: BotInteraction, custom_id: CustomId) -> bool:
    """Whether it is on the message that was pressed, which is one of ours.

    What was on a card a moment ago is let through, too: there the ledger knows the place, and who was faster.
    """
    message, own = interaction.message, interaction.client.user
    if message is None or own is None or message.author.id != own.id:
        return False
    match custom_id:
        case custom_ids.Acknowledge() | custom_ids.AcknowledgeAll(confirmed=False) | custom_ids.Details():
            return True
    return str(custom_id) in ids_in(message)


def cog_of(custom_id: CustomId) -> str:
    if custom_ids.card_of(custom_id) is not None:
        return CARDS
    match custom_id:
        case custom_ids.RunNow() | custom_ids.OnTask(verb="follow"):
            return RUNS
        case custom_ids.Listed() | custom_ids.AcknowledgeListed() | custom_ids.AcknowledgeWanted():
            return LISTS
        case custom_ids.Audited():
            return AUDIT
    return TASKS


def measured_name(interaction: BotInteraction) -> str:
    """The command, or the kind of the button: for metrics, so one of few."""
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    custom_id = custom_ids.parse(pressed_id(interaction) or "")
    return f"button {type(custom_id).__name__}" if custom_id else "unknown"


def measured_names(tree: app_commands.CommandTree[Any]) -> list[str]:
    """All that there are."""
    commands = [one.qualified_name for one in tree.walk_commands() if isinstance(one, app_commands.Command)]
    entries = [one.qualified_name for one in tree.walk_commands(type=discord.AppCommandType.message)]
    buttons = [f"button {kind.__name__}" for kind in get_args(CustomId)]
    return [*(f"/{name}" for name in [*commands, *entries]), *buttons, "unknown"]


def ids_in(message: discord.Message) -> set[str]:
    """Every custom id in a message."""
    found = (getattr(component, "custom_id", None) for component in _all(message.components))
    return {custom_id for custom_id in found if custom_id}


def _all(components: Any) -> Iterator[Any]:
    for component in components:
        yield component
        yield from _all(getattr(component, "children", ()))
        yield from _all(filter(None, [getattr(component, "accessory", None)]))


def is_stray(interaction: BotInteraction) -> bool:
    """Whether discord.py will take this press nowhere: unknown to us, or no longer in its message."""
    text = pressed_id(interaction)
    if text is None or interaction.message is None:
        return text is not None
    return not custom_ids.TEMPLATE.fullmatch(text) or text not in ids_in(interaction.message)


def chosen(interaction: BotInteraction) -> list[str]:
    """The values chosen in a menu, of those that it offered."""
    values = interaction.data.get("values") if isinstance(interaction.data, dict) else None
    offered = set() if interaction.message is None else set(_offered(interaction.message, pressed_id(interaction)))
    return [value for value in values if value in offered] if isinstance(values, list) else []


def chosen_numbers(interaction: BotInteraction) -> list[int]:
    """Those of them that are ids of ours."""
    return [int(value) for value in chosen(interaction) if value.isascii() and value.isdecimal() and len(value) < 19]


def _offered(message: discord.Message, custom_id: str | None) -> Iterator[str]:
    """What the menu offers. A value that comes in is what a client sent, which may be anything."""
    for component in _all(message.components):
        if getattr(component, "custom_id", None) == custom_id:
            yield from (option.value for option in getattr(component, "options", ()))

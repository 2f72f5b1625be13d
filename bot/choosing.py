"""Acknowledges what was chosen in the menu under a list."""

from typing import TYPE_CHECKING

from bot.failures.outcome import NotAcknowledged
from bot.interactions import BotInteraction, say
from bot.presses import chosen
from bot.ui import outcomes, replies
from bot.unknown import since_when

if TYPE_CHECKING:
    from bot.app import Server


async def acknowledge_chosen(interaction: BotInteraction, where: "Server") -> str | None:
    """What came of it, for above the list; None where it was not done. That is said apart, and the list stays as it is:
    whoever did not answer has no newer state to show."""
    user = interaction.user
    outcome = await interaction.client.desk.acknowledge_tasks(
        server=where.name, task_ids=chosen(interaction), user_id=user.id, user_name=user.display_name
    )
    note = outcomes.of_all(outcome, unheard=await since_when(interaction, outcome))
    if not isinstance(outcome, NotAcknowledged):
        return note
    await say(interaction, replies.message(note))
    return None

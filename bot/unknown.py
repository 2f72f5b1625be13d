"""Instead of a number that nobody knows: that it is not known, since when, and why."""

from typing import TYPE_CHECKING

from discord import ui

from bot.failures.outcome import AcknowledgeOutcome, NotAcknowledged
from bot.interactions import BotInteraction, pressed_id
from bot.paperless.errors import PaperlessError
from bot.ui import custom_ids, errors, lists
from bot.ui.outages import server_name

if TYPE_CHECKING:
    from bot.app import Server, TaskBot


async def not_known(bot: "TaskBot", where: "Server", what: str, error: PaperlessError) -> ui.LayoutView:
    """Raises `error` where somebody has to mend something: that is an error like any other."""
    if not error.retryable:
        raise error
    return lists.not_known(what, unheard=await unheard(bot, where, error), because=errors.of_paperless(error))


async def unheard(bot: "TaskBot", where: "Server", error: PaperlessError) -> str:
    """Since when there has been no answer, as a clause."""
    last = await bot.desk.last_answer(where.name)
    return errors.unheard(error, last_answer=last, where=server_name(where.name, show=bot.several_servers))


async def explained(interaction: BotInteraction, error: PaperlessError) -> str:
    """What went wrong, and since when where the bot knows which server was asked."""
    where = _asked(interaction) if error.retryable else None
    since = None if where is None else await unheard(interaction.client, where, error)
    return errors.of_paperless(error, unheard=since)


async def since_when(interaction: BotInteraction, outcome: AcknowledgeOutcome) -> str | None:
    """The same for what was not acknowledged because there was no answer; None for all else."""
    where = _asked(interaction)
    if where is None or not isinstance(outcome, NotAcknowledged):
        return None
    return await unheard(interaction.client, where, outcome.error)


def _asked(interaction: BotInteraction) -> "Server | None":
    bot, text = interaction.client, pressed_id(interaction)
    named = getattr(interaction.namespace if text is None else custom_ids.parse(text), "server", None)
    if named is None and not bot.several_servers:
        return bot.server(None)
    return bot.servers.get(named or "")

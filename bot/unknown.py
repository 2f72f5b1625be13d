"""Instead of a number that nobody knows: that it is not known, since when, and why."""

from typing import TYPE_CHECKING

from discord import ui

from bot.paperless.errors import PaperlessError
from bot.ui import errors, lists

if TYPE_CHECKING:
    from bot.app import Server, TaskBot


def not_known(bot: "TaskBot", where: "Server", what: str, error: PaperlessError) -> ui.LayoutView:
    """Raises `error` where somebody has to mend something: that is an error like any other."""
    if not error.retryable:
        raise error
    last = bot.desk.watchers[where.name].last_good_at
    return lists.not_known(what, last_answer=last, because=errors.of_paperless(error))

"""Link buttons that Discord refuses, and with them the message: those to a host without a dot, as http://localhost:8000.

It documents no rule for it. So each is tried, and the message sent once more without them where Discord says so.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord
from discord import ui

from bot.ui.cards import without_links

log = logging.getLogger(__name__)
T = TypeVar("T")


async def with_links_if_taken(view: ui.LayoutView, send: Callable[[ui.LayoutView], Awaitable[T]]) -> T:
    """What `send` comes to with `view`, or with the same without links."""
    try:
        return await send(view)
    except discord.HTTPException as error:
        if not _refuses_link(error):
            raise
        log.info("Discord refuses public_url in a button; the message goes without it", extra={"event": "link_refused"})
        return await send(without_links(view))


def _refuses_link(error: discord.HTTPException) -> bool:
    """A 400 about a button's URL: an address without a dot, a scheme in capitals."""
    return error.status == 400 and ".url" in error.text

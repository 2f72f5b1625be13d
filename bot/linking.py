"""Link buttons that Discord refuses, and with them the message: those to a host without a dot, as http://localhost:8000.

It documents no rule for it. So each host is tried once; where Discord says so the message is sent without the link, and
from then on so are all others.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord
from discord import ui
from yarl import URL

from bot.ui.cards import links_in, without_links

log = logging.getLogger(__name__)
T = TypeVar("T")


class Linking:
    def __init__(self) -> None:
        self._refused: set[str | None] = set()

    async def sent(self, view: ui.LayoutView, send: Callable[[ui.LayoutView], Awaitable[T]]) -> T:
        """What `send` comes to with `view`, or with the same without links."""
        hosts = {URL(url).host for url in links_in(view)}
        if hosts & self._refused:
            return await send(without_links(view))
        try:
            return await send(view)
        except discord.HTTPException as error:
            if not _refuses_link(error):
                raise
        log.warning(
            "Discord refuses a link to %s in a button: set public_url; messages go without it",
            ", ".join(map(str, hosts)),
            extra={"event": "link_refused"},
        )
        self._refused |= hosts
        return await send(without_links(view))


def _refuses_link(error: discord.HTTPException) -> bool:
    """A 400 about a button's URL: an address without a dot, a scheme in capitals."""
    return error.status == 400 and ".url" in error.text

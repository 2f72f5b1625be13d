"""Discord: whether channels can be looked into. A post of which the bot does not know whether it arrived is looked for.

For `check` alone: a request for each channel is too long a wait at each start, and the log tells it when it matters.
"""

from collections.abc import AsyncIterator

import discord

from bot.checks.discord import NOT_THERE
from bot.checks.finding import Finding, warning
from bot.sections import FailuresSection

NOT_IMPLEMENTED = 501


async def check_history(client: discord.Client, section: FailuresSection) -> AsyncIterator[Finding]:
    """Warnings only. What lacks a permission, or is not there, is told by `bot.checks.discord`."""
    keys = {section.channel_id: "failures.channel_id"}
    for number, route in enumerate(section.routes):
        keys.setdefault(route.channel_id, f"failures.routes.{number}.channel_id")
    for channel_id, key in keys.items():
        try:
            async for _ in client.get_partial_messageable(channel_id).history(limit=1):
                pass
        except discord.HTTPException as error:
            if isinstance(error, discord.DiscordServerError) and error.status != NOT_IMPLEMENTED:
                raise
            if not isinstance(error, discord.Forbidden) and error.code not in NOT_THERE:
                yield warning(
                    key,
                    f"the channel {channel_id} cannot be looked into (Discord answered {error.status}): a card that "
                    "was on its way when the bot ended may come twice",
                )

"""Where a message can be followed: only where the bot sees the channel, since it edits the message there for hours."""

from bot.access import AccessDenied
from bot.interactions import BotInteraction

UNSEEN = (
    "The bot cannot see this channel, so it could not follow here what becomes of it. "
    "Ask in a channel that the bot is in, or let it into this one."
)


def check_place(interaction: BotInteraction) -> None:
    """Raises AccessDenied."""
    if interaction.channel_id is None or not interaction.app_permissions.view_channel:
        raise AccessDenied(UNSEEN)

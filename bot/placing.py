"""Where a message can be followed: only where the bot sees the channel, since it edits the message there for hours."""

from bot.interactions import BotInteraction
from bot.refusal import Refusal

UNSEEN = (
    "The bot cannot see this channel, so it could not follow here what becomes of it. "
    "Ask in a channel that the bot is in, or let it into this one."
)


def check_place(interaction: BotInteraction) -> None:
    """Raises Refusal."""
    if interaction.channel_id is None or not interaction.app_permissions.view_channel:
        raise Refusal(UNSEEN)

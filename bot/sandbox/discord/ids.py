"""The fixed inhabitants of the sandbox, and new snowflakes."""

from collections.abc import Callable
from datetime import UTC, datetime

APPLICATION_ID = 1000000000000000001  # and the bot user's: Discord gives both the same id
GUILD_ID = 2000000000000000002
ALERTS_ID = 3000000000000000003
GENERAL_ID = 3000000000000000004
BOT_ROLE_ID = 4000000000000000001
ARCHIVISTS_ID = 4000000000000000004
ADMINS_ID = 4000000000000000005
ADA_ID = 5000000000000000001
BEN_ID = 5000000000000000002
CLEO_ID = 5000000000000000003

DISCORD_EPOCH_MS = 1420070400000


class Snowflakes:
    """New ids, each larger than the last. https://docs.discord.com/developers/reference#snowflakes"""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def __call__(self) -> int:
        milliseconds = int(self._now().timestamp() * 1000) - DISCORD_EPOCH_MS
        self._last = max(self._last + 1, milliseconds << 22)
        return self._last


def created_at(snowflake: int) -> datetime:
    return datetime.fromtimestamp(((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000, UTC)

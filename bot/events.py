"""Between Discord's gateway and discord.py: what came in is made whole first, and what cannot be read ends nothing.

discord.py takes many a field for granted, and gives up the connection, with it the process, over an event without it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord.state import ConnectionState

if TYPE_CHECKING:
    State = ConnectionState[Any]
else:
    State = ConnectionState

log = logging.getLogger(__name__)

Event = Mapping[str, Any]

CONNECTING = ("READY", "RESUMED")
"""Without these there is no connection: there the error is for `bot.gateway`."""
WITHOUT_NITRO = 10 * 1024 * 1024
VISIBLE = str(discord.Permissions(view_channel=True).value)


def completed(interaction: Event) -> dict[str, Any]:
    """The same, with what discord.py insists on. Nothing that is added gives anybody a right.

    `channel_id` stands for a `channel` that is missing. Where nobody says what the bot may do in the channel, it is
    taken to see it; whether it does shows when it writes there.
    """
    whole = {"version": 1, "attachment_size_limit": WITHOUT_NITRO, "app_permissions": VISIBLE, **interaction}
    channel = whole.get("channel") or {}
    if "id" not in channel and "channel_id" in whole:
        # The kind of channel matters only where the cache knows none of that id.
        channel = {"type": discord.ChannelType.text.value, "name": "", "position": 0, "id": whole["channel_id"]}
    whole["channel"] = channel
    if "member" in whole:
        whole["member"] = {"roles": [], "flags": 0, **whole["member"]}
    if "message" in whole:
        whole["message"] = {"type": 0, "content": "", **whole["message"]}
    return whole


class Reading(State):
    """What discord.py knows of Discord, told by `parsers`, one for each kind of event."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.parsers = {
            name: parse if name in CONNECTING else _unstoppable(name, parse) for name, parse in self.parsers.items()
        }

    def parse_interaction_create(self, data: Any) -> None:
        super().parse_interaction_create(completed(data))  # type: ignore[arg-type]


def _unstoppable(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    def read(data: Any) -> None:
        try:
            parse(data)
        except Exception:
            log.exception("an event of Discord, %s, could not be read", name, extra={"event": "event_unreadable"})

    return read

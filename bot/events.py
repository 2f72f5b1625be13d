"""Between Discord's gateway and discord.py: what came in is made whole first, and what cannot be read ends nothing.

discord.py takes many a field for granted, and gives up the connection, with it the process, over an event without it.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import discord
import msgspec
from discord.state import ConnectionState
from msgspec import Meta, Struct

if TYPE_CHECKING:
    State = ConnectionState[Any]
else:
    State = ConnectionState

log = logging.getLogger(__name__)

Event = Mapping[str, Any]

CONNECTING = ("READY", "RESUMED")
"""Without these there is no connection: there the error is for `bot.gateway`."""
WITHOUT_NITRO = 10 * 1024 * 1024
HEARD = 1000  # interactions that are told from those that come again; none can be answered after 15 minutes
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
        whole["member"] = {"roles": [], "flags": 0, **whole["member"], "user": _named(whole["member"]["user"])}
    if "message" in whole:
        author = _named(whole["message"]["author"])
        whole["message"] = {"type": 0, "content": "", "components": [], **whole["message"], "author": author}
    return whole


def _named(user: Event) -> dict[str, Any]:
    return {"username": str(user["id"]), "discriminator": "0", "avatar": None, **user}


GROUP = 2  # of commands; the types of options before it hold others, those after it hold values
REFERRING = (6, 7, 8, 9, 11)  # to a user, a channel, a role, any of these, a file
ROW, SECTION, CONTAINER = 1, 9, 17
ROWS = 5  # of a message without components v2
HOLDERS = (ROW, SECTION, CONTAINER)
BELOW_2_63 = r"\A(?:[0-9]{1,18}|[1-8][0-9]{18}|9[01][0-9]{17})\Z"
Snowflake = Annotated[str, Meta(pattern=BELOW_2_63)] | Annotated[int, Meta(ge=0, le=2**63 - 1)]


class _User(Struct):
    id: Snowflake


class _Member(Struct):
    user: _User
    roles: tuple[Snowflake, ...]
    permissions: Snowflake = "0"


class _Option(Struct):
    name: str
    type: Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    value: str | int | float | bool | None = None
    options: tuple["_Option", ...] = ()

    def __post_init__(self) -> None:
        if self.type > GROUP and self.value is None:
            raise ValueError("an option without a value")
        if self.type in REFERRING and not str(self.value).isdecimal():
            raise ValueError("an option that refers to nothing")


class _Resolved(Struct):
    """What an option refers to; of a member there is no id."""

    id: Snowflake = "0"
    size: int = 0


class _Data(Struct):
    """Of a command, a suggestion or an entry of a menu; of a press; of a form."""

    name: str = ""
    type: Literal[1, 2, 3] = 1
    guild_id: Snowflake | None = None
    options: tuple[_Option, ...] = ()
    resolved: dict[str, dict[Snowflake, _Resolved]] = {}
    target_id: Snowflake | None = None
    custom_id: str = ""
    component_type: int = 0
    values: tuple[Any, ...] = ()  # looked at one by one in `bot.presses`


class _Component(Struct):
    type: int
    custom_id: str | None = None
    components: tuple["_Component", ...] = ()
    accessory: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.type in HOLDERS and not self.components:
            raise ValueError("nothing in a row")
        if self.type == SECTION and self.accessory is None:
            raise ValueError("nothing beside a section")


class _Message(Struct):
    id: Snowflake
    author: _User
    components: tuple[_Component, ...] = ()
    flags: int = 0

    def __post_init__(self) -> None:
        if len(self.components) > ROWS and not discord.MessageFlags._from_value(self.flags).components_v2:
            raise ValueError("more rows than there can be")


class Whole(Struct):
    """What must be as it is, so that somebody can be answered: who it is, what they did, and on which message."""

    id: Snowflake
    application_id: Snowflake
    token: str
    type: Literal[2, 3, 4, 5]
    data: _Data
    guild_id: Snowflake | None = None
    member: _Member | None = None
    user: _User | None = None
    message: _Message | None = None
    channel: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if (self.member if int(self.guild_id or 0) else self.user) is None:
            raise ValueError("nobody did it")
        if not (self.data.name if self.type in (2, 4) else self.data.custom_id):
            raise ValueError("nothing was done")


class Reading(State):
    """What discord.py knows of Discord, told by `parsers`, one for each kind of event."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._heard: deque[str | int] = deque(maxlen=HEARD)
        self.parsers = {
            name: parse if name in CONNECTING else _unstoppable(name, parse) for name, parse in self.parsers.items()
        }

    def parse_interaction_create(self, data: Any) -> None:
        """Once each: a connection that is resumed may bring again what came before it was lost."""
        whole = completed(data)
        msgspec.convert(whole, Whole)
        if whole["id"] in self._heard:
            return
        self._heard.append(whole["id"])
        super().parse_interaction_create(whole)  # type: ignore[arg-type]


def _unstoppable(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    def read(data: Any) -> None:
        try:
            parse(data)
        except Exception:
            log.exception("an event of Discord, %s, could not be read", name, extra={"event": "event_unreadable"})

    return read

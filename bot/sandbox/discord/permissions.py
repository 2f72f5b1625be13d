"""Permission bits and how Discord computes them. https://docs.discord.com/developers/topics/permissions"""

from collections.abc import Iterable, Mapping

from bot.sandbox.discord.errors import Json

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38

ALL = (1 << 53) - 1
ROLE, MEMBER = 0, 1

# What a new server gives everybody, without the right to ping everybody.
EVERYONE = (
    (1 << 0)  # create invite
    | (1 << 6)  # add reactions
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | (1 << 18)  # external emojis
    | (1 << 26)  # change nickname
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS
)


def of_member(*, member_id: int, role_ids: Iterable[int], roles: Mapping[int, Json], guild: Json) -> int:
    """Guild-wide permissions, before a channel's overwrites."""
    if int(guild["owner_id"]) == member_id:
        return ALL
    granted = int(roles[int(guild["id"])]["permissions"])
    for role_id in role_ids:
        if role_id in roles:
            granted |= int(roles[role_id]["permissions"])
    return ALL if granted & ADMINISTRATOR else granted


def in_channel(base: int, *, member_id: int, role_ids: Iterable[int], overwrites: Iterable[Json], guild_id: int) -> int:
    """Overwrites in Discord's order: everyone, then the roles together, then the member."""
    if base & ADMINISTRATOR:
        return ALL
    by_target = {int(overwrite["id"]): (int(overwrite["allow"]), int(overwrite["deny"])) for overwrite in overwrites}
    of_roles = [by_target[role_id] for role_id in role_ids if role_id in by_target]
    role_allow = role_deny = 0
    for allow, deny in of_roles:
        role_allow |= allow
        role_deny |= deny
    for allow, deny in (by_target.get(guild_id, (0, 0)), (role_allow, role_deny), by_target.get(member_id, (0, 0))):
        base = (base & ~deny) | allow
    return _without_implied(base)


def _without_implied(permissions: int) -> int:
    """Without View Channel nothing else counts; without Send Messages no pings, embeds or files."""
    if not permissions & VIEW_CHANNEL:
        return 0
    if not permissions & SEND_MESSAGES:
        permissions &= ~(MENTION_EVERYONE | EMBED_LINKS | ATTACH_FILES)
    return permissions

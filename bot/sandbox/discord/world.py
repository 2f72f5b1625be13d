"""The server's people, roles and channels, as Discord's own objects. Messages are in `messages.py`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.sandbox.discord import errors, ids, permissions
from bot.sandbox.discord.errors import ApiError, Json

TEXT, PUBLIC_THREAD, PRIVATE_THREAD = 0, 11, 12
THREADS = (10, PUBLIC_THREAD, PRIVATE_THREAD)
ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024


NEW_GUILD: Json = {
    "id": str(ids.GUILD_ID),
    "name": "The Archive",
    "owner_id": str(ids.ADA_ID),
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "description": None,
    "home_header": None,
    "incidents_data": None,
    "region": "us-west",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "application_id": None,
    "default_message_notifications": 0,
    "emojis": [],
    "explicit_content_filter": 0,
    "features": [],
    "max_members": 500000,
    "max_presences": None,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "mfa_level": 0,
    "nsfw": False,
    "nsfw_level": 0,
    "preferred_locale": "en-US",
    "premium_progress_bar_enabled": False,
    "premium_subscription_count": 0,
    "premium_tier": 0,
    "public_updates_channel_id": None,
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "stickers": [],
    "system_channel_flags": 0,
    "system_channel_id": None,
    "vanity_url_code": None,
    "verification_level": 0,
    "widget_channel_id": None,
    "widget_enabled": False,
}


def user_object(user_id: int, name: str, *, bot: bool = False) -> Json:
    return {
        "id": str(user_id),
        "username": name if bot else name.lower().replace(" ", "-"),  # only people have the new, plain ones
        "global_name": None if bot else name,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def role_object(role_id: int, name: str, *, granted: int, position: int, **more: Any) -> Json:
    return {
        "id": str(role_id),
        "name": name,
        "description": None,
        "permissions": str(granted),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    } | more


class World:
    """Ada owns the server, Ben has the role Archivists, Cleo has none; the bot has a managed role of its own."""

    def __init__(self, now: datetime) -> None:
        self.bot_user = user_object(ids.APPLICATION_ID, "Paperless Tasks", bot=True)
        self.roles: dict[int, Json] = {}
        self.members: dict[int, Json] = {}
        self.channels: dict[int, Json] = {}
        self.guild = dict(NEW_GUILD)
        self.add_role(ids.GUILD_ID, "@everyone", granted=permissions.EVERYONE)
        self.add_role(ids.BOT_ROLE_ID, "Paperless Tasks", managed=True, tags={"bot_id": str(ids.APPLICATION_ID)})
        self.add_role(ids.ARCHIVISTS_ID, "Archivists", mentionable=True, color=0x3498DB)
        self.add_role(ids.ADMINS_ID, "Admins", granted=permissions.MANAGE_GUILD | permissions.MANAGE_MESSAGES)
        self._add_member(self.bot_user, [ids.BOT_ROLE_ID], now)
        self.add_member(ids.ADA_ID, "Ada", role_ids=[ids.ADMINS_ID], now=now)
        self.add_member(ids.BEN_ID, "Ben", role_ids=[ids.ARCHIVISTS_ID], now=now)
        self.add_member(ids.CLEO_ID, "Cleo", role_ids=[], now=now)
        self.add_channel(ids.ALERTS_ID, "paperless-alerts", topic="What Paperless-ngx could not do")
        self.add_channel(ids.GENERAL_ID, "general")

    # --- changing it

    def add_role(self, role_id: int, name: str, *, granted: int = 0, **more: Any) -> Json:
        role = role_object(role_id, name, granted=granted, position=len(self.roles), **more)
        self.roles[role_id] = role
        return role

    def add_member(self, user_id: int, name: str, *, role_ids: list[int], now: datetime) -> Json:
        return self._add_member(user_object(user_id, name), role_ids, now)

    def _add_member(self, user: Json, role_ids: list[int], now: datetime) -> Json:
        member = {
            "user": user,
            "nick": None,
            "avatar": None,
            "banner": None,
            "roles": [str(role_id) for role_id in role_ids],
            "joined_at": now.isoformat(),
            "premium_since": None,
            "communication_disabled_until": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
        }
        self.members[int(user["id"])] = member
        return member

    def add_channel(self, channel_id: int, name: str, *, topic: str | None = None) -> Json:
        channel = {
            "id": str(channel_id),
            "type": TEXT,
            "guild_id": str(ids.GUILD_ID),
            "name": name,
            "topic": topic,
            "position": len(self.channels),
            "parent_id": None,
            "nsfw": False,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "permission_overwrites": [],
            "flags": 0,
        }
        self.channels[channel_id] = channel
        return channel

    def set_overwrite(self, channel_id: int, target_id: int, *, allow: int, deny: int) -> None:
        channel = self.channel(channel_id)
        others = [one for one in channel["permission_overwrites"] if one["id"] != str(target_id)]
        kind = permissions.MEMBER if target_id in self.members else permissions.ROLE
        mine = {"id": str(target_id), "type": kind, "allow": str(allow), "deny": str(deny)}
        overwrites = [*others, mine] if allow or deny else others
        self.channels[channel_id] = channel | {"permission_overwrites": overwrites}

    def set_roles(self, user_id: int, role_ids: Sequence[int]) -> Json:
        member = self.member(user_id) | {"roles": [str(role_id) for role_id in role_ids]}
        self.members[user_id] = member
        return member

    # --- reading it

    @property
    def threads(self) -> list[Json]:
        return [channel for channel in self.channels.values() if channel["type"] in THREADS]

    def channel(self, channel_id: int) -> Json:
        if channel_id not in self.channels:
            raise errors.unknown_channel()
        return self.channels[channel_id]

    def user(self, user_id: int) -> Json:
        if user_id not in self.members:
            raise errors.unknown_user()
        user: Json = self.members[user_id]["user"]
        return user

    def member(self, user_id: int) -> Json:
        if user_id not in self.members:
            raise errors.unknown_member()
        return self.members[user_id]

    def role_ids(self, user_id: int) -> list[int]:
        return [int(role_id) for role_id in self.member(user_id)["roles"]]

    def permissions(self, user_id: int, channel_id: int) -> int:
        """In this channel; a thread has its parent's."""
        channel = self.channel(channel_id)
        if channel["type"] in THREADS:
            channel = self.channel(int(channel["parent_id"]))
        role_ids = self.role_ids(user_id)
        base = permissions.of_member(member_id=user_id, role_ids=role_ids, roles=self.roles, guild=self.guild)
        return permissions.in_channel(
            base,
            member_id=user_id,
            role_ids=role_ids,
            overwrites=channel["permission_overwrites"],
            guild_id=ids.GUILD_ID,
        )

    def require(self, needed: int, channel_id: int, *, user_id: int = ids.APPLICATION_ID) -> None:
        """50001 where the channel cannot be seen at all, 50013 where only the right is missing."""
        held = self.permissions(user_id, channel_id)
        if not held & permissions.VIEW_CHANNEL:
            raise errors.missing_access()
        if needed & ~held:
            raise errors.missing_permissions()

    def require_open_thread(self, channel_id: int) -> None:
        if self.channel(channel_id).get("thread_metadata", {}).get("archived"):
            raise ApiError(400, 50083, "Thread is archived")

    def open_by_a_message(self, channel_id: int) -> None:
        """A thread that is archived and not locked is opened by what is sent to it."""
        thread = self.channel(channel_id)
        metadata = thread.get("thread_metadata", {})
        if metadata.get("archived") and not metadata["locked"]:
            self.channels[channel_id] = thread | {"thread_metadata": metadata | {"archived": False}}
        self.require_open_thread(channel_id)

    def guild_create(self) -> Json:
        """The guild as the gateway brings it: with its channels, threads and the bot's own member."""
        plain = [channel for channel in self.channels.values() if channel["type"] not in THREADS]
        return self.guild_object() | {
            "channels": plain,
            "threads": self.threads,
            "members": [self.members[ids.APPLICATION_ID]],
            "member_count": len(self.members),
            "joined_at": self.members[ids.APPLICATION_ID]["joined_at"],
            "large": False,
            "unavailable": False,
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def guild_object(self) -> Json:
        return self.guild | {"roles": list(self.roles.values())}

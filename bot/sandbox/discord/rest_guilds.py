"""Login, and reading the server: users, guild, channels, roles, members."""

from bot.sandbox.discord import errors, ids, ratelimit
from bot.sandbox.discord.calls import Answer, Call, Route
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import Json

GATEWAY_URL = "wss://gateway.discord.gg"


def me(core: Core, call: Call) -> Answer:
    return core.world.bot_user | {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}


def application(core: Core, call: Call) -> Answer:
    bot = core.world.bot_user
    return {
        "id": str(ids.APPLICATION_ID),
        "name": bot["username"],
        "icon": None,
        "description": "",
        "type": None,
        "bot": bot,
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": core.world.user(ids.ADA_ID),
        "team": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "integration_types_config": {"0": {}},
        "eligible_oauth2_scopes": [],
    }


def gateway_url(core: Core, call: Call) -> Answer:
    return {"url": GATEWAY_URL}


def gateway_bot(core: Core, call: Call) -> Answer:
    day_ago = core.clock.time() - 86_400
    used = sum(at > day_ago for at in core.gateway.identifies)
    limit = {"total": 1000, "remaining": max(0, 1000 - used), "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": GATEWAY_URL, "shards": 1, "session_start_limit": limit}


def user(core: Core, call: Call) -> Answer:
    return core.world.user(call.ids["user_id"])


def my_guilds(core: Core, call: Call) -> Answer:
    guild = core.world.guild
    held = core.world.permissions(ids.APPLICATION_ID, ids.GENERAL_ID) if ids.GENERAL_ID in core.world.channels else 0
    keys = ("id", "name", "icon", "banner", "features")
    return [{key: guild[key] for key in keys} | {"owner": False, "permissions": str(held)}]


def guild(core: Core, call: Call) -> Answer:
    found = _guild(core, call)
    if call.flag("with_counts"):
        number = len(core.world.members)
        found |= {"approximate_member_count": number, "approximate_presence_count": number}
    return found


def channels(core: Core, call: Call) -> Answer:
    _guild(core, call)
    threads = core.world.threads
    return [channel for channel in core.world.channels.values() if channel not in threads]


def active_threads(core: Core, call: Call) -> Answer:
    _guild(core, call)
    alive = [thread for thread in core.world.threads if not thread["thread_metadata"]["archived"]]
    return {"threads": alive, "members": [], "has_more": False}


def roles(core: Core, call: Call) -> Answer:
    return list(_guild(core, call)["roles"])


def role(core: Core, call: Call) -> Answer:
    _guild(core, call)
    if call.ids["role_id"] not in core.world.roles:
        raise errors.unknown_role()
    return core.world.roles[call.ids["role_id"]]


def member(core: Core, call: Call) -> Answer:
    _guild(core, call)
    return core.world.member(call.ids["user_id"])


def my_member(core: Core, call: Call) -> Answer:
    _guild(core, call)
    return core.world.member(ids.APPLICATION_ID)


def channel(core: Core, call: Call) -> Answer:
    core.world.require(0, call.ids["channel_id"])
    return core.world.channel(call.ids["channel_id"])


def typing(core: Core, call: Call) -> Answer:
    core.world.require(0, call.ids["channel_id"])
    core.events.emit("typing", {"channel_id": str(call.ids["channel_id"]), "user_id": str(ids.APPLICATION_ID)})
    return None


def _guild(core: Core, call: Call) -> Json:
    if call.ids["guild_id"] != ids.GUILD_ID:
        raise errors.unknown_guild()
    return core.world.guild_object()


ROUTES = [
    Route("GET", "/users/@me", me),
    Route("GET", "/users/@me/guilds", my_guilds),
    Route("GET", "/users/@me/guilds/{guild_id}/member", my_member),
    Route("GET", "/users/{user_id}", user),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway", gateway_url, open=True),
    Route("GET", "/gateway/bot", gateway_bot),
    Route("GET", "/guilds/{guild_id}", guild),
    Route("GET", "/guilds/{guild_id}/channels", channels),
    Route("GET", "/guilds/{guild_id}/threads/active", active_threads),
    Route("GET", "/guilds/{guild_id}/roles", roles),
    Route("GET", "/guilds/{guild_id}/roles/{role_id}", role),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", member),
    Route("GET", "/channels/{channel_id}", channel),
    Route("POST", "/channels/{channel_id}/typing", typing, kind=ratelimit.READ),
]

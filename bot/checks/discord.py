"""Discord: the application, the guild, every channel with the bot's permissions in it, every role."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import discord

from bot.checks.finding import Finding, failure, ok, warning
from bot.config import Settings
from bot.exits import Exit
from bot.sections import AccessSection

NEEDED_PERMISSIONS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
}
IN_THREAD = {"send_messages_in_threads": "Send Messages in Threads"}
THREAD_PERMISSIONS = {"create_public_threads": "Create Public Threads"} | IN_THREAD
PICTURE_PERMISSIONS = {"attach_files": "Attach Files"}
TOO_MUCH = {
    "administrator": "Administrator",
    "manage_guild": "Manage Server",
    "manage_roles": "Manage Roles",
    "manage_channels": "Manage Channels",
    "manage_webhooks": "Manage Webhooks",
    "manage_messages": "Manage Messages",
    "kick_members": "Kick Members",
    "ban_members": "Ban Members",
}
PRIVILEGED_INTENTS = {
    "gateway_presence": "Presence",
    "gateway_guild_members": "Server Members",
    "gateway_message_content": "Message Content",
}
NOT_THERE = frozenset({10003, 10004, 10007, 50001})
"""Discord's own codes: unknown channel, guild or member; no access. A 404 of another kind tells nothing about them."""
FEW_SESSIONS = 100  # of 1,000 a day; a crash loop that spends them all makes Discord reset the token


def invite_link(application_id: int, settings: Settings | None = None) -> str:
    """The link that invites the bot with what it uses and no more; with `settings` into their guild, and with what
    threads and digests need where there are any."""
    needed = {**NEEDED_PERMISSIONS}
    for place in _places(settings) if settings else ():
        needed |= place.needed
    guild_id = settings.discord.guild_id if settings else None
    permissions = discord.Permissions(**dict.fromkeys(needed, True))
    guild = discord.utils.MISSING if guild_id is None else discord.Object(guild_id)
    return discord.utils.oauth_url(application_id, permissions=permissions, guild=guild)


async def check_discord(client: discord.Client, settings: Settings) -> AsyncIterator[Finding]:
    """All of it. The client must be logged in; the gateway is not used, and no IDENTIFY spent."""
    for finding in _check_application(client.application):
        yield finding
    yield await _check_sessions(client)
    guild_id = settings.discord.guild_id
    try:
        guild = await client.fetch_guild(guild_id, with_counts=False)
        me = await guild.fetch_member(client.user.id if client.user else 0)
        channels = await guild.fetch_channels()
    except (discord.HTTPException, discord.InvalidData, LookupError, TypeError) as error:
        yield _not_looked_at(error, invite_link(client.application_id or 0, settings), guild_id)
        return
    yield ok("discord.guild_id", f"{guild.name}, as {me.display_name}")
    if guild.default_role is None:  # @everyone is always among the roles, where they are told
        yield warning("discord.guild_id", "Discord does not tell the guild's roles; they and channels are not checked")
        return
    if too_much := [name for flag, name in TOO_MUCH.items() if getattr(me.guild_permissions, flag)]:
        yield warning("discord.guild_id", f"the bot has more than needed: take {', '.join(too_much)} from its roles")
    async for finding in _check_channels(guild, me, channels, settings):
        yield finding
    for finding in _check_roles(guild, me, settings):
        yield finding
    for finding in _check_links(settings):
        yield finding


def _not_looked_at(error: Exception, link: str, guild_id: int) -> Finding:
    """Only what Discord says for certain stops the start: the bot's main work asks for none of this."""
    if isinstance(error, discord.DiscordServerError) or getattr(error, "status", None) in (401, 429):
        raise error
    if isinstance(error, discord.HTTPException) and error.code in NOT_THERE:
        return failure("discord.guild_id", f"the bot is not in the guild {guild_id}: invite it with {link}")
    text = f"guild, channels and roles could not be looked at ({type(error).__name__}: {error}); they are not checked"
    return warning("discord.guild_id", text)


def _check_application(application: discord.AppInfo | None) -> Iterator[Finding]:
    if application is None:
        return
    yield ok("discord.token", f"of the application {application.name}")
    if application.interactions_endpoint_url:
        yield failure(
            "discord.token",
            f"commands and presses go to {application.interactions_endpoint_url} and never reach the bot: empty "
            "Interactions Endpoint URL on the application's General Information page",
        )
    flags = application.flags
    spare = [
        name for flag, name in PRIVILEGED_INTENTS.items() if getattr(flags, flag) or getattr(flags, f"{flag}_limited")
    ]
    if spare:
        yield warning(
            "discord.token",
            f"more than needed: switch the intent{'s' * (len(spare) > 1)} {', '.join(spare)} off on the Bot page",
        )


async def _check_sessions(client: discord.Client) -> Finding:
    try:
        _, _, limit = await client.http.get_bot_gateway()
        remaining, total, hours = limit["remaining"], limit["total"], limit["reset_after"] / 3_600_000
    except (discord.GatewayNotFound, LookupError, TypeError):
        return warning("discord.token", "Discord does not tell how often the bot may still connect today")
    text = f"may connect {remaining:,} of {total:,} times until the day is over"
    if remaining > FEW_SESSIONS:
        return ok("discord.token", text)
    return warning("discord.token", f"{text}, in {hours:.0f} h: what made it connect so often? Its log says")


# --- channels


@dataclass(frozen=True, kw_only=True)
class Place:
    """A channel of the configuration. `wrong` makes a finding of what does not fit: without it the bot's main work
    cannot be done (failure), or it can (warning)."""

    key: str
    channel_id: int
    needed: Mapping[str, str] = field(default_factory=lambda: NEEDED_PERMISSIONS)
    wrong: Callable[[str, str], Finding] = failure


def _places(settings: Settings) -> Iterator[Place]:
    failures = settings.failures
    named = {"failures": failures, **{f"failures.routes.{at}": route for at, route in enumerate(failures.routes)}}
    for key, receiver in named.items():
        needed = NEEDED_PERMISSIONS | (THREAD_PERMISSIONS if receiver.thread else {})
        yield Place(key=f"{key}.channel_id", channel_id=receiver.channel_id, needed=needed)
    if settings.digest.cron:
        needed = NEEDED_PERMISSIONS | PICTURE_PERMISSIONS  # without the last it comes without its picture
        channel_id = settings.digest.channel_id or failures.channel_id
        yield Place(key="digest.channel_id", channel_id=channel_id, needed=needed, wrong=warning)
    if settings.audit.channel_id:
        yield Place(key="audit.channel_id", channel_id=settings.audit.channel_id, wrong=warning)


async def _check_channels(
    guild: discord.Guild, me: discord.Member, channels: Sequence[discord.abc.GuildChannel], settings: Settings
) -> AsyncIterator[Finding]:
    """`channels`: those of the guild; what is not among them (a thread) is asked for by itself."""
    listed = {channel.id: channel for channel in channels}
    for place in _places(settings):
        channel = listed.get(place.channel_id)
        yield _of_channel(me, place, channel) if channel else await _fetched(guild, me, place, listed)


async def _fetched(
    guild: discord.Guild, me: discord.Member, place: Place, listed: Mapping[int, discord.abc.GuildChannel]
) -> Finding:
    try:
        channel = await guild.fetch_channel(place.channel_id)
    except discord.Forbidden:
        return place.wrong(place.key, f"the bot may not see the channel {place.channel_id}: give it View Channel there")
    except (discord.HTTPException, discord.InvalidData) as error:
        if isinstance(error, discord.HTTPException):
            if not isinstance(error, discord.NotFound):
                raise
            if error.code not in NOT_THERE:
                text = f"Discord does not tell what {place.channel_id} is ({error.status}): it is tried all the same"
                return warning(place.key, text)
        return place.wrong(
            place.key, f"there is no channel {place.channel_id} in {guild.name}: copy the id of one that exists"
        )
    if isinstance(channel, discord.Thread):
        return _of_thread(me, place, channel, listed.get(channel.parent_id))
    return _of_channel(me, place, channel)


def _of_thread(
    me: discord.Member, place: Place, thread: discord.Thread, parent: discord.abc.GuildChannel | None
) -> Finding:
    """Its rights are those of the channel it is in, but for the right to write."""
    rights = discord.Permissions.none() if parent is None else parent.permissions_for(me)
    needed = {flag: name for flag, name in place.needed.items() if flag != "send_messages"} | IN_THREAD
    missing = [name for flag, name in needed.items() if not getattr(rights, flag)]
    if parent is not None and missing:
        text = f"in the thread {thread.name} the bot lacks {', '.join(missing)}: grant it in #{parent.name}'s settings"
        return place.wrong(place.key, text)
    if thread.locked and not rights.manage_threads:
        return place.wrong(place.key, f"the thread {thread.name} is locked: unlock it")
    return ok(place.key, f"the thread {thread.name}")


def _of_channel(me: discord.Member, place: Place, channel: discord.abc.GuildChannel) -> Finding:
    if not isinstance(channel, discord.abc.Messageable):
        return place.wrong(place.key, f"#{channel.name} is no channel that messages can be sent to")
    permissions = channel.permissions_for(me)
    missing = [name for flag, name in place.needed.items() if not getattr(permissions, flag)]
    if missing:
        text = f"in #{channel.name} the bot lacks {', '.join(missing)}: grant it in the channel's settings"
        return place.wrong(place.key, text)
    return ok(place.key, f"#{channel.name}")


def _check_links(settings: Settings) -> Iterator[Finding]:
    for name, section in settings.paperless.items():
        if (host := section.unlinkable_host) is not None:
            text = f"Discord takes no link to {host}, a name without a dot: messages come without Open in Paperless"
            yield warning(f"paperless.{name}.public_url", text)


# --- roles


def _access_roles(settings: Settings) -> Iterator[tuple[str, int]]:
    for action in AccessSection.model_fields:
        yield from ((f"access.{action}", role) for role in getattr(settings.access, action))


def _mentioned_roles(settings: Settings) -> Iterator[tuple[str, int]]:
    """Each with the channel in which it is to be mentioned."""
    failures = settings.failures
    wanted: list[tuple[str, int | None]] = [
        ("failures.mention_role_id", failures.mention_role_id),
        ("failures.escalate_role_id", failures.escalate_role_id),
        *(
            (f"failures.routes.{number}.mention_role_id", route.mention_role_id)
            for number, route in enumerate(failures.routes)
        ),
    ]
    yield from ((key, role) for key, role in wanted if role is not None)


def _check_roles(guild: discord.Guild, me: discord.Member, settings: Settings) -> Iterator[Finding]:
    known = {role.id: role for role in guild.roles}
    configured = list(_access_roles(settings))
    yield from _missing_roles(guild.name, known, configured)
    if not settings.access.acknowledge:
        yield warning("access.acknowledge", "empty: only members with Manage Server can acknowledge")
    mentioned = list(_mentioned_roles(settings))
    yield from _missing_roles(guild.name, known, mentioned)
    for key, role_id in mentioned:
        role = known.get(role_id)
        if role is not None and not role.mentionable and not me.guild_permissions.mention_everyone:
            yield warning(
                key,
                f"@{role.name} will not be notified: allow anyone to @mention this role in its settings",
            )


def _missing_roles(
    guild: str, known: Mapping[int, discord.Role], configured: Sequence[tuple[str, int]]
) -> Iterator[Finding]:
    for key, role_id in configured:
        if role_id not in known:
            # Somebody deleted it, perhaps, and failures are still to be told.
            yield failure(key, f"there is no role {role_id} in {guild}: copy the id of one that exists", stops=False)
        else:
            yield ok(key, f"@{known[role_id].name}")


def sentence(error: BaseException) -> str:
    """What an error of Discord's at start means, and what to do about it."""
    if isinstance(error, discord.LoginFailure) or getattr(error, "code", None) == 4004:
        return "Discord does not know the token; copy it anew from the Bot page of your application into discord.token"
    if isinstance(error, discord.PrivilegedIntentsRequired) or getattr(error, "code", None) in (4013, 4014):
        return "Discord refuses the bot's intents, of which none is privileged: is this the token of another bot?"
    if isinstance(error, discord.HTTPException) and error.status in (401, 403):
        return f"Discord refuses ({error.status}): {error.text or 'no reason given'}"
    return f"Discord does not answer: {type(error).__name__}: {error}; try again later"


def finding_of(error: BaseException, status: Exit) -> Finding:
    return failure("discord", sentence(error), status)

"""`python -m bot check`: configuration, database, Paperless and Discord looked over, a line each; nothing is changed.

`run` does the same at its start: it starts with warnings, and not with failures.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

import discord

from bot.app import Server, TaskBot
from bot.config import Settings
from bot.database import DatabaseInUse, DatabaseUnusable
from bot.exits import Exit, exit_for
from bot.paperless import TaskStatus
from bot.paperless.errors import PaperlessError


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, by its key in the configuration, and what was found; `exit` counts for failures."""

    level: Level
    subject: str
    text: str
    exit: Exit = Exit.CONFIG

    def __str__(self) -> str:
        return f"{self.level:8} {self.subject}: {self.text}"


def exit_of(findings: Iterable[Finding]) -> Exit:
    """What must be mended outweighs what did not answer."""
    failures = {finding.exit for finding in findings if finding.level is Level.FAILURE}
    return max(failures, default=Exit.DONE)


NEEDED_PERMISSIONS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
}
THREAD_PERMISSIONS = {
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}


def invite_link(application_id: int, guild_id: int | None = None) -> str:
    """The link that invites the bot with what it uses and no more."""
    permissions = discord.Permissions(**dict.fromkeys(NEEDED_PERMISSIONS, True))
    guild = discord.utils.MISSING if guild_id is None else discord.Object(guild_id)
    return discord.utils.oauth_url(application_id, permissions=permissions, guild=guild)


# --- Paperless


async def check_paperless(server: Server) -> Finding:
    """The server answers, speaks a version we know, and lets the token see tasks.

    One that does not answer is a warning: the bot starts, tells it in the channel, and waits for it.
    """
    subject = f"paperless.{server.name}"
    try:
        version = await server.client.probe()
        page = await server.client.tasks.filter(
            status=[TaskStatus.FAILURE, TaskStatus.REVOKED], acknowledged=False
        ).page(page_size=1)
    except PaperlessError as error:
        return Finding(Level.WARNING if error.retryable else Level.FAILURE, subject, str(error))
    return Finding(Level.OK, subject, f"{version}; {page.count:,} failures not acknowledged")


# --- Discord


def _configured_channels(settings: Settings) -> Iterator[tuple[str, int, bool]]:
    yield "failures.channel_id", settings.failures.channel_id, settings.failures.thread
    for number, route in enumerate(settings.failures.routes):
        yield f"failures.routes.{number}.channel_id", route.channel_id, route.thread


def _configured_roles(settings: Settings) -> Iterator[tuple[str, int]]:
    for action in ("view", "acknowledge", "run", "upload"):
        yield from ((f"access.{action}", role) for role in getattr(settings.access, action))
    mentioned = [("failures.mention_role_id", settings.failures.mention_role_id)]
    mentioned += [("failures.escalate_role_id", settings.failures.escalate_role_id)]
    mentioned += [
        (f"failures.routes.{number}.mention_role_id", route.mention_role_id)
        for number, route in enumerate(settings.failures.routes)
    ]
    yield from ((key, role) for key, role in mentioned if role is not None)


async def check_discord(bot: TaskBot) -> AsyncIterator[Finding]:
    """The guild, each channel with the bot's permissions in it, each role. The bot must be logged in."""
    settings = bot.settings
    guild_id = settings.discord.guild_id
    try:
        guild = await bot.fetch_guild(guild_id, with_counts=False)
        me = await guild.fetch_member(bot.user.id if bot.user else 0)
    except (discord.NotFound, discord.Forbidden):
        link = invite_link(bot.application_id or 0, guild_id)
        yield Finding(
            Level.FAILURE,
            "discord.guild_id",
            f"the bot is not in the guild {guild_id}: invite it with {link}",
        )
        return
    yield Finding(Level.OK, "discord.guild_id", f"{guild.name}, as {me.display_name}")
    for key, channel_id, threads in _configured_channels(settings):
        yield await _check_channel(guild, me, key, channel_id, threads=threads)
    known = {role.id for role in guild.roles}
    for key, role_id in _configured_roles(settings):
        if role_id not in known:
            yield Finding(
                Level.FAILURE,
                key,
                f"there is no role {role_id} in {guild.name}: copy the id of one that exists",
            )


async def _check_channel(
    guild: discord.Guild, me: discord.Member, key: str, channel_id: int, *, threads: bool
) -> Finding:
    try:
        channel = await guild.fetch_channel(channel_id)
    except discord.Forbidden:
        return Finding(Level.FAILURE, key, f"the bot may not see the channel {channel_id}: give it View Channel there")
    except (discord.NotFound, discord.InvalidData):
        return Finding(
            Level.FAILURE,
            key,
            f"there is no channel {channel_id} in {guild.name}: copy the id of one that exists",
        )
    if not isinstance(channel, discord.abc.Messageable):
        return Finding(Level.FAILURE, key, f"#{channel.name} is no channel that messages can be sent to")
    permissions = channel.permissions_for(me)
    needed = NEEDED_PERMISSIONS | (THREAD_PERMISSIONS if threads else {})
    missing = [name for flag, name in needed.items() if not getattr(permissions, flag)]
    if missing:
        return Finding(
            Level.FAILURE,
            key,
            f"in #{channel.name} the bot lacks {', '.join(missing)}: grant it in the channel's settings",
        )
    return Finding(Level.OK, key, f"#{channel.name}")


# --- All of it


async def check_bot(bot: TaskBot) -> list[Finding]:
    """Everything about a bot that is logged in."""
    findings = [await check_paperless(server) for server in bot.servers.values()]
    return findings + [finding async for finding in check_discord(bot)]


async def check(settings: Settings) -> list[Finding]:
    """Everything, from a configuration that was read. A database held by a running bot is said, and is no failure."""
    findings = [Finding(Level.OK, "configuration", f"read; {len(settings.paperless)} Paperless-ngx server(s)")]
    try:
        async with TaskBot(settings) as bot:
            findings.append(Finding(Level.OK, "database.url", "can be written"))
            findings += [await check_paperless(server) for server in bot.servers.values()]
            await bot.login(settings.discord.token.get_secret_value())
            findings += [finding async for finding in check_discord(bot)]
    except DatabaseInUse as error:
        findings.append(Finding(Level.WARNING, "database.url", f"{error}, then look again: the rest was not looked at"))
    except DatabaseUnusable as error:
        findings.append(Finding(Level.FAILURE, "database.url", str(error)))
    except Exception as error:
        status = exit_for(error)
        if status is None:
            raise
        findings.append(Finding(Level.FAILURE, "discord", sentence(error), status))
    return findings


def sentence(error: BaseException) -> str:
    """What an error of Discord's at start means, and what to do about it."""
    if isinstance(error, discord.LoginFailure) or getattr(error, "code", None) == 4004:
        return "Discord does not know the token: copy it anew from the Bot page of your application into discord.token"
    if isinstance(error, discord.HTTPException) and error.status in (401, 403):
        return f"Discord refuses ({error.status}): {error.text or 'no reason given'}"
    return f"Discord does not answer: {type(error).__name__}: {error}; try again later"


def report(findings: Iterable[Finding], *, stream: TextIO) -> Exit:
    """A line each; the exit status that they add up to."""
    findings = list(findings)
    for finding in findings:
        stream.write(f"{finding}\n")
    return exit_of(findings)

"""`python -m bot check`: configuration, database, Paperless and Discord looked over, a line each; nothing is changed.

`run` does the same at its start, and starts with warnings; the failure of a role that is not there is one to it.
"""

import asyncio
from collections.abc import Iterable
from typing import TextIO

import aiohttp
import discord

from bot.app import Server, TaskBot, servers_of
from bot.checks.database import check_database
from bot.checks.discord import check_discord, finding_of
from bot.checks.finding import Finding, exit_of, ok
from bot.checks.health import check_health
from bot.checks.history import check_history
from bot.checks.paperless import check_server
from bot.config import Settings
from bot.exits import Exit, exit_for

PATIENCE = 30.0  # seconds for all that is asked of one Paperless-ngx
AT_START = 3.0


async def check_servers(servers: Iterable[Server], settings: Settings, *, patience: float) -> list[Finding]:
    """Side by side: one that hangs keeps no other waiting."""
    found = await asyncio.gather(
        *(
            check_server(one.name, one.client, one.run_client, access=settings.access, patience=patience)
            for one in servers
        )
    )
    return [finding for findings in found for finding in findings]


async def check_bot(bot: TaskBot) -> list[Finding]:
    """Everything about a bot that is logged in, and has its database open."""
    looking_at_servers = asyncio.create_task(check_servers(bot.servers.values(), bot.settings, patience=AT_START))
    try:
        of_discord = [finding async for finding in check_discord(bot, bot.settings)]
        return await looking_at_servers + of_discord
    finally:
        looking_at_servers.cancel()


async def check(settings: Settings, *, connector: aiohttp.BaseConnector | None = None) -> list[Finding]:
    """Everything, from a configuration that was read; also while a bot is running with it."""
    names = ", ".join(settings.paperless)
    findings = [ok("configuration", f"read; Paperless-ngx: {names}; poll every {settings.failures.poll_seconds:g} s")]
    findings.append(await check_database(settings.database.url))
    findings.append(await check_health(settings.health))
    servers = servers_of(settings)
    try:
        findings += await check_servers(servers.values(), settings, patience=PATIENCE)
    finally:
        for server in servers.values():
            await server.close()
    return findings + await _discord(settings, connector)


async def _discord(settings: Settings, connector: aiohttp.BaseConnector | None) -> list[Finding]:
    findings: list[Finding] = []
    client = discord.Client(intents=discord.Intents(guilds=True), connector=connector)
    try:
        async with client:
            await client.login(settings.discord.token.get_secret_value())
            for looking in (check_discord(client, settings), check_history(client, settings.failures)):
                async for finding in looking:
                    findings.append(finding)  # noqa: PERF401  what was found before an error counts
    except Exception as error:
        status = exit_for(error)
        if status is None:
            raise
        findings.append(finding_of(error, status))
    return findings


def report(findings: Iterable[Finding], *, stream: TextIO) -> Exit:
    """A line each; the exit status that they add up to."""
    findings = list(findings)
    for finding in findings:
        stream.write(f"{finding}\n")
    return exit_of(findings)

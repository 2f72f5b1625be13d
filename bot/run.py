"""`python -m bot run`: start, look over, serve until told to stop, finish what is in flight."""

import asyncio
import logging
from collections.abc import Iterable

import aiohttp
import discord

from bot import health
from bot.app import TaskBot
from bot.check import check_bot
from bot.checks.discord import sentence
from bot.checks.finding import Finding, Level, exit_of
from bot.config import Settings
from bot.database import DatabaseAway, DatabaseInUse, DatabaseUnusable
from bot.exits import Exit, exit_for

log = logging.getLogger(__name__)

LOGIN_PAUSES = (1, 3)
"""Seconds between tries to log in. Then exit status 75 hands the waiting to the supervisor."""


async def run(settings: Settings, *, stop: asyncio.Event, connector: aiohttp.BaseConnector | None = None) -> Exit:
    """Serve until `stop` is set. Every known trouble becomes a sentence in the log and an exit status."""
    try:
        async with TaskBot(settings, connector=connector) as bot:
            return await _start_and_serve(bot, stop)
    except (DatabaseInUse, DatabaseUnusable) as error:
        log.critical("%s", error)
        return Exit.UNAVAILABLE if isinstance(error, DatabaseAway) else Exit.CONFIG
    except Exception as error:
        status = exit_for(error)
        if status is None:
            raise
        log.critical("%s", sentence(error))
        return status


async def _start_and_serve(bot: TaskBot, stop: asyncio.Event) -> Exit:
    await _log_in(bot)
    findings = await check_bot(bot)
    _tell(findings)
    if (status := exit_of(findings)) is not Exit.DONE:
        return status
    listen = bot.settings.health.listen
    runner = await health.serve(listen, bot.readiness) if listen else None
    try:
        await bot.serve(stop)
    finally:
        if runner is not None:
            await runner.cleanup()
    return Exit.DONE


async def _log_in(bot: TaskBot) -> None:
    """A refused token is final; everything else is tried again twice."""
    token = bot.settings.discord.token.get_secret_value()
    for pause in LOGIN_PAUSES:
        try:
            return await bot.login(token)
        except (discord.DiscordServerError, aiohttp.ClientError, OSError) as error:
            log.warning("%s", sentence(error))
            await asyncio.sleep(pause)
    return await bot.login(token)


def _tell(findings: Iterable[Finding]) -> None:
    levels = {Level.OK: logging.INFO, Level.WARNING: logging.WARNING, Level.FAILURE: logging.CRITICAL}
    for finding in findings:
        log.log(levels[finding.level], "%s: %s", finding.subject, finding.text)

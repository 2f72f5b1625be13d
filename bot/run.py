"""`python -m bot run`: start, look over, serve until told to stop, finish what is in flight."""

import asyncio
import gc
import logging
import signal
from collections.abc import Coroutine, Iterable
from contextlib import AsyncExitStack
from functools import partial
from typing import TypeVar

import aiohttp
import discord

from bot import health
from bot.app import TaskBot
from bot.check import check_bot
from bot.checks.discord import sentence
from bot.checks.finding import Finding, Level, exit_of
from bot.config import Settings
from bot.database import DatabaseAway, DatabaseInUse, DatabaseUnusable
from bot.exits import Exit, end_anyway, exit_for
from bot.lease import LeaseLost
from bot.vitals import metrics_text, readiness
from bot.watchdog import keep_alive

log = logging.getLogger(__name__)
T = TypeVar("T")

THREADS_SECONDS = 2.0  # for threads that still look up a name, say, when all the rest has ended
LOGIN_PAUSES = (1, 3)
"""Seconds between tries to log in. Then exit status 75 hands the waiting to the supervisor."""


async def run_until_signalled(settings: Settings, *, connector: aiohttp.BaseConnector | None = None) -> Exit:
    """Until SIGTERM or SIGINT; the process ends within ten seconds then, whatever hangs."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop_soon() -> None:
        if not stop.is_set():
            end_anyway(Exit.DONE)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop_soon)
    telling = asyncio.create_task(keep_alive(), name="watchdog")
    status = await run(settings, stop=stop, connector=connector)
    telling.cancel()
    end_anyway(status, after=THREADS_SECONDS)
    return status


async def run(settings: Settings, *, stop: asyncio.Event, connector: aiohttp.BaseConnector | None = None) -> Exit:
    """Serve until `stop` is set. Every known trouble becomes a sentence in the log and an exit status."""
    bot = TaskBot(settings, connector=connector)
    try:
        async with AsyncExitStack() as stack:
            await _listen(bot, stack)
            status = await _before(stop, _start(bot, stack))
            if status is not None and status is not Exit.DONE:
                return status
            if status is Exit.DONE:
                await bot.serve(stop)
    except (DatabaseInUse, DatabaseUnusable) as error:
        log.critical("%s", error, extra={"event": "database_unusable"})
        return Exit.UNAVAILABLE if isinstance(error, DatabaseAway) else Exit.CONFIG
    except LeaseLost as error:
        log.critical("%s; start it again, and it stands by", error, extra={"event": "stopped_without_lease"})
        return Exit.UNAVAILABLE
    except health.CannotListen as error:
        log.critical("health.listen: %s", error, extra={"event": "health_cannot_listen"})
        return Exit.CONFIG
    except Exception as error:
        status = exit_for(error)
        if status is None:
            raise
        log.critical("%s", sentence(error), extra={"event": "discord_unusable"})
        return status
    log.info("stopped", extra={"event": "stopped"})
    return Exit.DONE


async def _listen(bot: TaskBot, stack: AsyncExitStack) -> None:
    """For the health page. A port that nobody asked for may be taken: another bot of this machine has it."""
    section = bot.settings.health
    if not section.listen:
        return
    try:
        await stack.enter_async_context(
            health.serving(section.listen, partial(readiness, bot), partial(metrics_text, bot))
        )
    except health.CannotListen as error:
        if "listen" in section.model_fields_set:
            raise
        log.warning("no health page: %s", error, extra={"event": "health_page_off"})


async def _before(stop: asyncio.Event, work: Coroutine[object, object, T]) -> T | None:
    """What `work` comes to; None if `stop` was set first, and the work cut short."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for one in (working, stopping):
            one.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


async def _start(bot: TaskBot, stack: AsyncExitStack) -> Exit:
    await stack.enter_async_context(bot)
    await _log_in(bot)
    findings = await check_bot(bot)
    _tell(findings)
    # All that is loaded by now stays: without looking at it again a full collection takes 5 ms, not 90 on the loop.
    gc.collect()
    gc.freeze()
    return exit_of(finding for finding in findings if finding.stops)


async def _log_in(bot: TaskBot) -> None:
    """A refused token is final; everything else is tried again twice."""
    token = bot.settings.discord.token.get_secret_value()
    for pause in LOGIN_PAUSES:
        try:
            return await bot.login(token)
        except (discord.DiscordServerError, aiohttp.ClientError, OSError) as error:
            log.warning("%s", sentence(error), extra={"event": "login_failed"})
            await asyncio.sleep(pause)
    return await bot.login(token)


def _tell(findings: Iterable[Finding]) -> None:
    levels = {Level.OK: logging.INFO, Level.WARNING: logging.WARNING, Level.FAILURE: logging.WARNING}
    for finding in findings:
        level = logging.CRITICAL if finding.stops else levels[finding.level]
        # The key comes last: what follows on "token:" is taken for one, and redacted.
        log.log(level, "%s (%s)", finding.text, finding.subject, extra={"event": "checked"})

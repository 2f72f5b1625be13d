"""The weekly digest: posted once for each time that the cron expression names, also where the bot was away just then.

The ledger records for each server the newest time for which it was sent. The very first start sends nothing; a start
within MADE_UP_FOR of a time that was missed makes it up.
"""

import asyncio
import itertools
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.triggers.date import DateTrigger
from discord.ext import commands

from bot import crontab
from bot.failures.notifier import ChannelForbidden, NotifierError
from bot.failures.worst import worst_errors
from bot.jobs import job
from bot.lookback import drawn, look_back
from bot.paperless.errors import PaperlessError
from bot.ui import errors, summaries, weekly
from bot.ui.summaries import LookBack
from bot.ui.weekly import Week

if TYPE_CHECKING:
    from bot.app import Server, TaskBot

log = logging.getLogger(__name__)

MADE_UP_FOR = timedelta(days=1)
PAUSES = (5, 30, 120, 600)
"""Seconds between tries while Discord is away; after a day the next digest is nearer."""
JOB, MAKE_UP = "digest", "digest made up"


class Digest(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        self._section = bot.settings.digest
        self.channel_id = self._section.channel_id or bot.settings.failures.channel_id
        self.pauses: tuple[float, ...] = PAUSES
        self._turn = asyncio.Lock()

    async def cog_load(self) -> None:
        if not self._section.cron:
            return
        self._trigger = crontab.trigger(self._section.cron, timezone=self._section.timezone)
        self.bot.scheduler.add_job(job(JOB, self._job), self._trigger, id=JOB)
        self.bot.scheduler.add_job(job(MAKE_UP, self._job), DateTrigger(datetime.now(UTC), UTC), id=MAKE_UP)

    async def cog_unload(self) -> None:
        for name in (JOB, MAKE_UP):
            if self.bot.scheduler.get_job(name):
                self.bot.scheduler.remove_job(name)

    async def _job(self) -> None:
        async with self._turn:
            await self.send_what_is_due()

    async def send_what_is_due(self) -> None:
        now = self.bot.now()
        due = crontab.last_before(self._trigger, now, since=now - MADE_UP_FOR)
        for number, where in enumerate(self.bot.servers.values()):
            key = f"digest {where.name}"
            last = await self.bot.ledger.value(key)
            if last is None:
                await self.bot.ledger.set_value(key, now.isoformat())
            elif due is not None and datetime.fromisoformat(last) < due:
                # The nonce makes one of a post that is repeated after a crash.
                await self._post(where, nonce=f"dg{int(due.timestamp())}-{number}")
                await self.bot.ledger.set_value(key, due.astimezone(UTC).isoformat())

    async def _post(self, where: "Server", *, nonce: str) -> None:
        for pause in itertools.chain(self.pauses, itertools.repeat(self.pauses[-1])):
            try:
                await self._post_once(where, nonce)
            except NotifierError as error:
                level = logging.WARNING if error.retryable else logging.ERROR
                log.log(
                    level,
                    "the digest of %s could not be posted: %s",
                    where.name,
                    error,
                    extra={"event": "digest_not_posted"},
                )
                if not error.retryable:
                    return
                await asyncio.sleep(error.retry_after or pause)
            else:
                return

    async def _post_once(self, where: "Server", nonce: str) -> None:
        week = await self._week(where)
        chart = None
        if week.found is not None:
            chart = summaries.chart(week.found, server=where.name, show_server=week.show_server)
        file = None if chart is None else await drawn(self.bot.drawing, chart)
        view = weekly.digest(week, picture=None if file is None else chart)
        try:
            await self.bot.notifier.say(channel_id=self.channel_id, view=view, nonce=nonce, file=file)
        except ChannelForbidden:
            if file is None:
                raise
            await self.bot.notifier.say(channel_id=self.channel_id, view=weekly.digest(week, picture=None), nonce=nonce)
            log.warning(
                "the digest of %s goes without its picture: the bot lacks Attach Files in channel %s",
                where.name,
                self.channel_id,
                extra={"event": "digest_without_picture"},
            )

    async def _week(self, where: "Server") -> Week:
        found: LookBack | None = None
        because = ""
        try:
            found = await look_back(where.client, days=self._section.days)
        except PaperlessError as error:
            because = errors.of_paperless(error)
        since = self.bot.now() - timedelta(days=self._section.days)
        still = await self.bot.ledger.open_rows(server=where.name, limit=1)
        oldest = await self.bot.ledger.open_rows(server=where.name, offset=max(0, still.total - 1), limit=1)
        return Week(
            server=where.name,
            show_server=self.bot.several_servers,
            link_base=where.link_base,
            days=self._section.days,
            found=found,
            because=because,
            worst=await worst_errors(self.bot.database, server=where.name, since=since, limit=weekly.WORST),
            open_total=still.total,
            oldest=oldest.rows[0].at if oldest.rows else None,
        )


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Digest(bot))

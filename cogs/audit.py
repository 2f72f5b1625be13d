"""Who did what: /tasks audit, the audit channel, and forgetting what is older than `audit.days`."""

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord
from apscheduler.triggers.interval import IntervalTrigger
from discord import app_commands, ui
from discord.ext import commands

from bot.access import Action
from bot.interactions import NOBODY, BotInteraction, change, defer, defer_update, say
from bot.jobs import job
from bot.subcommands import AnyCommand, join, leave
from bot.tree import asks
from bot.ui import audits
from bot.ui.custom_ids import Audited, CustomId
from bot.ui.lists import PAGE

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)

TOLD_KEY = "audit told"
TELL_SECONDS = 5
AT_ONCE = 10
TELL, FORGET = "audit channel", "audit retention"


class AuditLog(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        listing: AnyCommand = app_commands.Command(
            name="audit", description="Who did what, the newest first.", callback=self.audit
        )
        self._commands = [asks(Action.AUDIT)(listing)]

    async def cog_load(self) -> None:
        join(self.bot, self._commands)
        jobs = [(FORGET, self._forget, 86_400)]
        if self.bot.settings.audit.channel_id is not None:
            jobs.append((TELL, self.tell, TELL_SECONDS))
        for name, work, seconds in jobs:
            trigger = IntervalTrigger(seconds=seconds, timezone=UTC)
            self.bot.scheduler.add_job(job(name, work), trigger, id=name, next_run_time=datetime.now(UTC))

    async def cog_unload(self) -> None:
        leave(self.bot, self._commands)
        for name in (TELL, FORGET):
            if self.bot.scheduler.get_job(name):
                self.bot.scheduler.remove_job(name)

    @app_commands.describe(member="Of this member alone")
    async def audit(self, interaction: BotInteraction, member: discord.User | None = None) -> None:
        await defer(interaction)
        await say(interaction, await self._page(0, user_id=member.id if member else None))

    async def pressed(self, interaction: BotInteraction, custom_id: CustomId) -> None:
        if isinstance(custom_id, Audited):
            await defer_update(interaction)
            await change(interaction, await self._page(custom_id.page, user_id=custom_id.user_id))

    async def _page(self, page: int, *, user_id: int | None) -> ui.LayoutView:
        found = await self.bot.ledger.audit.page(user_id=user_id, offset=page * PAGE, limit=PAGE)
        if page and not found.rows:  # what was so old is forgotten by now
            return await self._page(0, user_id=user_id)
        return audits.page(found.rows, total=found.total, page=page, user_id=user_id)

    async def tell(self) -> None:
        """What was written since the last time, to the channel. It begins with what comes after it was switched on."""
        channel_id, ledger = self.bot.settings.audit.channel_id, self.bot.ledger
        told = await ledger.value(TOLD_KEY)
        if channel_id is None or told is None:
            await ledger.set_value(TOLD_KEY, str(await ledger.audit.newest()))
            return
        rows = await ledger.audit.after(int(told), limit=AT_ONCE)
        if not rows:
            return
        channel = self.bot.get_partial_messageable(channel_id, guild_id=self.bot.settings.discord.guild_id)
        try:
            # By the nonce a post that is repeated after a crash is the same one.
            await channel.send(view=audits.told(rows), nonce=f"au{rows[-1].id}", allowed_mentions=NOBODY, silent=True)
        except discord.DiscordException as error:
            log.warning("the audit channel could not be told: %s", error, extra={"event": "audit_channel_failed"})
            return
        await ledger.set_value(TOLD_KEY, str(rows[-1].id))

    async def _forget(self) -> None:
        forgotten = await self.bot.ledger.audit.forget(days=self.bot.settings.audit.days)
        if forgotten:
            log.info("%d entries of the audit were forgotten", forgotten, extra={"event": "audit_forgotten"})


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(AuditLog(bot))

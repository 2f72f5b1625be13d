"""Following a run from the chat: the answer to `/tasks run` tells what became of it, without being asked again."""

import asyncio
import logging
from typing import TYPE_CHECKING

import discord

from bot.interactions import BotInteraction, change
from bot.paperless.errors import PaperlessError, TaskNeverAppeared, WaitTimedOut
from bot.paperless.models import TaskType
from bot.ui import errors, replies, runs
from bot.ui.layout import Accent

if TYPE_CHECKING:
    from bot.app import Server

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 10 * 60
"""An answer can be edited for 15 minutes; what takes longer is told to be looked up."""
APPEAR_SECONDS = 20


class Following:
    """The runs that are followed at the moment. They end with the bot: nothing is lost but this message's end."""

    def __init__(self, *, show_server: bool) -> None:
        self._show_server = show_server
        self._followed: set[asyncio.Task[None]] = set()

    def begin(self, interaction: BotInteraction, where: "Server", kind: TaskType, task_id: str) -> None:
        following = asyncio.create_task(self._follow(interaction, where, kind, task_id), name=f"follow {task_id}")
        self._followed.add(following)
        following.add_done_callback(self._followed.discard)

    def end(self) -> None:
        for following in self._followed:
            following.cancel()

    async def _follow(self, interaction: BotInteraction, where: "Server", kind: TaskType, task_id: str) -> None:
        view = await self._end_of(where, kind, task_id)
        try:
            await change(interaction, view)
        except (discord.HTTPException, OSError) as error:
            log.warning("the end of %s could not be told to %s: %s", task_id, interaction.user.id, error)

    async def _end_of(self, where: "Server", kind: TaskType, task_id: str) -> discord.ui.LayoutView:
        try:
            task = await where.run_client.tasks.wait(task_id, timeout=FOLLOW_SECONDS, grace=APPEAR_SECONDS)
        except TaskNeverAppeared:
            return runs.never_appeared(kind, task_id, link_base=where.link_base)
        except WaitTimedOut as error:
            return runs.still_going(kind, task_id, error.task, link_base=where.link_base)
        except PaperlessError as error:
            return replies.message(errors.of_paperless(error), accent=Accent.AMBER)
        return replies.task_reply(task, server=where.name, link_base=where.link_base, show_server=self._show_server)

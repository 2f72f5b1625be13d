"""/task and /tasks: parse, defer, ask Paperless, draw. Answers are for the one who asked."""

import asyncio
import io
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access import Action
from bot.choosing import acknowledge_chosen
from bot.failures.outcome import NotAcknowledged
from bot.interactions import BotInteraction, change, defer, defer_update, record_reading, say, supplement
from bot.lookback import drawn, look_back
from bot.paperless.errors import NotFound, PaperlessError
from bot.paperless.models import NEEDS_ATTENTION, Task
from bot.presses import NOT_THERE, chosen, chosen_numbers
from bot.recent import RecentTasks
from bot.refusal import Refusal
from bot.subcommands import CHOICES, fit_to_servers, named_server
from bot.tree import asks
from bot.ui import lists, outcomes, replies, summaries
from bot.ui.custom_ids import AcknowledgeFailures, Active, CustomId, EndMute, Failures, OnTask, OpenTask
from bot.ui.phrases import named_plainly
from bot.unknown import not_known, since_when

if TYPE_CHECKING:
    from bot.app import Server, TaskBot


def reference(text: str) -> int | str:
    """What people type: 1337, #1337, or a UUID with stray spaces or quotes around."""
    bare = text.strip().strip("`'\"").removeprefix("#").strip()
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) < 20 else bare


class Tasks(commands.Cog):
    tasks = app_commands.Group(name="tasks", description="Background tasks of Paperless-ngx", guild_only=True)

    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        self._recent = {name: RecentTasks(server.client) for name, server in bot.servers.items()}
        fit_to_servers(bot, [one for one in self.walk_app_commands() if isinstance(one, app_commands.Command)])

    async def cog_unload(self) -> None:
        for name in self.bot.servers:
            self._recent[name].close()

    # --- commands

    @asks(Action.VIEW)
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(ref="The task's number or UUID", server="Which Paperless-ngx")
    async def task(self, interaction: BotInteraction, ref: str, server: str | None = None) -> None:
        """Show one task: what became of it, and why."""
        await defer(interaction)
        where = self.bot.server(server)
        try:
            view = await self._drawn(where, await where.client.tasks(reference(ref)))
        except PaperlessError as error:
            view = await not_known(self.bot, where, "What became of it", error)
        await say(interaction, view)

    @asks(Action.VIEW)
    @tasks.command()
    @app_commands.describe(server="Which Paperless-ngx")
    async def active(self, interaction: BotInteraction, server: str | None = None) -> None:
        """What waits or runs now, the newest first."""
        await defer(interaction)
        await say(interaction, await self._active_page(self.bot.server(server), 0))

    @asks(Action.VIEW)
    @tasks.command()
    @app_commands.describe(server="Which Paperless-ngx")
    async def failures(self, interaction: BotInteraction, server: str | None = None) -> None:
        """What failed and is not acknowledged, the newest first."""
        await defer(interaction)
        await say(interaction, await self._failures_page(self.bot.server(server), 0))

    @asks(Action.VIEW)
    @tasks.command()
    @app_commands.describe(days="How far back, 1 to 365 (30 if left out)", server="Which Paperless-ngx")
    async def summary(
        self, interaction: BotInteraction, days: app_commands.Range[int, 1, 365] = 30, server: str | None = None
    ) -> None:
        """Runs, failures and durations by type of task, as a picture too, and how that was before."""
        await defer(interaction)
        where = self.bot.server(server)
        try:
            found = await look_back(where.client, days=days)
        except PaperlessError as error:
            await say(interaction, await not_known(self.bot, where, summaries.span(days).capitalize(), error))
            return
        told = partial(summaries.summary, found, server=where.name, show_server=self.bot.several_servers)
        await say(interaction, told(picture=None))  # the picture takes a second, the numbers none
        chart = summaries.chart(found, server=where.name, show_server=self.bot.several_servers)
        file = None if chart is None else await drawn(self.bot.drawing, chart)
        if file is not None:
            await supplement(interaction, told(picture=chart), file)

    @asks(Action.VIEW)
    @tasks.command()
    async def mutes(self, interaction: BotInteraction) -> None:
        """Failures that are muted, by whom and until when; each can be ended."""
        await defer(interaction)
        await say(interaction, await self._mutes())

    # --- autocompletion: never an error, never a request a keystroke

    @task.autocomplete("ref")
    async def _refs(self, interaction: BotInteraction, current: str) -> list[app_commands.Choice[str]]:
        where = named_server(self.bot, interaction)
        if where is None:
            return []
        found = await self._recent[where.name].offers(current, now=self.bot.now())
        return [app_commands.Choice(name=label, value=value) for label, value in found[:CHOICES]]

    # --- buttons and menus under the answers

    async def pressed(self, interaction: BotInteraction, custom_id: CustomId) -> None:
        match custom_id:
            case OnTask(verb="ack"):
                await self._acknowledge(interaction, custom_id)
            case OnTask(verb="info"):
                await self._details(interaction, custom_id)
            case OnTask():
                await defer_update(interaction)
                await self._show_anew(interaction, custom_id)
            case OpenTask():
                await self._open(interaction, custom_id)
            case Failures() | Active():
                await self._turn(interaction, custom_id)
            case AcknowledgeFailures():
                await self._acknowledge_some(interaction, custom_id)
            case EndMute():
                await self._end_mute(interaction)

    async def _turn(self, interaction: BotInteraction, custom_id: Failures | Active) -> None:
        """To another page of a list; from a card of the team's, to a list of one's own."""
        own = interaction.message is not None and interaction.message.flags.ephemeral
        await (defer_update if own else defer)(interaction)
        draw = self._failures_page if isinstance(custom_id, Failures) else self._active_page
        await (change if own else say)(interaction, await draw(self.bot.server(custom_id.server), custom_id.page))

    async def _end_mute(self, interaction: BotInteraction) -> None:
        await defer_update(interaction)
        user = interaction.user
        ended = [
            await self.bot.desk.unmute(mute_id, user_id=user.id, user_name=user.display_name)
            for mute_id in chosen_numbers(interaction)
        ]
        note = "No longer muted." if any(ended) else "That had ended already."
        await change(interaction, await self._mutes(note=note))

    async def _show_anew(self, interaction: BotInteraction, custom_id: OnTask, *, note: str | None = None) -> None:
        where = self.bot.server(custom_id.server)
        task = await where.client.tasks(custom_id.task_id)
        await change(interaction, await self._drawn(where, task, note=note))

    async def _acknowledge(self, interaction: BotInteraction, custom_id: OnTask) -> None:
        await defer_update(interaction)
        where = self.bot.server(custom_id.server)
        outcome = await self.bot.desk.acknowledge_tasks(
            server=where.name,
            task_ids=[custom_id.task_id],
            user_id=interaction.user.id,
            user_name=interaction.user.display_name,
        )
        note = outcomes.to_presser(outcome, unheard=await since_when(interaction, outcome))
        if note and isinstance(outcome, NotAcknowledged):  # whoever did not answer has no newer state to show
            await say(interaction, replies.message(note))
            return
        await self._show_anew(interaction, custom_id, note=note)

    async def _acknowledge_some(self, interaction: BotInteraction, custom_id: AcknowledgeFailures) -> None:
        await defer_update(interaction)
        where = self.bot.server(custom_id.server)
        note = await acknowledge_chosen(interaction, where)
        if note is not None:
            await change(interaction, await self._failures_page(where, custom_id.page, note=note))

    async def _details(self, interaction: BotInteraction, custom_id: OnTask) -> None:
        await defer(interaction)
        task = await self.bot.server(custom_id.server).client.tasks(custom_id.task_id)
        what = named_plainly(task.task_type, task.filename)
        await record_reading(interaction, what, server=custom_id.server, task_ids=[task.task_id])
        view, traceback = replies.task_details(task)
        file = None if traceback is None else discord.File(io.BytesIO(traceback.encode()), replies.TRACEBACK_FILE)
        await say(interaction, view, file=file)

    async def _open(self, interaction: BotInteraction, custom_id: OpenTask) -> None:
        await defer(interaction)
        where = self.bot.server(custom_id.server)
        for task_id in chosen(interaction)[:1]:
            await say(interaction, await self._drawn(where, await where.client.tasks(task_id)))
            return
        raise Refusal(NOT_THERE)

    # --- drawing

    async def _drawn(self, where: "Server", task: Task, *, note: str | None = None) -> ui.LayoutView:
        return replies.task_reply(
            task,
            server=where.name,
            link_base=where.link_base,
            show_server=self.bot.several_servers,
            note=note,
            owner=await where.owners.name_of(task.owner),
        )

    async def _mutes(self, *, note: str | None = None) -> ui.LayoutView:
        found = await self.bot.ledger.mutes.running()
        return lists.mutes(found, show_server=self.bot.several_servers, note=note)

    async def _active_page(self, where: "Server", page: int) -> ui.LayoutView:
        try:
            found, counts = await asyncio.gather(where.client.tasks.active(), where.client.tasks.status_counts())
        except PaperlessError as error:
            return await not_known(self.bot, where, "What waits or runs", error)
        page = min(page, lists.pages(len(found)) - 1)
        return lists.active(
            found[page * lists.PAGE : (page + 1) * lists.PAGE],
            known=len(found),
            total=max(len(found), counts.in_progress),
            page=page,
            server=where.name,
            show_server=self.bot.several_servers,
        )

    async def _failures_page(self, where: "Server", page: int, *, note: str | None = None) -> ui.LayoutView:
        query = where.client.tasks.filter(status=NEEDS_ATTENTION, acknowledged=False, ordering="-date_done")
        try:
            found = await query.page(page=page + 1, page_size=lists.PAGE)
        except NotFound:  # others acknowledged so much meanwhile that this page is no more
            if page == 0:
                raise
            return await self._failures_page(where, 0, note=note)
        except PaperlessError as error:
            return await not_known(self.bot, where, "What failed", error)
        return lists.failures(
            found.results,
            total=found.count,
            page=page,
            server=where.name,
            show_server=self.bot.several_servers,
            note=note,
        )


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Tasks(bot))

"""/tasks run: ask once, order, and follow what comes of it; also Follow, on any task that has not ended."""

from typing import TYPE_CHECKING, assert_never

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access import Action
from bot.failures.order import Busy, Follower, Order, Purpose, State, TooSoon
from bot.interactions import BotInteraction, change, defer, defer_update, follow_up, say
from bot.paperless.errors import NotRunnable, PaperlessError
from bot.paperless.models import RunResult, TaskType
from bot.placing import check_place
from bot.refusal import Refusal
from bot.subcommands import AnyCommand, fit_to_servers, join, leave, named_server
from bot.tree import asks
from bot.ui import following, replies, runs
from bot.ui.custom_ids import CustomId, OnTask, RunNow
from bot.ui.phrases import RUN, run_label
from bot.unknown import not_known

if TYPE_CHECKING:
    from bot.app import Server, TaskBot


def runnable(text: str) -> TaskType:
    """The value of a choice, or its label typed by hand."""
    wanted = text.strip().casefold()
    return next((kind for kind, label in RUN.items() if label.casefold() == wanted), TaskType(wanted.replace(" ", "_")))


class Runs(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        run: AnyCommand = app_commands.Command(
            name="run", description="Run a maintenance task now, and follow it.", callback=self.run
        )
        run.autocomplete("kind")(self.kinds)
        self._commands = [asks(Action.RUN)(run)]

    async def cog_load(self) -> None:
        fit_to_servers(self.bot, self._commands)
        join(self.bot, self._commands)

    async def cog_unload(self) -> None:
        leave(self.bot, self._commands)

    @app_commands.rename(kind="type")
    @app_commands.describe(kind="What to run", server="Which Paperless-ngx")
    async def run(self, interaction: BotInteraction, kind: str, server: str | None = None) -> None:
        await defer(interaction)
        where, wanted = self.bot.server(server), runnable(kind)
        try:
            view = await self._question(where, wanted)
        except NotRunnable:
            raise Refusal(runs.not_runnable(kind, wanted, where.client.runnable_types)) from None
        except PaperlessError as error:
            view = await not_known(self.bot, where, "Whether it can be run", error)
        await say(interaction, view)

    async def _question(self, where: "Server", wanted: TaskType) -> ui.LayoutView:
        await where.client.tasks.check_runnable(wanted)
        newest = await where.client.tasks.filter(task_type=wanted).page(page_size=1)
        last = next(iter(newest.results), None)
        return runs.question(wanted, last, server=where.name, show_server=self.bot.several_servers)

    async def kinds(self, interaction: BotInteraction, current: str) -> list[app_commands.Choice[str]]:
        where = named_server(self.bot, interaction)
        offered = (where.client.runnable_types if where else ()) or tuple(RUN)
        typed = current.strip().casefold()
        labels = [(run_label(kind), kind.value) for kind in offered]
        return [
            app_commands.Choice(name=label, value=value)
            for label, value in labels
            if typed in label.casefold() or typed in value
        ]

    async def pressed(self, interaction: BotInteraction, custom_id: CustomId) -> None:
        match custom_id:
            case RunNow():
                await self._order(interaction, self.bot.server(custom_id.server), TaskType(custom_id.kind))
            case OnTask(verb="follow"):
                await self._watch(interaction, self.bot.server(custom_id.server), custom_id.task_id)

    # --- ordering

    async def _order(self, interaction: BotInteraction, where: "Server", kind: TaskType) -> None:
        check_place(interaction)
        await defer_update(interaction)
        order = _order_of(interaction, where, Purpose.RUN, kind.value)
        outcome = await self.bot.following.followers.order_run(order)
        match outcome:
            case Busy():
                await change(interaction, runs.busy(outcome.other))
            case TooSoon():
                await change(interaction, runs.too_soon(kind, outcome.again_at))
            case Follower():
                await self._run(interaction, where, kind, outcome)
            case _:
                assert_never(outcome)

    async def _run(self, interaction: BotInteraction, where: "Server", kind: TaskType, follower: Follower) -> None:
        followers = self.bot.following.followers
        try:
            result = await self._ask(interaction, where, kind)
            if result.task_id:
                follower = await followers.taken(follower.follower_id, task_id=result.task_id)
            await self._post(interaction, follower, result)
        except Exception:
            await followers.end(follower.follower_id, State.GIVEN_UP)
            raise
        await change(interaction, runs.ordered(kind))

    async def _ask(self, interaction: BotInteraction, where: "Server", kind: TaskType) -> RunResult:
        user = interaction.user
        attempt = self.bot.ledger.audit.attempt(
            user_id=user.id, user_name=user.display_name, action="run", subject=kind.value, server=where.name
        )
        async with attempt as this:
            result = await where.run_client.tasks.run(kind)
            this.tasks = (result.task_id,) if result.task_id else ()
        return result

    async def _post(self, interaction: BotInteraction, follower: Follower, result: RunResult) -> None:
        """The message for everybody; where no task tells the end it is told here."""
        where = self.bot.following.where(follower.order.server)
        untold = result.finished and not result.task_id
        if untold:
            view = following.done_without_row(follower.order, result, where)
        else:
            view = following.taken(follower.order, where)
        message_id = await follow_up(interaction, view)
        follower = await self.bot.following.followers.stands(follower.follower_id, message_id=message_id)
        if untold:
            await self.bot.following.followers.end(follower.follower_id, State.TOLD)
        else:
            self.bot.following.begin(follower)

    # --- following what others began

    async def _watch(self, interaction: BotInteraction, where: "Server", task_id: str) -> None:
        check_place(interaction)
        await defer_update(interaction)
        task = await where.client.tasks(task_id)
        if task.is_complete:
            await say(interaction, replies.message("It has ended already: Refresh shows how."))
            return
        order = _order_of(
            interaction, where, Purpose.WATCH, task.task_type.value, filename=task.filename, task_id=task.task_id
        )
        follower = await self.bot.following.followers.add(order)
        view = following.taken(order, self.bot.following.where(where.name))
        try:
            message_id = await follow_up(interaction, view)
        except discord.DiscordException:
            await self.bot.following.followers.end(follower.follower_id, State.GIVEN_UP)
            raise
        self.bot.following.begin(await self.bot.following.followers.stands(follower.follower_id, message_id=message_id))


def _order_of(
    interaction: BotInteraction,
    where: "Server",
    purpose: Purpose,
    task_type: str,
    *,
    filename: str | None = None,
    task_id: str | None = None,
) -> Order:
    return Order(
        server=where.name,
        purpose=purpose,
        task_type=task_type,
        filename=filename,
        task_id=task_id,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        user_name=interaction.user.display_name,
    )


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Runs(bot))

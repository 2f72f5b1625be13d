"""/tasks list with every filter of the API, and /tasks acknowledge: what fits a filter, counted and asked once."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from discord import app_commands, ui
from discord.ext import commands

from bot.access import Action
from bot.choosing import acknowledge_chosen
from bot.interactions import BotInteraction, change, defer, defer_update, say
from bot.paperless.errors import NotFound, PaperlessError
from bot.paperless.models import NEEDS_ATTENTION, Task, TaskStatus, TaskType, TriggerSource
from bot.refusal import Refusal
from bot.subcommands import CHOICES, AnyCommand, fit_to_servers, join, leave, named_server
from bot.tree import asks
from bot.ui import bulk, filters, lists, outcomes, replies
from bot.ui.custom_ids import AcknowledgeListed, AcknowledgeWanted, CustomId, Listed, fits
from bot.ui.filters import Wanted
from bot.ui.phrases import kind_label, source_label
from bot.ui.wanted import moment
from bot.unknown import not_known, since_when

if TYPE_CHECKING:
    from bot.app import Server, TaskBot

log = logging.getLogger(__name__)

TEXT_LIMIT = 60
AT_ONCE = 5000
"""Tasks that one answer acknowledges; for more it is asked again."""
ROWS = 250
KEPT_KEY = "filters {}"

STATUSES: dict[str, tuple[str, tuple[TaskStatus, ...]]] = {
    "attention": ("failed or not run", NEEDS_ATTENTION),
    "failure": ("failed", (TaskStatus.FAILURE,)),
    "revoked": ("not run", (TaskStatus.REVOKED,)),
    "progress": ("waiting or running", (TaskStatus.PENDING, TaskStatus.STARTED)),
    "pending": ("waiting", (TaskStatus.PENDING,)),
    "started": ("running", (TaskStatus.STARTED,)),
    "success": ("done", (TaskStatus.SUCCESS,)),
}
OF_FAILURES = ("attention", "failure", "revoked")
ORDERS = {
    "-date_created": "newest first",
    "date_created": "oldest first",
    "-date_done": "ended latest first",
    "date_done": "ended earliest first",
    "-duration_seconds": "ran longest first",
    "-wait_time_seconds": "waited longest first",
    "status": "by status",
    "task_type": "by type",
}

_STATUS = [app_commands.Choice(name=label, value=value) for value, (label, _) in STATUSES.items()]
_FAILED = [choice for choice in _STATUS if choice.value in OF_FAILURES]
_TYPES = [app_commands.Choice(name=kind_label(one), value=one.value) for one in TaskType]
_SOURCES = [app_commands.Choice(name=source_label(one), value=one.value) for one in TriggerSource]
_ORDERS = [app_commands.Choice(name=label, value=value) for value, label in ORDERS.items()]
_DESCRIBED = {
    "status": "What became of it",
    "kind": "What it does",
    "source": "Where it came from",
    "acknowledged": "Whether it is acknowledged",
    "ended": "Whether it has ended, in whatever way",
    "owner": "Whose it is in Paperless: a name of the suggestions, or a number",
    "name": "In the name of the file, or of the type",
    "result": "In the result, such as a word of the error",
    "after": "Made since: today, 12h, 7d, or 2026-11-24 14:00 (UTC)",
    "before": "Made until: today, 12h, 7d, or 2026-11-24 14:00 (UTC)",
    "order": "Newest first if left out",
    "server": "Which Paperless-ngx",
}
_NAMES = {"kind": "type"}
Text = app_commands.Range[str, 1, TEXT_LIMIT]


class Lists(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        listing: AnyCommand = app_commands.Command(
            name="list", description="Tasks by any filter, in pages.", callback=self.list_tasks
        )
        acknowledge: AnyCommand = app_commands.Command(
            name="acknowledge",
            description="Acknowledge all failures that fit a filter; asks first, saying how many.",
            callback=self.acknowledge,
        )
        for command in (listing, acknowledge):
            command.autocomplete("owner")(self.owners)
        self._commands = [asks(Action.VIEW)(listing), asks(Action.ACKNOWLEDGE)(acknowledge)]

    async def cog_load(self) -> None:
        fit_to_servers(self.bot, self._commands)
        join(self.bot, self._commands)

    async def cog_unload(self) -> None:
        leave(self.bot, self._commands)

    # --- commands

    @app_commands.describe(**_DESCRIBED)
    @app_commands.rename(**_NAMES)
    @app_commands.choices(status=_STATUS, kind=_TYPES, source=_SOURCES, order=_ORDERS)
    async def list_tasks(
        self,
        interaction: BotInteraction,
        status: str | None = None,
        kind: str | None = None,
        source: str | None = None,
        acknowledged: bool | None = None,
        ended: bool | None = None,
        owner: app_commands.Range[int, 1, 2**31 - 1] | None = None,
        name: Text | None = None,
        result: Text | None = None,
        after: str | None = None,
        before: str | None = None,
        order: str | None = None,
        server: str | None = None,
    ) -> None:
        now = self.bot.now()
        wanted = Wanted(
            status=STATUSES[status][1] if status else (),
            task_type=TaskType(kind) if kind else None,
            trigger_source=TriggerSource(source) if source else None,
            acknowledged=acknowledged,
            is_complete=ended,
            owner=owner,
            name=_text(name),
            result=_text(result),
            date_created_after=moment(after, now=now),
            date_created_before=moment(before, now=now),
            ordering=order,
        )
        await defer(interaction)
        await say(interaction, await self._page(self.bot.server(server), wanted, 0))

    @app_commands.describe(
        **{key: _DESCRIBED[key] for key in _DESCRIBED if key not in ("acknowledged", "ended", "order")}
    )
    @app_commands.rename(**_NAMES)
    @app_commands.choices(status=_FAILED, kind=_TYPES, source=_SOURCES)
    async def acknowledge(
        self,
        interaction: BotInteraction,
        status: str = "attention",
        kind: str | None = None,
        source: str | None = None,
        owner: app_commands.Range[int, 1, 2**31 - 1] | None = None,
        name: Text | None = None,
        result: Text | None = None,
        after: str | None = None,
        before: str | None = None,
        server: str | None = None,
    ) -> None:
        now = self.bot.now()
        wanted = Wanted(
            status=STATUSES[status][1],
            task_type=TaskType(kind) if kind else None,
            trigger_source=TriggerSource(source) if source else None,
            acknowledged=False,
            owner=owner,
            name=_text(name),
            result=_text(result),
            date_created_after=moment(after, now=now),
            date_created_before=moment(before, now=now),
            ordering="-date_done",
        )
        await defer(interaction)
        await say(interaction, await self._question(self.bot.server(server), wanted))

    async def owners(self, interaction: BotInteraction, current: object) -> list[app_commands.Choice[int]]:
        where = named_server(self.bot, interaction)
        found = await where.owners.offers(str(current)) if where else []
        return [app_commands.Choice(name=label, value=user_id) for label, user_id in found[:CHOICES]]

    # --- pages

    async def _page(self, where: "Server", wanted: Wanted, page: int, *, note: str | None = None) -> ui.LayoutView:
        query = where.client.tasks.filter(**wanted.filters())
        try:
            found = await query.page(page=page + 1, page_size=lists.PAGE)
        except NotFound:  # there are fewer by now
            if page == 0:
                raise
            return await self._page(where, wanted, 0, note=note)
        except PaperlessError as error:
            return await not_known(self.bot, where, "Which tasks fit", error)
        return lists.listing(
            found.results,
            total=found.count,
            page=page,
            wanted=wanted,
            code=await self._code(where, wanted),
            server=where.name,
            show_server=self.bot.several_servers,
            note=note,
            owner=await where.owners.name_of(wanted.owner),
        )

    async def pressed(self, interaction: BotInteraction, custom_id: CustomId) -> None:
        await defer_update(interaction)
        match custom_id:
            case Listed():
                await change(interaction, await self._page(*await self._meant(custom_id), custom_id.page))
            case AcknowledgeListed():
                where, wanted = await self._meant(custom_id)
                note = await acknowledge_chosen(interaction, where)
                if note is not None:
                    await change(interaction, await self._page(where, wanted, custom_id.page, note=note))
            case AcknowledgeWanted():
                where, wanted = await self._meant(custom_id)
                until = datetime.fromtimestamp(custom_id.until, filters.EPOCH.tzinfo)
                await change(interaction, await self._acknowledge_all(interaction, where, wanted, until))

    async def _meant(self, custom_id: Listed | AcknowledgeListed | AcknowledgeWanted) -> tuple["Server", Wanted]:
        code: str | None = custom_id.wanted
        if filters.is_kept(custom_id.wanted):
            code = await self.bot.ledger.value(KEPT_KEY.format(custom_id.wanted))
        wanted = None if code is None else filters.read(code)
        if wanted is None:
            raise Refusal("The bot no longer has these filters: give the command again.")
        return self.bot.server(custom_id.server), wanted

    async def _code(self, where: "Server", wanted: Wanted) -> str:
        """What a button carries: the filters themselves, or the name under which the ledger keeps them."""
        code = str(wanted)
        if fits(AcknowledgeListed(where.name, 10**10, code)):
            return code
        kept = filters.kept_as(code)
        if await self.bot.ledger.value(KEPT_KEY.format(kept)) is None:
            await self.bot.ledger.set_value(KEPT_KEY.format(kept), code)
        return kept

    # --- all that fit

    async def _question(self, where: "Server", wanted: Wanted) -> ui.LayoutView:
        """What is shown is counted up to this moment: what fails after it was not seen by who answers."""
        try:
            found = await where.client.tasks.filter(**wanted.filters()).page(page_size=1)
        except PaperlessError as error:
            return await not_known(self.bot, where, "What would be acknowledged", error)
        until = max(int((where.client.server_date or self.bot.now()).timestamp()), _done(found.results))
        custom_id = AcknowledgeWanted(where.name, until, await self._code(where, wanted))
        return bulk.question(
            custom_id,
            wanted,
            total=found.count,
            at_once=AT_ONCE,
            server=where.name,
            show_server=self.bot.several_servers,
            owner=await where.owners.name_of(wanted.owner),
        )

    async def _acknowledge_all(
        self, interaction: BotInteraction, where: "Server", wanted: Wanted, until: datetime
    ) -> ui.LayoutView:
        pks: dict[str, int] = {}
        async for page in where.client.tasks.filter(**wanted.filters()).pages(page_size=ROWS):
            pks |= {task.task_id: task.id for task in page.results if _was_seen(task, until)}
            if len(pks) >= AT_ONCE:
                break
        if not pks:
            return replies.message("Nothing is left to acknowledge.")
        user = interaction.user
        outcome = await self.bot.desk.acknowledge_tasks(
            server=where.name, task_ids=list(pks), user_id=user.id, user_name=user.display_name, pks=pks
        )
        return replies.message(outcomes.of_all(outcome, unheard=await since_when(interaction, outcome)))


def _text(typed: str | None) -> str | None:
    """A text of spaces narrows nothing."""
    return typed if typed and typed.strip() else None


def _done(tasks: Sequence[Task]) -> int:
    return max((int(task.date_done.timestamp()) + 1 for task in tasks if task.date_done), default=0)


def _was_seen(task: Task, until: datetime) -> bool:
    return task.date_done is None or task.date_done <= until


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Lists(bot))

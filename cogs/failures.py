"""Failed tasks in the channel: when to look, how cards get there, and what the buttons on them do."""

import io
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import discord
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.triggers.interval import IntervalTrigger
from discord.ext import commands

from bot.failures.card import BacklogCard, Card, DigestCard, IncidentCard, OutageCard, ReminderCard
from bot.failures.drills import Drills
from bot.failures.ledger import RowPage
from bot.failures.outcome import Acknowledged, AcknowledgeOutcome
from bot.failures.retention import Retention
from bot.interactions import BotInteraction, change, defer, defer_update, record_reading, say
from bot.jobs import job
from bot.paperless.errors import NotFound, PaperlessError
from bot.paperless.models import Task
from bot.presses import Press, chosen_numbers, hand_on
from bot.ui import errors, lists, outcomes, replies
from bot.ui.custom_ids import Acknowledge, AcknowledgeAll, CustomId, Details, LookThrough, Mute, MuteLine
from bot.ui.custom_ids import Failures as FailuresPage
from bot.ui.layout import Accent
from bot.ui.phrases import named_plainly
from bot.unknown import since_when

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)

DELIVER_SECONDS = 1
DRILL_SECONDS = 5  # who asks for one waits for it; whoever does not pays 1 ms for each look
FORGET_SECONDS = 24 * 3600
FORGET_AFTER = 600  # not while the first polls have much to tell
AT_ONCE = 500
"""Failures that are acknowledged before anyone wonders."""
MUTED_FOR = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}


class Failures(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        self._jobs: list[str] = []

    # --- when to look

    async def cog_load(self) -> None:
        desk = self.bot.open_desk(self.bot.notifier)
        await desk.start()
        self.bot.add_dynamic_items(Press)
        self.bot.scheduler.add_listener(self._job_event, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        seconds = self.bot.settings.failures.poll_seconds
        for number, name in enumerate(desk.watchers):
            # Spread over the interval: fifty servers at once would keep the loop, and each other, waiting.
            offset = seconds * number / len(desk.watchers)
            self._every(seconds, f"poll:{name}", partial(self.bot.poll, name), offset=offset)
        self._every(DELIVER_SECONDS, "deliver", desk.deliver_once)
        self._every(DRILL_SECONDS, "drill", self._drill)
        if self.bot.settings.database.keep_days:
            self._every(FORGET_SECONDS, "forget", self._forget, offset=FORGET_AFTER)

    async def _drill(self) -> None:
        desk, now = self.bot.desk, self.bot.now
        if await Drills(self.bot.database, servers=desk.watchers, policy=desk.policy, now=now).take():
            await desk.deliver_once()

    async def _forget(self) -> None:
        keep = timedelta(days=self.bot.settings.database.keep_days)
        forgotten = await Retention(self.bot.database, now=self.bot.now).forget(keep)
        log.info("forgot %d failures that were settled long ago", forgotten, extra={"event": "forgotten"})

    async def cog_unload(self) -> None:
        self.bot.scheduler.remove_listener(self._job_event)
        for name in self._jobs:
            if self.bot.scheduler.get_job(name):  # a scheduler that was shut down has none left
                self.bot.scheduler.remove_job(name)
        self.bot.remove_dynamic_items(Press)

    def _every(self, seconds: float, name: str, work: Callable[[], Awaitable[object]], *, offset: float = 0.0) -> None:
        # The scheduler keeps the real time, whatever clock the bot was given. Without an offset the first turn is at
        # once, with one it is the next of its times after the scheduler was started.
        now = datetime.now(UTC)
        trigger = IntervalTrigger(seconds=seconds, timezone=UTC, start_date=now + timedelta(seconds=offset))
        first = {} if offset else {"next_run_time": now}
        self.bot.scheduler.add_job(job(name, work), trigger, id=name, **first)
        self._jobs.append(name)

    def _job_event(self, event: JobEvent) -> None:
        if event.code == EVENT_JOB_ERROR:
            log.error("%s failed; it runs again", event.job_id, exc_info=event.exception, extra={"event": "job_failed"})
        elif event.code == EVENT_JOB_MISSED:
            log.warning(
                "%s was missed: the bot was busy or asleep; it runs again", event.job_id, extra={"event": "job_missed"}
            )
        else:  # a delivery that Discord slows down, or a server that answers late
            log.debug("%s is still at work", event.job_id, extra={"event": "job_still_at_work"})

    # --- buttons

    async def pressed(self, interaction: BotInteraction, custom_id: CustomId) -> None:
        match custom_id:
            case Acknowledge():
                await self._acknowledge(interaction, custom_id)
            case AcknowledgeAll(confirmed=False):
                await self._ask_first(interaction, custom_id)
            case AcknowledgeAll():
                await self._acknowledge_all(interaction, custom_id)
            case Details():
                await self._details(interaction, custom_id)
            case LookThrough():
                await self._look_through(interaction, custom_id)
            case MuteLine():
                await self._ask_how_long(interaction, custom_id)
            case Mute():
                await self._mute(interaction, custom_id)

    async def _belongs(self, interaction: BotInteraction, card_id: int) -> bool:
        """Whether the ledger knows this card at this very place; the person is told if not.

        What hangs below a card (a page, a question) is ephemeral and a message: there the channel must agree.
        """
        place = await self.bot.ledger.place(card_id)
        message = interaction.message
        agrees = place is not None and message is not None and place.channel_id == interaction.channel_id
        if agrees and place and message and not message.flags.ephemeral:
            # A press may come in before the answer to the post: then the message is not recorded yet.
            agrees = place.message_id in (None, message.id)
        if not agrees:
            log.warning(
                "a press on card %s that is not there, by %s",
                card_id,
                interaction.user.id,
                extra={"event": "press_on_unknown_card"},
            )
            await say(interaction, replies.message(outcomes.NOT_OURS, accent=Accent.AMBER))
        return agrees

    async def _acknowledge_up_to(
        self, interaction: BotInteraction, custom_id: Acknowledge | AcknowledgeAll
    ) -> AcknowledgeOutcome:
        user = interaction.user
        return await self.bot.desk.acknowledge(
            card_id=custom_id.card_id, through=custom_id.through, user_id=user.id, user_name=user.display_name
        )

    async def _acknowledge(self, interaction: BotInteraction, custom_id: Acknowledge) -> None:
        await defer_update(interaction)
        if not await self._belongs(interaction, custom_id.card_id):
            return
        outcome = await self._acknowledge_up_to(interaction, custom_id)
        if isinstance(outcome, Acknowledged):
            await self._show_now(interaction, custom_id.card_id)
        if words := outcomes.to_presser(outcome, unheard=await since_when(interaction, outcome)):
            await say(interaction, replies.message(words))

    async def _show_now(self, interaction: BotInteraction, card_id: int) -> None:
        """The card as it is now, through the interaction: at once, also where edits of the channel have to wait."""
        if interaction.message is None:
            return
        outbox = self.bot.ledger.outbox
        async with self.bot.notifier.turn(interaction.message.id):
            owed = await outbox.prepare(card_id)
            if owed is not None:  # else the channel's edit was as quick
                await outbox.trying(card_id)
                await self.bot.notifier.shown(owed.card, lambda view: change(interaction, view))

    async def _ask_first(self, interaction: BotInteraction, custom_id: AcknowledgeAll) -> None:
        await defer(interaction)
        if not await self._belongs(interaction, custom_id.card_id):
            return
        page = await self.bot.ledger.rows(custom_id.card_id, through=custom_id.through, open_only=True, limit=1)
        await say(interaction, outcomes.sure(custom_id, page.total))

    async def _acknowledge_all(self, interaction: BotInteraction, custom_id: AcknowledgeAll) -> None:
        await defer_update(interaction)
        if not await self._belongs(interaction, custom_id.card_id):
            return
        page = await self.bot.ledger.rows(custom_id.card_id, through=custom_id.through, open_only=True, limit=1)
        if page.total > AT_ONCE:  # that takes seconds
            await change(interaction, replies.message(outcomes.at_work(page.total)))
        outcome = await self._acknowledge_up_to(interaction, custom_id)
        said = outcomes.of_all(outcome, unheard=await since_when(interaction, outcome))
        await change(interaction, replies.message(said))

    async def _look_through(self, interaction: BotInteraction, custom_id: LookThrough) -> None:
        if not await self._belongs(interaction, custom_id.card_id):
            return
        card = await self.bot.ledger.card(custom_id.card_id)
        if isinstance(card, BacklogCard):  # the ledger knows only how many those were
            await hand_on(interaction, FailuresPage(card.server, 0))
            return
        turning = interaction.message is not None and interaction.message.flags.ephemeral
        await (defer_update if turning else defer)(interaction)
        number, page = custom_id.page, await self._rows(custom_id.card_id, card, custom_id.page)
        if not page.rows and number:  # there are fewer by now
            number, page = 0, await self._rows(custom_id.card_id, card, 0)
        view = lists.look_through(
            page.rows,
            card_id=custom_id.card_id,
            total=page.total,
            page=number,
            show_server=self.bot.several_servers,
            kinds=card.lines if isinstance(card, DigestCard) else (),
        )
        await (change if turning else say)(interaction, view)

    async def _rows(self, card_id: int, card: Card | None, page: int) -> RowPage:
        offset, ledger = page * lists.PAGE, self.bot.ledger
        if isinstance(card, ReminderCard):
            return await ledger.reminded_rows(card.channel_id, offset=offset, limit=lists.PAGE)
        return await ledger.rows(card_id, offset=offset, limit=lists.PAGE)

    async def _ask_how_long(self, interaction: BotInteraction, custom_id: MuteLine) -> None:
        await defer(interaction)
        if not await self._belongs(interaction, custom_id.card_id):
            return
        card = await self.bot.ledger.card(custom_id.card_id)
        lines = card.lines if isinstance(card, DigestCard) else ()
        line = next((line for line in lines if line.line_id in chosen_numbers(interaction)), None)
        view = replies.message(outcomes.muted(None)) if line is None else outcomes.mute_kind(custom_id.card_id, line)
        await say(interaction, view)

    async def _mute(self, interaction: BotInteraction, custom_id: Mute) -> None:
        await defer_update(interaction)
        if not await self._belongs(interaction, custom_id.card_id):
            return
        user = interaction.user
        mute = await self.bot.desk.mute(
            card_id=custom_id.card_id,
            line_id=custom_id.line_id,
            for_=MUTED_FOR.get(custom_id.span),
            until_change=custom_id.span == "until",
            user_id=user.id,
            user_name=user.display_name,
        )
        await change(interaction, replies.message(outcomes.muted(mute)))

    # --- details

    async def _details(self, interaction: BotInteraction, custom_id: Details) -> None:
        await defer(interaction)
        if not await self._belongs(interaction, custom_id.card_id):
            return
        card = await self.bot.ledger.card(custom_id.card_id)
        await _record_reading(interaction, card)
        view, traceback = await self._detailed(card)
        file = None if traceback is None else discord.File(io.BytesIO(traceback.encode()), replies.TRACEBACK_FILE)
        await say(interaction, view, file=file)

    async def _detailed(self, card: Card | None) -> tuple[discord.ui.LayoutView, str | None]:
        match card:
            case IncidentCard():
                task, note = await self._task_of(card)
                return outcomes.incident_details(card, task, note=note)
            case OutageCard() | BacklogCard():
                return outcomes.server_details(card), None
            case DigestCard() | ReminderCard() | None:
                return replies.message("There is nothing more to tell about it."), None

    async def _task_of(self, card: IncidentCard) -> tuple[Task | None, str | None]:
        """The task as Paperless has it now; or why not, in words. The card itself knows all but the traceback."""
        if not card.task_id:
            return None, None
        where = self.bot.servers.get(card.server)
        if where is None:
            return None, outcomes.unwatched(card.server)
        try:
            return await where.client.tasks(card.task_id), None
        except NotFound:
            return None, "The task is no longer in Paperless, or the bot may no longer see it."
        except PaperlessError as error:
            return None, errors.of_paperless(error)


async def _record_reading(interaction: BotInteraction, card: Card | None) -> None:
    what, task_ids = "how a server answers", []
    if isinstance(card, IncidentCard):
        what, task_ids = named_plainly(card.task_type, card.filename), [card.task_id] if card.task_id else []
    await record_reading(interaction, what, server=getattr(card, "server", None), task_ids=task_ids)


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Failures(bot))

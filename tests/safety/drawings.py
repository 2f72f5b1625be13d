"""Everything that the bot can say, drawn with one text in each place where a text comes from outside.

A function of `bot/ui` that draws something and is called by none of these fails a test: see test_hostile.py.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands, ui

from bot.audit import Entry, Recorded, Result
from bot.failures.card import IncidentKind
from bot.failures.card import Mute as MuteRecord
from bot.failures.incident import bare_message
from bot.failures.order import Follower, Order, Purpose, State
from bot.failures.outcome import AlreadyAcknowledged, BeingAcknowledged, NotAcknowledged
from bot.failures.worst import WorstError
from bot.paperless.errors import Rejected
from bot.paperless.models import RunResult, TaskStatus, TaskSummary, TaskType, TriggerSource
from bot.refusal import Refusal
from bot.sandbox.discord import ids
from bot.ui import (
    audits,
    bulk,
    errors,
    filters,
    following,
    guide,
    lists,
    outcomes,
    replies,
    runs,
    summaries,
    uploads,
    weekly,
)
from bot.ui.cards import render, without_links
from bot.ui.custom_ids import AcknowledgeAll, AcknowledgeWanted
from bot.ui.filters import Wanted
from bot.ui.following import Progress, Where
from bot.ui.guide import Entry as Command
from bot.ui.wanted import moment
from tests.ui import examples
from tests.ui.examples import LINK_BASE, NOW, UUID

HOME = Where(server="home", link_base=LINK_BASE, show_server=True)


def mute(text: str, number: int = 1) -> MuteRecord:
    return MuteRecord(
        mute_id=number, server="home", task_type=text, filename=text, message=text, until=NOW, until_change=True,
        user_id=ids.ADA_ID, user_name=text, at=NOW, swallowed=3,
    )  # fmt: skip


def task(text: str, **changes: Any) -> Any:
    """A task in which every text that comes from outside is this one."""
    fields = {
        "task_id": text,
        "input_data": {"filename": text, text or "x": text},
        "result_data": {"error_type": text, "error_message": text, "traceback": text, text or "x": text},
    }
    return examples.task(**(fields | changes))


def odd(text: str, **changes: Any) -> Any:
    """Its type and its source are not known either."""
    return task(text, task_type=TaskType(text), trigger_source=TriggerSource(text), input_data={}, **changes)


def reply(found: Any) -> ui.LayoutView:
    return replies.task_reply(found, server="home", link_base=LINK_BASE, show_server=True)


def line(text: str) -> Any:
    return examples.line(task_type=text, error_type=text, message=text, examples=(text, text, text))


def row(text: str) -> Any:
    return examples.failure_row(task_type=text, filename=text, error_type=text, message=text, task_id=text)


def order(text: str, purpose: Purpose = Purpose.UPLOAD) -> Order:
    return Order(
        server="home", purpose=purpose, task_type=text, filename=text, task_id=text, channel_id=1, message_id=2,
        user_id=ids.ADA_ID, user_name=text,
    )  # fmt: skip


def follower(text: str) -> Follower:
    return Follower(follower_id=1, state=State.ORDERED, order=order(text, Purpose.RUN), at=NOW)


def summary(text: str) -> Any:
    one = TaskSummary(task_type=TaskType(text), total_count=9, failure_count=2, success_count=7, last_run=NOW)
    return summaries.LookBack(days=7, now=(one,) * 20, before={text: summaries.Counts(runs=9, succeeded=1, failed=8)})


def week(text: str) -> Any:
    worst = WorstError(
        count=3, kind=IncidentKind.FAILED, task_type=text, error_type=text, message=bare_message(text, text),
        filename=text,
    )  # fmt: skip
    return weekly.Week(
        server="home", show_server=True, link_base=LINK_BASE, days=7, found=summary(text), because="", open_total=3,
        worst=(worst,) * 3, oldest=NOW,
    )  # fmt: skip


def recorded(text: str) -> Recorded:
    entry = Entry(
        user_id=ids.ADA_ID, user_name=text, action="run", subject=text, result=Result.FAILED, server="home",
        tasks=(text,), detail=text,
    )  # fmt: skip
    return Recorded(id=1, at=NOW, entry=entry)


def wanted(text: str) -> Wanted:
    """Of a filter only these are typed, in Discord, which takes no halves of characters; the rest is chosen."""
    typed = text[:60].encode("utf-8", "replace").decode() or None
    return Wanted(name=typed, result=typed)


def refused(typed: str) -> str:
    try:
        moment(typed, now=NOW)
    except Refusal as refusal:
        return refusal.sentence
    return ""


def said(error: Exception) -> ui.LayoutView:
    return replies.message(errors.words(error) or "")


def not_taken(text: str) -> Exception:
    class Reads(app_commands.Transformer):
        pass

    return app_commands.TransformerError(text, discord.AppCommandOptionType.string, Reads())


DRAWN: dict[str, Callable[[str], ui.LayoutView]] = {
    "a failure": lambda text: render(examples.incident(filename=text, message=text, error_type=text), owner=text),
    "a failure of an unknown type": lambda text: without_links(
        render(examples.incident(task_type=text, trigger_source=text, filename=None, message=text))
    ),
    "an acknowledged failure": lambda text: render(
        examples.incident(
            filename=text, message=text, open_count=0, acknowledgement=examples.in_discord(user_name=text)
        )
    ),
    "a digest": lambda text: render(examples.digest(lines=(line(text),) * 20, kinds=30)),
    "a reminder": lambda text: render(examples.reminder(lines=(line(text),) * 5)),
    "an outage": lambda text: render(examples.outage(detail=text)),
    "a backlog": lambda text: render(examples.backlog()),
    "the details of a failure": lambda text: outcomes.incident_details(
        examples.incident(filename=text, message=text, error_type=text), task(text), note=None
    )[0],
    "the details of a failure that is gone": lambda text: outcomes.incident_details(
        examples.incident(filename=text, message=text, error_type=text), None, note="It is gone."
    )[0],
    "the details of an outage": lambda text: outcomes.server_details(examples.outage(detail=text)),
    "a failed task": lambda text: reply(task(text)),
    "a task that is done": lambda text: reply(
        task(text, status=TaskStatus.SUCCESS, result_data={"reason": text, "result_text": text})
    ),
    "a task of an unknown type": lambda text: reply(odd(text, status=TaskStatus(text))),
    "the details of a task": lambda text: replies.task_details(task(text))[0],
    "what waits or runs": lambda text: lists.active(
        [odd(text, status=TaskStatus.STARTED), task(text, status=TaskStatus.PENDING)],
        known=2, total=9, page=0, server="home", show_server=True,
    ),
    "a list of failures": lambda text: lists.failures(
        [task(text)] * lists.PAGE, total=99, page=0, server="home", show_server=True
    ),
    "a list with filters": lambda text: lists.listing(
        [task(text, task_id=UUID), odd(text)],
        total=99,
        page=0,
        wanted=wanted(text),
        code=filters.kept_as("n"),
        server="home",
        show_server=True,
    ),
    "a list behind a card": lambda text: lists.look_through(
        [row(text)] * lists.PAGE,
        card_id=8,
        total=99,
        page=0,
        show_server=True,
        kinds=[replace(line(text), line_id=n) for n in range(30)],
    ),
    "how long a kind is to be muted": lambda text: outcomes.mute_kind(8, line(text)),
    "a kind that was muted": lambda text: replies.message(outcomes.muted(replace(mute(text), filename=None))),
    "what is not known": lambda text: lists.not_known(
        "What failed",
        unheard=errors.unheard(Rejected(text), last_answer=NOW, where="Paperless"),
        because=errors.of_paperless(Rejected(text)),
    ),
    "a list of mutes": lambda text: lists.mutes([mute(text, number) for number in range(3)], show_server=False),
    "what was muted": lambda text: replies.message(outcomes.muted(mute(text))),
    "an error of the server": lambda text: said(Rejected(text)),
    "a value that no option takes": lambda text: said(not_taken(text)),
    "a time that is none": lambda text: replies.message(refused(text or "x") or "x"),
    "what was not acknowledged": lambda text: replies.message(
        outcomes.to_presser(NotAcknowledged(error=Rejected(text), done=0)) or ""
    ),
    "who was faster": lambda text: replies.message(
        outcomes.to_presser(AlreadyAcknowledged(acknowledgement=examples.in_discord(user_name=text))) or "",
        outcomes.to_presser(BeingAcknowledged(user_id=ids.ADA_ID, user_name=text)) or "",
    ),
    "the question before a digest is acknowledged": lambda text: outcomes.sure(AcknowledgeAll(1, 2), 3),
    "the question before many are acknowledged": lambda text: bulk.question(
        AcknowledgeWanted("home", 1, "a0"), wanted(text), total=9, at_once=5, server="home", show_server=True
    ),
    "the question before a run": lambda text: runs.question(
        TaskType.SANITY_CHECK, odd(text), server="home", show_server=True
    ),
    "a run that was ordered": lambda text: runs.ordered(TaskType(text)),
    "a run that is under way": lambda text: runs.busy(follower(text)),
    "a run too soon": lambda text: runs.too_soon(TaskType(text), NOW),
    "a run that is done": lambda text: following.done_without_row(
        order(text, Purpose.RUN), RunResult(None, finished=True, text=text), HOME
    ),
    "a file on its way": lambda text: following.sending(text, 9, sent=3, order=order(text), where=HOME),
    "a file that was not sent": lambda text: following.not_sent(
        order(text), HOME, errors.of_paperless(Rejected(text))
    ),
    "a file of which nobody knows": lambda text: following.unknown_whether_sent(
        order(text), HOME, errors.of_paperless(Rejected(text))
    ),
    "a file that Paperless does not take": lambda text: replies.message(
        uploads.not_sent([uploads.why_not(text, number, most=10) or "x" for number in (0, 5, 50)])
    ),
    "an order that was taken": lambda text: following.taken(order(text), HOME),
    "a task that is followed": lambda text: following.waiting(
        order(text), HOME, Progress(status=TaskStatus.PENDING, before=3, running=1, since=NOW), silent_since=NOW
    ),
    "a followed task that failed": lambda text: following.ended(task(text), order(text), HOME, owner=text),
    "a followed task that is done": lambda text: following.ended(
        task(text, status=TaskStatus.SUCCESS, result_data={"document_id": 1, "reason": text}),
        order(text),
        HOME,
        owner=text,
    ),
    "a followed task that never came": lambda text: following.never_appeared(order(text), HOME),
    "a followed task that goes on": lambda text: following.still_going(
        order(text), HOME, task(text, status=TaskStatus.STARTED)
    ),
    "a followed task that is gone": lambda text: following.gone(order(text), HOME),
    "a followed task that is refused": lambda text: following.refused(
        order(text), HOME, errors.of_paperless(Rejected(text))
    ),
    "a followed task of an earlier life": lambda text: following.interrupted(follower(text), HOME),
    "a summary": lambda text: summaries.summary(summary(text), server="home", show_server=True, picture=None),
    "a summary with its picture": lambda text: summaries.summary(
        summary(text), server="home", show_server=True,
        picture=summaries.chart(summary(text), server="home", show_server=True),
    ),
    "the weekly digest": lambda text: weekly.digest(week(text), picture=None),
    "the audit": lambda text: audits.page([recorded(text)] * lists.PAGE, total=99, page=1, user_id=None),
    "the audit channel": lambda text: audits.told([recorded(text)] * 10),
    "help": lambda text: guide.help_for([Command(name="/help", says="What.", why_not=None)], servers=["home", "b"]),
}  # fmt: skip

MENTIONING = {
    "an acknowledged failure",
    "a list of mutes",
    "who was faster",
    "a run that is under way",
    "the audit",
    "the audit channel",
    *(name for name in DRAWN if "followed" in name or "file" in name or "order" in name),
    "a run that is done",
}
"""Those in which a member is named by a mention of ours."""

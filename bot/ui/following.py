"""A message that follows one task: sent, waiting, running, ended; told as far as it is known."""

from dataclasses import dataclass
from datetime import datetime

from discord import ui

from bot.failures.order import Follower, Order, Purpose
from bot.paperless.models import RunResult, Task, TaskPage, TaskStatus, TaskType
from bot.ui import replies, runs
from bot.ui.cards import open_button
from bot.ui.layout import Accent, dotted, panel, row, small
from bot.ui.phrases import doing
from bot.ui.text import at, count, escape, plural, since

_BY = {Purpose.RUN: "ordered by", Purpose.UPLOAD: "sent by", Purpose.WATCH: "followed for"}
_TAKEN = {
    Purpose.RUN: ": Paperless took the order",
    Purpose.UPLOAD: ": Paperless took it",
    Purpose.WATCH: " is under way",
}
_UNITS = ("B", "kB", "MB", "GB")


@dataclass(frozen=True, kw_only=True)
class Where:
    """The server it is about, and how it is shown."""

    server: str
    link_base: str
    show_server: bool


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`before`: how many tasks wait that were made earlier; None: more than are listed. `since`: of this state."""

    status: TaskStatus
    before: int | None
    running: int
    since: datetime


def progress(listed: TaskPage, task_id: str) -> Progress | None:
    """None: not among what waits or runs."""
    earlier = running = 0
    for task in listed.results:
        if task.task_id == task_id:
            started = task.status == TaskStatus.STARTED
            moment = task.date_started if started and task.date_started else task.date_created
            return Progress(status=task.status, before=earlier, running=running, since=moment)
        earlier += task.status == TaskStatus.PENDING
        running += task.status == TaskStatus.STARTED
    return None


def by(order: Order) -> str:
    """As "sent by @ben"; drawn as the name, it pings nobody."""
    return f"{_BY[order.purpose]} <@{order.user_id}>"


def _foot(order: Order, where: Where) -> str:
    return small(dotted(by(order), str(escape(where.server)) if where.show_server else None))


def _named(order: Order) -> str:
    return str(doing(order.task_type, order.filename))


def size(octets: int) -> str:
    """As "12.4 MB"."""
    amount, unit = float(octets), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 or amount >= 99.95 else f"{amount:.1f} {_UNITS[unit]}"


def sending(filename: str, octets: int, *, sent: int, order: Order, where: Where) -> ui.LayoutView:
    """`octets` in all, `sent` so far."""
    told = f"{size(sent)} of {size(octets)}" if sent else size(octets)
    return panel([f"**Sending {escape(filename, 80)} to Paperless**", told, _foot(order, where)])


def taken(order: Order, where: Where) -> ui.LayoutView:
    """A UUID promises no task: so not more than was said."""
    lines = [f"**{_named(order)}{_TAKEN[order.purpose]}**", "This message follows it.", _foot(order, where)]
    return panel(lines, row(open_button(where.link_base)))


def waiting(order: Order, where: Where, seen: Progress, *, silent_since: datetime | None) -> ui.LayoutView:
    """`silent_since`: Paperless has not answered since then."""
    runs_now = seen.status == TaskStatus.STARTED
    told = "is running" if runs_now else "waits for a worker"
    state = f"Started {since(seen.since)}" if runs_now else dotted(_place(seen), f"queued {since(seen.since)}")
    quiet = None if silent_since is None else f"Paperless has not answered since {at(silent_since)}; it is asked again."
    lines = [f"**{_named(order)} {told}**", state, quiet, _foot(order, where)]
    return panel(lines, row(open_button(where.link_base)))


def _place(seen: Progress) -> str:
    if seen.before is None:
        return "Far back in the queue"
    at_work = f"{plural(seen.running, 'task')} running" if seen.running else None
    if seen.before == 0:
        return dotted("Next in the queue", at_work)
    verb = "waits" if seen.before == 1 else "wait"
    return dotted(
        f"Number {count(seen.before + 1)} in the queue: {plural(seen.before, 'task')} {verb} before it", at_work
    )


def ended(task: Task, order: Order, where: Where, *, owner: str | None) -> ui.LayoutView:
    """`owner`: the name of its owner, where that is known."""
    return replies.task_reply(
        task,
        server=where.server,
        link_base=where.link_base,
        show_server=where.show_server,
        note=by(order),
        owner=owner,
    )


def done_without_row(order: Order, result: RunResult, where: Where) -> ui.LayoutView:
    return runs.done_without_row(TaskType(order.task_type), result.text, foot=_foot(order, where))


def never_appeared(order: Order, where: Where) -> ui.LayoutView:
    """Seen with a locked database: the work may have been done all the same."""
    again = "before you send it again" if order.purpose is Purpose.UPLOAD else "before you order it again"
    lines = [
        f"**{_named(order)}: Paperless took it, but lists no such task**",
        f"It may be done, or have been done, all the same: look in Paperless {again}.",
        small(f"task {escape(order.task_id or '', 60)}"),
        _foot(order, where),
    ]
    return panel(lines, row(open_button(where.link_base)), accent=Accent.AMBER)


def still_going(order: Order, where: Where, task: Task | None) -> ui.LayoutView:
    """Following ends here; the task does not."""
    waits = task is None or task.status == TaskStatus.PENDING
    lines = [
        f"**{_named(order)} {'still waits for a worker: is one running?' if waits else 'is still running'}**",
        "This message follows it no longer. `/task` shows what became of it:",
        small(f"task {escape(order.task_id or '', 60)}"),
        _foot(order, where),
    ]
    return panel(lines, row(open_button(where.link_base)), accent=Accent.AMBER)


def gone(order: Order, where: Where) -> ui.LayoutView:
    lines = [
        f"**{_named(order)}: the task is no longer in Paperless, or the bot may no longer see it**",
        "What became of it is not known.",
        _foot(order, where),
    ]
    return panel(lines, row(open_button(where.link_base)), accent=Accent.AMBER)


def refused(order: Order, where: Where, because: str) -> ui.LayoutView:
    """`because` is a sentence of ours."""
    lines = [f"**{_named(order)}: what became of it cannot be seen**", because, _foot(order, where)]
    return panel(lines, row(open_button(where.link_base)), accent=Accent.AMBER)


def interrupted(follower: Follower, where: Where) -> ui.LayoutView:
    """The bot was stopped while Paperless was being asked."""
    order = follower.order
    if order.purpose is Purpose.UPLOAD:
        told = f"**The bot was stopped while it sent {escape(order.filename or 'a file', 80)}**"
        hint = "It may have arrived all the same: look in Paperless before you send it again."
    else:
        told = f"**{_named(order)}: the bot was stopped while it ordered it**"
        hint = "It may run all the same: look in Paperless before you order it again."
    return panel([told, hint, _foot(order, where)], row(open_button(where.link_base)), accent=Accent.AMBER)


def not_sent(order: Order, where: Where, because: str) -> ui.LayoutView:
    """`because` is a sentence of ours."""
    lines = [f"**{escape(order.filename or 'The file', 80)} was not sent to Paperless**", because, _foot(order, where)]
    return panel(lines, accent=Accent.AMBER)


def unknown_whether_sent(order: Order, where: Where, because: str) -> ui.LayoutView:
    lines = [
        f"**It is not known whether {escape(order.filename or 'the file', 80)} reached Paperless**",
        because,
        _foot(order, where),
    ]
    return panel(lines, row(open_button(where.link_base)), accent=Accent.AMBER)

"""`/tasks run`: the question before it, and what it comes to where no task tells that."""

from collections.abc import Sequence
from datetime import datetime

from discord import ui

from bot.failures.order import Follower
from bot.paperless.models import Task, TaskStatus, TaskType
from bot.ui.custom_ids import RunNow
from bot.ui.layout import Accent, button, panel, row, small
from bot.ui.outages import server_name
from bot.ui.phrases import RUN, doing, run_label
from bot.ui.replies import SANITY_UNTOLD
from bot.ui.text import duration, escape, redact, since

_HEAVY = {
    TaskType.TRAIN_CLASSIFIER: "It reads every document; with many it takes minutes.",
    TaskType.SANITY_CHECK: "It reads every file of the archive; with many it takes minutes.",
    TaskType.LLM_INDEX: "It adds what is new to the index; it does not build it anew.",
    TaskType.INDEX_OPTIMIZE: "It tidies the search index; Paperless answers slowly meanwhile.",
}


def _named(kind: TaskType) -> str:
    return str(doing(kind, None))


def question(kind: TaskType, last: Task | None, *, server: str, show_server: bool) -> ui.LayoutView:
    """Asked once. `last`: the newest of its type."""
    where = f" in {server_name(server, show=True)}" if show_server else ""
    lines = [f"**{escape(run_label(kind))}{where}, now?**", _HEAVY.get(kind), small(_last(last))]
    return panel(lines, row(button("Run now", RunNow(server, kind.value), primary=True)), accent=Accent.AMBER)


def _last(last: Task | None) -> str:
    if last is None:
        return "Paperless lists no earlier run."
    if not last.is_complete:
        if last.status == TaskStatus.STARTED:
            return f"The last one is still running, started {since(last.date_started or last.date_created)}."
        return f"The last one still waits for a worker, queued {since(last.date_created)}."
    if last.status == TaskStatus.REVOKED:
        became = "stopped while it ran" if last.date_started else "not run"
        return f"The last one was {became}, queued {since(last.date_created)}."
    took = "" if last.duration_seconds is None else f", took {duration(last.duration_seconds)}"
    failed = " and failed" if last.needs_attention else ""
    return f"The last one ran {since(last.date_created)}{failed}{took}."


def ordered(kind: TaskType) -> ui.LayoutView:
    return panel([f"**{_named(kind)}: ordered**", "The message below follows it."])


def not_runnable(typed: str, kind: TaskType, offered: Sequence[TaskType]) -> str:
    """`typed`: what was asked for, as it came in; `offered`: what the server can run."""
    name = run_label(kind) if kind in RUN else typed
    return f"“{escape(name, 80)}” is nothing that this server can run. It can: {', '.join(map(run_label, offered))}."


def busy(other: Follower) -> ui.LayoutView:
    """One at a time."""
    order = other.order
    lines = [
        f"**{_named(TaskType(order.task_type))} is under way, ordered by <@{order.user_id}> {since(other.at)}**",
        "One run at a time: try again when it has ended.",
    ]
    return panel(lines, accent=Accent.AMBER)


def too_soon(kind: TaskType, again_at: datetime) -> ui.LayoutView:
    return panel(
        [f"**{_named(kind)} was ordered just now**", f"It can be run again {since(again_at)}."], accent=Accent.AMBER
    )


def done_without_row(kind: TaskType, text: str | None, *, foot: str) -> ui.LayoutView:
    """2.20 works while it is asked, and makes no row for some."""
    lines = [
        f"**{_named(kind)} is done**",
        f"Paperless said: {escape(redact(text))}" if text else None,
        SANITY_UNTOLD if kind == TaskType.SANITY_CHECK and not text else None,
        small("Paperless lists no task for it."),
        foot,
    ]
    return panel(lines, accent=Accent.GREEN)

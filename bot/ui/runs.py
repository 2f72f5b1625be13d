"""What `/tasks run` comes to, told as far as it is known."""

from discord import ui

from bot.paperless.models import Task, TaskStatus, TaskType
from bot.ui.cards import open_button
from bot.ui.layout import Accent, panel, row, small
from bot.ui.phrases import doing
from bot.ui.replies import SANITY_UNTOLD
from bot.ui.text import escape, redact


def _named(kind: TaskType) -> str:
    return str(doing(kind, None))


def _number(task_id: str) -> str:
    return small(f"task {escape(task_id, 60)}")


def started(kind: TaskType, task_id: str, *, link_base: str) -> ui.LayoutView:
    """A UUID promises no task: so not more than was said."""
    lines = [f"**{_named(kind)}: Paperless took the order**", "This message follows it.", _number(task_id)]
    return panel(lines, row(open_button(link_base)))


def said(text: str | None) -> str | None:
    """What 2.20 answered to the order itself."""
    return f"Paperless said: {escape(redact(text))}" if text else None


def done_without_row(kind: TaskType, text: str | None) -> ui.LayoutView:
    """2.20 works while it is asked, and makes no row for some."""
    lines = [
        f"**{_named(kind)} is done**",
        said(text),
        SANITY_UNTOLD if kind == TaskType.SANITY_CHECK and not text else None,
        small("Paperless lists no task for it."),
    ]
    return panel(lines, accent=Accent.GREEN)


def never_appeared(kind: TaskType, task_id: str, *, link_base: str) -> ui.LayoutView:
    """Seen with a locked database: the work may have been done all the same."""
    lines = [
        f"**{_named(kind)}: Paperless took the order, but lists no such task**",
        "It may run, or have run, all the same: look in Paperless before you order it again.",
        _number(task_id),
    ]
    return panel(lines, row(open_button(link_base)), accent=Accent.AMBER)


def still_going(kind: TaskType, task_id: str, task: Task | None, *, link_base: str) -> ui.LayoutView:
    """Following ends here; the task does not."""
    waits = task is None or task.status == TaskStatus.PENDING
    lines = [
        f"**{_named(kind)} {'still waits for a worker: is one running?' if waits else 'is still running'}**",
        f"This message follows it no longer: `/task ref:{escape(task_id, 60)}` shows what became of it.",
        _number(task_id),
    ]
    return panel(lines, row(open_button(link_base)), accent=Accent.AMBER)

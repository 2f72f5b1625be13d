"""What was done by whom, as lines: for /tasks audit, and for a channel."""

from collections.abc import Sequence

from discord import ui

from bot.audit import Recorded, Result
from bot.ui.layout import dotted, panel, small
from bot.ui.pressed import in_words
from bot.ui.text import count, escape, plural, redact, since

PAGE = 8
SUBJECT_LIMIT = 100
_SAID = {
    Result.ASKED: "asked for; what came of it is not known",
    Result.DONE: "done",
    Result.REFUSED: "refused by the bot",
    Result.FAILED: "failed",
    Result.UNKNOWN: "not known whether it was done",
}


def line(row: Recorded) -> str:
    """The name is the one of that time; the mention leads to the member of today."""
    entry = row.entry
    tasks = f" · {plural(len(entry.tasks), 'task')}" if entry.tasks else ""
    where = f" · {escape(entry.server, 32)}" if entry.server else ""
    what = escape(redact(in_words(entry.action, entry.subject)), SUBJECT_LIMIT)
    who = f"<@{entry.user_id}> ({escape(entry.user_name, 32)})"
    return f"{since(row.at)} {who} {what}{tasks}{where} · {_SAID[entry.result]}"


def page(rows: Sequence[Recorded], *, total: int, number: int) -> ui.LayoutView:
    """`number` from 1."""
    if not rows:
        return panel(["**Nothing is recorded**" if number == 1 else "**So far back nothing is recorded**"])
    first = (number - 1) * PAGE + 1
    last = first + len(rows) - 1
    shown = f"{count(first)} to {count(last)} of {plural(total, 'entry', 'entries')}, the newest first"
    older = f"`page:{number + 1}` shows older ones" if last < total else None
    return panel(["**Who did what**", *map(line, rows), small(dotted(shown, older))])


def told(rows: Sequence[Recorded]) -> ui.LayoutView:
    """For the audit channel, oldest first."""
    return panel([line(row) for row in rows])

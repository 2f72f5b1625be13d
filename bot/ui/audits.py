"""What was done by whom, as lines: for /tasks audit, and for a channel."""

from collections.abc import Sequence

from discord import ui

from bot.audit import Recorded, Result
from bot.ui.custom_ids import Audited
from bot.ui.layout import panel, small
from bot.ui.lists import pager, place
from bot.ui.pressed import in_words
from bot.ui.text import escape, plural, redact, since

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


def page(rows: Sequence[Recorded], *, total: int, page: int, user_id: int | None) -> ui.LayoutView:
    """`page` from 0; of the member `user_id` alone, if that is given."""
    if not rows:
        return panel(["**Nothing is recorded**"])
    shown = place(page, len(rows), total)
    turning = pager(page, total, back=Audited(page - 1, user_id), on=Audited(page + 1, user_id))
    return panel(["**Who did what**", *map(line, rows), None if shown is None else small(shown)], turning)


def told(rows: Sequence[Recorded]) -> ui.LayoutView:
    """For the audit channel, oldest first."""
    return panel([line(row) for row in rows])

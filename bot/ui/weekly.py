"""The digest that is posted by itself: what failed, how that was before, the worst of it, and what is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discord import ui

from bot.failures.worst import WorstError
from bot.ui import custom_ids, summaries
from bot.ui.cards import open_button
from bot.ui.charts import Chart
from bot.ui.layout import Accent, Picture, button, dotted, panel, row, small
from bot.ui.outages import server_name
from bot.ui.phrases import kind, other_than_failed
from bot.ui.reasons import reason
from bot.ui.summaries import PICTURE, LookBack
from bot.ui.text import count, plural, since

WORST = 3
_LINE_REASON_LIMIT = 110


@dataclass(frozen=True, kw_only=True)
class Week:
    """`found` None: not known, for the reason `because`, a sentence of ours. `oldest`: of what is open."""

    server: str
    show_server: bool
    link_base: str
    days: int
    found: LookBack | None
    because: str
    worst: tuple[WorstError, ...]
    open_total: int
    oldest: datetime | None


def digest(week: Week, *, picture: Chart | None) -> ui.LayoutView:
    where = server_name(week.server, show=week.show_server)
    lines = [*_numbers(week, where), *_worst(week.worst), _open(week)]
    look = button("Look through", custom_ids.Failures(week.server, 0)) if week.open_total else None
    return panel(
        lines,
        row(look, open_button(week.link_base)),
        accent=Accent.RED if week.open_total else Accent.GREY,
        picture=None if picture is None else Picture(name=PICTURE, alt=picture.alt),
    )


def _numbers(week: Week, where: str) -> list[str]:
    span = summaries.span(week.days).capitalize()
    if week.found is None:
        return [f"**{span}: not known** · {where}", week.because]
    return [f"**{span}: {summaries.story(week.found).lower()}** · {where}", small(summaries.change(week.found))]


def _worst(errors: Sequence[WorstError]) -> list[str]:
    return ["**Most frequent**", *map(_line, errors)] if errors else []


def _line(error: WorstError) -> str:
    why = reason(error_type=error.error_type, message=error.message, filename=error.filename, limit=_LINE_REASON_LIMIT)
    said = other_than_failed(error.kind, error.error_type) or (why.text if why else None)
    return dotted(f"{count(error.count)} × {kind(error.task_type)}", said)


def _open(week: Week) -> str:
    if not week.open_total:
        return "Nothing that was told here is still open."
    verb = "is" if week.open_total == 1 else "are"
    oldest = None if week.oldest is None else f"the oldest failed {since(week.oldest)}"
    return dotted(f"**{plural(week.open_total, 'failure')} {verb} still open**", oldest)

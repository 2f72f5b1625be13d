"""Lists for one person: what runs, what failed, what a digest stands for. Five to eight rows a page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from discord import ui

from bot.failures.card import DigestLine, FailureRow, IncidentKind, IncidentState, Mute
from bot.paperless.models import Task, TaskStatus, TaskType
from bot.ui import custom_ids
from bot.ui.custom_ids import CustomId
from bot.ui.filters import Wanted
from bot.ui.layout import OPTION_LIMIT, OPTIONS, Accent, Option, button, dotted, menu, panel, row, small
from bot.ui.outages import server_name
from bot.ui.phrases import doing, kind, kind_label, other_than_failed, revoked, state, status
from bot.ui.reasons import one_line, reason
from bot.ui.text import at, clean, count, cut, duration, escape, plural, since
from bot.ui.wanted import told

PAGE = 8
NAME_LIMIT = 40
LINE_REASON_LIMIT = 70
SUGGESTED_NAME_LIMIT = 55


def pages(total: int) -> int:
    return max(1, -(-total // PAGE))


def _newest_first(ordering: str | None) -> bool:
    return ordering is None or ordering.startswith("-date")


def pager(
    page: int, total: int, *, back: CustomId, on: CustomId, ordering: str | None = None
) -> ui.ActionRow[ui.LayoutView] | None:
    newer, older = ("Newer", "Older") if _newest_first(ordering) else ("Previous page", "Next page")
    return row(
        button(newer, back) if page > 0 else None,
        button(older, on) if page + 1 < pages(total) else None,
    )


def place(page: int, shown: int, total: int, ordering: str | None = None) -> str | None:
    """As "the newest 8 of 212"; None where everything is shown."""
    newest = _newest_first(ordering)
    if shown >= total:
        return None
    if page == 0:
        return f"the {'newest' if newest else 'first'} {count(shown)} of {count(total)}"
    first = page * PAGE + 1
    return f"{count(first)} to {count(first + shown - 1)} of {count(total)}{', newest first' if newest else ''}"


# --- tasks of Paperless


def task_line(task: Task) -> str:
    """One line on a phone: state, what, when."""
    moment = task.date_done or task.date_started or task.date_created
    return dotted(f"**{state(task)}** {doing(task.task_type, task.filename, name_limit=NAME_LIMIT)}", since(moment))


def failure_line(task: Task) -> str:
    why = reason(
        error_type=task.error_type, message=task.error_message, filename=task.filename, limit=LINE_REASON_LIMIT
    )
    said: str | None = why.text if why else None
    if task.duplicate_of is not None and said is None:
        said = f"a duplicate of document #{task.duplicate_of}"
    return dotted(task_line(task), said)


def _option(task: Task) -> Option:
    name = task.filename and clean(task.filename)
    return Option(
        label=name or clean(str(kind(task.task_type)).replace("\\", "")),
        value=task.task_id,
        description=one_line(task.error_message or task.error_type or "", task.filename),
    )


def _open_menu(tasks: Sequence[Task], server: str) -> ui.ActionRow[ui.LayoutView] | None:
    options = {task.task_id: _option(task) for task in tasks if custom_ids.is_task_id(task.task_id)}
    if not options:
        return None
    return row(menu("Open one of them", custom_ids.OpenTask(server), list(options.values())))


def active(
    tasks: Sequence[Task], *, known: int, total: int, page: int, server: str, show_server: bool
) -> ui.LayoutView:
    """`tasks` is the page, `known` how many of the `total` Paperless lists (its newest 50)."""
    where = server_name(server, show=show_server)
    if total == 0:
        return panel([f"**Nothing waits or runs in {where}**"])
    of_them = f"the newest {count(known)} of {count(total)}" if known < total else None
    lines = [
        dotted(f"**{plural(total, 'task waits or runs', 'tasks wait or run')} in {where}**", of_them),
        *map(task_line, tasks),
        small(part) if (part := place(page, len(tasks), known)) else None,
    ]
    turning = pager(
        page, known, back=custom_ids.Active(server, max(0, page - 1)), on=custom_ids.Active(server, page + 1)
    )
    return panel(lines, _open_menu(tasks, server), turning)


def failures(
    tasks: Sequence[Task], *, total: int, page: int, server: str, show_server: bool, note: str | None = None
) -> ui.LayoutView:
    """What failed in Paperless and is not acknowledged, newest first; `note`: what a press came to."""
    where = server_name(server, show=show_server)
    if total == 0:
        return panel([note, f"**No failures wait to be acknowledged in {where}**"], accent=Accent.GREEN)
    lines = [
        note,
        f"**{plural(total, 'failure')} in {where} not acknowledged**",
        *map(failure_line, tasks),
        small(part) if (part := place(page, len(tasks), total)) else None,
    ]
    back, on = custom_ids.Failures(server, max(0, page - 1)), custom_ids.Failures(server, page + 1)
    turning = pager(page, total, back=back, on=on)
    some = _acknowledge_menu(tasks, custom_ids.AcknowledgeFailures(server, page))
    return panel(lines, _open_menu(tasks, server), some, turning, accent=Accent.RED)


def not_known(what: str, *, unheard: str, because: str) -> ui.LayoutView:
    """Never "0 failures" when that is not known. `unheard`: see `errors.unheard`."""
    return panel([f"**{what}: not known. {unheard}**", because], accent=Accent.AMBER)


def offers(tasks: Sequence[Task], *, now: datetime) -> list[tuple[str, str]]:
    """Label and value of each, to be chosen from while something is typed. Plain text, at most 100 long."""
    found = []
    for task in tasks:
        name = clean(task.filename or str(kind(task.task_type)).replace("\\", ""))
        age = duration((now - task.date_created).total_seconds())
        label = dotted(cut(name, SUGGESTED_NAME_LIMIT), clean(str(state(task))), f"{age} ago", f"#{task.id}")
        found.append((cut(label, OPTION_LIMIT), cut(task.task_id, OPTION_LIMIT)))
    return found


def matching(offered: Sequence[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    """Those that hold what was typed."""
    wanted = typed.strip().removeprefix("#").casefold()
    return [(label, value) for label, value in offered if wanted in f"{label} {value}".casefold()]


def listing(
    tasks: Sequence[Task],
    *,
    total: int,
    page: int,
    wanted: Wanted,
    code: str,
    server: str,
    show_server: bool,
    note: str | None = None,
    owner: str | None = None,
) -> ui.LayoutView:
    """A page of /tasks list; `code`: its filters as a button carries them; `note`: such as what a press came to;
    `owner`: the name behind the number in `wanted`."""
    where, narrowed = server_name(server, show=show_server), told(wanted, owner=owner)
    if total == 0:
        none = f"No task in {where} fits that" if narrowed else f"There is no task in {where}"
        return panel([note, f"**{none}**", small(narrowed) if narrowed else None])
    here = custom_ids.Listed(server, page, code)
    back, on = replace(here, page=max(0, page - 1)), replace(here, page=page + 1)
    lines = [
        note,
        f"**{plural(total, 'task')} in {where}**",
        small(narrowed) if narrowed else None,
        *(failure_line(task) if task.needs_attention else task_line(task) for task in tasks),
        small(part) if (part := place(page, len(tasks), total, wanted.ordering)) else None,
    ]
    some = custom_ids.AcknowledgeListed(server, page, here.wanted)
    turning = pager(page, total, back=back, on=on, ordering=wanted.ordering)
    return panel(lines, _open_menu(tasks, server), _acknowledge_menu(tasks, some), turning)


def _acknowledge_menu(tasks: Sequence[Task], custom_id: CustomId) -> ui.ActionRow[ui.LayoutView] | None:
    """Of what waits to be acknowledged on this page, any number."""
    waiting = [task for task in tasks if task.needs_attention and not task.acknowledged]
    options = {task.task_id: _option(task) for task in waiting if custom_ids.is_task_id(task.task_id)}
    if not options:
        return None
    return row(menu("Acknowledge some of them", custom_id, list(options.values()), several=True))


# --- what a card stands for

_ROW_STATE = {
    IncidentState.ACKNOWLEDGED: "acknowledged",
    IncidentState.SUCCEEDED: "succeeded after all",
    IncidentState.GONE: "no longer in Paperless",
    IncidentState.ENDED: "over",
}


def _row_state(found: FailureRow) -> str:
    if said := _ROW_STATE.get(found.state) or ("acknowledged" if found.acknowledgement else None):
        return said
    if found.kind is IncidentKind.REVOKED:
        return revoked(found.error_type)
    return status(TaskStatus.FAILURE) if found.kind is IncidentKind.FAILED else found.kind.value


def _row_reason(found: FailureRow | Mute) -> str | None:
    if found.kind is not IncidentKind.FAILED:
        return other_than_failed(found.kind, found.error_type)
    why = reason(error_type=found.error_type, message=found.message, filename=found.filename, limit=LINE_REASON_LIMIT)
    return why.text if why else None


def row_line(found: FailureRow, *, show_server: bool = False) -> str:
    """One failure behind a card."""
    what = _row_state(found)
    why = None if found.kind is IncidentKind.REVOKED and what == revoked(found.error_type) else _row_reason(found)
    subject = doing(found.task_type, found.filename, name_limit=NAME_LIMIT)
    where = str(escape(found.server)) if show_server else None
    return dotted(f"**{what}** {subject}", since(found.at), why, where)


def look_through(
    rows: Sequence[FailureRow],
    *,
    card_id: int,
    total: int,
    page: int,
    show_server: bool,
    kinds: Sequence[DigestLine] = (),
) -> ui.LayoutView:
    """A page of what a digest, a reminder or a card stands for; `kinds`: a menu mutes one of them."""
    if not rows:
        return panel(["**Nothing is left of it to look through**"])
    lines = [
        f"**{plural(total, 'failure')}**",
        *(row_line(one, show_server=show_server) for one in rows),
        small(part) if (part := place(page, len(rows), total)) else None,
    ]
    back, on = custom_ids.LookThrough(card_id, max(0, page - 1)), custom_ids.LookThrough(card_id, page + 1)
    return panel(lines, _mute_menu(kinds, card_id, show_server=show_server), pager(page, total, back=back, on=on))


def _mute_menu(kinds: Sequence[DigestLine], card_id: int, *, show_server: bool) -> ui.ActionRow[ui.LayoutView] | None:
    """By kind, not by file: whoever has a thousand of them wants to hear of none."""
    options = [
        Option(
            label=f"{count(line.count)} × {kind_label(TaskType(line.task_type))}{_in(line.server, show=show_server)}",
            value=str(line.line_id),
            description=other_than_failed(line.kind, line.error_type)
            or one_line(line.message or line.error_type or "", None),
        )
        for line in kinds
    ]
    return row(menu("Mute a kind of failure", custom_ids.MuteLine(card_id), options)) if options else None


def _in(server: str, *, show: bool) -> str:
    return f" ({server})" if show else ""


def _mute_line(mute: Mute, *, show_server: bool) -> str:
    subject = doing(mute.task_type, mute.filename, name_limit=NAME_LIMIT) if mute.filename else kind(mute.task_type)
    swallowed = f"{plural(mute.swallowed, 'failure')} meanwhile" if mute.swallowed else None
    ends = f"until {at(mute.until)}" + (", or until it changes" if mute.until_change else "")
    where = str(escape(mute.server)) if show_server else None
    return dotted(f"**{subject}**", _row_reason(mute), where, ends, f"by <@{mute.user_id}>", swallowed)


def mutes(found: Sequence[Mute], *, show_server: bool, note: str | None = None) -> ui.LayoutView:
    """Every mute that runs, the one that ends first at the top; a menu ends one."""
    if not found:
        return panel([note, "**Nothing is muted**"])
    ordered = sorted(found, key=lambda mute: mute.until)
    options = [
        Option(
            label=clean(mute.filename or kind_label(TaskType(mute.task_type))) + _in(mute.server, show=show_server),
            value=str(mute.mute_id),
            description=other_than_failed(mute.kind, mute.error_type) or one_line(mute.message or "", mute.filename),
        )
        for mute in ordered
    ]
    lines = [
        note,
        f"**{plural(len(found), 'mute')}**",
        *(_mute_line(mute, show_server=show_server) for mute in ordered[:OPTIONS]),
        small(f"the {OPTIONS} of {count(len(found))} that end first") if len(found) > OPTIONS else None,
    ]
    return panel(lines, row(menu("End one of them", custom_ids.EndMute(), options)))

"""The summary by type of task, its change against the window before, and what the picture of it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discord import ui

from bot.paperless.models import TaskSummary
from bot.ui.charts import Bar, Chart
from bot.ui.layout import Accent, Picture, dotted, panel, small
from bot.ui.outages import server_name
from bot.ui.phrases import kind
from bot.ui.text import count, duration, plural, since

MOST_DAYS = 365
"""Paperless looks back no further; a window before is known up to half of it."""
PICTURE = "summary.png"


@dataclass(frozen=True, kw_only=True)
class Counts:
    runs: int
    succeeded: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class LookBack:
    """`before`: the same number of days before these, by type; None: not known."""

    days: int
    now: tuple[TaskSummary, ...]
    before: Mapping[str, Counts] | None


def earlier(both: Sequence[TaskSummary], now: Sequence[TaskSummary]) -> dict[str, Counts]:
    """The first half of a window of which the second is `now`. A task that came between the two answers makes no
    number go below zero."""
    later = {one.task_type: one for one in now}
    found = {}
    for whole in both:
        half = later.get(whole.task_type) or TaskSummary(task_type=whole.task_type)
        found[str(whole.task_type)] = Counts(
            runs=max(0, whole.total_count - half.total_count),
            succeeded=max(0, whole.success_count - half.success_count),
            failed=max(0, whole.failure_count - half.failure_count),
        )
    return found


def span(days: int) -> str:
    return "the last 24 hours" if days == 1 else f"the last {days} days"


def _span_before(days: int) -> str:
    return "the 24 hours before" if days == 1 else f"the {days} days before"


def story(found: LookBack) -> str:
    failed, total = sum(one.failure_count for one in found.now), sum(one.total_count for one in found.now)
    return f"{count(failed)} of {plural(total, 'task')} failed" if failed else "No failures"


def change(found: LookBack) -> str:
    """Against the window before; that nothing is known of it is no zero."""
    then = _span_before(found.days)
    if found.before is None:
        return f"{then}: not known, Paperless looks back {MOST_DAYS} days at most"
    total = sum(one.runs for one in found.before.values())
    failed = sum(one.failed for one in found.before.values())
    if not total:
        return f"{then}: not known, Paperless lists no task of that time"
    return f"{then}: {count(failed)} of {plural(total, 'task')} failed"


def _rate(summary: TaskSummary) -> str | None:
    ended = summary.success_count + summary.failure_count
    if not ended:
        return None
    share = summary.success_count / ended
    # 99.95 % is not "100 %": that says nothing failed. Nor is 0.05 % "0 %".
    shown = min(99, max(1, round(share * 100))) if 0 < share < 1 else round(share * 100)
    return f"{shown} % succeeded"


def _failed(summary: TaskSummary, before: Counts | None) -> str:
    now = f"{count(summary.failure_count)} failed" if summary.failure_count else "none failed"
    if before is None or not before.runs or before.failed == summary.failure_count:
        return now  # where nothing ran before, that nothing failed says nothing
    return f"{now} ({count(before.failed)} before)"


def _neither_ended_nor_waiting(summary: TaskSummary) -> int:
    """Paperless counts these in no field of their own: what runs, and what was revoked."""
    counted = summary.success_count + summary.failure_count + summary.pending_count
    return max(0, summary.total_count - counted)


def line(summary: TaskSummary, before: Counts | None = None) -> str:
    """One type of task."""
    mean, waited = summary.avg_duration_seconds, summary.avg_wait_time_seconds
    return dotted(
        f"**{kind(summary.task_type)}** {plural(summary.total_count, 'run')}",
        _failed(summary, before),
        f"{count(summary.pending_count)} waiting" if summary.pending_count else None,
        f"{count(others)} running or not run" if (others := _neither_ended_nor_waiting(summary)) else None,
        _rate(summary),
        None if mean is None else f"takes {duration(mean)}",
        None if waited is None else f"waits {duration(waited)}",
        "no success" if summary.last_success is None else f"last success {since(summary.last_success)}",
    )


def lines(found: LookBack) -> list[str]:
    """Most runs first."""
    before = found.before or {}
    return [line(one, before.get(str(one.task_type))) for one in _ordered(found.now)]


def _ordered(summaries: Sequence[TaskSummary]) -> list[TaskSummary]:
    return sorted(summaries, key=lambda one: (-one.total_count, one.task_type))


def summary(found: LookBack, *, server: str, show_server: bool, picture: Chart | None) -> ui.LayoutView:
    """`picture`: what the picture shows that comes along."""
    headline = f"**{story(found)} in {span(found.days)}** · {server_name(server, show=show_server)}"
    before = small(change(found))
    if not found.now:
        return panel([headline, "No task ran at all in that time.", before])
    failed = any(one.failure_count for one in found.now)
    return panel(
        [headline, before, *lines(found)],
        accent=Accent.RED if failed else Accent.GREEN,
        picture=None if picture is None else Picture(name=PICTURE, alt=picture.alt),
    )


def chart(found: LookBack, *, server: str, show_server: bool) -> Chart | None:
    """None: there is nothing to draw."""
    if not found.now:
        return None
    before = found.before or {}
    return Chart(
        title=f"{story(found)} in {span(found.days)}",
        subtitle=f"{f'{server}, ' if show_server else ''}{change(found)}",
        bars=tuple(_bar(one, before.get(str(one.task_type))) for one in _ordered(found.now)),
    )


def _bar(summary: TaskSummary, before: Counts | None) -> Bar:
    ended = 0 if before is None else before.succeeded + before.failed
    return Bar(
        label=str(kind(summary.task_type)).replace("\\", ""),
        succeeded=summary.success_count,
        failed=summary.failure_count,
        other=max(0, summary.total_count - summary.success_count - summary.failure_count),
        before=before.succeeded / ended if before is not None and ended else None,
    )

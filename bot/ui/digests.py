"""Cards that stand for many failures: the digest of a burst, the catch-up after days away, the reminder."""

from collections.abc import Sequence
from datetime import datetime

from discord import ui

from bot.failures.card import Acknowledgement, DigestCard, DigestLine, IncidentKind, ReminderCard
from bot.ui import custom_ids, links
from bot.ui.layout import Accent, button, dotted, link_button, panel, row, small
from bot.ui.phrases import kind, other_than_failed
from bot.ui.reasons import reason
from bot.ui.text import at, count, duration, escape, plural, since

LINES = 6
"""Kinds named on a digest; with the title that is what a phone shows without scrolling."""
EXAMPLE_LIMIT = 25
LINE_REASON_LIMIT = 60
NAMED = 3
_ENDED = {IncidentKind.FAILED, IncidentKind.REVOKED}


def what(line: DigestLine) -> str:
    """As "Consume file: Unsupported mime type application/zip"."""
    subject = str(kind(line.task_type))
    if said := other_than_failed(line.kind, line.error_type):
        return f"{subject}: {said}"
    why = reason(error_type=line.error_type, message=line.message, limit=LINE_REASON_LIMIT)
    return f"{subject}: {why.text}" if why else subject


def _examples(line: DigestLine) -> str | None:
    names = [name for name in (escape(example, EXAMPLE_LIMIT) for example in line.examples) if name]
    if not names:
        return None
    # Of those that wait there is one incident, and the name of the newest: each of them is another file all the same.
    number = line.count if line.kind is IncidentKind.STUCK else line.example_count
    more = number - len(line.examples)
    return ", ".join(names) + (f" and {count(more)} more" if more > 0 else "")


def digest_line(line: DigestLine, *, show_server: bool) -> str:
    """One kind: how many, of what, why, and a few names. Struck nowhere: what is done is said."""
    done = "none open" if line.open_count == 0 else None  # acknowledged, gone, or succeeded after all
    if 0 < line.open_count < line.count:
        done = f"{count(line.open_count)} open"
    muted = None if line.muted_until is None else f"muted until {at(line.muted_until)}"
    where = str(escape(line.server)) if show_server else None
    return dotted(f"**{count(line.count)}** {what(line)}", _examples(line), where, done, muted)


def _kinds(lines: Sequence[DigestLine], kinds: int, *, show_server: bool) -> list[str]:
    shown = [digest_line(line, show_server=show_server) for line in lines[:LINES]]
    if kinds > len(shown):
        shown.append(f"… and {plural(kinds - len(shown), 'kind')} more")
    return shown


def _span(first_at: datetime, last_at: datetime) -> str:
    seconds = (last_at - first_at).total_seconds()
    return "within a minute" if seconds < 60 else f"within {duration(seconds)}"


def _title(card: DigestCard) -> str:
    became, ended = _became(card)
    told = f"{plural(card.total, 'task')} {became}"
    if card.catch_up_since is not None:
        return f"{told} while nothing could be told here, since {at(card.catch_up_since)}"
    return f"{told} {_span(card.first_at, card.last_at)}" if ended else told


def _became(card: DigestCard) -> tuple[str, bool]:
    """What became of them, in a word that is true of all; and whether all of them ended."""
    kinds = {line.kind for line in card.lines}
    if kinds & {IncidentKind.STUCK, IncidentKind.SILENT}:
        still = "stands still" if card.total == 1 else "stand still"
        return (f"failed or {still}" if kinds & _ENDED else still), False
    if kinds == {IncidentKind.REVOKED}:
        never = all(line.error_type is None for line in card.lines)
        were = "was" if card.total == 1 else "were"
        return f"{were} not run" if never else "did not finish", True
    return "failed or did not finish" if IncidentKind.REVOKED in kinds else "failed", True


def acknowledged_by(acknowledgements: Sequence[Acknowledgement]) -> str | None:
    """As "acknowledged by @ada, @ben and 2 others, 3 minutes ago"."""
    if not acknowledgements:
        return None
    names = ["in Paperless" if one.where == "paperless" else f"by <@{one.user_id}>" for one in acknowledgements[:NAMED]]
    more = len(acknowledgements) - len(names)
    others = f" and {plural(more, 'other')}" if more > 0 else ""
    return f"acknowledged {', '.join(names)}{others}, {since(acknowledgements[0].at)}"


def _state(card: DigestCard) -> str | None:
    by = acknowledged_by(card.acknowledgements)
    if card.open_total == 0:
        return by or "nothing of it is open any more"
    if card.open_total == card.total:
        return None
    return dotted(f"{count(card.open_total)} still open", by)


def digest(card: DigestCard, *, beneath: str = "") -> ui.LayoutView:
    lines = [
        dotted(f"**{_title(card)}**", _state(card)),
        *_kinds(card.lines, card.kinds, show_server=card.show_server),
        small(f"first {since(card.first_at)}, last {since(card.last_at)}"),
    ]
    everything = None
    if card.open_total:
        label = f"Acknowledge all ({count(card.open_total)})"
        everything = button(label, custom_ids.AcknowledgeAll(card.card_id, card.through), primary=True)
    buttons = row(
        everything,
        button("Look through", custom_ids.LookThrough(card.card_id, 0)),
        link_button("Open in Paperless", links.tasks(card.link_base)) if card.link_base and card.open_total else None,
    )
    return panel(lines, buttons, accent=Accent.RED if card.open_total else Accent.GREY, beneath=beneath)


def reminder(card: ReminderCard, *, beneath: str = "") -> ui.LayoutView:
    look = row(button("Look through", custom_ids.LookThrough(card.card_id, 0)))
    if card.open_total == 0:
        return panel(["**Nothing waits to be acknowledged any more**"], look, beneath=beneath)
    waits = plural(card.open_total, "failure waits", "failures wait")
    lines = [
        f"**{waits} to be acknowledged, the oldest since {at(card.oldest_at)}** ({since(card.oldest_at)})",
        *_kinds(card.lines, card.kinds, show_server=card.show_server),
    ]
    return panel(lines, look, accent=Accent.AMBER, beneath=beneath)

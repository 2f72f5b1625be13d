"""The card of one incident, and `render`, which finds the right function for any card.

Everything from Paperless is escaped, cut and redacted here; nothing else than the fields used below reaches a card.
"""

from typing import assert_never

import discord
from discord import ui

from bot.failures.card import (
    Acknowledgement,
    BacklogCard,
    Card,
    DigestCard,
    IncidentCard,
    IncidentKind,
    IncidentState,
    OutageCard,
    ReminderCard,
)
from bot.paperless.models import TaskStatus
from bot.ui import custom_ids, digests, links, outages
from bot.ui.layout import Accent, button, dotted, link_button, panel, row, small
from bot.ui.phrases import NOT_RUN, STOPPED, WORKER_HINT, doing, kind, owned_by, source
from bot.ui.reasons import Reason, reason
from bot.ui.text import at, count, duration, escape, plural, since

_DRILL = "Somebody looks whether a failure would arrive here. It counts nowhere, and Paperless knows nothing of it."
_DRILL_HINT = "Press Acknowledge, to see that buttons work."
_NO_REASON = "Paperless gave no reason."


def render(card: Card, *, mention_role_id: int | None = None, owner: str | None = None) -> ui.LayoutView:
    """`mention_role_id` is named beneath the card, so that the first line stays the story; `owner`: the name behind the
    number, where that is known."""
    beneath = "" if mention_role_id is None else f"<@&{mention_role_id}>"
    match card:
        case IncidentCard():
            return incident(card, beneath=beneath, owner=owner)
        case DigestCard():
            return digests.digest(card, beneath=beneath)
        case ReminderCard():
            return digests.reminder(card, beneath=beneath)
        case BacklogCard():
            return outages.backlog(card, beneath=beneath)
        case OutageCard():
            return outages.outage(card, beneath=beneath)
        case _:
            assert_never(card)


def acknowledged(acknowledgement: Acknowledgement) -> str:
    """As "acknowledged by @ada, 3 minutes ago". The mention is drawn as the name; it pings nobody."""
    if acknowledgement.where == "paperless":
        return f"acknowledged in Paperless (it does not record by whom), {since(acknowledgement.at)}"
    who = f"<@{acknowledgement.user_id}>" if acknowledgement.user_id else escape(acknowledgement.user_name or "", 40)
    return f"acknowledged by {who or 'somebody'}, {since(acknowledgement.at)}"


def title(card: IncidentCard) -> str:
    """What was done, to which file, and what became of it."""
    if card.kind is IncidentKind.DRILL:
        return "Drill: nothing failed"
    subject = doing(card.task_type, card.filename)
    if card.state is IncidentState.SUCCEEDED and not _is_queue(card):
        return f"{subject} succeeded after all"
    times = f" {count(card.count)} times" if card.count > 1 else ""
    match card.kind:
        case IncidentKind.FAILED:
            return f"{subject} failed{times}"
        case IncidentKind.REVOKED:
            what = "was stopped while it ran" if card.error_type == TaskStatus.STARTED else "was not run"
            return f"{subject} {what}" + (f",{times}" if times else "")
        case IncidentKind.STUCK:
            return _stuck_title(card)
        case IncidentKind.SILENT:
            return _silent_title(card)
        case _:
            assert_never(card.kind)


def _is_queue(card: IncidentCard) -> bool:
    """Several that wait make one incident; those that run, one each where it is known since when."""
    return card.kind is IncidentKind.STUCK and card.count > 1


def _queue_title(card: IncidentCard) -> str:
    subject, waited = kind(card.task_type), card.open_count or card.count
    if card.state in (IncidentState.ENDED, IncidentState.SUCCEEDED):
        return f"{subject}: {plural(waited, 'task')} that stood still went on"
    have = "task has" if waited == 1 else "tasks have"
    return f"{subject}: {count(waited)} {have} been {_standing(card)}, the first since {at(card.first_at)}"


def _standing(card: IncidentCard) -> str:
    return "running" if card.error_type == TaskStatus.STARTED else "waiting for a worker"


def _stuck_title(card: IncidentCard) -> str:
    if _is_queue(card):
        return _queue_title(card)
    subject = doing(card.task_type, card.filename)
    if card.state is IncidentState.ENDED:
        return f"{subject} went on"
    return f"{subject} has been {_standing(card)} since {at(card.first_at)}"


def _silent_title(card: IncidentCard) -> str:
    if card.state is IncidentState.ENDED:
        return f"{kind(card.task_type)} succeeds again"
    return f"{kind(card.task_type)} has not succeeded since {at(card.first_at)}"


def _state(card: IncidentCard) -> str | None:
    """What became of it, behind the title; None where somebody still has to look."""
    match card.state:
        case IncidentState.OPEN | IncidentState.SUCCEEDED | IncidentState.ENDED:
            return None
        case IncidentState.ACKNOWLEDGED:
            return acknowledged(card.acknowledgement) if card.acknowledgement else "acknowledged"
        case IncidentState.GONE:
            return "the task is no longer in Paperless, or the bot may no longer see it"
        case IncidentState.DISMISSED:
            return "its message was deleted here; not acknowledged in Paperless"
        case _:
            assert_never(card.state)


def _why(card: IncidentCard) -> Reason | None:
    match card.kind:
        case IncidentKind.DRILL:
            return Reason(text=escape(_DRILL), hint=_DRILL_HINT)
        case IncidentKind.REVOKED:
            if card.error_type == TaskStatus.STARTED:
                return Reason(text=escape(STOPPED), hint=None)
            return Reason(text=escape(NOT_RUN), hint=WORKER_HINT)
        case IncidentKind.STUCK:
            return Reason(text=escape("A task that ends by itself would have ended."), hint=WORKER_HINT)
        case IncidentKind.SILENT:
            return Reason(text=escape("It usually succeeds on its schedule."), hint="Is the scheduler running?")
    said = reason(error_type=card.error_type, message=card.message, filename=card.filename)
    return said or (None if card.duplicate_of else Reason(text=escape(_NO_REASON), hint=None))


def duplicate_line(*, duplicate_of: int | None, in_trash: bool, link_base: str) -> str | None:
    """Where the document is that a rejected file duplicates."""
    if duplicate_of is None:
        return None
    if in_trash:
        return f"It duplicates document #{duplicate_of}, which is in the trash: restore it there, or empty the trash."
    return f"It duplicates {links.masked(f'document #{duplicate_of}', links.document(link_base, duplicate_of))}."


def _notes(card: IncidentCard) -> list[str | None]:
    made = card.document_id and links.masked(
        f"document #{card.document_id}", links.document(card.link_base, card.document_id)
    )
    return [
        duplicate_line(duplicate_of=card.duplicate_of, in_trash=card.duplicate_in_trash, link_base=card.link_base),
        f"All the same it made {made}." if made and card.state is not IncidentState.SUCCEEDED else None,
        f"It made {made}." if made and card.state is IncidentState.SUCCEEDED else None,
        "Paperless is running it again." if card.running_again else None,
        "It was acknowledged in Paperless before it had failed." if card.acknowledged_unseen else None,
    ]


def _when(card: IncidentCard) -> str:
    if card.count > 1:
        return f"first {since(card.first_at)}, last {since(card.last_at)}"
    return str(since(card.last_at if card.kind in (IncidentKind.FAILED, IncidentKind.REVOKED) else card.first_at))


def _meta(card: IncidentCard, owner: str | None) -> str:
    if card.kind is IncidentKind.DRILL:
        return small(dotted(_when(card), str(escape(card.server)) if card.show_server else None))
    ran, waited = card.duration_seconds, card.wait_time_seconds
    return small(
        dotted(
            source(card.trigger_source),
            owned_by(card.owner, name=owner),
            _when(card),
            None if ran is None else f"ran {duration(ran)}",
            None if waited is None else f"waited {duration(waited)}",
            None if card.muted_until is None else f"muted until {at(card.muted_until)}",
            str(escape(card.server)) if card.show_server else None,
        )
    )


def needs_somebody(card: IncidentCard) -> bool:
    return card.state is IncidentState.OPEN


def can_acknowledge(card: IncidentCard) -> bool:
    """What is stuck or silent is acknowledged here alone: in Paperless that would hide the failure to come."""
    return needs_somebody(card) and card.open_count > 0


def open_button(link_base: str, document_id: int | None = None) -> ui.Button[ui.LayoutView] | None:
    url = links.tasks(link_base) if document_id is None else links.document(link_base, document_id)
    return link_button("Open in Paperless", url)


def _buttons(card: IncidentCard) -> list[ui.Button[ui.LayoutView] | None]:
    found: list[ui.Button[ui.LayoutView] | None] = []
    if can_acknowledge(card):
        found.append(button("Acknowledge", custom_ids.Acknowledge(card.card_id, card.through), primary=True))
    if card.kind is IncidentKind.DRILL:
        return found
    found.append(button("Details", custom_ids.Details(card.card_id)))
    if needs_somebody(card) or card.document_id:
        found.append(open_button(card.link_base, card.document_id))
    return found


def _accent(card: IncidentCard) -> Accent:
    if not needs_somebody(card) or card.muted_until is not None:
        return Accent.GREY
    return Accent.RED if card.kind in (IncidentKind.FAILED, IncidentKind.REVOKED) else Accent.AMBER


def incident(card: IncidentCard, *, beneath: str = "", owner: str | None = None) -> ui.LayoutView:
    why = _why(card) if card.state is not IncidentState.SUCCEEDED else None
    lines = [
        dotted(f"**{title(card)}**", _state(card)),
        why.text if why else None,
        why.hint if why and needs_somebody(card) else None,
        *_notes(card),
        _meta(card, owner),
    ]
    return panel(lines, row(*_buttons(card)), accent=_accent(card), beneath=beneath)


def _link_buttons(view: ui.LayoutView) -> list[ui.Button[ui.LayoutView]]:
    return [
        item for item in view.walk_children() if isinstance(item, ui.Button) and item.style is discord.ButtonStyle.link
    ]


def links_in(view: ui.LayoutView) -> list[str]:
    """The addresses of its link buttons."""
    return [item.url for item in _link_buttons(view) if item.url]


def without_links(view: ui.LayoutView) -> ui.LayoutView:
    """The same without link buttons, and without the rows that only held some: for when Discord refuses the configured
    address in one."""
    for item in _link_buttons(view):
        _take_out(item)
    return view


def _take_out(item: ui.Button[ui.LayoutView]) -> None:
    holder = item.parent
    if isinstance(holder, ui.ActionRow):
        holder.remove_item(item)
        if not holder.children and isinstance(holder.parent, ui.Container):
            holder.parent.remove_item(holder)

"""What one person gets back for /task and its buttons: one task, told in full."""

from discord import ui

from bot.paperless.models import Task, TaskStatus, TaskType
from bot.ui import custom_ids, links
from bot.ui.cards import duplicate_line, open_button
from bot.ui.layout import TEXT_LIMIT, Accent, button, dotted, panel, row, small
from bot.ui.phrases import NOT_RUN, STOPPED, WORKER_HINT, doing, owned_by, source
from bot.ui.reasons import reason
from bot.ui.text import code_block, duration, escape, length, redact, since

MESSAGE_LIMIT = 1000
TRACEBACK_FILE = "traceback.txt"

SANITY_UNTOLD = (
    "Whether it found problems is not part of the answer Paperless gives: "
    "look in Paperless under Logs, or at the system status."
)


def title(task: Task) -> str:
    """As "Consuming invoice-11.pdf failed"."""
    subject = doing(task.task_type, task.filename)
    match task.status:
        case TaskStatus.PENDING:
            return f"{subject} waits for a worker"
        case TaskStatus.STARTED:
            return f"{subject} is running"
        case TaskStatus.SUCCESS:
            return f"{subject} is done"
        case TaskStatus.FAILURE:
            return f"{subject} failed"
        case TaskStatus.REVOKED:
            return f"{subject} was stopped while it ran" if task.date_started else f"{subject} was not run"
    return f"{subject}: {escape(task.status_display or task.status.value, 60)}"


def _success(task: Task, link_base: str) -> list[str | None]:
    made = task.document_id and links.masked(
        f"document #{task.document_id}", links.document(link_base, task.document_id)
    )
    said = task.reason or task.result_text
    return [
        f"It made {made}." if made else None,
        str(escape(redact(said))) if said else None,
        SANITY_UNTOLD if task.task_type == TaskType.SANITY_CHECK else None,
    ]


def _failure(task: Task, link_base: str) -> list[str | None]:
    why = reason(error_type=task.error_type, message=task.error_message, filename=task.filename)
    duplicate = duplicate_line(duplicate_of=task.duplicate_of, in_trash=task.duplicate_in_trash, link_base=link_base)
    if why is None and duplicate is None:
        return ["Paperless gave no reason."]
    return [why.text if why else None, why.hint if why else None, duplicate]


def _story(task: Task, link_base: str) -> list[str | None]:
    match task.status:
        case TaskStatus.SUCCESS:
            return _success(task, link_base)
        case TaskStatus.FAILURE:
            return _failure(task, link_base)
        case TaskStatus.REVOKED:
            return [STOPPED] if task.date_started else [f"{NOT_RUN} {WORKER_HINT}"]
    return []


def times(task: Task, *, owner: str | None = None) -> str:
    """When it came, ran and ended; `owner`: the name of its owner, where that is known."""
    ran, waited = task.duration_seconds, task.wait_time_seconds
    moment = task.date_done or task.date_started or task.date_created
    return dotted(
        source(task.trigger_source),
        owned_by(task.owner, name=owner),
        f"{'ended' if task.date_done else 'started' if task.date_started else 'queued'} {since(moment)}",
        None if ran is None else f"ran {duration(ran)}",
        None if waited is None else f"waited {duration(waited)}",
        "acknowledged" if task.acknowledged else None,
    )


def _accent(task: Task) -> Accent:
    if task.needs_attention and not task.acknowledged:
        return Accent.RED
    return Accent.GREEN if task.status == TaskStatus.SUCCESS else Accent.GREY


def _buttons(task: Task, *, server: str, link_base: str) -> list[ui.Button[ui.LayoutView] | None]:
    found: list[ui.Button[ui.LayoutView] | None] = []
    if custom_ids.is_task_id(task.task_id):
        if task.needs_attention and not task.acknowledged:
            found.append(button("Acknowledge", custom_ids.OnTask("ack", server, task.task_id), primary=True))
        if task.needs_attention:
            found.append(button("Details", custom_ids.OnTask("info", server, task.task_id)))
        if not task.is_complete:
            found.append(button("Refresh", custom_ids.OnTask("show", server, task.task_id)))
            found.append(button("Follow", custom_ids.OnTask("follow", server, task.task_id)))
    document_id = task.document_id if task.status == TaskStatus.SUCCESS else None
    return [*found, open_button(link_base, document_id)]


def task_reply(
    task: Task,
    *,
    server: str,
    link_base: str,
    show_server: bool,
    note: str | None = None,
    owner: str | None = None,
) -> ui.LayoutView:
    """`note` is a line of ours above the story, such as what a press came to; `owner`: the name behind its number."""
    lines = [
        f"**{title(task)}**",
        note,
        *_story(task, link_base),
        small(dotted(times(task, owner=owner), str(escape(server)) if show_server else None)),
        small(f"task {task.id} · {escape(task.task_id, 60)}"),
    ]
    return panel(lines, row(*_buttons(task, server=server, link_base=link_base)), accent=_accent(task))


def message(text: str, *more: str, accent: Accent = Accent.GREY) -> ui.LayoutView:
    """A sentence or two; the texts are ours or escaped already."""
    return panel([text, *more], accent=accent)


def task_details(task: Task) -> tuple[ui.LayoutView, str | None]:
    """See `details`."""
    return details(
        headline=title(task), error_type=task.error_type, error_message=task.error_message, traceback=task.traceback
    )


def details(
    *,
    headline: str,
    error_type: str | None,
    error_message: str | None,
    traceback: str | None,
    note: str | None = None,
    controls: ui.ActionRow[ui.LayoutView] | None = None,
) -> tuple[ui.LayoutView, str | None]:
    """For one person: the error in full; and the text of a file where a message cannot hold the traceback."""
    whole = redact(traceback).encode("utf-8", "replace").decode() if traceback else ""
    lines = [
        f"**{headline}**",
        note,
        f"Error type: {escape(error_type, 120)}" if error_type else None,
        f"Message: {escape(redact(error_message), MESSAGE_LIMIT)}" if error_message else None,
        "Traceback:" if whole else None,
    ]
    room = TEXT_LIMIT - sum(length(line) + 1 for line in lines if line) - len("\n")
    block = code_block(whole, room) if whole else small("There is no traceback.")
    attached = whole if length(whole) > room - len("```\n\n```") else None
    return panel([*lines, block], controls, attachment=TRACEBACK_FILE if attached else None), attached

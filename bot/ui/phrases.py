"""Paperless's words in a team's words: what a task does, where it came from, what became of it."""

from bot.failures.card import IncidentKind
from bot.paperless.models import Task, TaskStatus, TaskType, TriggerSource
from bot.ui.text import FILE_NAME_LIMIT, Escaped, clean, escape

_DOING = {
    TaskType.CONSUME_FILE: "Consuming a file",
    TaskType.TRAIN_CLASSIFIER: "Training the classifier",
    TaskType.SANITY_CHECK: "The sanity check",
    TaskType.INDEX_OPTIMIZE: "Optimising the search index",
    TaskType.MAIL_FETCH: "Mail fetch",
    TaskType.LLM_INDEX: "Updating the LLM index",
    TaskType.EMPTY_TRASH: "Emptying the trash",
    TaskType.CHECK_WORKFLOWS: "The workflow check",
    TaskType.BULK_UPDATE: "A bulk update",
    TaskType.REPROCESS_DOCUMENT: "Reprocessing a document",
    TaskType.BUILD_SHARE_LINK: "Building a share link",
    TaskType.BULK_DELETE: "A bulk deletion",
}
_KIND = {
    TaskType.CONSUME_FILE: "Consume file",
    TaskType.TRAIN_CLASSIFIER: "Train classifier",
    TaskType.SANITY_CHECK: "Sanity check",
    TaskType.INDEX_OPTIMIZE: "Optimise index",
    TaskType.MAIL_FETCH: "Mail fetch",
    TaskType.LLM_INDEX: "LLM index",
    TaskType.EMPTY_TRASH: "Empty trash",
    TaskType.CHECK_WORKFLOWS: "Check workflows",
    TaskType.BULK_UPDATE: "Bulk update",
    TaskType.REPROCESS_DOCUMENT: "Reprocess document",
    TaskType.BUILD_SHARE_LINK: "Build share link",
    TaskType.BULK_DELETE: "Bulk delete",
}
RUN = {
    TaskType.LLM_INDEX: "Update the LLM index",
    TaskType.TRAIN_CLASSIFIER: "Train the classifier",
    TaskType.SANITY_CHECK: "Check the archive's sanity",
    TaskType.INDEX_OPTIMIZE: "Optimise the search index",
}
"""What `/tasks run` offers, named for what it does: there is no rebuild of the LLM index, and no "reindex" on 3.x."""
_SOURCE = {
    TriggerSource.SCHEDULED: "scheduled",
    TriggerSource.WEB_UI: "web upload",
    TriggerSource.API_UPLOAD: "API upload",
    TriggerSource.FOLDER_CONSUME: "consumption folder",
    TriggerSource.EMAIL_CONSUME: "by mail",
    TriggerSource.SYSTEM: "by the system",
    TriggerSource.MANUAL: "started by hand",
}
_STATUS = {
    TaskStatus.PENDING: "waiting",
    TaskStatus.STARTED: "running",
    TaskStatus.SUCCESS: "done",
    TaskStatus.FAILURE: "failed",
    TaskStatus.REVOKED: "not run",
}
NOT_RUN = "It expired before a worker took it, or somebody stopped it."
STOPPED = "It was ended from outside: by somebody, or because its worker was stopped."
WORKER_HINT = "Is the worker running?"
_STOPPED_STATE = Escaped("stopped")


OWNER_LIMIT = 60


def _humanised(value: str) -> str:
    words = clean(value.replace("_", " "))
    return words[:1].upper() + words[1:]


def doing(task_type: str, filename: str | None, *, name_limit: int = FILE_NAME_LIMIT) -> Escaped:
    """As "Consuming invoice-11.pdf": the subject of a card's first line."""
    name = escape(filename, name_limit) if filename else Escaped("")
    if not name:
        return escape(_DOING.get(TaskType(task_type)) or _humanised(task_type) or "A task")
    if task_type == TaskType.CONSUME_FILE:
        return Escaped(f"Consuming {name}")
    return Escaped(f"{doing(task_type, None)} ({name})")


def kind(task_type: str) -> Escaped:
    """As "Consume file": short, for lists."""
    return escape(_KIND.get(TaskType(task_type)) or _humanised(task_type) or "Task", 60)


def kind_label(task_type: TaskType) -> str:
    """As "Consume file". Plain text, for choices."""
    return _KIND.get(task_type) or _humanised(task_type)


def named_plainly(task_type: str, filename: str | None) -> str:
    """As "Consume file invoice-11.pdf". Plain text, for records."""
    return " ".join(filter(None, (kind_label(TaskType(task_type)), filename)))


def source_label(trigger_source: TriggerSource) -> str:
    """As "API upload". Plain text, for choices."""
    return _SOURCE.get(trigger_source) or _humanised(trigger_source)


def run_label(task_type: TaskType) -> str:
    """What running it does, as a command: "Train the classifier". Plain text."""
    return RUN.get(task_type) or f"Run {_humanised(task_type).lower()}"


def source(trigger_source: str) -> Escaped:
    """As "API upload"; empty where Paperless did not say."""
    return escape(_SOURCE.get(TriggerSource(trigger_source)) or _humanised(trigger_source), 60)


def owned_by(user_id: int | None, *, name: str | None) -> Escaped | None:
    """As "owner anna"; by the number where the name is not known, None where it belongs to nobody."""
    if user_id is None:
        return None
    return Escaped(f"owner {escape(name, OWNER_LIMIT)}" if name else f"owner #{user_id}")


def state(task: Task) -> Escaped:
    """As `status`; one that was revoked while it ran was run, if not to its end."""
    return _STOPPED_STATE if task.status == TaskStatus.REVOKED and task.date_started else status(task.status)


def revoked(error_type: str | None) -> Escaped:
    """The same of a failure that the ledger keeps: see `IncidentCard.error_type`."""
    return _STOPPED_STATE if error_type == TaskStatus.STARTED else status(TaskStatus.REVOKED)


def other_than_failed(kind: IncidentKind, error_type: str | None) -> Escaped | None:
    """What became of a task that did not fail, for the place where a failure has its reason; None for one that did."""
    match kind:
        case IncidentKind.REVOKED:
            return Escaped("stopped while it ran") if error_type == TaskStatus.STARTED else revoked(error_type)
        case IncidentKind.STUCK:
            return Escaped("running for too long" if error_type == TaskStatus.STARTED else "waiting for too long")
        case IncidentKind.SILENT:
            return Escaped("no success for too long")
    return None


def status(value: TaskStatus) -> Escaped:
    """As "running"; a status unknown to this release in the server's word."""
    return escape(_STATUS.get(value) or _humanised(value).lower() or "of unknown state", 60)

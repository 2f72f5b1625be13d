"""What a button or a menu is called, for the record of who pressed it: as a person would say it, never its code."""

from typing import assert_never

from bot.paperless.models import TaskType
from bot.ui import custom_ids as ids
from bot.ui.custom_ids import CustomId
from bot.ui.phrases import run_label

BUTTON = "button "
"""How the audit writes down a press that did nothing else: this, and the custom id."""
_ON_TASK = {"ack": "Acknowledge", "info": "Details", "show": "Refresh", "follow": "Follow"}
_SPANS = {"1h": "for 1 hour", "1d": "for 1 day", "until": "until it changes"}


def in_words(subject: str) -> str:
    """A subject of the audit; the code of a button in it becomes words. Plain text."""
    custom_id = ids.parse(subject.removeprefix(BUTTON)) if subject.startswith(BUTTON) else None
    return subject if custom_id is None else _words(custom_id)


def _words(custom_id: CustomId) -> str:
    match custom_id:
        case ids.OnTask(verb=verb, task_id=task_id):
            return f"{_ON_TASK[verb]}, on task {task_id}"
        case ids.RunNow(kind=kind):
            return f"Run now: {run_label(TaskType(kind))}"
        case ids.Failures() | ids.Active() | ids.Listed():
            return "another page of a list"
        case ids.OpenTask():
            return "Open one of a list"
        case ids.AcknowledgeFailures() | ids.AcknowledgeListed():
            return "Acknowledge some of a list"
        case ids.AcknowledgeWanted():
            return "Acknowledge all that fit a filter"
        case ids.EndMute():
            return "End a mute"
        case _:
            return _on_card(custom_id)


def _on_card(custom_id: ids.OfCard) -> str:
    match custom_id:
        case ids.Acknowledge():
            return "Acknowledge, on a card"
        case ids.AcknowledgeAll():
            return "Acknowledge all, on a digest"
        case ids.Details():
            return "Details, on a card"
        case ids.LookThrough():
            return "Look through, on a digest"
        case ids.Mute(span=span, line_id=line_id):
            return f"Mute {_SPANS[span]}, {'on a card' if line_id is None else 'a kind of failure'}"
        case ids.MuteLine():
            return "Mute a kind of failure"
        case _:
            assert_never(custom_id)

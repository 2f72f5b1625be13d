"""What a button or a menu is called, for the record of who pressed it: as a person would say it, never its code."""

import re
from typing import assert_never

from bot.paperless.models import TaskType
from bot.ui import custom_ids as ids
from bot.ui.custom_ids import CustomId
from bot.ui.phrases import RUN, named_plainly, run_label

BUTTON = "button "
"""How the audit writes down a press that did nothing else: this, and the custom id."""
_ON_TASK = {"ack": "Acknowledge", "info": "Details", "show": "Refresh", "follow": "Follow"}
_MUTED = re.compile(r"(muted|mute ended): ([a-z_]+)(?: (.*))?", re.DOTALL)
_SPANS = {"1h": "for 1 hour", "1d": "for 1 day", "until": "until it changes"}


def in_words(action: str, subject: str) -> str:
    """What was done, of an entry of the audit; codes of buttons and of types of tasks become words. Plain text."""
    if custom_id := ids.parse(subject.removeprefix(BUTTON)) if subject.startswith(BUTTON) else None:
        return f"{action}: {_words(custom_id)}"
    if action == "run" and subject in RUN:
        return f"run: {run_label(TaskType(subject))}"
    if action == "mute" and (muted := _MUTED.fullmatch(subject)):
        return f"{muted[1]}: {named_plainly(muted[2], muted[3])}"
    return f"{action}: {subject}"


def _words(custom_id: CustomId) -> str:
    match custom_id:
        case ids.OnTask(verb=verb, task_id=task_id):
            return f"{_ON_TASK[verb]}, on task {task_id}"
        case ids.RunNow(kind=kind):
            return f"Run now: {run_label(TaskType(kind))}"
        case ids.Failures() | ids.Active() | ids.Listed() | ids.Audited():
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

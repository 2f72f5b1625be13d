"""What of a task reaches a card or a reply is a list, and nothing else does, whatever a server may come to answer."""

from dataclasses import fields, replace
from datetime import datetime
from enum import Enum
from typing import Any

import pytest

from bot.ui import replies
from bot.ui.cards import render
from tests.ui import examples
from tests.ui.examples import LINK_BASE
from tests.ui.payload import buttons, ids, texts, urls

# The text fields of a card that people see. A token, a path, a mailbox's password in any other place stays where it is.
ON_A_CARD = {"server", "filename", "message", "link_base", "task_type", "trigger_source"}
ON_A_TASK = {"filename", "error_message", "task_id"}
IN_DETAILS = {"filename", "error_type", "error_message", "traceback"}


def marked(name: str) -> str:
    return f"mark{name.replace('_', '')}mark"


def shown(view: Any) -> str:
    return "\n".join([texts(view), *buttons(view), *ids(view), *urls(view)])


@pytest.mark.parametrize("filename", ["a.pdf", None])
def test_of_a_failure_only_these_texts_are_on_its_card(filename: str | None) -> None:
    card: Any = examples.incident(show_server=True, filename=filename)
    other = int | float | datetime | Enum | None
    names = {field.name for field in fields(card) if not isinstance(getattr(card, field.name), other)}
    values = {name: f"http://{marked(name)}" if name == "link_base" else marked(name) for name in names}
    found = {name for name in names if marked(name) in shown(render(replace(card, **{name: values[name]})))}
    assert {"message", "server", "link_base"} <= found <= ON_A_CARD
    assert "error_type" in names


SECRETS = {
    "input_data": {"password": marked("input"), "mail_account": marked("input"), "path": marked("input")},
    "result_data": {"error_message": "failed", "environment": marked("result"), "args": [marked("result")]},
}


@pytest.mark.parametrize("place", SECRETS)
def test_other_data_of_a_task_is_in_no_reply_and_no_details(place: str) -> None:
    task = examples.task(**{place: SECRETS[place]})
    reply = replies.task_reply(task, server="home", link_base=LINK_BASE, show_server=True)
    details, file = replies.task_details(task)
    assert "mark" not in shown(reply) + shown(details) + (file or "")


def told(task: Any, name: str) -> tuple[bool, bool]:
    reply = replies.task_reply(task, server="home", link_base=LINK_BASE, show_server=True)
    details, _ = replies.task_details(task)
    return marked(name) in shown(reply), marked(name) in shown(details)


@pytest.mark.parametrize("name", ["filename", "error_type", "error_message", "traceback", "task_id"])
def test_the_traceback_and_the_class_of_an_error_are_for_details_alone(name: str) -> None:
    result = {"error_type": "E", "error_message": "m", "traceback": "t"} | {name: marked(name)}
    file = {"filename": marked(name)} if name == "filename" else {"filename": "x.pdf"}
    more = {"task_id": marked(name)} if name == "task_id" else {}
    task = examples.task(result_data=result, input_data=file, **more)
    assert told(task, name) == (name in ON_A_TASK, name in IN_DETAILS)

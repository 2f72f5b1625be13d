"""Fuzzing led by coverage: `python -m tests.safety.coverage_fuzz -max_total_time=600`, with atheris besides what
requirements-dev.lock names (`uv pip install atheris`; it needs no compiler where there is a wheel for your Python).

Not part of `make check`: hypothesis and the seeded loops are. The same code is reached: custom ids, interactions up to
the decision, answers of Paperless, and all that makes a text fit to be shown.
"""

import sys
from collections.abc import Callable
from typing import Any

import atheris

with atheris.instrument_imports(include=["bot"]):
    import msgspec

    from bot.access import action_of
    from bot.events import Whole, completed
    from bot.paperless import rows, rows9
    from bot.paperless.errors import PaperlessError
    from bot.paperless.models import Task
    from bot.paperless.wire import LIST, Answer, error_of
    from bot.ui import custom_ids
    from bot.ui.redaction import redact
    from bot.ui.replies import task_details, task_reply
    from bot.ui.text import clean, code_block, escape, length


def custom_id(data: Any) -> None:
    text = data.ConsumeUnicode(120)
    found = custom_ids.parse(text)
    if found is not None:
        assert str(found) == text
        action_of(found)


def interaction(data: Any) -> None:
    try:
        payload = msgspec.json.decode(data.ConsumeBytes(4000))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    try:
        msgspec.convert(completed(payload), Whole)
    except (msgspec.ValidationError, TypeError, KeyError, ValueError, AttributeError):
        return


def answer(data: Any) -> None:
    body = data.ConsumeBytes(4000)
    error_of(LIST, Answer(data.PickValueInList([400, 401, 403, 404, 500]), {"content-type": "application/json"}, body))
    readers: list[Callable[[], tuple[Task, ...]]] = [lambda: rows.task_page(body, page=1).results]
    readers.append(lambda: rows9.tasks(body))
    for read in readers:
        try:
            found = read()
        except (PaperlessError, ValueError):
            continue
        for task in found:
            task_reply(task, server="home", link_base="https://docs.example.org", show_server=True)
            task_details(task)


def text(data: Any) -> None:
    said = data.ConsumeUnicode(500)
    assert length(escape(said, 80)) <= 80
    assert "\n" not in clean(said)
    code_block(said, 200)
    redact(said)


def one(octets: bytes) -> None:
    data = atheris.FuzzedDataProvider(octets)
    data.PickValueInList([custom_id, interaction, answer, text])(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()

"""Arbitrary JSON, and JSON that is nearly right: a typed value or a typed error, never anything else."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.paperless
from bot.paperless import labels, rights, rows, rows9, wire
from bot.paperless.errors import PaperlessError
from bot.paperless.models import Document, Task, TaskPage, TaskStatusCounts, TaskSummary
from tests.paperless.server import row9, task_row

few = settings(max_examples=40, deadline=None)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-11-23T13:38:39+01:00"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
READERS: dict[str, tuple[Callable[[bytes], Any], type | tuple[type, ...]]] = {
    "page": (partial(rows.task_page, page=1), TaskPage),
    "task": (rows.task, Task),
    "tasks": (rows.tasks, tuple),
    "summaries": (rows.summaries, tuple),
    "status_counts": (rows.status_counts, TaskStatusCounts),
    "document": (rows.document, Document),
    "acknowledged": (rows.acknowledged, int),
    "started": (rows.started, str),
    "uploaded": (rows.uploaded, str),
    "tasks of 2.20": (rows9.tasks, tuple),
    "task of 2.20": (rows9.task, Task),
    "run of 2.20": (rows9.ran, (str, type(None))),
    "labels": (labels.labels_page, tuple),
    "users": (labels.users_page, tuple),
    "the token's user": (rights.read_user, dict),
}


def spoiled(row: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """`row` with a few of its values replaced by anything, some keys gone, and some more."""
    changes = st.dictionaries(st.sampled_from(sorted(row)) | st.text(max_size=8), ANYTHING, max_size=4)
    gone = st.sets(st.sampled_from(sorted(row)), max_size=3)
    return st.builds(lambda new, lost: {k: v for k, v in (row | new).items() if k not in lost}, changes, gone)


ROWS = spoiled(task_row())
NEARLY = st.one_of(
    ROWS,
    st.lists(ROWS, max_size=3),
    spoiled({"count": 2, "next": None, "previous": None, "results": [task_row(), task_row(2)]}),
    st.builds(lambda found: {"count": len(found), "results": found}, st.lists(ROWS, max_size=3)),
    spoiled(row9()),
    st.lists(spoiled(row9()), max_size=3),
    spoiled({"all": 1, "needs_attention": 0, "in_progress": 0, "completed": 1}),
    st.lists(spoiled(msgspec.to_builtins(TaskSummary(task_type="x"))), max_size=2),  # type: ignore[arg-type]
    spoiled({"id": 1, "title": "a", "created": "2026-02-12", "added": "2026-11-23T13:24:14+01:00", "tags": [1]}),
    spoiled({"result": 1, "task_id": "u"}),
    st.builds(lambda one: {"results": [one]}, spoiled({"id": 1, "name": "a", "username": "b"})),
    st.builds(lambda one: {"user": one}, spoiled({"id": 1, "is_superuser": True, "is_staff": False})),
)


def check(read: Callable[[bytes], Any], kinds: type | tuple[type, ...], body: bytes) -> None:
    try:
        found = read(body)
    except rows.ShapeError:
        return
    assert isinstance(found, kinds)
    for one in found if isinstance(found, tuple) else getattr(found, "results", ()):
        use(one)
    if isinstance(found, Task):
        use(found)


def use(one: Any) -> None:
    """Everything that a user could look at, and what a bot does with it: send it, store it."""
    for name in dir(type(one)):
        if not name.startswith("_"):
            value = getattr(one, name)
            assert not (name.startswith(("date_", "last_")) and value is not None and value.utcoffset() is None)
    repr(one), hash(one) if isinstance(one, Task) else None
    json.dumps(msgspec.to_builtins(one)).encode()


def test_every_reader_of_an_answer_is_tried() -> None:
    """A reader's first argument is the JSON text of a good answer; `loads` is what some of them begin with."""
    names = [one.name for one in pkgutil.iter_modules(bot.paperless.__path__) if one.name != "wire"]
    found = [vars(importlib.import_module(f"bot.paperless.{name}")) for name in names]
    functions = {one for module in found for one in module.values() if inspect.isfunction(one)}
    reading = {one for one in functions if wire.JsonText in list(inspect.get_annotations(one).values())[:1]}
    tried = {read.func if isinstance(read, partial) else read for read, _ in READERS.values()}
    assert reading - {rows.loads} == tried


@few
@pytest.mark.parametrize("reader", READERS)
@given(value=ANYTHING)
def test_any_json_is_a_value_or_an_error(reader: str, value: Any) -> None:
    check(*READERS[reader], json.dumps(value).encode())


@few
@pytest.mark.parametrize("reader", READERS)
@given(value=NEARLY)
def test_a_nearly_right_answer_is_a_value_or_an_error(reader: str, value: Any) -> None:
    check(*READERS[reader], json.dumps(value).encode())


@few
@pytest.mark.parametrize("reader", READERS)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_a_value_or_an_error(reader: str, body: bytes) -> None:
    check(*READERS[reader], body)


@few
@pytest.mark.parametrize("reader", READERS)
@given(cut=st.integers(0, 600))
def test_a_cut_answer_is_a_value_or_an_error(reader: str, cut: int) -> None:
    whole = json.dumps({"count": 1, "next": None, "results": [task_row()]}).encode()
    check(*READERS[reader], whole[:cut])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"results":' * 50_000,
        b'{"count": 1' + b"0" * 5000 + b"}",
        b'{"id": 1e999, "task_id": "u", "status": "s", "date_created": "2026-11-23T13:38:39Z"}',
        b'"\\ud800"',
        b"\xff\xfe",
        b"\xef\xbb\xbf[]",
        b"",
    ],
    ids=["deep list", "deep object", "huge number", "infinity", "surrogate", "no UTF-8", "BOM", "nothing"],
)
def test_hostile_json_is_a_value_or_an_error(reader: str, body: bytes) -> None:
    check(*READERS[reader], body)


HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "location", "retry-after", "x-version"]),
    st.text(max_size=40) | st.sampled_from(["application/json", "text/html", "https://else.where/", "http://[", "5"]),
)
ENDPOINTS = [wire.LIST, wire.TASK.at(1), wire.ACKNOWLEDGE, wire.RUN, wire.UPLOAD, wire.DOCUMENT.at(1)]


@given(endpoint=st.sampled_from(ENDPOINTS), status=st.integers(100, 599), headers=HEADERS, body=st.binary(max_size=60))
def test_any_answer_is_a_payload_or_an_error(
    endpoint: wire.Endpoint, status: int, headers: dict[str, str], body: bytes
) -> None:
    answer = wire.Answer(status, headers, body)
    if status == 200 and answer.is_json:
        assert wire.payload(endpoint, answer) == body
        return
    with pytest.raises(PaperlessError) as caught:
        wire.payload(endpoint, answer)
    assert str(caught.value)
    assert isinstance(caught.value.retryable, bool)


@given(status=st.just(400), body=ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_rejection_is_an_error_with_texts(status: int, body: bytes) -> None:
    error = wire.error_of(wire.LIST, wire.Answer(status, {"content-type": "application/json"}, body))

    for name, words in getattr(error, "fields", {}).items():
        assert isinstance(name, str)
        assert all(isinstance(word, str) for word in words)

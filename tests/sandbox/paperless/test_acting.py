"""Acknowledging and running, held by hand."""

from typing import Any

import pytest

from bot.sandbox.paperless import SandboxPaperless

from .conftest import Asker

MISSING = {"tasks": ["Some tasks in tasks don't exist or were specified twice."]}
NO_INTEGER = {"tasks": {"0": ["A valid integer is required."]}}
BOTH = {"non_field_errors": ["Set either all or tasks, not both."]}
NEITHER = {"non_field_errors": ["Either all must be true or tasks must be provided."]}


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"tasks": [2, 3]}, 200, {"result": 2}),
        ({"tasks": ["2"]}, 200, {"result": 1}),
        ({"tasks": []}, 200, {"result": 0}),
        ({"all": False, "tasks": [2]}, 200, {"result": 1}),
        ({"all": True}, 200, {"result": 3}),
        ({"tasks": [2, 99]}, 400, MISSING),
        ({"tasks": [2, 2]}, 400, MISSING),
        ({"tasks": [-1]}, 400, MISSING),
        ({"tasks": [True]}, 400, NO_INTEGER),
        ({"tasks": [1.5]}, 400, NO_INTEGER),
        ({"tasks": ["abc"]}, 400, NO_INTEGER),
        ({"tasks": None}, 400, {"tasks": ["This field may not be null."]}),
        ({"tasks": 5}, 400, {"tasks": ['Expected a list of items but got type "int".']}),
        ({"all": True, "tasks": []}, 400, BOTH),
        ({"all": False}, 400, NEITHER),
        ({}, 400, NEITHER),
        ([1], 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
async def test_acknowledge_takes_a_list_whole_or_not_at_all(
    ask: Asker, paperless: SandboxPaperless, body: Any, status: int, expected: dict[str, Any]
) -> None:
    for _ in range(3):
        paperless.fail()
    answer = await ask.post("tasks/acknowledge/", body)
    assert (answer.status, answer.json) == (status, expected)
    assert sum(row.acknowledged for row in paperless.table) == (expected.get("result", 0))


async def test_acknowledge_counts_what_was_acknowledged_already(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.fail()
    for _ in range(2):
        assert (await ask.post("tasks/acknowledge/", {"tasks": [1]})).json == {"result": 1}


async def test_acknowledge_refuses_foreign_tasks_but_not_to_staff(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.fail(owner="bob")
    paperless.fail()
    refused = await ask.post("tasks/acknowledge/", {"tasks": [1, 2]}, user="operator")
    assert (refused.status, refused.json) == (400, MISSING)
    assert not paperless.row(2).acknowledged
    assert (await ask.post("tasks/acknowledge/", {"tasks": [2]}, user="operator")).json == {"result": 1}
    assert (await ask.post("tasks/acknowledge/", {"tasks": [1]}, user="staff")).json == {"result": 1}


@pytest.mark.parametrize(("user", "status"), [("acker", 200), ("viewer", 403), ("nobody", 403), ("inactive", 401)])
async def test_acknowledge_needs_the_right_to_change(ask: Asker, user: str, status: int) -> None:
    assert (await ask.post("tasks/acknowledge/", {"tasks": []}, user=user)).status == status


async def test_acknowledge_breaks_on_a_number_that_is_too_large(ask: Asker) -> None:
    answer = await ask.post("tasks/acknowledge/", {"tasks": [10**30]})
    assert answer.status == 500
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_acknowledge_of_all_takes_what_still_runs_as_well(ask: Asker, paperless: SandboxPaperless) -> None:
    row = paperless.upload("slow.pdf", "corrupt", seconds=30)
    paperless.clock.advance(1)
    assert (await ask.post("tasks/acknowledge/", {"all": True}, user="operator")).json == {"result": 1}
    paperless.clock.advance(60)
    assert (row.status, row.acknowledged) == ("failure", True)


async def test_a_query_by_task_id_narrows_what_can_be_acknowledged(ask: Asker, paperless: SandboxPaperless) -> None:
    first, _ = paperless.fail(), paperless.fail()
    assert (await ask.post(f"tasks/acknowledge/?task_id={first.task_id}", {"tasks": [2]})).json == MISSING


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"task_type": "make_coffee"}, 400, {"task_type": ['"make_coffee" is not a valid choice.']}),
        ({"task_type": None}, 400, {"task_type": ["This field may not be null."]}),
        ({"task_type": ["a"]}, 400, {"task_type": ["\"['a']\" is not a valid choice."]}),
        ({}, 400, {"task_type": ["This field is required."]}),
        ({"task_type": "mail_fetch"}, 400, {"error": "Task type 'mail_fetch' cannot be manually triggered"}),
    ],
)
async def test_run_refuses_what_paperless_cannot_run(
    ask: Asker, body: dict[str, Any], status: int, expected: dict[str, Any]
) -> None:
    answer = await ask.post("tasks/run/", body)
    assert (answer.status, answer.json) == (status, expected)


@pytest.mark.parametrize("task_type", ["train_classifier", "sanity_check", "llm_index"])
async def test_run_answers_a_uuid_whose_row_moves_from_pending_to_done(
    ask: Asker, paperless: SandboxPaperless, task_type: str
) -> None:
    row = paperless.row((await ask.post("tasks/run/", {"task_type": task_type})).json["task_id"])
    seen = [row.status]
    for seconds in (0.5, 1):
        paperless.clock.advance(seconds)
        seen.append(row.status)
    assert seen == ["pending", "started", "success"]
    assert (row.trigger_source, row.duration_seconds, row.wait_time_seconds) == ("manual", 1.0, 0.01)


@pytest.mark.parametrize(
    ("user", "kind"),
    [("operator", "application/json"), ("staff", "application/json"), ("runner", "text/html; charset=utf-8")],
)
async def test_run_is_for_superusers(ask: Asker, user: str, kind: str) -> None:
    answer = await ask.post("tasks/run/", {"task_type": "sanity_check"}, user=user)
    assert (answer.status, answer.headers["Content-Type"]) == (403, kind)


async def test_bodies_that_are_no_json_or_another_kind(ask: Asker) -> None:
    json_type = {"Content-Type": "application/json"}
    bad = await ask("tasks/run/", method="POST", data=b'{"task_type": ', headers=json_type)
    assert (bad.status, bad.json["detail"][:16]) == (400, "JSON parse error")
    plain = await ask("tasks/run/", method="POST", data=b"x", headers={"Content-Type": "text/plain"})
    assert (plain.status, plain.json) == (415, {"detail": 'Unsupported media type "text/plain" in request.'})
    form = await ask("tasks/run/", method="POST", data={"task_type": "sanity_check"})
    assert form.status == 200

"""2.20.15, held by hand."""

import pytest

from bot.sandbox.paperless import SandboxPaperless

from .conftest import Asker
from .test_acting import MISSING
from .test_uploads import PDF


async def test_2_20_runs_inside_the_request_and_answers_no_uuid(
    ask_old: Asker, old_paperless: SandboxPaperless
) -> None:
    answer = await ask_old.post("tasks/run/", {"task_name": "check_sanity"})
    assert answer.json == {"result": "Sanity check exited with infos. See log."}
    assert [row.status for row in old_paperless.table] == ["success"]
    assert (await ask_old.post("tasks/run/", {"task_name": "index_optimize"})).json == {"result": None}
    assert len(old_paperless.table) == 1
    assert (await ask_old.post("tasks/run/", {"task_type": "sanity_check"})).status == 400


async def test_2_20_passes_over_foreign_tasks_without_a_word(ask_old: Asker, old_paperless: SandboxPaperless) -> None:
    old_paperless.fail(owner="bob")
    answer = await ask_old.post("tasks/acknowledge/", {"tasks": [1]}, user="operator")
    assert (answer.status, answer.json) == (200, {"result": 0})
    assert (await ask_old.post("tasks/acknowledge/", {"tasks": [1, 9]})).json == MISSING
    assert (await ask_old.post("tasks/acknowledge/", {"all": True})).json == {"tasks": ["This field is required."]}


async def test_2_20_lists_everything_visible_at_once(ask_old: Asker, old_paperless: SandboxPaperless) -> None:
    old_paperless.burst(30)
    old_paperless.fail(owner="bob")
    rows = (await ask_old("tasks/?page_size=2&status=FAILURE&status=FAILURE")).json
    assert len(rows) == 31
    assert list(rows[0]) == [
        "id",
        "task_id",
        "task_name",
        "task_file_name",
        "date_created",
        "date_done",
        "type",
        "status",
        "result",
        "acknowledged",
        "related_document",
        "owner",
    ]
    assert len((await ask_old("tasks/", user="staff")).json) == 30
    assert (await ask_old("tasks/?status=REVOKED")).json == []
    assert (await ask_old("tasks/?status=failure")).status == 400
    assert [row["id"] for row in (await ask_old("tasks/?ordering=id")).json] == list(range(1, 32))


@pytest.mark.parametrize("path", ["active/", "summary/", "status_counts/"])
async def test_2_20_has_none_of_the_newer_paths(ask_old: Asker, path: str) -> None:
    assert (await ask_old(f"tasks/{path}")).json == {"detail": "Not found."}


async def test_2_20_refuses_version_10_before_it_looks_at_the_token(ask_old: Asker) -> None:
    answer = await ask_old("tasks/", user=None, accept="application/json; version=10")
    assert (answer.status, answer.json) == (406, {"detail": 'Invalid version in "Accept" header.'})


async def test_2_20_always_refuses_a_duplicate(ask_old: Asker, old_paperless: SandboxPaperless) -> None:
    await ask_old.upload(PDF, "first.pdf")
    old_paperless.clock.advance(1)
    await ask_old.upload(PDF, "again.pdf")
    old_paperless.clock.advance(1)
    row = (await ask_old("tasks/?ordering=-id")).json[0]
    text = "again.pdf: Not consuming again.pdf: It is a duplicate of first (#1)."
    assert (row["status"], row["result"], row["related_document"]) == ("FAILURE", text, "1")

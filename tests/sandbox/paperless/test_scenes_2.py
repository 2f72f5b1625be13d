"""What was recorded of 2.20.15 beyond single requests: whole rows by outcome, and rows as they changed."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox.paperless import Clock, Pace, Row, SandboxPaperless, outcomes
from bot.sandbox.paperless.documents import Upload
from tests.shared import PAPERLESS_2, needs_shared

from .recorded_world import document
from .scenes import START, shown, standing_still, unlike

pytestmark = needs_shared

Making = Callable[[SandboxPaperless], Row]
SCENES: set[str] = set()


def recorded(name: str) -> dict[str, Any]:
    SCENES.add(name)
    return document(name, PAPERLESS_2)


def upload(filename: str, outcome: str = "ok", owner: str | None = "operator") -> Making:
    return lambda paperless: paperless.upload(filename, outcome, owner=owner)


def duplicate(filename: str, title: str, *, in_trash: bool = False) -> Making:
    def make(paperless: SandboxPaperless) -> Row:
        first, again = Upload(f"{title}.txt"), Upload(filename)
        for file in (first, again):
            file.feed(b"the same %PDF %%EOF")
        paperless.consume(first, owner="operator", overrides={"title": title})
        paperless.clock.advance(5)
        if in_trash:
            paperless.documents.trash(1, at=paperless.clock.now())
        return paperless.consume(again, owner="operator")

    return make


def taken_number(paperless: SandboxPaperless) -> Row:
    for name in ("asn1.txt", "asn2.txt"):
        file = Upload(name)
        file.feed(name.encode())
        row = paperless.consume(file, owner="operator", overrides={"asn": 77})
    return row


OUTCOMES: dict[str, Making] = {
    "success_txt": upload("note.txt"),
    "success_pdf": upload("invoice-4711-c.pdf"),
    "success_ocr_png": upload("receipt-scan.png", owner="bob"),
    "success_unicode_name": upload("Überweisung Müller & Söhne (März).txt", owner="admin"),
    "success_from_folder": upload("folder-ok.txt", owner=None),
    "success_although_encrypted_pdf": upload("encrypted.pdf", owner="admin"),
    "failure_corrupt_pdf": upload("corrupt.pdf", "corrupt"),
    "failure_header_only_pdf": upload("corrupt-header-only.pdf", "corrupt", owner="bob"),
    "failure_truncated_png": upload("broken-image.png", "broken_image"),
    "failure_unsupported_mime": lambda p: p.upload(
        "not-really.pdf", outcomes.unsupported("not-really.pdf", "application/octet-stream")
    ),
    "failure_duplicate": duplicate("other.txt", "note"),
    "failure_asn_taken": taken_number,
    "failure_from_folder": upload("folder-corrupt.pdf", "ghostscript", owner=None),
}
MORE_FAILURES: dict[str, Making] = {
    "failure_duplicate_original_in_trash": duplicate("invoice-in-trash.pdf", "invoice-4711-c", in_trash=True),
    "failure_duplicate_title_with_hash": duplicate("invoice-again.pdf", "Invoice (#99) ACME"),
    "failure_pre_consume_script": upload("failure_pre_consume_script.txt", "pre_script"),
    "failure_post_consume_script": upload("failure_post_consume_script.txt", "post_script"),
}
SCENES |= {"consume_rows_by_outcome", "consume_rows_more_failures"}


@pytest.mark.parametrize("name", [*OUTCOMES, *MORE_FAILURES])
async def test_each_outcome_of_a_consumption_leaves_the_recorded_row(name: str) -> None:
    known = recorded("consume_rows_by_outcome")["rows"] | recorded("consume_rows_more_failures")["rows"]
    async with standing_still("2.20.15") as paperless:
        row = (OUTCOMES | MORE_FAILURES)[name](paperless)
        paperless.clock.advance(10)
        assert unlike(known[name], shown(row, paperless)) == []


def test_every_recorded_outcome_is_among_those() -> None:
    known = recorded("consume_rows_by_outcome")["rows"] | recorded("consume_rows_more_failures")["rows"]
    assert set(known) - {"rows_after_reprocess_of_a_document"} == set(OUTCOMES | MORE_FAILURES)


SCENES |= {"failure_race_traceback_object_then_real_result", "failure_result_stays_traceback_object"}


async def test_a_failing_row_first_shows_a_traceback_object_and_then_its_text() -> None:
    states = [state for _, state in recorded("failure_race_traceback_object_then_real_result")["states_seen"]]
    async with standing_still("2.20.15") as paperless:
        paperless.weather.traceback_race = 0.005
        row = paperless.upload("corrupt-header-only.pdf", "ghostscript", owner="bob")
        seen = [shown(row, paperless)]
        for seconds in (0.5, 0.51, 0.1):
            paperless.clock.advance(seconds)
            seen.append(shown(row, paperless))
        assert [unlike(a, b) for a, b in zip(states, seen, strict=True)] == [[]] * 4
        assert seen[2]["date_done"] < seen[3]["date_done"]


async def test_a_locked_database_leaves_the_traceback_object_for_good() -> None:
    async with standing_still("2.20.15") as paperless:
        paperless.weather.final_save_lost = True
        row = paperless.upload("star.txt", "locked")
        paperless.clock.advance(3600)
        assert unlike(recorded("failure_result_stays_traceback_object")["task"], shown(row, paperless)) == []


SCENES.add("redis_down_rows")


async def test_without_a_broker_an_upload_leaves_a_pending_row_and_a_run_works() -> None:
    rows = recorded("redis_down_rows")["later"]
    async with standing_still("2.20.15", work=0) as paperless, aiohttp.ClientSession() as session:
        paperless.weather.broker_down, paperless.weather.broker_delay = True, 0
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("document", b"text", filename="redis-down.txt")
        operator = {"Authorization": f"Token {paperless.tokens['operator']}"}
        admin = {"Authorization": f"Token {paperless.tokens['admin']}"}
        async with session.post(
            f"{paperless.url}/api/documents/post_document/", headers=operator, data=form
        ) as response:
            assert response.status == 500
        body = {"task_name": "check_sanity"}
        async with session.post(f"{paperless.url}/api/tasks/run/", headers=admin, json=body) as response:
            assert response.status == 200
        paperless.clock.advance(60)
        ours = [shown(row, paperless) for row in paperless.table]
        assert unlike(rows[1], ours[0]) == []
        assert unlike(rows[0], ours[1]) == []


SCENES.add("run_slow_row_while_running_and_after_client_gave_up")


async def test_a_run_goes_on_after_its_client_gave_up() -> None:
    scene = recorded("run_slow_row_while_running_and_after_client_gave_up")
    async with standing_still("2.20.15", work=28) as paperless, aiohttp.ClientSession() as session:
        paperless.weather.library_damaged = True
        headers = {"Authorization": f"Token {paperless.tokens['admin']}"}
        request = asyncio.ensure_future(
            session.post(f"{paperless.url}/api/tasks/run/", headers=headers, json={"task_name": "check_sanity"})
        )
        await paperless.wait_for(lambda event: event.kind == "task_created")
        row = next(iter(paperless.table))
        assert unlike(scene["row_while_running"], shown(row, paperless)) == []
        since = paperless.events.position
        request.cancel()
        await paperless.wait_for(lambda event: event.kind == "request" and event.data["status"] == 0, since=since)
        paperless.clock.advance(30)
        await paperless.wait_for(lambda event: event.data.get("status") == "failure", since=since)
        assert unlike(scene["later"][0], shown(row, paperless)) == []


SCENES.add("task_rows_revoked_killed_timeout_scheduled")


async def test_revoked_and_killed_tasks_leave_the_recorded_rows() -> None:
    rows = recorded("task_rows_revoked_killed_timeout_scheduled")["rows"]
    async with standing_still("2.20.15") as paperless:
        slow = paperless.upload("slow-A.pdf", seconds=30)
        revoked = paperless.upload("pending-2.txt", owner="bob")
        last = paperless.upload("pending-5.txt", owner="bob")
        paperless.clock.advance(1)
        paperless.acknowledge_in_web_ui([slow, last])
        paperless.revoke(revoked)
        paperless.clock.advance(60)
        terminated = paperless.upload("slow-D-terminated.pdf", seconds=60)
        paperless.clock.advance(5)
        paperless.revoke(terminated)
        killed = paperless.upload("slow-E-childkilled.pdf", seconds=60)
        paperless.clock.advance(5)
        paperless.worker.kill_child()
        limited = paperless.upload("slow-timeout.pdf", outcomes.time_limit(5))
        sanity = paperless.run("sanity_check", trigger_source="scheduled")
        training = paperless.run("train_classifier", trigger_source="scheduled")
        paperless.clock.advance(10)
        for recorded_row, row in (
            (rows["A_slow"], slow),
            (rows["A_acknowledged_while_pending_then_done"], last),
            (rows["B_revoked_while_pending"], revoked),
            (rows["D_terminated_midrun"], terminated),
            (rows["E_pool_child_sigkill"], killed),
            (rows["F_time_limit_5s"], limited),
            (rows["G_scheduled_check_sanity"]["rows"][0], sanity),
            (rows["H_scheduled_train_classifier"]["rows"][0], training),
        ):
            assert unlike(recorded_row, shown(row, paperless)) == []


async def test_a_killed_worker_leaves_one_started_and_four_pending() -> None:
    rows = recorded("task_rows_revoked_killed_timeout_scheduled")["rows"]
    async with standing_still("2.20.15") as paperless:
        uploads = [paperless.upload("slow-K-worker-killed.pdf", seconds=60)]
        uploads += [paperless.upload(f"queued-K-{number}.txt") for number in range(6)]
        paperless.clock.advance(1)
        paperless.worker.kill()
        assert [shown(row, paperless)["status"] for row in uploads] == [
            row["status"] for row in rows["K_worker_sigkill_before_restart"]
        ]
        paperless.worker.start()
        paperless.clock.advance(10)
        after = rows["M_worker_restarted_10s_later"][: len(uploads)]
        assert [shown(row, paperless)["status"] for row in uploads] == [row["status"] for row in after]


@pytest.mark.parametrize("task_type", ["index_optimize", "mail_fetch"])
async def test_no_row_is_made_of_what_2_20_does_not_note(task_type: str) -> None:
    paperless = SandboxPaperless(version="2.20.15", clock=Clock.stepped(START), pace=Pace())
    with pytest.raises(ValueError, match=task_type):
        paperless.run(task_type, trigger_source="scheduled")

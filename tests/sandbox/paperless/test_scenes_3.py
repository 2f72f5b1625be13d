"""What was recorded of 3.0.5 beyond single requests: rows as they changed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.paperless import outcomes
from bot.sandbox.paperless.documents import Upload
from tests.shared import needs_shared

from .recorded_world import document, rows_in
from .scenes import shown, standing_still, unlike

pytestmark = needs_shared

SCENES: set[str] = set()


def scene(*names: str) -> Callable[[Any], Any]:
    """Marks a test as the replay of these recordings."""
    SCENES.update(names)
    return lambda test: test


@scene("taskrows/warm_shutdown_sigterm_rows")
async def test_a_worker_told_to_stop_ends_what_runs_and_begins_nothing() -> None:
    recorded = document("taskrows/warm_shutdown_sigterm_rows")
    async with standing_still() as paperless:
        running = paperless.upload("slow-warm-shutdown.pdf", seconds=30)
        queued = paperless.upload("queued-at-warm-shutdown.txt", owner="bob")
        paperless.clock.advance(2)
        paperless.worker.stop()
        paperless.clock.advance(60)
        assert unlike(recorded["running"], shown(running, paperless)) == []
        assert unlike(recorded["queued"], shown(queued, paperless)) == []


@scene("consumer_restart_requeues_failed_files")
async def test_a_restarted_folder_consumer_queues_failed_files_again_with_new_pks() -> None:
    recorded = document("consumer_restart_requeues_failed_files")["rows"]
    async with standing_still() as paperless:
        paperless.upload("folder-corrupt.pdf", "corrupt", owner=None)
        paperless.upload("folder-ok.txt", owner=None)
        zipped = paperless.upload(
            "folder-zip-as.pdf", outcomes.unsupported("folder-zip-as.pdf", "application/zip"), owner=None
        )
        paperless.clock.advance(10)
        again = paperless.restart_folder_consumer()
        paperless.clock.advance(10)
        assert [row.filename for row in again] == ["folder-corrupt.pdf", "folder-zip-as.pdf"]
        assert unlike(recorded[1], shown(again[0], paperless)) == []
        assert unlike(recorded[2]["result_data"], shown(zipped, paperless)["result_data"]) == []
        assert len({row.task_id for row in paperless.table}) == 5


@scene("failure_acknowledged_before_it_failed")
async def test_a_task_acknowledged_while_it_ran_fails_acknowledged() -> None:
    recorded = document("failure_acknowledged_before_it_failed")["rows"]
    async with standing_still() as paperless:
        killed = paperless.upload("slow-ackall.pdf", seconds=30)
        doomed = paperless.upload("doomed-after-ack-all.pdf", "corrupt")
        paperless.clock.advance(1)
        assert paperless.acknowledge_all(paperless.users["operator"]) == 2
        assert paperless.worker.kill_child() is killed
        paperless.clock.advance(5)
        assert unlike(recorded[0], shown(killed, paperless)) == []
        assert unlike(recorded[1], shown(doomed, paperless)) == []
        assert killed.acknowledged
        assert doomed.acknowledged


@scene("owner_deleted_row_becomes_unowned_and_visible")
async def test_the_rows_of_a_deleted_owner_belong_to_nobody_and_show_to_all() -> None:
    recorded = document("owner_deleted_row_becomes_unowned_and_visible")
    async with standing_still() as paperless:
        paperless.users.add("tempuser")
        row = paperless.upload("private-of-tempuser.pdf", "corrupt", owner="tempuser")
        paperless.clock.advance(5)
        assert unlike(recorded["before"], shown(row, paperless)) == []
        assert not paperless.sees(paperless.users["viewer"], row)
        paperless.delete_owner("tempuser")
        assert unlike(recorded["after_as_viewer"], shown(row, paperless)) == []
        assert paperless.sees(paperless.users["viewer"], row)


@scene("pending_forever_after_broker_lost_its_queue")
async def test_a_row_whose_message_is_lost_stays_pending() -> None:
    async with standing_still() as paperless:
        row = paperless.upload("lost-in-broker.txt", owner="bob")
        paperless.worker.forget()
        paperless.clock.advance(timedelta(days=2).total_seconds())
        assert unlike(document("pending_forever_after_broker_lost_its_queue")["row"], shown(row, paperless)) == []


@scene("redelivery_reruns_and_overwrites_a_finished_row")
async def test_a_redelivered_task_runs_again_in_the_same_row() -> None:
    recorded = document("redelivery_reruns_and_overwrites_a_finished_row")
    async with standing_still() as paperless:
        row = paperless.upload("queued-F-0.txt")
        paperless.clock.advance(5)
        assert unlike(recorded["after_redelivery"][0], shown(row, paperless)) == []
        first_end = row.date_done
        paperless.redeliver(row, seconds=3)
        paperless.clock.advance(1)
        assert row.status == "started"
        assert row.date_done == first_end
        assert row.result_data is not None
        paperless.clock.advance(5)
        expected = recorded["states_seen_on_second_delivery"][-1]
        assert unlike(expected, {key: shown(row, paperless)[key] for key in expected}) == []
        assert row.date_done is not None
        assert first_end is not None
        assert row.date_done > first_end


@scene("redis_down_rows_after_failed_publish", "redis_back_rows_25s_later")
async def test_an_upload_and_a_run_without_a_broker_leave_no_row() -> None:
    before, later = document("redis_down_rows_after_failed_publish"), document("redis_back_rows_25s_later")
    assert before["count_before"] == before["count_after"]
    assert [row["id"] for row in later["rows"]] == [row["id"] for row in before["rows"]]
    async with standing_still() as paperless, aiohttp.ClientSession() as session:
        paperless.weather.broker_down, paperless.weather.broker_delay = True, 0
        headers = {"Authorization": f"Token {paperless.tokens['admin']}"}
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("document", b"text", filename="x.txt")
        url = f"{paperless.url}/api/"
        async with session.post(f"{url}tasks/run/", headers=headers, json={"task_type": "sanity_check"}) as run:
            assert run.status == 500
        async with session.post(f"{url}documents/post_document/", headers=headers, data=form) as uploaded:
            assert uploaded.status == 500
        paperless.clock.advance(60)
        assert len(paperless.table) == 0


@scene("sqlite_lock_delays_or_loses_the_final_status")
async def test_a_locked_database_shows_an_end_late_or_never() -> None:
    recorded = {
        case["hold_seconds"]: case["row"] for case in document("sqlite_lock_delays_or_loses_the_final_status")["cases"]
    }
    async with standing_still() as paperless:
        paperless.weather.late_seconds = 2.7
        row = paperless.upload("lock-3s.pdf", "corrupt")
        paperless.clock.advance(3)
        assert row.status == "started"
        paperless.clock.advance(1)
        assert unlike(recorded[3], shown(row, paperless)) == []
        assert row.date_done is not None
        assert (paperless.clock.now() - row.date_done).total_seconds() > 2.7
        paperless.weather.final_save_lost = True
        row = paperless.upload("lock-14s.pdf", "corrupt")
        paperless.clock.advance(3600)
        assert unlike(recorded[14], shown(row, paperless)) == []


@scene(
    "stuck_after_worker_sigkill_before_restart",
    "stuck_after_worker_sigkill_and_restart",
)
async def test_a_killed_worker_leaves_one_started_and_four_pending() -> None:
    before = [row["status"] for row in document("stuck_after_worker_sigkill_before_restart")["rows"]]
    after = [row["status"] for row in document("stuck_after_worker_sigkill_and_restart")["rows"]]
    async with standing_still() as paperless:
        rows = [paperless.upload("slow-F-worker-killed.pdf", seconds=60)]
        rows += [paperless.upload(f"queued-F-{number}.txt", seconds=0.2) for number in range(8)]
        paperless.clock.advance(1)
        paperless.worker.kill()
        paperless.clock.advance(10)
        assert [row.status for row in rows] == before
        paperless.worker.start()
        paperless.clock.advance(10)
        assert [row.status for row in rows] == after
        paperless.clock.advance(3700)
        assert [row.status for row in rows] == ["started"] + ["success"] * 8


@scene("task_rows_revoked_expired_killed")
async def test_revoked_expired_terminated_and_killed_tasks_leave_the_recorded_rows() -> None:
    recorded = document("task_rows_revoked_expired_killed")["rows"]
    async with standing_still() as paperless:
        slow = paperless.upload("slow-A.pdf", seconds=30)
        revoked = paperless.upload("pending-2.txt", owner="bob")
        expired = paperless.run("sanity_check", trigger_source="scheduled")
        last = paperless.upload("pending-5.txt", owner="bob")
        paperless.clock.advance(1)
        paperless.acknowledge_in_web_ui([slow, last])
        paperless.revoke(revoked, expired)
        paperless.clock.advance(60)
        terminated = paperless.upload("slow-D-terminated.pdf", seconds=60)
        paperless.clock.advance(5)
        paperless.revoke(terminated)
        killed = paperless.upload("slow-E-childkilled.pdf", seconds=60)
        paperless.clock.advance(5)
        paperless.worker.kill_child()
        for name, row in {
            "A_slow": slow,
            "B_revoked_while_pending": revoked,
            "C_expired": expired,
            "A_pend5_ack_survives": last,
            "D_terminated_midrun": terminated,
            "E_pool_child_sigkill": killed,
        }.items():
            assert unlike(recorded[name], shown(row, paperless)) == [], name
        assert slow.acknowledged
        assert last.acknowledged


@scene("upload_while_database_locked_row_missing")
async def test_an_upload_that_met_a_locked_database_is_consumed_without_a_row() -> None:
    recorded = document("upload_while_database_locked_row_missing")
    async with standing_still() as paperless:
        file = Upload("lost-row.txt")
        file.feed(b"some text")
        row = paperless.consume(file, owner="operator", without_row=True)
        paperless.clock.advance(60)
        assert recorded["row_afterwards"] is paperless.table.by_task_id(row.task_id)
        assert len(list(paperless.documents)) == recorded["documents_with_that_title"]


@scene("websocket")
@pytest.mark.parametrize("who", ["token_header_admin", "token_query_admin", "anonymous"])
async def test_a_token_opens_no_websocket(who: str) -> None:
    recorded = document("websocket")["auth"][who]
    async with standing_still() as paperless, aiohttp.ClientSession() as session:
        token = paperless.tokens["admin"]
        headers = {"Authorization": f"Token {token}"} if who == "token_header_admin" else {}
        query = f"?token={token}" if who == "token_query_admin" else ""
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{paperless.url}/ws/status/{query}", headers=headers)
        assert refused.value.status == recorded["http_status"]


@scene("openapi-tasks")
async def test_a_row_has_the_properties_of_the_schema() -> None:
    schemas = document("openapi-tasks")["components"]["schemas"]
    async with standing_still() as paperless:
        row = shown(paperless.fail(), paperless)
        assert list(row) == list(schemas["TaskSerializerV10"]["properties"])
        assert row["task_type"] in schemas["TaskTypeEnum"]["enum"]
        assert row["trigger_source"] in schemas["TriggerSourceEnum"]["enum"]
        assert row["status"] in schemas["TaskSerializerV10StatusEnum"]["enum"]


async def test_every_kind_of_row_in_the_recordings_carries_the_keys_of_ours() -> None:
    async with standing_still() as paperless:
        ours = list(shown(paperless.fail(), paperless))
        assert all(list(row) == ours for row in rows_in(document("list_default")))

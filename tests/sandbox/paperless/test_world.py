"""What happens in the world of the sandbox: the clock, the table, the worker, and what people do."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.paperless import Clock, Pace, Row, SandboxPaperless, outcomes
from bot.sandbox.paperless.table import Table

from .conftest import Asker
from .scenes import START


def row(pk: int, **columns: object) -> Row:
    fields: dict[str, object] = {"task_type": "consume_file", "trigger_source": "api_upload", "status": "pending"}
    created = START + timedelta(seconds=pk)
    return Row(id=pk, task_id=f"task-{pk}", date_created=created, **(fields | columns))  # type: ignore[arg-type]


# The clock


def test_a_stepped_clock_runs_what_is_due_in_order_and_at_its_time() -> None:
    clock, seen = Clock.stepped(START), list[tuple[str, datetime]]()
    clock.call_later(2, lambda: seen.append(("second", clock.now())))
    clock.call_later(1, lambda: clock.call_later(0.5, lambda: seen.append(("first", clock.now()))))
    clock.advance(5)
    assert seen == [("first", START + timedelta(seconds=1.5)), ("second", START + timedelta(seconds=2))]
    assert clock.now() == START + timedelta(seconds=5)


async def test_a_real_clock_goes_by_itself_and_can_be_put_forward() -> None:
    clock, done, later = Clock(), asyncio.Event(), list[str]()
    clock.call_later(0.01, done.set)
    clock.call_later(3600, lambda: later.append("an hour"))
    await asyncio.wait_for(done.wait(), 2)
    assert later == []
    clock.advance(3601)
    assert later == ["an hour"]
    assert clock.now() > datetime.now(UTC) + timedelta(minutes=59)
    clock.close()


# The table


def test_a_changed_row_lies_under_its_new_state_and_is_rendered_anew() -> None:
    table = Table()
    first, second = table.add(row(1)), table.add(row(2))
    first.rendered["10"] = b"old"
    table.change(first, status="failure", date_done=START)
    table.change(second, status="failure", date_done=START - timedelta(hours=1))
    assert [r.id for r in table.latest_done(["failure"], 5)] == [1, 2]
    assert [r.id for r in table.in_states(["pending", "failure"])] == [2, 1]
    assert table.of_status(["pending"]) == 0
    assert first.rendered == {}


def test_a_table_gives_no_pk_and_no_task_id_twice() -> None:
    table = Table()
    table.add(row(1))
    with pytest.raises(ValueError, match="there already"):
        table.add(row(1))
    assert table.next_id() == 2


def test_a_row_that_is_gone_cannot_be_changed() -> None:
    table = Table()
    gone = table.add(row(1))
    assert table.remove([1, 7]) == 1
    with pytest.raises(LookupError):
        table.change(gone, status="failure")
    assert table.by_task_id("task-1") is None


def test_a_dropped_table_begins_at_1_again() -> None:
    table, seen = Table(lambda kind, row: seen.append(kind)), list[str]()
    table.add(row(5))
    table.drop()
    assert (len(table), table.next_id()) == (0, 1)
    assert seen == ["task_created", "task_gone"]


async def test_a_history_of_a_million_rows_is_there_and_costs_nothing(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.add_history(1_000_000)
    failed = paperless.fail()
    assert failed.id == 1_000_001
    assert (await ask("tasks/")).json["count"] == 1_000_001
    assert (await ask("tasks/?status=failure&ordering=-date_done")).json["count"] == 1
    newest = (await ask("tasks/?page_size=3")).json["results"]
    assert [r["id"] for r in newest] == [1_000_001, 1_000_000, 999_999]
    oldest = (await ask("tasks/?page_size=2&ordering=date_done")).json["results"]
    assert [r["id"] for r in oldest] == [1, 2]
    last = (await ask("tasks/?page_size=400000&page=11&ordering=date_created")).json["results"]
    assert last[-1]["id"] == 1_000_001
    found = (await ask(f"tasks/?task_id={oldest[0]['task_id']}")).json["results"]
    assert found == oldest[:1]
    assert (await ask("tasks/7/")).json["acknowledged"] is True
    assert (await ask("tasks/?acknowledged=false")).json["count"] == 1
    assert (await ask("tasks/status_counts/")).json["completed"] == 1_000_000
    assert len(paperless.table) == 1


async def test_a_history_answers_filters_that_tell_its_rows_apart(ask: Asker, paperless: SandboxPaperless) -> None:
    paperless.add_history(100)
    assert (await ask("tasks/?name=scan-0000042")).json["results"][0]["id"] == 42
    since = (START - timedelta(hours=1, seconds=91)).isoformat().replace("+00:00", "Z")
    assert (await ask(f"tasks/?date_created_after={since}")).json["count"] == 1
    assert (await ask(f"tasks/status_counts/?date_created_after={since}")).json["all"] == 1
    assert (await ask("tasks/summary/")).json[0]["total_count"] == 100


# The worker


def test_one_task_runs_at_a_time() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START), pace=Pace(queue=0, work=2))
    rows = [paperless.upload(f"{number}.pdf") for number in range(3)]
    paperless.clock.advance(3)
    assert [r.status for r in rows] == ["success", "started", "pending"]
    paperless.clock.advance(3)
    assert [r.wait_time_seconds for r in rows] == [0, 2, 4]


def test_late_rows_show_their_end_after_their_own_date_done() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    paperless.weather.late_seconds = 5
    rows = paperless.burst(3)
    assert {r.status for r in rows} == {"started"}
    paperless.clock.advance(5)
    assert {r.status for r in rows} == {"failure"}
    assert all(r.date_done is not None and r.date_done < START for r in rows)


def test_a_deleted_row_is_not_written_by_its_worker() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    gone = paperless.upload("a.pdf")
    paperless.delete([gone])
    paperless.clock.advance(10)
    assert len(paperless.table) == 0
    assert paperless.worker.busy is False


def test_a_redelivered_failure_can_succeed() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    failed = paperless.fail("a.pdf", ago=60)
    first = failed.date_done
    paperless.redeliver(failed, "ok", seconds=1)
    paperless.clock.advance(0.5)
    assert (failed.status, failed.date_done) == ("started", first)
    paperless.clock.advance(2)
    assert failed.status == "success"
    assert failed.date_done is not None
    assert first is not None
    assert failed.date_done > first


def test_everything_pending_can_expire_at_once() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    paperless.worker.stop()
    rows = [paperless.upload(f"{number}.pdf") for number in range(3)]
    assert {r.id for r in paperless.revoke()} == {r.id for r in rows}
    assert [(r.status, r.result_data, r.date_started) for r in rows] == [("revoked", None, None)] * 3


# What people do


@pytest.mark.parametrize("kinds", [1, 7, len(outcomes.KINDS)])
def test_a_burst_has_as_many_kinds_as_asked_for(kinds: int) -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    rows = paperless.burst(60, kinds)
    messages = {str((r.result_data or {})["error_message"]).replace(r.filename or "", "") for r in rows}
    assert len(messages) == kinds
    assert len({r.date_done for r in rows}) == 60
    assert {r.status for r in rows} == {"failure"}


def test_a_burst_of_one_instant_has_one_date_done() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    assert {r.date_done for r in paperless.burst(5, ties=True)} == {START}


def test_more_kinds_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="kinds"):
        SandboxPaperless(clock=Clock.stepped(START)).burst(5, 99)


def test_routine_failures_and_stuck_rows() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    mail, training = paperless.fail_mail_fetch(), paperless.fail_training()
    stuck = paperless.stick(ago=7200)
    paperless.clock.advance(10)
    assert [(r.task_type, r.status) for r in (mail, training, stuck)] == [
        ("mail_fetch", "failure"),
        ("train_classifier", "failure"),
        ("consume_file", "started"),
    ]
    assert stuck.date_started == START - timedelta(hours=2)


def test_after_the_table_was_dropped_pks_start_again_with_other_tasks() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    before = paperless.fail()
    paperless.drop_table()
    after = paperless.fail()
    assert (before.id, after.id) == (1, 1)
    assert before.task_id != after.task_id


def test_a_finished_task_leaves_the_worker_free_for_the_next() -> None:
    paperless = SandboxPaperless(clock=Clock.stepped(START))
    slow, after = paperless.upload("slow.pdf", seconds=3600), paperless.upload("next.pdf")
    paperless.clock.advance(1)
    paperless.finish(slow, "encrypted")
    paperless.clock.advance(2)
    assert (slow.status, after.status) == ("failure", "success")


async def test_events_tell_what_became_of_a_row(paperless: SandboxPaperless) -> None:
    async with paperless.events.subscribe() as queue:
        uploaded = paperless.upload("a.pdf", "corrupt")
        paperless.clock.advance(5)
        paperless.acknowledge_in_web_ui([uploaded])
        paperless.delete([uploaded])
        events = [queue.get_nowait() for _ in range(queue.qsize())]
    assert [(e.kind, e.data["status"], e.data["acknowledged"]) for e in events] == [
        ("task_created", "pending", False),
        ("task_changed", "started", False),
        ("task_changed", "failure", False),
        ("task_changed", "failure", True),
        ("task_gone", "failure", True),
    ]


async def test_waiting_ends_with_the_event_or_with_the_time(paperless: SandboxPaperless) -> None:
    waiting = asyncio.ensure_future(paperless.wait_for(lambda event: event.kind == "task_gone"))
    await asyncio.sleep(0)
    paperless.delete([paperless.fail()])
    assert (await waiting).data["status"] == "failure"
    with pytest.raises(TimeoutError):
        await paperless.wait_for(lambda event: event.kind == "never", timeout=0.01)


async def test_a_row_can_be_awaited_in_real_time() -> None:
    async with SandboxPaperless(pace=Pace(queue=0, work=0.01)) as paperless:
        uploaded = paperless.upload("a.pdf", "corrupt")
        assert (await paperless.settled(uploaded.id)).status == "failure"

"""What time alone brings about: outages, stuck tasks, silence; and that nothing stops the watcher."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.failures.card import (
    IncidentKind,
    IncidentState,
    OutageCard,
    OutageReason,
)
from bot.failures.outcome import Acknowledged
from bot.paperless import PaperlessClient, Timeouts
from bot.sandbox.paperless.faults import Kind
from tests.failures.world import ADA, World, a_world, incident_cards


def outages(world: World) -> list[OutageCard]:
    return [card for card in world.channels.cards() if isinstance(card, OutageCard)]


class TestAServerThatDoesNotAnswer:
    async def test_is_told_after_a_minute_on_one_card_that_counts(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await world.home.down()
            await world.poll(5)
            assert outages(world) == []
            await world.poll(100)
            await world.deliver(3)
            [card] = outages(world)
            assert card.reason is OutageReason.UNREACHABLE
            assert card.tries > 50
            assert card.ended_at is None
            assert len(world.channels.calls) < 20

    async def test_and_is_back_says_for_how_long_and_what_was_missed(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await world.home.down()
            await world.poll(40)
            for number in range(3):
                world.home.fail(f"{number}.pdf")
            await world.home.up()
            report = await world.poll()
            assert report.new == 3
            await world.deliver(5)
            [card] = outages(world)
            assert card.ended_at is not None
            assert card.missed == 3
            assert len(incident_cards(world.channels)) == 3

    async def test_for_a_moment_is_told_to_nobody(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await world.home.down()
            await world.poll(3)
            await world.home.up()
            await world.poll(20)
            assert world.channels.cards() == []

    async def test_and_goes_away_again_soon_stays_one_card(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            for _ in range(4):
                await world.home.down()
                await world.poll(20)
                await world.home.up()
                await world.poll(5)
            await world.deliver(5)
            assert len(outages(world)) == 1

    async def test_and_goes_away_again_soon_keeps_what_failed_in_the_first_part(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            for name in ("first.pdf", "second.pdf", None):
                await world.home.down()
                await world.poll(20)
                if name:
                    world.home.fail(name)
                await world.home.up()
                await world.poll(2)
            await world.deliver(5)
            [card] = outages(world)
            assert (card.ended_at is not None, card.missed) == (True, 2)

    async def test_another_outage_begins_to_count_anew(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            for name in ("first.pdf", "second.pdf"):
                await world.home.down()
                await world.poll(20)
                world.home.fail(name)
                await world.home.up()
                await world.poll(2)
                await world.poll(3, after=300)
            await world.deliver(5)
            assert [card.missed for card in outages(world)] == [1, 1]

    async def test_since_before_the_restart_goes_on_counting(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await world.home.down()
            await world.poll(30)
            await world.restart()
            await world.poll(30)
            await world.home.up()
            await world.poll()
            await world.deliver(5)
            [card] = outages(world)
            assert card.tries == 60
            assert card.ended_at is not None

    async def test_at_the_very_first_start_is_told_too(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, begun=False) as world:
            await world.home.down()
            await world.poll(20)
            assert len(outages(world)) == 1
            await world.home.up()
            await world.poll()
            world.home.fail("new.pdf")
            await world.poll()
            assert [card.filename for card in incident_cards(world.channels)] == ["new.pdf"]

    @pytest.mark.parametrize("kind", ["html", "redirect", "bad_json", "wrong_shape", "half", "drop"])
    async def test_in_whatever_way_loses_nothing(self, tmp_path: Path, kind: Kind) -> None:
        async with a_world(tmp_path) as world:
            world.home.faults.add(kind)
            world.home.fail("new.pdf")
            report = await world.poll(20)
            assert report.error is not None
            assert len(outages(world)) == 1
            world.home.faults.clear()
            await world.poll()
            assert [card.filename for card in incident_cards(world.channels)] == ["new.pdf"]

    async def test_keeps_open_cards_as_they_are(self, tmp_path: Path) -> None:
        """Not known is not "nothing"."""
        async with a_world(tmp_path) as world:
            world.home.fail("open.pdf")
            await world.poll(2)
            await world.home.down()
            await world.poll(100)
            assert incident_cards(world.channels)[0].state is IncidentState.OPEN


async def test_a_server_that_took_the_request_and_is_silent_is_away_since_then(tmp_path: Path) -> None:
    """Else it would be told after two patiences, the second of which begins when the first is over."""
    async with a_world(tmp_path) as world:
        world.home.faults.add("stall")
        async with PaperlessClient(world.home.url, "x" * 40, timeouts=Timeouts(read=0.05)) as client:
            client.timeouts = Timeouts(read=60)  # as if it had been so long
            world.watcher._client = client
            world.watcher._reading._list = client.tasks.filter()
            await world.poll()
        [card] = outages(world)
        assert card.reason is OutageReason.UNREACHABLE
        assert card.since == world.now() - timedelta(seconds=60)


@pytest.mark.parametrize(("asked", "left_alone"), [("40", 40), ("3600", 60)])
async def test_a_server_that_asks_to_be_left_alone_is_but_not_for_ever(
    asked: str, left_alone: int, tmp_path: Path
) -> None:
    async with a_world(tmp_path) as world:
        fault = world.home.faults.add("status", status=429, retry_after=asked)
        await world.poll()
        met = fault.met
        for _ in range(left_alone // 5 - 1):
            report = await world.poll()
            assert report.error is not None
        assert fault.met == met
        world.home.faults.clear()
        world.home.fail("new.pdf")
        assert (await world.poll()).new == 1


async def test_a_clock_that_is_set_back_does_not_prolong_the_wait(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        fault = world.home.faults.add("status", status=429, retry_after="40")
        await world.poll()
        world.behind = timedelta(hours=1)
        met = fault.met
        await world.poll()
        assert fault.met > met


async def test_a_refused_token_is_told_at_once_with_what_to_do(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.users.new_token("admin")
        await world.poll()
        [card] = outages(world)
        assert card.reason is OutageReason.REFUSED
        assert "token" in card.detail


async def test_an_exception_that_nobody_foresaw_does_not_stop_the_watcher(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_world(tmp_path) as world:
        find = world.watcher._reading.find

        async def broken(memory: object) -> int:
            raise RuntimeError("a defect")

        world.watcher._reading.find = broken  # type: ignore[method-assign]
        world.home.fail("new.pdf")
        report = await world.poll()
        assert isinstance(report.defect, RuntimeError)
        assert any(record.levelno == logging.ERROR for record in caplog.records)
        world.watcher._reading.find = find  # type: ignore[method-assign]
        assert (await world.poll()).new == 1


class TestStuck:
    async def test_a_task_started_for_too_long(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, stuck_started_seconds=7200) as world:
            world.home.stick("endless.pdf")
            await world.poll(23, after=300)
            assert incident_cards(world.channels) == []
            await world.poll(2, after=300)
            [card] = incident_cards(world.channels)
            assert (card.kind, card.filename, card.error_type) == (IncidentKind.STUCK, "endless.pdf", "started")

    @pytest.mark.parametrize("version", ["3.0.5", "2.20.15"])
    async def test_is_told_as_stuck_for_as_long_as_it_is(self, tmp_path: Path, version: str) -> None:
        async with a_world(tmp_path, version=version) as world:
            world.home.stick("endless.pdf")
            await world.poll(10, after=900)
            [card] = incident_cards(world.channels)
            assert (card.state, card.error_type) == (IncidentState.OPEN, "started")

    async def test_that_fails_in_the_end_gives_way_to_the_failure(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            row = world.home.stick("endless.pdf")
            await world.poll(9, after=900)
            world.home.finish(row, "worker_lost")
            await world.poll(2)
            await world.deliver(5)
            stuck, failed = incident_cards(world.channels)
            assert (stuck.kind, stuck.state) == (IncidentKind.STUCK, IncidentState.ENDED)
            assert (failed.kind, failed.state) == (IncidentKind.FAILED, IncidentState.OPEN)

    async def test_that_succeeds_in_the_end_says_so(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            row = world.home.stick("endless.pdf")
            await world.poll(9, after=900)
            world.home.finish(row, "ok")
            await world.poll(2, after=300)
            [card] = incident_cards(world.channels)
            assert card.state is IncidentState.SUCCEEDED

    async def test_a_queue_that_stands_still_is_one_incident_however_long_it_is(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            for number in range(30):
                world.home.add_task(input_data={"filename": f"{number}.pdf"})
            await world.poll(9, after=900)
            [card] = incident_cards(world.channels)
            assert (card.kind, card.count, card.error_type) == (IncidentKind.STUCK, 30, "pending")

    async def test_what_was_stuck_before_the_first_start_is_told_by_nobody(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, begun=False) as world:
            world.home.stick("years-ago.pdf", ago=timedelta(days=700).total_seconds())
            await world.poll(10, after=900)
            assert incident_cards(world.channels) == []

    async def test_is_acknowledged_here_alone(self, tmp_path: Path) -> None:
        """In Paperless that would hide the failure which may come of it."""
        async with a_world(tmp_path) as world:
            row = world.home.stick("endless.pdf")
            await world.poll(9, after=900)
            [card] = incident_cards(world.channels)
            outcome = await world.desk.acknowledge(
                card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada"
            )
            assert outcome == Acknowledged(count=1, vanished=0)
            assert not row.acknowledged

    async def test_is_not_asked_for_where_nobody_wants_to_know(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, stuck_started_seconds=0, stuck_pending_seconds=0) as world:
            world.home.stick("endless.pdf")
            before = len(world.home.requests)
            await world.poll(14, after=900)
            assert not [request for request in world.requests(before) if "status=pending" in request.query]


class TestSilence:
    async def test_no_success_for_too_long_is_told_and_ends_with_the_next(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, silence_seconds={"mail_fetch": 3600}) as world:
            world.home.run("mail_fetch", trigger_source="scheduled", seconds=0)
            await world.poll(10, after=300)
            assert incident_cards(world.channels) == []
            await world.poll(4, after=300)
            [card] = incident_cards(world.channels)
            assert (card.kind, card.task_type, card.task_id) == (IncidentKind.SILENT, "mail_fetch", "")
            assert world.clock.now() - card.first_at > timedelta(hours=1)
            world.home.run("mail_fetch", trigger_source="scheduled", seconds=0)
            await world.poll(2, after=300)
            await world.deliver(3)
            assert incident_cards(world.channels)[0].state is IncidentState.ENDED

    async def test_is_not_claimed_while_the_server_does_not_answer(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, silence_seconds={"mail_fetch": 3600}) as world:
            await world.home.down()
            await world.poll(10, after=900)
            assert incident_cards(world.channels) == []

"""What failed is found: soon, once, whatever the clocks and the pages do; and a quiet poll costs next to nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.failures.card import BacklogCard, IncidentKind, IncidentState
from tests.failures.world import START, World, a_world, digests, incident_cards


def names(world: World) -> list[str | None]:
    return [card.filename for card in incident_cards(world.channels)]


async def test_a_failure_is_told_by_the_poll_that_saw_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("invoice.pdf", owner="operator")
        report = await world.poll()
        assert (report.good, report.new) == (True, 1)
        [card] = incident_cards(world.channels)
        assert (card.filename, card.kind, card.state) == ("invoice.pdf", IncidentKind.FAILED, IncidentState.OPEN)
        assert card.trigger_source == "api_upload"
        assert card.link_base == "https://home.example"
        assert not card.show_server


async def test_a_quiet_poll_is_one_request_of_less_than_10_kb_uncompressed(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("long.pdf", result_data={"error_type": "E", "error_message": "m", "traceback": "x" * 5000})
        await world.poll()
        await world.desk.acknowledge(
            card_id=incident_cards(world.channels)[0].card_id, through=None, user_id=1, user_name="ada"
        )
        await world.poll(13)
        before = len(world.home.requests)
        await world.poll(10)
        requests = world.requests(before)
        assert len(requests) == 10
        assert {request.query for request in requests} == {
            "status=failure&status=revoked&ordering=-date_done&page=1&page_size=1"
        }


async def test_a_quiet_poll_with_open_cards_is_two_requests(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(3)
        await world.poll(14)
        before = len(world.home.requests)
        await world.poll(10)
        assert len(world.requests(before)) == 20


async def test_what_had_failed_before_the_first_start_is_one_message_with_its_number(tmp_path: Path) -> None:
    async with a_world(tmp_path, begun=False) as world:
        rows = world.home.burst(700, kinds=3)
        world.home.acknowledge_in_web_ui(rows[:100])
        await world.poll()
        [card] = world.channels.cards()
        assert isinstance(card, BacklogCard)
        assert (card.total, card.unacknowledged) == (700, 600)
        world.home.fail("new.pdf")
        await world.poll()
        assert names(world) == ["new.pdf"]


async def test_what_fails_between_the_start_and_the_first_look_is_told(tmp_path: Path) -> None:
    """The first look may be late: its turn comes after other servers', or Paperless-ngx did not answer at first."""
    async with a_world(tmp_path, begun=False) as world:
        world.home.burst(3)
        world.clock.advance(20)
        world.home.fail("soon.pdf")
        world.clock.advance(5)
        await world.poll()
        [backlog] = [card for card in world.channels.cards() if isinstance(card, BacklogCard)]
        assert (backlog.total, backlog.unacknowledged) == (3, 3)
        assert names(world) == ["soon.pdf"]
        await world.poll(3)
        assert len(world.channels.cards()) == 2


@pytest.mark.parametrize("minutes", [-60, 60])
async def test_a_clock_that_is_wrong_makes_nothing_old_new_nor_new_old(tmp_path: Path, minutes: int) -> None:
    async with a_world(tmp_path, begun=False, behind=timedelta(minutes=minutes)) as world:
        world.home.fail("old.pdf", ago=600)
        world.clock.advance(20)
        world.home.fail("soon.pdf")
        world.clock.advance(5)
        await world.poll()
        [backlog] = [card for card in world.channels.cards() if isinstance(card, BacklogCard)]
        assert backlog.total == 1
        assert names(world) == ["soon.pdf"]


async def test_a_server_on_which_nothing_had_failed_begins_without_a_message(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.poll(3)
        assert world.channels.cards() == []


async def test_a_backlog_too_long_to_write_down_stays_known(tmp_path: Path) -> None:
    """The oldest of 5,600 is not among the 5,000 rows that are written down; it must not be told when all is read."""
    async with a_world(tmp_path, begun=False) as world:
        world.home.burst(5600)
        await world.poll()
        world.home.delete([1])  # the count falls, and a row that shows late makes up for it
        world.home.fail("late.pdf", ago=7200)
        world.home.fail("new.pdf")
        await world.poll()
        assert sorted(map(str, names(world))) == ["late.pdf", "new.pdf"]


@pytest.mark.parametrize("seconds", [0, 2.7, 5, 119])
async def test_a_row_that_shows_late_is_told(tmp_path: Path, seconds: float) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("first.pdf")
        await world.poll()
        world.home.fail("late.pdf", ago=seconds + 5)
        await world.poll()
        assert names(world) == ["first.pdf", "late.pdf"]


async def test_a_row_of_a_worker_whose_clock_is_an_hour_behind_is_told(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(150, prefix="older")
        await world.poll(3)
        world.home.fail("slow-clock.pdf", ago=3600)
        report = await world.poll()
        assert report.new == 1


async def test_a_row_of_a_worker_whose_clock_is_ahead_hides_nothing_that_fails_after_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("from-the-future.pdf", ago=-3600)
        await world.poll()
        world.home.fail("now.pdf")
        await world.poll()
        assert names(world) == ["from-the-future.pdf", "now.pdf"]


async def test_a_row_that_shows_as_another_vanishes_is_told_within_minutes(tmp_path: Path) -> None:
    """The count and the newest row are as before: only the look every five minutes finds it."""
    async with a_world(tmp_path) as world:
        old = world.home.fail("old.pdf", ago=30)
        world.home.fail("newest.pdf")
        await world.poll()
        world.home.delete([old])
        world.home.fail("hidden.pdf", ago=20)
        assert (await world.poll()).new == 0
        await world.poll(60)
        assert "hidden.pdf" in names(world)


async def test_rows_with_one_date_done_that_change_places_between_pages_are_all_told(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.weather.unstable_ties = True
        world.home.burst(450, ties=True)
        await world.poll(3)
        told = await world.ledger.open_rows(limit=1000)
        assert told.total == 450
        assert len({row.task_id for row in told.rows}) == 450


async def test_a_failure_acknowledged_before_anyone_saw_it_is_told_and_says_so(tmp_path: Path) -> None:
    """The web UI's "dismiss all" acknowledges what is pending, too: that fails acknowledged, and nobody saw it."""
    async with a_world(tmp_path) as world:
        world.home.fail("doomed.pdf", acknowledged=True)
        await world.poll()
        [card] = incident_cards(world.channels)
        assert card.acknowledged_unseen
        assert (card.state, card.open_count) == (IncidentState.ACKNOWLEDGED, 0)
        assert card.acknowledgement is not None
        assert card.acknowledgement.where == "paperless"


async def test_a_task_revoked_by_the_queue_is_told_as_such(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = world.home.upload("waiting.pdf", seconds=3600)
        world.home.revoke(row)
        await world.poll()
        [card] = incident_cards(world.channels)
        assert (card.kind, card.message) == (IncidentKind.REVOKED, None)


async def test_the_table_dropped_by_a_migration_ends_what_is_open_and_hides_nothing_new(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.burst(60)
        await world.poll(2)
        world.home.drop_table()
        world.home.fail("after-migration.pdf")  # its primary key is 1 again
        report = await world.poll(2)
        assert report.good
        assert [row.filename for row in (await world.ledger.open_rows()).rows] == ["after-migration.pdf"]


async def test_a_poll_that_meets_an_unknown_status_or_type_goes_on(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("odd.pdf", trigger_source="telepathy")
        report = await world.poll()
        assert report.good
        assert incident_cards(world.channels)[0].trigger_source == "telepathy"


async def test_failures_go_out_in_the_order_in_which_they_failed(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for number in (3, 1, 2):
            world.home.fail(f"{number}.pdf", ago=10.0 - number)
        await world.poll()
        assert names(world) == ["1.pdf", "2.pdf", "3.pdf"]


async def test_a_failure_that_shows_after_a_day_goes_into_a_digest_that_calls_nobody(tmp_path: Path) -> None:
    async with a_world(tmp_path, mention_role_id=7) as world:
        for number in range(3):
            world.home.fail(f"old-{number}.pdf", ago=timedelta(days=40).total_seconds())
        await world.poll()
        [digest] = digests(world.channels)
        assert digest.total == 3
        assert world.channels.in_channel()[0].mention_role_id is None


class TestPaperless220:
    async def test_its_failures_are_told(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, version="2.20.15") as world:
            world.home.fail("invoice.pdf")
            await world.poll()
            assert names(world) == ["invoice.pdf"]

    async def test_a_row_that_is_still_being_written_is_read_again_before_it_is_told(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, version="2.20.15") as world:
            world.home.weather.traceback_race = 0.2
            world.home.upload("racing.pdf", "corrupt", seconds=0)
            world.clock.advance(0.1)
            await world.poll(after=0)
            [card] = incident_cards(world.channels)
            assert "InputFileError" in (card.message or "")
            assert (card.count, world.channels.calls) == (1, ["post"])

    async def test_a_row_that_is_never_finished_is_told_after_some_seconds(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, version="2.20.15") as world:
            world.home.weather.traceback_race = 10_000
            world.home.upload("stuck-text.pdf", "corrupt", seconds=0)
            await world.poll()
            assert names(world) == []
            await world.poll(3)
            assert names(world) == ["stuck-text.pdf"]

    async def test_a_row_told_unfinished_takes_in_its_text_and_is_told_once(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, version="2.20.15") as world:
            world.home.weather.traceback_race = 60
            world.home.upload("slow-text.pdf", "corrupt", seconds=0)
            await world.poll(30)
            [card] = incident_cards(world.channels)
            assert card.count == 1
            assert "InputFileError" in (card.message or "")
            assert world.channels.calls.count("post") == 1


async def test_the_worlds_clock_stands_where_it_was_put(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        assert world.clock.now() == START

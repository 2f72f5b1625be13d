"""What time alone brings about: outages, silence, stuck tasks, mutes that end, reminders, quiet hours."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.failures.card import (
    IncidentKind,
    IncidentState,
    OutageCard,
    OutageReason,
    ReminderCard,
)
from bot.failures.outcome import Acknowledged
from bot.sandbox.paperless.faults import Kind
from tests.failures.world import ADA, ROLE, World, a_world, digests, incident_cards


def outages(world: World) -> list[OutageCard]:
    return [card for card in world.channels.cards() if isinstance(card, OutageCard)]


def reminders(world: World) -> list[ReminderCard]:
    return [card for card in world.channels.cards() if isinstance(card, ReminderCard)]


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


async def test_a_refused_token_is_told_at_once_with_what_to_do(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.faults.add("status", status=401)
        await world.poll()
        [card] = outages(world)
        assert card.reason is OutageReason.REFUSED
        assert card.detail


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

    async def test_that_fails_in_the_end_gives_way_to_the_failure(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            row = world.home.stick("endless.pdf")
            await world.poll(26, after=300)
            world.home.finish(row, "worker_lost")
            await world.poll(2)
            await world.deliver(5)
            stuck, failed = incident_cards(world.channels)
            assert (stuck.kind, stuck.state) == (IncidentKind.STUCK, IncidentState.ENDED)
            assert (failed.kind, failed.state) == (IncidentKind.FAILED, IncidentState.OPEN)

    async def test_that_succeeds_in_the_end_says_so(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            row = world.home.stick("endless.pdf")
            await world.poll(26, after=300)
            world.home.finish(row, "ok")
            await world.poll(2, after=300)
            [card] = incident_cards(world.channels)
            assert card.state is IncidentState.SUCCEEDED

    async def test_a_queue_that_stands_still_is_one_incident_however_long_it_is(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            for number in range(30):
                world.home.add_task(input_data={"filename": f"{number}.pdf"})
            await world.poll(26, after=300)
            [card] = incident_cards(world.channels)
            assert (card.kind, card.count, card.error_type) == (IncidentKind.STUCK, 30, "pending")

    async def test_what_was_stuck_before_the_first_start_is_told_by_nobody(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, begun=False) as world:
            world.home.stick("years-ago.pdf", ago=timedelta(days=700).total_seconds())
            await world.poll(30, after=300)
            assert incident_cards(world.channels) == []

    async def test_is_acknowledged_here_alone(self, tmp_path: Path) -> None:
        """In Paperless that would hide the failure which may come of it."""
        async with a_world(tmp_path) as world:
            row = world.home.stick("endless.pdf")
            await world.poll(26, after=300)
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
            await world.poll(40, after=300)
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
            await world.poll(30, after=300)
            assert incident_cards(world.channels) == []


class TestMutes:
    async def test_a_muted_failure_is_counted_and_not_told(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            world.home.fail("noisy.pdf")
            await world.poll()
            [card] = incident_cards(world.channels)
            mute = await world.desk.mute(
                card_id=card.card_id, for_=timedelta(hours=1), until_change=False, user_id=ADA, user_name="ada"
            )
            assert mute is not None
            await world.deliver(3)
            assert incident_cards(world.channels)[0].muted_until == mute.until
            await world.desk.acknowledge(card_id=card.card_id, through=None, user_id=ADA, user_name="ada")
            await world.poll(after=600)
            world.channels.delete(world.channels.in_channel()[0])
            world.home.fail("noisy.pdf")
            await world.poll(2)
            world.home.fail("noisy.pdf")
            await world.poll(2)
            assert incident_cards(world.channels) == []
            [running] = await world.ledger.mutes()
            assert (running.filename, running.swallowed, running.user_name) == ("noisy.pdf", 2, "ada")

    async def test_what_failed_in_the_meantime_is_told_when_the_mute_ends(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await self._swallow(world)
            assert len(incident_cards(world.channels)) == 1
            await world.poll(15, after=300)
            assert len(incident_cards(world.channels)) == 2
            assert await world.ledger.mutes() == ()

    async def test_ended_by_hand_it_is_told_within_half_a_minute(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await self._swallow(world)
            [mute] = await world.ledger.mutes()
            assert await world.desk.unmute(mute.mute_id)
            assert not await world.desk.unmute(mute.mute_id)
            await world.poll(7)
            assert len(incident_cards(world.channels)) == 2

    async def _swallow(self, world: World) -> None:
        """A card acknowledged long ago, muted, and the same failure again."""
        world.home.fail("noisy.pdf")
        await world.poll()
        [card] = incident_cards(world.channels)
        await world.desk.acknowledge(card_id=card.card_id, through=None, user_id=ADA, user_name="ada")
        await world.poll(after=5 * 3600)
        await world.desk.mute(
            card_id=card.card_id, for_=timedelta(hours=1), until_change=False, user_id=ADA, user_name="ada"
        )
        world.home.fail("noisy.pdf")
        await world.poll(2)

    async def test_until_it_changes(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            world.home.fail("noisy.pdf", "corrupt")
            await world.poll()
            [card] = incident_cards(world.channels)
            mute = await world.desk.mute(
                card_id=card.card_id, for_=None, until_change=True, user_id=ADA, user_name="ada"
            )
            assert mute is not None
            assert mute.until == world.clock.now() + timedelta(days=30)
            world.home.fail("noisy.pdf", "unsupported")
            await world.poll()
            assert await world.ledger.mutes() == ()
            assert len(incident_cards(world.channels)) == 2

    async def test_a_digest_of_many_cannot_be_muted_as_one(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            world.home.burst(20)
            await world.poll()
            await world.deliver(10)
            [digest] = digests(world.channels)
            muted = await world.desk.mute(
                card_id=digest.card_id, for_=timedelta(hours=1), until_change=False, user_id=ADA, user_name="ada"
            )
            assert muted is None


class TestReminders:
    async def test_nobody_acknowledged_for_an_hour(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, escalate_after_seconds=3600, escalate_role_id=ROLE) as world:
            world.home.fail("forgotten.pdf")
            await world.poll(11, after=300)
            assert reminders(world) == []
            await world.poll(3, after=300)
            [card] = reminders(world)
            assert card.open_total == 1
            first, reminder = world.channels.in_channel()
            assert (reminder.mention_role_id, reminder.reply_to) == (ROLE, first.message_id)

    async def test_again_every_repeat_interval_as_long_as_it_is_open(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, escalate_after_seconds=3600, repeat_interval_seconds=7200) as world:
            world.home.fail("forgotten.pdf")
            await world.poll(12 * 8, after=300)
            assert len(reminders(world)) == 4

    async def test_says_so_when_somebody_has(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, escalate_after_seconds=3600) as world:
            row = world.home.fail("forgotten.pdf")
            await world.poll(14, after=300)
            world.home.acknowledge_in_web_ui([row])
            await world.poll(2)
            await world.deliver(5)
            assert reminders(world)[0].open_total == 0

    async def test_none_where_it_is_off(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            world.home.fail("forgotten.pdf")
            await world.poll(60, after=300)
            assert reminders(world) == []


NIGHT = {"start": "22:00", "end": "06:00"}


async def at(world: World, hour: int) -> None:
    target = datetime(2026, 11, 24, hour, 30, tzinfo=UTC)
    world.clock.advance((target - world.clock.now()).total_seconds())
    await world.watcher.poll_once()


class TestQuietHours:
    async def test_silent_cards_make_no_sound_and_call_nobody(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, quiet_hours=NIGHT, mention_role_id=ROLE) as world:
            await at(world, 23)
            world.home.fail("night.pdf")
            await world.poll()
            [message] = world.channels.in_channel()
            assert (message.silent, message.mention_role_id) == (True, None)

    async def test_held_cards_come_as_one_in_the_morning_and_call_once(self, tmp_path: Path) -> None:
        held = NIGHT | {"mode": "hold"}
        async with a_world(tmp_path, quiet_hours=held, mention_role_id=ROLE) as world:
            await at(world, 22)
            for hour in range(7):
                world.home.burst(3, prefix=f"hour-{hour}")
                await world.poll(after=3600)
            assert world.channels.in_channel() == []
            await world.poll(after=3600)
            [message] = world.channels.in_channel()
            assert (message.silent, message.mention_role_id) == (False, ROLE)
            assert [digest.total for digest in digests(world.channels)] == [21]
            world.home.fail("morning.pdf")
            await world.poll()
            assert [card.filename for card in incident_cards(world.channels)] == ["morning.pdf"]

    async def test_outside_of_them_all_is_as_ever(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, quiet_hours=NIGHT, mention_role_id=ROLE) as world:
            world.home.fail("noon.pdf")
            await world.poll()
            [message] = world.channels.in_channel()
            assert (message.silent, message.mention_role_id) == (False, ROLE)


async def test_a_role_is_mentioned_once_a_window(tmp_path: Path) -> None:
    async with a_world(tmp_path, mention_role_id=ROLE) as world:
        for number in range(4):
            world.home.fail(f"{number}.pdf")
            await world.poll(after=100)
        mentions = [message.mention_role_id for message in world.channels.in_channel()]
        assert mentions == [ROLE, None, None, ROLE]


async def test_a_thread_only_where_it_is_asked_for(tmp_path: Path) -> None:
    async with a_world(tmp_path, thread=True) as world:
        world.home.fail("discussed.pdf")
        await world.poll()
        assert [message.thread for message in world.channels.in_channel()] == [True]

"""What people set, and when they are called: mutes that end, reminders, quiet hours, mentions, threads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.failures.card import Card, DigestCard, IncidentCard, IncidentKind, Mute, ReminderCard
from bot.failures.parts import CHUNK
from tests.failures.world import ADA, ALERTS, OTHER, ROLE, World, a_world, digests, incident_cards


def reminders(world: World) -> list[ReminderCard]:
    return [card for card in world.channels.cards() if isinstance(card, ReminderCard)]


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
            [running] = await world.ledger.mutes.running()
            assert (running.filename, running.swallowed, running.user_name) == ("noisy.pdf", 2, "ada")

    async def test_what_failed_in_the_meantime_is_told_when_the_mute_ends(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await self._swallow(world)
            assert len(incident_cards(world.channels)) == 1
            await world.poll(5, after=900)
            assert len(incident_cards(world.channels)) == 2
            assert await world.ledger.mutes.running() == ()

    async def test_ended_by_hand_it_is_told_within_half_a_minute(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            await self._swallow(world)
            [mute] = await world.ledger.mutes.running()
            assert await world.desk.unmute(mute.mute_id, user_id=ADA, user_name="ada")
            assert not await world.desk.unmute(mute.mute_id, user_id=ADA, user_name="ada")
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

    async def test_of_what_was_not_run_is_listed_as_that(self, tmp_path: Path) -> None:
        """A failure of the same task is told all the same."""
        async with a_world(tmp_path) as world:
            world.home.worker.stop()
            world.home.revoke(world.home.upload("never.pdf"))
            await world.poll()
            [card] = incident_cards(world.channels)
            await world.desk.mute(
                card_id=card.card_id, for_=timedelta(hours=1), until_change=False, user_id=ADA, user_name="ada"
            )
            [mute] = await world.ledger.mutes.running()
            assert (mute.kind, mute.filename) == (IncidentKind.REVOKED, "never.pdf")

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
            assert await world.ledger.mutes.running() == ()
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


class TestMutesOfAKind:
    async def test_nothing_of_it_is_told_whatever_the_file_until_it_ends(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, single_cards=0) as world:
            world.home.fail("one.pdf", "corrupt")
            world.home.fail("two.pdf", "corrupt")
            world.home.fail("other.pdf", "unsupported")
            await world.poll()
            mute = await mute_line(world, "two.pdf", for_=timedelta(minutes=10))
            assert (mute.filename, mute.task_type) == (None, "consume_file")
            world.home.fail("three.pdf", "corrupt")
            world.home.fail("more.pdf", "unsupported")
            await world.poll(3)
            [digest] = digests(world.channels)
            lines = {line.examples: line for line in digest.lines}
            assert set(lines) == {("one.pdf", "two.pdf"), ("other.pdf", "more.pdf")}
            assert lines["one.pdf", "two.pdf"].muted_until == mute.until
            assert lines["other.pdf", "more.pdf"].muted_until is None
            assert [running.swallowed for running in await world.ledger.mutes.running()] == [1]
            await world.poll(4, after=300)
            assert any("three.pdf" in told(world, card) for card in world.channels.cards())

    async def test_what_stands_is_counted_on_and_what_is_muted_alone_stays_so(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, single_cards=0) as world:
            for name in ("one.pdf", "two.pdf"):
                world.home.fail(name, "corrupt")
            await world.poll()
            await mute_line(world, "two.pdf")
            world.home.fail("one.pdf", "corrupt")
            await world.poll(2)
            assert digests(world.channels)[0].total == 3

    async def test_when_it_ends_no_card_still_says_that_it_lasts(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, single_cards=1) as world:
            for name in ("one.pdf", "two.pdf", "three.pdf"):
                world.home.fail(name, "corrupt")
            await world.poll()
            await world.deliver(5)
            mute = await mute_line(world, "two.pdf")
            await world.deliver(5)
            [single] = incident_cards(world.channels)
            assert single.muted_until == mute.until
            await world.desk.acknowledge(card_id=single.card_id, through=None, user_id=ADA, user_name="ada")
            await world.deliver(5)
            await world.desk.unmute(mute.mute_id, user_id=ADA, user_name="ada")
            await world.deliver(5)
            for message in world.channels.in_channel():
                assert message.card == await world.ledger.card(message.card.card_id)

    async def test_more_than_one_look_can_tell_is_told_all_the_same_when_another_mute_ends(
        self, tmp_path: Path
    ) -> None:
        async with a_world(tmp_path, single_cards=0) as world:
            for name in ("one.pdf", "two.pdf"):
                world.home.fail(name, "corrupt")
                world.home.fail(f"x-{name}", "unsupported")
            await world.poll()
            await mute_line(world, "two.pdf", for_=timedelta(days=20))
            await mute_line(world, "x-two.pdf", for_=timedelta(minutes=10))
            for number in range(CHUNK + 20):
                world.home.fail(f"silent-{number}.pdf", "corrupt")
            world.home.fail("x-late.pdf", "unsupported")
            await world.poll(4, after=300)
            assert any("x-late.pdf" in told(world, card) for card in world.channels.cards())

    async def test_of_a_line_that_is_on_another_card_there_is_nothing_to_mute(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, single_cards=0) as world:
            for name in ("one.pdf", "two.pdf"):
                world.home.fail(name, "corrupt")
            await world.poll()
            [digest] = digests(world.channels)
            for card_id, line_id in ((digest.card_id, 4711), (4711, digest.lines[0].line_id)):
                muted = await world.desk.mute(
                    card_id=card_id, line_id=line_id, for_=None, until_change=False, user_id=ADA, user_name="ada"
                )
                assert muted is None


async def mute_line(world: World, example: str, *, for_: timedelta = timedelta(hours=1)) -> Mute:
    """Mute the line of the digest that names this file."""
    [digest] = digests(world.channels)
    line = next(line for line in digest.lines if example in line.examples)
    mute = await world.desk.mute(
        card_id=digest.card_id, line_id=line.line_id, for_=for_, until_change=False, user_id=ADA, user_name="ada"
    )
    assert mute is not None
    return mute


def told(world: World, card: Card) -> str:
    """The names that a card gives."""
    if isinstance(card, IncidentCard):
        return card.filename or ""
    return " ".join(name for line in card.lines for name in line.examples) if isinstance(card, DigestCard) else ""


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
            await world.poll(4 * 8, after=900)
            assert len(reminders(world)) == 4

    async def test_says_so_when_somebody_has(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, escalate_after_seconds=3600) as world:
            row = world.home.fail("forgotten.pdf")
            await world.poll(5, after=900)
            world.home.acknowledge_in_web_ui([row])
            await world.poll(2)
            await world.deliver(5)
            assert reminders(world)[0].open_total == 0

    async def test_one_that_is_over_is_not_edited_again_however_often_a_channel_is_done_with(
        self, tmp_path: Path
    ) -> None:
        """A channel holds the reminders of months, and Discord limits edits of old messages."""
        async with a_world(tmp_path, escalate_after_seconds=3600) as world:
            for name in ("first.pdf", "second.pdf", "third.pdf"):
                row = world.home.fail(name)
                await world.poll(5, after=900)
                world.home.acknowledge_in_web_ui([row])
                await world.poll(2)
                await world.deliver(5)
            told = [each for each in world.channels.in_channel() if isinstance(each.card, ReminderCard)]
            assert [[card.open_total for card in each.states if isinstance(card, ReminderCard)] for each in told] == [
                [1, 0]
            ] * 3

    async def test_it_is_about_its_channel_and_so_is_what_it_leads_to(self, tmp_path: Path) -> None:
        route = {"channel_id": OTHER, "task_types": ["train_classifier"]}
        async with a_world(tmp_path, escalate_after_seconds=3600, routes=[route]) as world:
            world.home.fail("forgotten.pdf")
            world.home.fail_training()
            await world.poll(5, after=900)
            [card] = reminders(world)
            page = await world.ledger.reminded_rows(card.channel_id)
            assert (card.open_total, page.total, [row.filename for row in page.rows]) == (1, 1, ["forgotten.pdf"])

    async def test_that_discord_was_away_for_is_not_posted_once_all_is_acknowledged(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, escalate_after_seconds=3600) as world:
            row = world.home.fail("forgotten.pdf")
            await world.poll(3, after=900)
            world.channels.closed.add(ALERTS)
            await world.poll(3, after=900)
            world.home.acknowledge_in_web_ui([row])
            await world.poll(2)
            world.channels.closed.clear()
            await world.poll(2, after=900)
            assert [type(card) for card in world.channels.cards()] == [IncidentCard]

    async def test_none_where_it_is_off(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            world.home.fail("forgotten.pdf")
            await world.poll(20, after=900)
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

"""Cards arrive once, in order, whatever Discord does: refusals, silence, closed doors."""

import itertools
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.failures.card import DigestCard, IncidentCard, IncidentState
from bot.failures.notifier import NotifierError, Post, Unsendable
from bot.lease import LeaseLost
from tests.failures.world import ALERTS, OTHER, ROLE, a_world, digests, names_shown


async def test_429_is_waited_for_as_long_as_discord_says(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(NotifierError("429", retry_after=20))
        world.home.fail("once.pdf")
        await world.poll()
        await world.deliver(18)
        assert names_shown(world) == []
        await world.deliver(3)
        assert names_shown(world) == ["once.pdf"]


async def test_discord_down_loses_nothing_and_is_asked_ever_less_often(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.extend(NotifierError("503") for _ in range(8))
        world.home.burst(3)
        await world.poll()
        await world.deliver(300)
        assert names_shown(world) == ["scan-00000.pdf", "scan-00001.pdf", "scan-00002.pdf"]
        assert world.channels.calls.count("post") == 8 + 3 - 1  # one was a look whether it stands already


async def test_order_holds_through_failures(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.lost.extend([NotifierError("1"), NotifierError("2")])
        world.channels.faults.append(NotifierError("3"))
        world.home.burst(5)
        await world.poll()
        await world.deliver(60)
        assert names_shown(world) == [f"scan-0000{number}.pdf" for number in range(5)]


async def test_a_channel_that_is_closed_is_told_once_and_gets_everything_when_it_opens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with a_world(tmp_path) as world:
        world.channels.closed.add(ALERTS)
        for number in range(20):
            world.home.fail(f"{number}.pdf")
            await world.poll()
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert [f"Channel {ALERTS}" in record.getMessage() for record in errors] == [True]
        assert len(world.channels.calls) < 5
        world.channels.closed.clear()
        await world.deliver(900)
        assert names_shown(world) == [f"{number}.pdf" for number in range(5)]
        assert [digest.total for digest in digests(world.channels)] == [15]
        assert [record.message for record in caplog.records].count(f"Channel {ALERTS} can be written to again") == 1


async def test_a_closed_channel_does_not_keep_another_waiting(tmp_path: Path) -> None:
    async with a_world(tmp_path, routes=({"channel_id": OTHER, "owners": [4]},)) as world:
        world.channels.closed.add(ALERTS)
        world.home.fail("mine.pdf")
        world.home.fail("theirs.pdf", owner="operator")
        await world.poll()
        assert names_shown(world, OTHER) == ["theirs.pdf"]
        assert names_shown(world) == []  # and goes nowhere else: another channel has other readers


async def test_a_send_that_hangs_keeps_neither_the_poll_nor_another_channel_waiting(tmp_path: Path) -> None:
    async with a_world(tmp_path, routes=({"channel_id": OTHER, "owners": [4]},)) as world:
        world.desk.courier.patience = 0.05
        world.channels.hangs.add(ALERTS)
        world.home.fail("hangs.pdf")
        await world.poll()
        for number in range(5):
            world.home.fail(f"{number}.pdf", owner="operator")
            await world.poll()
        assert len(names_shown(world, OTHER)) == 5
        world.channels.hangs.clear()
        world.channels.release.set()
        await world.lanes()
        assert names_shown(world) == ["hangs.pdf"]
        assert world.channels.calls.count("post") == 6


async def test_a_card_that_discord_refuses_holds_nothing_up_and_is_tried_again_when_it_changes(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(Unsendable("Invalid Form Body"))
        row = world.home.fail("odd.pdf")
        world.home.fail("fine.pdf")
        await world.poll()
        assert names_shown(world) == ["fine.pdf"]
        await world.deliver(10)
        assert world.channels.calls.count("post") == 2
        world.home.acknowledge_in_web_ui([row])
        await world.poll(2)
        assert sorted(map(str, names_shown(world))) == ["fine.pdf", "odd.pdf"]


async def test_one_card_that_fails_again_and_again_lets_the_others_pass(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        refuse = {"odd.pdf"}
        post = world.channels.post

        async def picky(asked: Post, /) -> int:
            if isinstance(asked.card, IncidentCard) and asked.card.filename in refuse:
                raise NotifierError("500")
            return await post(asked)

        world.channels.post = picky  # type: ignore[method-assign]
        world.home.fail("odd.pdf")
        world.home.fail("fine.pdf")
        await world.poll()
        await world.deliver(600)
        assert names_shown(world) == ["fine.pdf"]
        refuse.clear()
        await world.deliver(90)
        assert names_shown(world) == ["fine.pdf", "odd.pdf"]


async def test_an_exception_that_nobody_foresaw_is_waited_out(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(RuntimeError("a defect in the notifier"))
        world.home.fail("once.pdf")
        await world.poll()
        await world.deliver(5)
        assert names_shown(world) == ["once.pdf"]


async def test_that_another_process_takes_over_is_no_defect(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(LeaseLost())
        world.home.fail("once.pdf")
        await world.poll()
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_what_discord_missed_for_a_day_becomes_one_digest(tmp_path: Path) -> None:
    async with a_world(tmp_path, mention_role_id=ROLE) as world:
        world.channels.closed.add(ALERTS)
        for hour in range(24):
            world.home.burst(10, prefix=f"hour-{hour}")
            await world.poll(after=3600)
        world.channels.closed.clear()
        world.home.fail("now.pdf")
        await world.poll(after=0)
        await world.deliver(900)
        first, *rest = world.channels.in_channel()
        assert isinstance(first.card, DigestCard)
        assert first.card.catch_up_since is not None
        assert first.mention_role_id is None
        total = first.card.total + sum(card.card.total for card in rest if isinstance(card.card, DigestCard))
        total += sum(isinstance(card.card, IncidentCard) for card in rest)
        assert total == 241
        assert len(rest) <= 6


async def test_a_card_acknowledged_before_it_could_be_posted_calls_nobody(tmp_path: Path) -> None:
    async with a_world(tmp_path, mention_role_id=ROLE) as world:
        world.channels.closed.add(ALERTS)
        row = world.home.fail("handled.pdf")
        await world.poll()
        world.home.acknowledge_in_web_ui([row])
        await world.poll(2)
        world.channels.closed.clear()
        await world.deliver(120)
        [message] = world.channels.in_channel()
        assert (message.mention_role_id, message.silent) == (None, True)
        assert isinstance(message.card, IncidentCard)
        assert message.card.state is IncidentState.ACKNOWLEDGED


async def test_edits_of_one_message_keep_two_seconds_apart(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        times = []
        edit = world.channels.edit

        async def timed(**call: object) -> None:
            times.append(world.clock.now())
            await edit(**call)  # type: ignore[arg-type]

        world.channels.edit = timed  # type: ignore[method-assign]
        for _ in range(30):
            world.home.fail("again.pdf")
            await world.poll(after=0.5)
        assert len(times) > 3
        assert all(later - earlier >= timedelta(seconds=2) for earlier, later in itertools.pairwise(times))

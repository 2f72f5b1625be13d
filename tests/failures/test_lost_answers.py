"""A call of which no answer came, in this life of the bot or in the one before it, is made neither twice nor never."""

from pathlib import Path

import pytest

from bot.failures.card import IncidentCard, IncidentState
from bot.failures.notifier import MessageGone, NotifierError, NotSupported, Unsendable
from tests.failures.world import Died, a_world, incident_cards, names_shown


async def test_an_answer_that_was_lost_is_no_second_message(tmp_path: Path) -> None:
    """The connection was dropped in mid-POST, and the message stands: the same nonce answers with it."""
    async with a_world(tmp_path) as world:
        world.channels.lost.append(NotifierError("connection dropped"))
        world.home.fail("once.pdf")
        await world.poll()
        await world.deliver(5)
        assert names_shown(world) == ["once.pdf"]
        assert world.channels.calls == ["post", "post"]


async def test_what_changed_between_a_lost_answer_and_its_repetition_is_on_the_message(tmp_path: Path) -> None:
    """The nonce answers with the message as it was first sent."""
    async with a_world(tmp_path) as world:
        world.channels.lost.append(NotifierError("connection dropped", retry_after=8))
        world.home.fail("twice.pdf")
        await world.poll()
        world.home.fail("twice.pdf")
        await world.poll()
        await world.deliver(10)
        [message] = world.channels.in_channel()
        assert isinstance(message.card, IncidentCard)
        assert message.card.count == 2


async def test_an_answer_lost_for_longer_than_a_nonce_holds_is_looked_for(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.lost.append(NotifierError("connection dropped", retry_after=600))
        world.home.fail("once.pdf")
        await world.poll()
        await world.deliver(601)
        assert names_shown(world) == ["once.pdf"]
        assert "find" in world.channels.calls


async def test_a_post_of_an_earlier_life_that_did_arrive_is_found(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.lost.append(Died())  # the process dies with the answer on its way
        world.home.fail("once.pdf")
        await world.poll()
        world.clock.advance(3600)
        await world.restart()
        await world.poll()
        await world.deliver(5)
        assert names_shown(world) == ["once.pdf"]
        assert world.channels.calls.count("post") == 1


async def test_a_post_of_an_earlier_life_that_never_arrived_is_sent(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(Died())
        world.home.fail("once.pdf")
        await world.poll()
        assert names_shown(world) == []
        await world.restart()
        await world.poll()
        assert names_shown(world) == ["once.pdf"]
        assert world.channels.calls == ["post", "find", "post"]


async def test_a_post_of_an_earlier_life_is_sent_where_it_cannot_be_looked_for(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(Died())
        world.home.fail("once.pdf")
        await world.poll()
        await world.restart()
        world.channels.faults.append(MessageGone())  # a 404 for the history of the channel
        await world.poll()
        assert names_shown(world) == ["once.pdf"]


async def test_where_there_is_no_looking_back_it_is_tried_a_few_times_said_once_and_sent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(Died())
        for name in ("one.pdf", "two.pdf"):
            world.home.fail(name)
        await world.poll()
        await world.restart()
        world.channels.faults.extend(NotSupported("Discord answered 405") for _ in range(3))
        await world.deliver(10)
        assert names_shown(world) == ["one.pdf", "two.pdf"]
        assert world.channels.calls.count("find") == 3
        told = [record for record in caplog.records if getattr(record, "event", "") == "channel_unreadable"]
        assert ["may come twice" in record.getMessage() for record in told] == [True]


async def test_a_query_of_the_history_that_is_refused_is_no_card_that_is_refused(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.faults.append(Died())
        world.home.fail("once.pdf")
        await world.poll()
        await world.restart()
        world.channels.faults.append(Unsendable("Invalid Form Body: after"))
        await world.deliver(5)
        assert names_shown(world) == ["once.pdf"]


async def test_what_changed_while_the_message_was_lost_is_on_it_afterwards(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.channels.lost.append(Died())
        row = world.home.fail("once.pdf")
        await world.poll()
        await world.restart()
        world.home.acknowledge_in_web_ui([row])
        await world.poll(2)
        await world.deliver(5)
        [card] = incident_cards(world.channels)
        assert card.state is IncidentState.ACKNOWLEDGED


async def test_an_edit_is_an_intent_as_a_post_is(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        row = world.home.fail("once.pdf")
        await world.poll(2)
        world.home.acknowledge_in_web_ui([row])
        world.channels.faults.append(Died())  # dies with the edit under way
        await world.poll(2)
        await world.restart()
        await world.deliver(5)
        assert incident_cards(world.channels)[0].state is IncidentState.ACKNOWLEDGED

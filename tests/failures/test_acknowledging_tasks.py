"""Acknowledged from elsewhere in the chat, by UUID: what stands on a card says so there."""

from pathlib import Path

from bot.failures.card import IncidentCard, IncidentState
from bot.failures.outcome import (
    Acknowledged,
    NothingOpen,
)
from tests.failures.world import ADA, World, a_world, incident_cards


async def a_card(world: World) -> IncidentCard:
    world.home.fail("invoice.pdf", owner="bob")
    await world.poll(2)
    [card] = incident_cards(world.channels)
    return card


class TestTasksByTheirUuid:
    async def test_one_that_stands_on_a_card_says_so_there(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            card = await a_card(world)
            outcome = await world.desk.acknowledge_tasks(
                server="home", task_ids=[card.task_id], user_id=ADA, user_name="ada"
            )
            assert outcome == Acknowledged(count=1, vanished=0)
            await world.deliver(3)
            assert incident_cards(world.channels)[0].acknowledgement is not None

    async def test_one_of_the_backlog(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, begun=False) as world:
            row = world.home.fail("old.pdf")
            await world.poll()
            outcome = await world.desk.acknowledge_tasks(
                server="home", task_ids=[row.task_id], user_id=ADA, user_name="ada"
            )
            assert outcome == Acknowledged(count=1, vanished=0)
            assert row.acknowledged

    async def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            outcome = await world.desk.acknowledge_tasks(
                server="home", task_ids=["nowhere"], user_id=ADA, user_name="ada"
            )
            assert outcome == NothingOpen(state=IncidentState.GONE)

    async def test_some_on_cards_and_some_of_the_backlog(self, tmp_path: Path) -> None:
        async with a_world(tmp_path, begun=False) as world:
            old = world.home.fail("old.pdf")
            await world.poll()
            new = world.home.fail("new.pdf")
            await world.poll()
            outcome = await world.desk.acknowledge_tasks(
                server="home", task_ids=[old.task_id, new.task_id], user_id=ADA, user_name="ada"
            )
            assert outcome == Acknowledged(count=2, vanished=0)
            assert (old.acknowledged, new.acknowledged) == (True, True)

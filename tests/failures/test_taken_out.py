"""A server that was taken out of the configuration, or renamed there: its cards stand, and nobody is left to ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.failures.card import IncidentCard, IncidentState
from bot.failures.outcome import Acknowledged
from bot.ui.cards import render
from tests.failures.world import ADA, World, a_world, digests, incident_cards
from tests.ui.payload import lines, urls


@asynccontextmanager
async def failed_on_two(path: Path, *, single_cards: int = 5) -> AsyncIterator[World]:
    async with a_world(path, names=("home", "office"), single_cards=single_cards) as world:
        world.home.fail("home.pdf")
        world.paperless["office"].fail("office.pdf")
        world.clock.advance(5)
        for watcher in world.desk.watchers.values():
            await watcher.poll_once()
        await world.deliver(3)
        yield world


async def take_out(world: World) -> None:
    """And start anew."""
    office = world.paperless.pop("office")
    await world.restart()
    await office.stop()


def of_office(world: World) -> IncidentCard:
    [card] = [card for card in incident_cards(world.channels) if card.server == "office"]
    return card


async def test_what_failed_there_is_acknowledged_here_alone(tmp_path: Path) -> None:
    async with failed_on_two(tmp_path) as world:
        await take_out(world)
        card = of_office(world)
        outcome = await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=ADA, user_name="ada")
        assert outcome == Acknowledged(count=1, vanished=0, unwatched=("office",))
        await world.deliver(3)
        assert of_office(world).state is IncidentState.ACKNOWLEDGED


async def test_its_cards_go_on_to_say_where_it_was_and_lead_nowhere(tmp_path: Path) -> None:
    """With one server left, "Paperless" would be that one."""
    async with failed_on_two(tmp_path) as world:
        await take_out(world)
        card = await world.ledger.card(of_office(world).card_id)
        assert isinstance(card, IncidentCard)
        assert (card.show_server, card.link_base) == (True, "")
        assert urls(render(card)) == []
        assert lines(render(card))[-1].endswith(" · office")


async def test_an_acknowledgement_that_an_earlier_life_left_stops_no_start(tmp_path: Path) -> None:
    async with failed_on_two(tmp_path) as world:
        await world.ledger.claims.claim_card(of_office(world).card_id, through=None, user_id=ADA, user_name="ada")
        await take_out(world)
        await world.deliver(3)
        assert of_office(world).state is IncidentState.ACKNOWLEDGED


async def test_of_a_digest_the_rest_is_acknowledged_in_paperless(tmp_path: Path) -> None:
    async with failed_on_two(tmp_path, single_cards=0) as world:
        await take_out(world)
        [digest] = digests(world.channels)
        outcome = await world.desk.acknowledge(
            card_id=digest.card_id, through=digest.through, user_id=ADA, user_name="ada"
        )
        assert outcome == Acknowledged(count=2, vanished=0, unwatched=("office",))
        assert [row.acknowledged for row in world.home.table] == [True]

"""An edit whose answer never came may come to Discord late, after a newer one: then the card is shown once more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.failures.card import IncidentCard, IncidentState
from bot.failures.notifier import ChannelForbidden, NotifierError
from tests.failures.world import ADA, Died, World, a_world, incident_cards

NEVER = 1e6  # seconds: not by itself


async def later(world: World) -> None:
    """A minute, after which nothing is on its way any more."""
    await world.deliver(1)
    world.clock.advance(57)
    await world.deliver(2)


def newest(world: World) -> IncidentCard:
    [card] = incident_cards(world.channels)
    return card


@asynccontextmanager
async def ended_by(fault: BaseException, path: Path) -> AsyncIterator[World]:
    """A card that counts two failures in the ledger; the edit that says so is held back, its sender heard `fault`."""
    async with a_world(path) as world:
        world.home.fail("again.pdf")
        await world.poll()
        world.channels.late.append((fault, NEVER))
        world.home.fail("again.pdf")
        await world.poll()
        yield world


async def acknowledged(world: World) -> None:
    card = newest(world)
    await world.desk.acknowledge(card_id=card.card_id, through=None, user_id=ADA, user_name="ada")
    await world.deliver(3)
    assert newest(world).state is IncidentState.ACKNOWLEDGED


async def stays_acknowledged(world: World) -> None:
    """By a new life, while what earlier ones sent arrives."""
    await world.restart()
    await acknowledged(world)
    world.channels.arrives()
    assert newest(world).state is IncidentState.OPEN  # as it was lives ago
    await later(world)
    assert newest(world).state is IncidentState.ACKNOWLEDGED


async def test_one_of_a_life_that_was_killed_does_not_undo_what_the_next_one_said(tmp_path: Path) -> None:
    async with ended_by(Died(), tmp_path) as world:
        await stays_acknowledged(world)


async def test_nor_what_the_life_after_that_said(tmp_path: Path) -> None:
    """The one between is killed before it could show the card once more."""
    async with ended_by(Died(), tmp_path) as world:
        await world.restart()
        await world.deliver(2)
        await stays_acknowledged(world)


async def test_nor_does_the_repetition_of_a_life_that_is_killed_in_it(tmp_path: Path) -> None:
    async with ended_by(Died(), tmp_path) as world:
        await world.restart()
        await world.deliver(2)
        world.channels.late.append((Died(), NEVER))
        await later(world)
        assert world.channels.dead
        await stays_acknowledged(world)


async def test_one_whose_connection_broke_does_not_undo_what_the_same_life_said_later(tmp_path: Path) -> None:
    async with ended_by(NotifierError("connection dropped"), tmp_path) as world:
        await world.deliver(3)
        await acknowledged(world)
        world.channels.arrives()
        await later(world)
        assert newest(world).state is IncidentState.ACKNOWLEDGED


async def test_the_card_is_shown_once_more_and_not_again(tmp_path: Path) -> None:
    async with ended_by(Died(), tmp_path) as world:
        await world.restart()
        before = world.channels.calls.count("edit")
        await later(world)
        await later(world)
        assert world.channels.calls.count("edit") - before == 2
        assert await world.ledger.outbox.depth() == 0
        await world.restart()
        await later(world)
        assert world.channels.calls.count("edit") - before == 2


@pytest.mark.parametrize(
    "refusal", [NotifierError("429", retry_after=2), ChannelForbidden("Missing Access")], ids=["429", "403"]
)
async def test_one_that_was_refused_is_not_on_its_way(tmp_path: Path, refusal: NotifierError) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("again.pdf")
        await world.poll()
        world.channels.faults.append(refusal)
        world.home.fail("again.pdf")
        await world.poll()
        await later(world)
        await later(world)
        assert newest(world).count == 2
        assert world.channels.calls.count("edit") == 2


async def test_a_press_is_shown_at_once_while_an_older_edit_may_still_come(tmp_path: Path) -> None:
    async with ended_by(Died(), tmp_path) as world:
        await world.restart()
        await world.deliver(4)
        card = newest(world)
        await world.desk.acknowledge(card_id=card.card_id, through=None, user_id=ADA, user_name="ada")
        assert newest(world).state is IncidentState.ACKNOWLEDGED

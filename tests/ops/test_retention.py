"""What was settled long ago is forgotten, what is open is not, and nothing forgotten is told as new."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.failures.retention import Retention
from bot.failures.schema import card, claim, drill, failure, incident
from tests.failures.world import ADA, World, a_world, incident_cards

YEAR = timedelta(days=365)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else None
    async with a_world(tmp_path, url=url) as world:
        yield world


def database_of(world: World) -> Database:
    assert world.database is not None
    return world.database


async def numbers(world: World) -> dict[str, int]:
    async with database_of(world).read() as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (failure, incident, card, claim)
        }


async def forget(world: World, *, turns: int = 2) -> int:
    retention = Retention(database_of(world), now=world.clock.now)
    return sum([await retention.forget(YEAR) for _ in range(turns)])


async def acknowledged(world: World, name: str) -> None:
    world.home.fail(name)
    await world.poll()
    (shown,) = [each for each in incident_cards(world.channels) if each.filename == name]
    await world.desk.acknowledge(card_id=shown.card_id, through=shown.through, user_id=ADA, user_name="ada")


async def test_what_was_settled_long_ago_is_forgotten_with_its_card_and_claim(world: World) -> None:
    await acknowledged(world, "old.pdf")
    world.clock.advance((YEAR + timedelta(days=1)).total_seconds())
    await acknowledged(world, "new.pdf")

    assert await forget(world) == 1

    assert await numbers(world) == {"failure": 1, "incident": 1, "card": 1, "claim": 1}


async def test_what_is_open_is_kept_however_old_it_is(world: World) -> None:
    world.home.fail("open.pdf")
    await world.poll()
    before = await numbers(world)
    world.clock.advance((3 * YEAR).total_seconds())

    assert await forget(world, turns=3) == 0
    assert await numbers(world) == before


async def test_nothing_goes_at_the_turn_that_raises_the_bound(world: World) -> None:
    await acknowledged(world, "old.pdf")
    world.clock.advance((YEAR + timedelta(days=1)).total_seconds())

    assert await forget(world, turns=1) == 0
    assert await forget(world, turns=1) == 1


async def test_what_is_forgotten_and_still_listed_is_not_told_again(world: World) -> None:
    for number in range(3):
        await acknowledged(world, f"old-{number}.pdf")
    world.clock.advance((YEAR + timedelta(days=1)).total_seconds())
    assert await forget(world) == 3
    told = len(world.channels.messages)

    await world.restart()
    async with database_of(world).write() as connection:  # a reading that has to go all the way down
        await connection.exec_driver_sql("UPDATE server SET quiet_count = NULL, listed = 0, watermark = NULL")
    await world.poll(3, after=400)

    assert len(world.channels.messages) == told
    assert (await numbers(world))["failure"] == 0


async def test_the_same_task_failing_again_after_it_was_forgotten_is_told(world: World) -> None:
    await acknowledged(world, "old.pdf")
    world.clock.advance((YEAR + timedelta(days=1)).total_seconds())
    await forget(world)
    told = len(world.channels.messages)

    world.home.fail("old.pdf")
    await world.poll(2)

    assert len(world.channels.messages) == told + 1


async def test_a_drill_that_was_asked_for_long_ago_is_forgotten(world: World) -> None:
    async with database_of(world).write() as connection:
        await connection.execute(drill.insert().values(asked_at=world.clock.now()))
    await forget(world)
    async with database_of(world).read() as connection:
        assert len((await connection.execute(drill.select())).all()) == 1
    world.clock.advance((YEAR + timedelta(days=1)).total_seconds())

    await forget(world)

    async with database_of(world).read() as connection:
        assert (await connection.execute(drill.select())).all() == []

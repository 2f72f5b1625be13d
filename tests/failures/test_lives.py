"""From one life of the bot, or of its database, to the next."""

import asyncio
from pathlib import Path

from tests.failures.world import ALERTS, a_world, names_shown


async def test_a_database_that_is_begun_anew_meets_no_nonce_and_no_card_of_the_old_one(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.home.fail("once.pdf")
        await world.poll()
        await world.close()
        world.path = tmp_path / "another.db"
        await world.open()
        await world.watcher.poll_once()
        world.home.fail("twice.pdf")
        await world.poll()
        assert names_shown(world) == ["once.pdf", "twice.pdf"]
        assert len({message.nonce for message in world.channels.in_channel()}) == 3  # and the new backlog's


async def test_closing_lets_a_send_arrive(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.desk.courier.patience = 0.01
        world.channels.hangs.add(ALERTS)
        world.home.fail("late.pdf")
        await world.poll()
        closing = asyncio.create_task(world.desk.close(patience=5))
        await asyncio.sleep(0)
        world.channels.release.set()
        await closing
        assert names_shown(world) == ["late.pdf"]

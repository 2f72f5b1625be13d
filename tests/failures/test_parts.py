"""What the ledger says to the database is said in few texts: each one that differs is kept prepared, and is memory."""

import re
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.failures.parts import CHUNK, among, chunks
from bot.failures.schema import failure
from tests.failures.world import World, a_world

LIST = re.compile(r"IN \((\?(?:, \?)*)\)")
ROWS = re.compile(r"VALUES \([^()]*\), \(")


def texts_of(world: World) -> set[str]:
    """Grows with every statement of a text that was not heard before."""
    assert world.database is not None
    found: set[str] = set()
    event.listen(world.database.engine.sync_engine, "before_cursor_execute", lambda *given: found.add(given[2]))
    return found


async def come_and_go(world: World, number: int) -> None:
    """So many failures at once, of twenty kinds; told, acknowledged in Paperless, and their cards changed."""
    world.home.burst(number, kinds=20, prefix=f"burst-{number}")
    await world.poll()
    await world.deliver(10)
    world.home.acknowledge_in_web_ui(world.home.table)
    await world.poll(5)
    await world.deliver(10)
    world.clock.advance(3600)


async def test_what_is_said_of_many_is_said_in_few_lengths(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        texts = texts_of(world)
        for number in (3, 7, 23, 51):
            await come_and_go(world, number)
    lengths = {found.count("?") for text in texts for found in LIST.findall(text)}
    assert lengths >= {1, 4, 16}
    assert lengths <= {1, 2, 4, 16, 64, 256}  # 2: kinds and states, named in the statement
    assert [text for text in texts if ROWS.search(text)] == []


@pytest.mark.parametrize(
    ("given", "asked"), [(0, 0), (1, 1), (2, 4), (4, 4), (5, 16), (64, 64), (65, 256), (257, CHUNK), (CHUNK, CHUNK)]
)
def test_a_list_is_filled_up_to_one_of_few_lengths_with_values_that_it_has(given: int, asked: int) -> None:
    values = list(range(given))
    [bound] = among(failure.c.id, values).compile().params.values()
    assert (len(bound), set(bound)) == (asked, set(values))


def test_more_than_fits_in_one_statement_comes_in_parts() -> None:
    assert [len(part) for part in chunks(range(2 * CHUNK + 1))] == [CHUNK, CHUNK, 1]

"""From every revision there ever was to the newest: the ledger opens, and what it held is in it."""

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import migrations
from bot.checks.database import check_database
from bot.checks.finding import Level
from bot.database import Database, engine_for
from bot.failures.ledger import Ledger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLDER = migrations.REVISIONS[:-1]


def test_the_newest_revision_is_the_one_that_alembic_would_go_to() -> None:
    script = ScriptDirectory(str(migrations.FOLDER))

    assert script.get_heads() == [migrations.HEAD]
    assert tuple(reversed([revision.revision for revision in script.walk_revisions()])) == migrations.REVISIONS


def value_for(column: sa.Column[Any], number: int) -> object:
    """Something of the column's kind; 1 for every key, so that rows refer to each other."""
    if column.primary_key or column.foreign_keys:
        return "1" if isinstance(column.type, sa.String) else 1
    for kind, value in (
        (sa.Boolean, False),
        (sa.DateTime, NOW),
        (sa.Integer, number),
        (sa.Float, 1.5),
        (sa.Numeric, 1.5),
        (sa.String, f"text {number}"),
    ):
        if isinstance(column.type, kind):
            return value
    raise AssertionError(f"no value for {column!r}")


def fill(connection: sa.Connection) -> dict[str, int]:
    """A row in each table; how many there are of each then."""
    tables = sa.MetaData()
    tables.reflect(connection)
    numbers = itertools.count(1)
    counts: dict[str, int] = {}
    for table in tables.sorted_tables:
        if table.name in ("alembic_version", "bot_lease"):
            continue
        values = {column.name: value_for(column, next(numbers)) for column in table.columns}
        connection.execute(sa.insert(table).values(values))
        counts[table.name] = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    return counts


def count(connection: sa.Connection, tables: dict[str, int]) -> dict[str, int]:
    return {
        name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one() for name in tables
    }


async def at_revision(engine: AsyncEngine, revision: str) -> dict[str, int]:
    try:
        async with engine.execution_options(bot_writes=True).begin() as connection:
            await connection.run_sync(lambda sync: migrations.upgrade(sync, revision))
            filled: dict[str, int] = await connection.run_sync(fill)
    finally:
        await engine.dispose()
    return filled


async def upgraded(url: str, revision: str) -> None:
    filled = await at_revision(engine_for(make_url(url)), revision)
    assert len(filled) >= 8
    found = await check_database(url)
    assert (found.level, f"revision {revision}" in found.text) == (Level.WARNING, True)

    async with await Database.open(url) as database:
        async with database.read() as connection:
            assert await connection.run_sync(migrations.revision) == migrations.HEAD
            assert await connection.run_sync(lambda sync: count(sync, filled)) == filled
        ledger = await Ledger.open(database, links={"home": "https://docs.example.org"}, now=lambda: NOW)
        await ledger.set_value("it", "works")
        assert await ledger.value("it") == "works"
    assert (await check_database(url)).level is Level.OK


@pytest.mark.parametrize("revision", OLDER)
async def test_a_sqlite_ledger_of_an_older_version_is_brought_up_to_date(tmp_path: Path, revision: str) -> None:
    await upgraded(f"sqlite:///{tmp_path / 'bot.db'}", revision)


@pytest.mark.parametrize("revision", OLDER)
async def test_a_postgresql_ledger_of_an_older_version_is_brought_up_to_date(database_url: str, revision: str) -> None:
    await upgraded(database_url, revision)

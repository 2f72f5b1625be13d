"""The same refusals by PostgreSQL: rows of the audit are only ever added."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.audit import Audit, Entry, Result
from bot.database import Database

ENTRY = Entry(user_id=5, user_name="ada", action="run", subject="x", tasks=("u",), result=Result.DONE)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with await Database.open(database_url) as database:
        yield database


@pytest.mark.parametrize("statement", ["UPDATE audit SET user_name = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_nothing_changes_or_takes_away_a_row(database: Database, statement: str) -> None:
    kept = Audit(database, now=lambda: datetime.now(UTC))
    await kept.record(ENTRY)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as connection:
            await connection.execute(text(statement))
    assert (await kept.page()).total == 1


async def test_what_is_old_is_forgotten_and_what_is_young_stays(database: Database) -> None:
    kept = Audit(database, now=lambda: datetime.now(UTC))
    await Audit(database, now=lambda: datetime.now(UTC) - timedelta(days=400)).record(ENTRY)
    await kept.record(ENTRY)
    assert await kept.forget(days=365) == 1
    assert (await kept.page()).total == 1

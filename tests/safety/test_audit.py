"""The audit tells what was done, and nothing that runs in the bot can make it tell otherwise."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.audit import KEPT_AT_LEAST, Audit, Entry, Result, audit
from bot.database import Database
from bot.paperless.errors import Forbidden, MaybeDone, ServerError

TOKEN = "0123456789abcdef0123456789abcdef01234567"


def entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "user_id": 5,
        "user_name": "ada",
        "action": "acknowledge",
        "subject": "Acknowledge",
        "server": "home",
        "tasks": ("uuid-1",),
        "result": Result.DONE,
    }
    return Entry(**(fields | changes))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(f"sqlite:///{tmp_path / 'bot.db'}") as database:
        yield database


def kept(database: Database, *, at: datetime | None = None) -> Audit:
    return Audit(database, now=lambda: at or datetime.now(UTC))


class TestOnlyAdded:
    """Held by the database itself, whatever code may come to run."""

    async def test_a_row_cannot_be_changed(self, database: Database) -> None:
        await kept(database).record(entry())
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.write() as connection:
                await connection.execute(update(audit).values(user_name="somebody else"))

    async def test_a_row_cannot_be_deleted(self, database: Database) -> None:
        await kept(database).record(entry())
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.write() as connection:
                await connection.execute(delete(audit))

    async def test_a_row_cannot_be_replaced(self, database: Database) -> None:
        row_id = await kept(database).record(entry())
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.write() as connection:
                await connection.execute(
                    text(
                        "INSERT OR REPLACE INTO audit SELECT id, at, user_id, 'x', action, subject, server, tasks,"
                        " result, detail, asked_id FROM audit WHERE id = :id"
                    ),
                    {"id": row_id},
                )

    async def test_of_many_rows_one_that_is_young_keeps_all(self, database: Database) -> None:
        old = datetime.now(UTC) - timedelta(days=400)
        await kept(database, at=old).record(entry())
        await kept(database).record(entry())
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.write() as connection:
                await connection.execute(delete(audit))
        assert (await kept(database).page()).total == 2

    async def test_an_id_is_never_given_twice(self, database: Database) -> None:
        old = datetime.now(UTC) - timedelta(days=400)
        first = await kept(database, at=old).record(entry())
        assert await kept(database).forget(days=365) == 1
        assert await kept(database).record(entry()) > first


class TestRetention:
    async def test_what_is_older_than_the_days_is_forgotten(self, database: Database) -> None:
        for days in (366, 364):
            await kept(database, at=datetime.now(UTC) - timedelta(days=days)).record(entry(subject=f"{days}"))
        assert await kept(database).forget(days=365) == 1
        assert [row.entry.subject for row in (await kept(database).page()).rows] == ["364"]

    async def test_never_what_is_younger_than_the_least(self, database: Database) -> None:
        await kept(database, at=datetime.now(UTC) - KEPT_AT_LEAST + timedelta(hours=1)).record(entry())
        assert await kept(database).forget(days=0) == 0


class TestAttempt:
    async def test_it_is_written_before_anything_is_asked(self, database: Database) -> None:
        async with kept(database).attempt(user_id=5, user_name="ada", action="run", subject="sanity check"):
            (row,) = (await kept(database).page()).rows
            assert row.entry.result is Result.ASKED

    async def test_its_answer_takes_its_place_in_what_is_read(self, database: Database) -> None:
        async with kept(database).attempt(user_id=5, user_name="ada", action="run", subject="x") as attempt:
            attempt.tasks = ("uuid-2",)
        (row,) = (await kept(database).page()).rows
        assert (row.entry.result, row.entry.tasks, row.entry.asked_id) == (Result.DONE, ("uuid-2",), row.id - 1)

    @pytest.mark.parametrize(
        ("error", "result"),
        [
            (Forbidden("the token's user may not run"), Result.FAILED),
            (MaybeDone("no answer came"), Result.UNKNOWN),
            (ServerError("500"), Result.UNKNOWN),
            (KeyError("a defect"), Result.UNKNOWN),
        ],
        ids=lambda value: type(value).__name__,
    )
    async def test_an_error_is_its_result_and_goes_on(
        self, database: Database, error: Exception, result: Result
    ) -> None:
        with pytest.raises(type(error)):
            async with kept(database).attempt(user_id=5, user_name="ada", action="run", subject="x"):
                raise error
        assert (await kept(database).page()).rows[0].entry.result is result

    async def test_cut_off_it_stays_asked(self, database: Database) -> None:
        asked = asyncio.Event()

        async def run() -> None:
            async with kept(database).attempt(user_id=5, user_name="ada", action="run", subject="x"):
                asked.set()
                await asyncio.Event().wait()

        running = asyncio.create_task(run())
        await asked.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        (row,) = (await kept(database).page()).rows
        assert row.entry.result is Result.ASKED

    async def test_a_secret_in_an_error_is_not_written_down(self, database: Database) -> None:
        with pytest.raises(Forbidden):
            async with kept(database).attempt(user_id=5, user_name="ada", action="run", subject="x"):
                raise Forbidden(f"Authorization: Token {TOKEN} was refused")
        async with database.read() as connection:
            written = (await connection.execute(select(audit))).all()
        assert TOKEN not in str(written)


async def test_pages_newest_first_for_one_person_or_for_all(database: Database) -> None:
    for number in range(10):
        await kept(database).record(entry(user_id=number % 2, subject=str(number)))
    page = await kept(database).page(user_id=1, offset=1, limit=2)
    assert page.total == 5
    assert [row.entry.subject for row in page.rows] == ["7", "5"]


async def test_a_failed_write_leaves_no_row(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.write() as connection:
            await connection.execute(insert(audit).values(user_id=1))
    async with database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(audit))).scalar_one() == 0

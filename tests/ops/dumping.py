"""Ledgers of every revision, as text: `tests/ops/dumps/<revision>.<dialect>.sql`, loaded and upgraded by a test.

    python -m tests.ops.dumping

writes those that are missing, after a migration the one of the newest revision. One that is there stays as it is: it
was written by that revision, whatever today's code would write.
"""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import migrations
from bot.database import engine_for
from bot.sandbox.discord import ids
from tests.house import House
from tests.postgres import Postgres, binaries

FOLDER = Path(__file__).parent / "dumps"
OURS = ("alembic_version", "bot_lease")  # not a revision's


def dump_of(revision: str, dialect: str) -> Path:
    return FOLDER / f"{revision}.{dialect}.sql"


def load_sqlite(dump: Path, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))


def load_postgresql(dump: Path, postgres: Postgres) -> str:
    """Its URL."""
    url = postgres.url(postgres.new_database())
    command = [str(postgres.programs / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--file={dump}", url]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return url


Rows = dict[str, list[dict[str, Any]]]


async def contents(engine: AsyncEngine) -> Rows:
    """Every row of every table, by its first column."""

    def read(connection: sa.Connection) -> Rows:
        tables = sa.MetaData()
        tables.reflect(connection)
        return {
            table.name: [
                dict(row) for row in connection.execute(sa.select(table).order_by(table.columns[0])).mappings()
            ]
            for table in tables.sorted_tables
            if table.name not in OURS
        }

    async with engine.connect() as connection:
        return await connection.run_sync(read)


# --- making them


async def live(house: House) -> None:
    """A little of everything that a ledger holds; no more fail than are waited for, so that it is alike each time."""
    house.overrides = {"failures": {"single_cards": 2, "group_interval_seconds": 60, "unreachable_after_seconds": 1}}
    async with house.bot() as bot:
        for number in range(3):
            house.paperless.upload(f"scan-{number}.pdf", outcome="corrupt", owner="bob")
        await house.discord.until(lambda: len(house.posted()) >= 3, 20)
        await house.press(house.posted()[0], "Acknowledge", user_id=ids.BEN_ID)
        page = await bot.ledger.open_rows(limit=10)
        card_id = min(row.card_id for row in page.rows if row.card_id is not None)
        muted = await bot.desk.mute(
            card_id=card_id, for_=timedelta(days=1), until_change=False, user_id=ids.BEN_ID, user_name="Ben"
        )
        assert muted is not None
        question = await house.command("tasks run", type="train_classifier")
        await house.press(question, "Run now")
        await house.paperless.down()
        await house.card(lambda text: "does not answer" in text, timeout=20)


async def copied(rows: Rows, revision: str, url: str) -> None:
    """A new database at that revision, with those of the rows that it has tables and columns for."""
    engine = engine_for(make_url(url), connections=1)

    def write(connection: sa.Connection) -> None:
        migrations.upgrade(connection, revision)
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name in OURS or not rows.get(table.name):
                continue
            names = set(table.columns.keys())
            values = [{name: _aware(row[name]) for name in row if name in names} for row in rows[table.name]]
            connection.execute(sa.insert(table), values)
            if connection.dialect.name == "postgresql" and "id" in names:
                _advance(connection, table.name)

    try:
        async with engine.execution_options(bot_writes=True).begin() as connection:
            await connection.run_sync(write)
    finally:
        await engine.dispose()


def _aware(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _advance(connection: sa.Connection, table: str) -> None:
    """Its sequence, where it has one, as if it had given these ids."""
    statement = sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608  our own tables
    connection.execute(statement)


def sqlite_text(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def postgresql_text(postgres: Postgres, url: str) -> str:
    """Without comments, and without psql's own commands, which differ from version to version."""
    command = [str(postgres.programs / "pg_dump"), "--inserts", "--no-owner", "--no-privileges", f"--dbname={url}"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [
        line for line in text.splitlines() if line and not line.startswith(("--", "\\", "SET transaction_timeout"))
    ]
    return "\n".join(lines) + "\n"


async def write(folder: Path, postgres: Postgres, revisions: Iterable[str]) -> None:
    async with House(folder) as house:
        await live(house)
        engine = engine_for(make_url(house.settings().database.url))
        rows = await contents(engine)
        await engine.dispose()
    for revision in revisions:
        path = folder / f"{revision}.db"
        await copied(rows, revision, f"sqlite:///{path}")
        dump_of(revision, "sqlite").write_text(sqlite_text(path), encoding="utf-8")
        url = postgres.url(postgres.new_database())
        await copied(rows, revision, url)
        dump_of(revision, "postgresql").write_text(postgresql_text(postgres, url), encoding="utf-8")


def main() -> None:
    missing = [one for one in migrations.REVISIONS if not dump_of(one, "postgresql").exists()]
    programs = binaries()
    if programs is None:
        sys.exit("no PostgreSQL on this machine (Debian: apt-get install postgresql): a ledger of each kind is stored")
    with TemporaryDirectory() as folder, TemporaryDirectory(prefix="pg-") as data:
        postgres = Postgres(Path(data), programs)
        postgres.initialize()
        postgres.start()
        try:
            asyncio.run(write(Path(folder), postgres, missing))
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()

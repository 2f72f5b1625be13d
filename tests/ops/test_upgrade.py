"""From every revision there ever was to the newest: stored ledgers (see `dumping`) are loaded and upgraded, and what
they held is in them, row by row, and at work."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from bot import migrations
from bot.checks.database import check_database
from bot.checks.finding import Level
from bot.database import Database, engine_for
from bot.failures.card import DigestCard, IncidentCard, IncidentState
from bot.failures.ledger import Ledger
from tests.ops.dumping import Rows, contents, dump_of, load_postgresql, load_sqlite
from tests.postgres import Postgres

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LINKS = {"home": "https://docs.example.org"}


def test_the_newest_revision_is_the_one_that_alembic_would_go_to() -> None:
    script = ScriptDirectory(str(migrations.FOLDER))

    assert script.get_heads() == [migrations.HEAD]
    assert tuple(reversed([revision.revision for revision in script.walk_revisions()])) == migrations.REVISIONS


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_ledger_of_every_revision_is_stored(dialect: str) -> None:
    missing = [revision for revision in migrations.REVISIONS if not dump_of(revision, dialect).exists()]

    assert missing == [], "write it: python -m tests.ops.dumping"


def held(before: Rows, after: Rows) -> None:
    """Each row of before, in each of its columns."""
    assert sum(map(len, before.values())) > 15
    for table, rows in before.items():
        assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows if rows else True, table


async def rows_of(url: str) -> Rows:
    engine = engine_for(make_url(url), connections=1)
    try:
        return await contents(engine)
    finally:
        await engine.dispose()


async def upgraded(url: str, revision: str) -> None:
    before = await rows_of(url)
    found = await check_database(url)
    newest = revision == migrations.HEAD
    assert (found.level, f"revision {revision}" in found.text) == (Level.OK if newest else Level.WARNING, True)

    async with await Database.open(url) as database:
        async with database.read() as connection:
            assert await connection.run_sync(migrations.revision) == migrations.HEAD
        held(before, await contents(database.engine))
        await is_at_work(await Ledger.open(database, links=LINKS, now=lambda: NOW))
    assert (await check_database(url)).level is Level.OK


async def is_at_work(ledger: Ledger) -> None:
    """What people see of it, and that it can be written to."""
    open_rows = (await ledger.open_rows()).rows
    assert [(row.number, row.filename) for row in open_rows] == [(3, "scan-2.pdf"), (2, "scan-1.pdf")]
    first = (open_rows[0].card_id or 0) - 2
    acknowledged = await ledger.card(first)
    assert isinstance(acknowledged, IncidentCard)
    assert (acknowledged.state, acknowledged.filename) == (IncidentState.ACKNOWLEDGED, "scan-0.pdf")
    assert acknowledged.acknowledgement is not None
    assert acknowledged.acknowledgement.user_name == "Ben"
    assert isinstance(await ledger.card(first + 2), IncidentCard | DigestCard)
    claim = await ledger.claims.claim_card(first + 1, through=None, user_id=1, user_name="Ada")
    assert type(claim).__name__ == "Claim"
    await ledger.set_value("it", "works")
    assert await ledger.value("it") == "works"


@pytest.mark.parametrize("revision", migrations.REVISIONS)
async def test_a_sqlite_ledger_is_brought_up_to_date_with_all_that_it_held(tmp_path: Path, revision: str) -> None:
    load_sqlite(dump_of(revision, "sqlite"), tmp_path / "bot.db")

    await upgraded(f"sqlite:///{tmp_path / 'bot.db'}", revision)


@pytest.mark.parametrize("revision", migrations.REVISIONS)
async def test_a_postgresql_ledger_is_brought_up_to_date_with_all_that_it_held(
    postgres: Postgres, revision: str
) -> None:
    await upgraded(load_postgresql(dump_of(revision, "postgresql"), postgres), revision)

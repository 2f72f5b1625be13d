"""The ledger on both databases: the schema that is migrated to, and a day's work on each."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.database import Database, DatabaseInUse
from bot.failures.card import DigestCard, IncidentCard, IncidentState, OutageCard, ReminderCard
from bot.failures.ledger import Ledger
from bot.failures.outcome import Acknowledged, BeingAcknowledged
from bot.failures.schema import metadata
from bot.sandbox.paperless.outcomes import KINDS
from tests.failures.world import ADA, BEN, START, World, a_world, digests, incident_cards


async def differences(url: str) -> list[Any]:
    def compared(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        found: list[Any] = compare_metadata(context, metadata)
        return [each for each in found if "bot_lease" not in str(each)]  # older than any schema

    async with await Database.open(url) as database, database.read() as connection:
        return await connection.run_sync(compared)


async def test_the_migrations_make_the_schema_on_sqlite(tmp_path: Path) -> None:
    assert await differences(f"sqlite:///{tmp_path / 'bot.db'}") == []


async def test_the_migrations_make_the_schema_on_postgresql(database_url: str) -> None:
    assert await differences(database_url) == []


async def test_a_second_process_on_the_same_file_is_refused_with_one_sentence(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    async with await Database.open(url):
        with pytest.raises(DatabaseInUse, match=r"^bot\.db is in use by another process of the bot"):
            await Database.open(url)
    async with await Database.open(url):
        pass


async def half(database: Database) -> None:
    async with database.write() as connection:
        await connection.exec_driver_sql("INSERT INTO ledger_value VALUES ('half', 'done')")
        raise RuntimeError("in the middle")


async def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    async with await Database.open(f"sqlite:///{tmp_path / 'bot.db'}") as database:
        ledger = await Ledger.open(database, links={}, now=lambda: START)
        with pytest.raises(RuntimeError, match="in the middle"):
            await half(database)
        assert await ledger.value("half") is None


async def test_what_was_read_is_remembered_until_something_is_written(tmp_path: Path) -> None:
    async with await Database.open(f"sqlite:///{tmp_path / 'bot.db'}") as database:
        ledger = await Ledger.open(database, links={}, now=lambda: START)
        read = 0

        async def count() -> int:
            nonlocal read
            read += 1
            return read

        assert [await database.unchanged("it", count) for _ in range(3)] == [1, 1, 1]
        await ledger.set_value("tree", "hash")
        assert [await database.unchanged("it", count) for _ in range(3)] == [2, 2, 2]
        assert await ledger.value("tree") == "hash"


async def test_a_day_on_sqlite(tmp_path: Path) -> None:
    await a_day(tmp_path, None)


async def test_a_day_on_postgresql(tmp_path: Path, database_url: str) -> None:
    await a_day(tmp_path, database_url)


async def a_day(tmp_path: Path, url: str | None) -> None:
    async with a_world(tmp_path, url=url, escalate_after_seconds=3600) as world:
        world.home.burst(300, kinds=5)
        await world.poll(2)
        await world.deliver(10)
        [digest] = digests(world.channels)
        assert (digest.total, len(digest.lines)) == (295, 5)
        await people(world, digest)
        await world.restart()
        await an_outage(world)
        assert (await world.poll(2)).good
        assert all(world.home.row(card.task_id).acknowledged for card in incident_cards(world.channels)[:1])


async def people(world: World, digest: DigestCard) -> None:
    first = incident_cards(world.channels)[0]

    async def press(card: IncidentCard | DigestCard, who: int) -> object:
        return await world.desk.acknowledge(card_id=card.card_id, through=card.through, user_id=who, user_name=str(who))

    outcomes = await asyncio.gather(press(first, ADA), press(first, BEN))
    assert {type(outcome) for outcome in outcomes} == {Acknowledged, BeingAcknowledged}
    assert await press(digest, ADA) == Acknowledged(count=295, vanished=0)
    second = incident_cards(world.channels)[1]
    muted = await world.desk.mute(
        card_id=second.card_id, for_=timedelta(hours=3), until_change=False, user_id=ADA, user_name="ada"
    )
    assert muted is not None
    await a_kind_is_muted_for_a_while(world, digest)
    world.home.fail(str(second.filename), KINDS[1])
    await world.poll(14, after=300)
    reminders = [card for card in world.channels.cards() if isinstance(card, ReminderCard)]
    assert [card.open_total for card in reminders] == [3]
    assert [each.filename for each in await world.ledger.mutes.running()] == [second.filename]
    assert incident_cards(world.channels)[0].state is IncidentState.ACKNOWLEDGED


async def a_kind_is_muted_for_a_while(world: World, digest: DigestCard) -> None:
    line = digest.lines[0]
    kind = await world.desk.mute(
        card_id=digest.card_id,
        line_id=line.line_id,
        for_=timedelta(hours=3),
        until_change=False,
        user_id=ADA,
        user_name="ada",
    )
    assert kind is not None
    assert (kind.filename, kind.task_type) == (None, line.task_type)
    await world.poll(2)
    assert len(await world.ledger.mutes.running()) == 2
    assert await world.desk.unmute(kind.mute_id, user_id=ADA, user_name="ada")


async def an_outage(world: World) -> None:
    await world.home.down()
    await world.poll(20)
    await world.home.up()
    world.home.delete(list(world.home.table)[1:3])
    await world.poll(2)
    await world.deliver(5)
    [outage] = [card for card in world.channels.cards() if isinstance(card, OutageCard)]
    assert outage.ended_at is not None

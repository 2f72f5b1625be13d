"""The lease: one holder at a time by the database's clock, and no write by one whose time is over."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot import database as database_module
from bot import lease as lease_module
from bot.database import Database, DatabaseAway, DatabaseUnusable, engine_for
from bot.lease import LeaseLost
from tests.ops.proxy import Proxy
from tests.ops.until import until
from tests.postgres import Postgres

EXPIRE = text("UPDATE bot_lease SET expires_at = clock_timestamp() - interval '1 second'")


async def execute(url: str, statement: str) -> None:
    engine = engine_for(make_url(url), connections=1)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@asynccontextmanager
async def waiting_for(url: str) -> AsyncIterator["asyncio.Task[Database]"]:
    """A second process, as far as the database can tell; closed in the end."""
    opening = asyncio.create_task(Database.open(url))
    try:
        yield opening
    finally:
        opening.cancel()
        for database in await asyncio.gather(opening, return_exceptions=True):
            if isinstance(database, Database):
                await database.close()


async def test_the_first_gets_the_lease_and_the_second_stands_by_until_it_is_given_back(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first = await Database.open(database_url)
    async with waiting_for(database_url) as second:
        await until(lambda: "standing by" in caplog.text)
        assert not second.done()

        await first.close()
        began = time.monotonic()
        database = await second

        assert time.monotonic() - began < 3  # not when it would have expired
        assert database.lease is not None
        assert database.lease.epoch == 2


async def test_many_that_start_at_once_on_an_empty_database_make_one_holder(database_url: str) -> None:
    opening = [asyncio.create_task(Database.open(database_url)) for _ in range(5)]

    done, _ = await asyncio.wait(opening, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(5 * lease_module.LOOK_EVERY)

    assert [one.done() for one in opening].count(True) == 1
    for one in opening:
        one.cancel()
    await asyncio.gather(*opening, return_exceptions=True)
    await done.pop().result().close()


async def test_a_write_with_an_old_epoch_is_refused_by_the_database(database_url: str) -> None:
    async with await Database.open(database_url) as database:
        await execute(database_url, "UPDATE bot_lease SET epoch = epoch + 1")
        assert database.lease is not None
        assert database.lease.is_held  # by its own clock

        with pytest.raises(LeaseLost):
            async with database.write():
                pytest.fail("must not be reached")


async def test_a_write_after_the_lease_has_expired_is_refused_though_nobody_else_came(database_url: str) -> None:
    async with await Database.open(database_url) as database:
        await execute(database_url, str(EXPIRE))

        with pytest.raises(LeaseLost):
            async with database.write():
                pytest.fail("must not be reached")


async def test_no_takeover_happens_in_the_middle_of_a_write(database_url: str) -> None:
    async with await Database.open(database_url) as database:
        async with database.write() as connection:
            await execute(database_url, "UPDATE bot_lease SET expires_at = '-infinity'")
            async with waiting_for(database_url) as second:
                done, _ = await asyncio.wait({second}, timeout=5 * lease_module.LOOK_EVERY)
                assert not done
                await connection.execute(text("CREATE TABLE written (one int)"))
        async with waiting_for(database_url) as second:
            taken = await second
            async with taken.read() as connection:
                assert (await connection.execute(text("SELECT count(*) FROM written"))).scalar_one() == 0


async def test_a_renewal_waits_for_no_write(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "RENEW_EVERY", 0.05)
    async with await Database.open(database_url) as database:
        lease = database.lease
        assert lease is not None
        async with database.write():
            before = lease.until
            await until(lambda: lease.until > before)


async def test_a_holder_that_is_frozen_in_the_middle_of_a_write_locks_nobody_out(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its session ends before its lease does, by the database's clock."""
    monkeypatch.setattr(database_module, "FROZEN_SECONDS", 1)
    engine = engine_for(make_url(database_url), connections=1)
    async with await Database.open(database_url):
        pass
    async with engine.connect() as frozen:
        began = time.monotonic()
        await frozen.execute(text("SELECT 1 FROM bot_lease FOR KEY SHARE"))
        await execute(database_url, str(EXPIRE))

        async with waiting_for(database_url) as second:
            await second
            assert 0.5 < time.monotonic() - began < lease_module.TTL
        await frozen.invalidate()
    await engine.dispose()


async def test_a_database_that_is_away_while_one_stands_by_is_said_once(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked every second, and may be away for a night."""
    monkeypatch.setattr(lease_module, "PATIENCE", 0.05)
    monkeypatch.setattr(lease_module, "LOOK_EVERY", 0.01)
    caplog.set_level(logging.INFO)

    def said() -> list[str]:
        return [event for one in caplog.records if "database" in (event := getattr(one, "event", ""))]

    name = postgres.new_database()
    async with (
        await Database.open(postgres.url(name)),
        Proxy(postgres.port) as way,
        waiting_for(postgres.url(name, port=way.port)),
    ):
        await until(lambda: "standing by" in caplog.text)
        way.silence()
        way.cut()
        await until(lambda: bool(said()))
        await asyncio.sleep(0.2)
        way.speak()
        await until(lambda: len(said()) > 1)

    assert said() == ["lease_database_away", "lease_database_back"]


@pytest.mark.parametrize("trouble", ["cut", "silence"])
async def test_a_short_trouble_with_the_connection_costs_no_lease(
    postgres: Postgres, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "RENEW_EVERY", 0.1)
    monkeypatch.setattr(lease_module, "PATIENCE", 0.3)
    name = postgres.new_database()
    async with Proxy(postgres.port) as way, await Database.open(postgres.url(name, port=way.port)) as database:
        lease = database.lease
        assert lease is not None
        getattr(way, trouble)()
        await asyncio.sleep(0.5)
        way.speak()
        way.cut()
        before = lease.until
        await until(lambda: lease.until > before)

        assert lease.is_held
        assert lease.epoch == 1


async def test_a_renewal_without_an_answer_is_asked_for_again_while_there_is_time(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not when the next one would be: that may be too late."""
    for name, seconds in (("TTL", 60.0), ("RENEW_EVERY", 0.1), ("PATIENCE", 0.4)):
        monkeypatch.setattr(lease_module, name, seconds)
    name = postgres.new_database()
    async with Proxy(postgres.port) as way, await Database.open(postgres.url(name, port=way.port)) as database:
        lease = database.lease
        assert lease is not None
        way.silence()
        await until(lambda: "could not be renewed" in caplog.text)
        monkeypatch.setattr(lease_module, "RENEW_EVERY", 600.0)
        before = lease.until
        way.speak()
        way.cut()

        await until(lambda: lease.until > before)

        assert lease.is_held
        assert not lease.lost.is_set()


async def test_a_holder_that_is_cut_off_stops_before_another_one_starts(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("TTL", 3.0), ("MARGIN", 1.0), ("RENEW_EVERY", 0.5)):
        monkeypatch.setattr(lease_module, name, seconds)
    name = postgres.new_database()
    async with Proxy(postgres.port) as way:
        first = await Database.open(postgres.url(name, port=way.port))
        assert first.lease is not None
        async with waiting_for(postgres.url(name)) as second:
            way.silence()
            await first.lease.lost.wait()
            assert not second.done()

            database = await second
            assert database.lease is not None
            assert database.lease.epoch == 2
        way.cut()
        await first.close()


async def test_an_event_loop_that_stood_still_knows_at_once_that_its_time_is_over(database_url: str) -> None:
    async with await Database.open(database_url) as database:
        lease = database.lease
        assert lease is not None
        lease.monotonic = lambda: time.monotonic() + lease_module.TTL

        assert not lease.is_held
        with pytest.raises(LeaseLost):
            async with database.write():
                pytest.fail("must not be reached")


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("postgresql://bot@127.0.0.1:1/bot", DatabaseAway, "does not answer"),
        ("postgresql://bot@no-such-host.invalid/bot", DatabaseAway, "does not answer"),
        ("{server}nowhere", DatabaseUnusable, 'database "nowhere" does not exist'),
    ],
)
async def test_a_database_that_cannot_be_opened_is_one_sentence(
    postgres: Postgres, url: str, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        await Database.open(url.format(server=postgres.url("")))


async def test_a_password_is_in_no_sentence() -> None:
    with pytest.raises(DatabaseAway) as caught:
        await Database.open("postgresql://bot:hunter2@127.0.0.1:1/bot")

    assert "hunter2" not in str(caught.value)


def test_a_frozen_session_ends_before_its_lease_does() -> None:
    assert database_module.FROZEN_SECONDS < lease_module.TTL - lease_module.MARGIN

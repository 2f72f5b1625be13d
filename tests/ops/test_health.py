"""/healthz and /readyz, as a supervisor asks for them."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot import alive, app, health, vitals
from bot.app import TaskBot
from bot.exits import Exit
from bot.run import run
from bot.sections import HealthSection
from bot.vitals import readiness
from tests.house import POLL_SECONDS, House
from tests.ops.proxy import Proxy
from tests.ops.serving import running, until_ready
from tests.ops.until import until
from tests.postgres import Postgres


async def test_it_is_alive_and_ready_when_all_its_parts_work(house: House, port: int) -> None:
    async with running(house, port) as session:
        async with session.get("/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "alive"})

        assert await until_ready(session) == {
            "ready": True,
            "parts": {"gateway": "ready", "database": "ready", "paperless.home": "ready"},
        }


async def test_however_often_and_at_once_it_is_asked_it_looks_once_in_some_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", 3.0)
    looks, now = 0, 100.0

    async def look() -> dict[str, str | None]:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return {"look": str(looks)}

    readiness = health.Lately(look, monotonic=lambda: now)
    assert await asyncio.gather(*(readiness() for _ in range(100))) == [{"look": "1"}] * 100
    now = 102.9
    assert await readiness() == {"look": "1"}
    now = 103.0
    assert await readiness() == {"look": "2"}


async def test_a_flood_of_questions_writes_to_the_database_once(
    house: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(house, port) as session:
        await until_ready(session)
        monkeypatch.setattr(health, "KEPT_SECONDS", 60.0)
        await asyncio.sleep(0.05)  # what is kept until now is over
        seen = set()
        for _ in range(50):
            async with session.get("/readyz") as answer:
                assert answer.status == 200
            with closing(sqlite3.connect(house.folder / "bot.db")) as ledger:
                seen |= set(ledger.execute("SELECT value FROM ledger_value WHERE key = 'readiness'"))
    assert len(seen) == 1


async def first_poll(bot: TaskBot) -> datetime:
    """When it was; no other comes after it."""
    watcher = bot.desk.watchers["home"]
    await until(lambda: watcher.last_good_at is not None)
    bot.scheduler.pause()
    await until(lambda: not [one for one in asyncio.all_tasks() if one.get_name().startswith("job poll")])
    assert watcher.last_good_at is not None
    return watcher.last_good_at


async def test_it_is_not_ready_once_the_last_good_poll_is_older_than_three_intervals(house: House) -> None:
    async with house.bot() as bot:
        good = await first_poll(bot)

        bot.now = lambda: good + timedelta(seconds=3 * POLL_SECONDS)
        assert (await readiness(bot))["paperless.home"] is None
        bot.now = lambda: good + timedelta(seconds=3 * POLL_SECONDS + 0.001)
        assert await readiness(bot) == {
            "gateway": None,
            "database": None,
            "paperless.home": f"last good poll: {good}",
        }


async def test_a_poll_that_is_refused_is_no_good_one(house: House) -> None:
    async with house.bot() as bot:
        good = await first_poll(bot)
        await house.paperless.down()

        assert not (await bot.poll("home")).good
        assert bot.desk.watchers["home"].last_good_at == good


async def test_it_is_not_ready_while_the_gateway_is_down(house: House) -> None:
    async with house.bot() as bot:
        house.discord.gateway.refuse_with = 503
        for connection in house.discord.gateway.connections:
            connection.abort()
        await until(lambda: not bot.gateway.up)

        assert (await readiness(bot))["gateway"] == "not connected to Discord"


async def test_it_is_not_ready_when_its_database_cannot_be_written(house: House) -> None:
    async with house.bot() as bot:
        assert (await readiness(bot))["database"] is None
        async with bot.database.write() as connection:
            await connection.exec_driver_sql("DROP TABLE ledger_value")

        assert (await readiness(bot))["database"] == "cannot be written: OperationalError"


async def test_who_asks_is_answered_though_the_database_says_nothing_any_more(
    house: House, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "PATIENCE", 0.2)
    monkeypatch.setattr(app, "STOP_SECONDS", 0.2)
    async with Proxy(postgres.port) as way:
        house.overrides = {"database": {"url": postgres.url(postgres.new_database(), port=way.port)}}
        async with house.bot() as bot:
            way.silence()

            assert (await readiness(bot))["database"] == "cannot be written: TimeoutError"
            assert b"taskbot_leading 1.0" in await vitals.metrics_text(bot)


async def test_it_is_not_ready_without_the_lease(house: House, database_url: str) -> None:
    house.overrides = {"database": {"url": database_url}}
    async with house.bot() as bot:
        assert bot.database.lease is not None
        async with bot.database.write() as connection:
            await connection.exec_driver_sql("UPDATE bot_lease SET epoch = epoch + 1")

        assert (await readiness(bot))["database"] == "cannot be written: LeaseLost"


async def test_before_the_start_is_over_it_says_so(house: House) -> None:
    bot = TaskBot(house.settings(), connector=house.discord.connector())

    assert await readiness(bot) == {"start": "standing by, or starting"}
    await bot.close()


def test_a_health_check_of_something_else_than_http_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["bot.alive", "file:///etc/passwd"])

    assert alive.main() == 1


async def test_a_port_that_was_asked_for_and_is_taken_is_something_to_mend(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    taken = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        house.overrides = {"health": {"listen": f"127.0.0.1:{port}"}}
        assert await run(house.settings(), stop=asyncio.Event(), connector=house.discord.connector()) is Exit.CONFIG
    said = caplog.records[-1].getMessage()
    assert said.startswith(f"health.listen: 127.0.0.1:{port} cannot be listened on")


async def test_a_taken_port_that_nobody_asked_for_does_not_stop_the_bot(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    taken = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        by_default = HealthSection.model_construct(_fields_set=set(), listen=f"127.0.0.1:{port}")
        settings = house.settings().model_copy(update={"health": by_default})
        stop = asyncio.Event()
        running_bot = asyncio.create_task(run(settings, stop=stop, connector=house.discord.connector()))
        await house.discord.ready(30)
        stop.set()
        assert await running_bot is Exit.DONE
    assert "no health page" in caplog.text

"""/healthz, /readyz and /metrics, as a supervisor and as Prometheus ask for them."""

import asyncio
import io
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import app, health, vitals
from bot.app import TaskBot
from bot.drill import run_drill
from bot.exits import Exit
from bot.following import Pace
from bot.run import run
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.ratelimit import SEND
from bot.sections import HealthSection
from bot.vitals import readiness
from tests.house import POLL_SECONDS, House
from tests.ops.proxy import Proxy
from tests.ops.until import until
from tests.postgres import Postgres


@pytest.fixture(autouse=True)
def kept_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.05)


@pytest.fixture
def port(unused_tcp_port: int) -> int:
    return unused_tcp_port


@asynccontextmanager
async def running(house: House, port: int) -> AsyncIterator[aiohttp.ClientSession]:
    """The whole of `run`, and a session that asks its health page."""
    house.overrides = {**house.overrides, "health": {"listen": f"127.0.0.1:{port}"}}
    stop = asyncio.Event()
    serving = asyncio.create_task(run(house.settings(), stop=stop, connector=house.discord.connector()))
    try:
        await house.discord.ready(30)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            yield session
    finally:
        stop.set()
        assert await serving is Exit.DONE


async def until_ready(session: aiohttp.ClientSession, *, status: int = 200) -> dict[str, Any]:
    """What /readyz says once it answers `status`."""
    async with asyncio.timeout(30):
        while True:
            async with session.get("/readyz") as answer:
                body: dict[str, Any] = await answer.json()
                if answer.status == status:
                    return body
            await asyncio.sleep(0.05)


Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def samples(session: aiohttp.ClientSession) -> Samples:
    async with session.get("/metrics") as answer:
        return samples_of(await answer.text())


def samples_of(text: str) -> Samples:
    """By name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


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
    monkeypatch.setattr(sys, "argv", ["bot.health", "file:///etc/passwd"])

    assert health.main() == 1


# --- metrics


async def test_what_happens_is_counted(house: House, port: int) -> None:
    async with running(house, port) as session:
        await until_ready(session)
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        card = await house.card(lambda text: "invoice-11.pdf" in text)
        await house.press(card, "Acknowledge", user_id=ids.CLEO_ID)
        await house.press(card, "Acknowledge", user_id=ids.BEN_ID)
        await house.command("tasks active")
        await house.card(lambda text: "acknowledged" in text)
        found = await samples(session)

    home = (("server", "home"),)
    assert found["taskbot_failures_seen_total", home] == 1
    assert found["taskbot_failures_posted_total", ()] == 1
    assert found["taskbot_polls_total", (("result", "good"), *home)] >= 1
    assert found["taskbot_poll_seconds_count", home] >= 1
    assert found["taskbot_poll_age_seconds", home] < 30
    assert found["taskbot_cards_total", (("action", "posted"),)] == 1
    assert found["taskbot_delivery_seconds_count", ()] == 1
    assert found["taskbot_outbox_cards", ()] in (0, 1)
    assert found["taskbot_gateway_up", ()] == 1
    assert found["taskbot_discord_requests_total", (("status", "200"),)] >= 3
    assert found["taskbot_interactions_total", (("command", "/tasks active"), ("result", "ok"))] == 1
    assert found["taskbot_interactions_total", (("command", "button Acknowledge"), ("result", "refused"))] == 1
    assert found["taskbot_interactions_total", (("command", "button Acknowledge"), ("result", "ok"))] == 1
    assert found["taskbot_info", (("version", _version(found)),)] == 1
    assert found["process_resident_memory_bytes", ()] > 1e6


def _version(found: dict[tuple[str, tuple[tuple[str, str], ...]], float]) -> str:
    return next(dict(labels)["version"] for name, labels in found if name == "taskbot_info")


async def test_an_answer_of_429_is_counted(house: House) -> None:
    async with house.bot() as bot:
        house.discord.rate_limits.exhaust(SEND, str(ids.GENERAL_ID), 0.1, now=house.discord.clock.time())
        await bot.get_partial_messageable(ids.GENERAL_ID).send("hello")

        assert b"taskbot_discord_rate_limited_total 1.0" in bot.metrics.text()


async def test_no_label_grows_with_tasks(house: House) -> None:
    house.overrides = {"failures": {"single_cards": 1}}
    async with house.bot() as bot:
        house.paperless.upload("first.pdf", outcome="corrupt", owner="bob")
        await house.card(lambda text: "first.pdf" in text)
        before = set(samples_of(bot.metrics.text().decode()))
        house.paperless.burst(40)
        await house.card(lambda text: "40 tasks" in text or "39 tasks" in text)

        after = set(samples_of(bot.metrics.text().decode()))
    assert {key for key in after - before if "edited" not in str(key)} == set()


async def test_failures_are_counted_as_posted_once_each(house: House) -> None:
    house.overrides = {"failures": {"single_cards": 1}}
    async with house.bot() as bot:
        house.paperless.burst(7)

        await until(lambda: counted(bot, "taskbot_failures_posted_total") == 7)
        await run_drill(house.settings().database.url, stream=io.StringIO())  # which is no failure

        assert counted(bot, "taskbot_failures_seen_total", server="home") == 7
        assert counted(bot, "taskbot_failures_posted_total") == 7
        assert counted(bot, "taskbot_delivery_seconds_count") == 2  # a card, and a digest by its newest


async def test_a_failure_that_the_message_of_its_upload_tells_is_counted_as_posted_too(house: House) -> None:
    async with house.bot() as bot:
        bot.following.pace = Pace(looks=(0.1,), tries=(0.1,), appears=1)
        await bot.desk.watchers["home"].poll_once()
        torn = Upload(filename="torn.pdf", data=b"%PDF-1.7 torn")
        await house.command("upload", file=torn)

        await until(lambda: counted(bot, "taskbot_failures_seen_total", server="home") == 1)
        await until(lambda: counted(bot, "taskbot_cards_total", action="edited") >= 1)

        assert counted(bot, "taskbot_cards_total", action="posted") == 0
        assert counted(bot, "taskbot_failures_posted_total") == 1


def counted(bot: TaskBot, name: str, **labels: str) -> float:
    return samples_of(bot.metrics.text().decode())[name, tuple(sorted(labels.items()))]


async def test_every_series_is_there_from_the_start(house: House, port: int) -> None:
    async with running(house, port) as session:
        found = await samples(session)

    for result in ("good", "unanswered", "defect"):
        assert ("taskbot_polls_total", (("result", result), ("server", "home"))) in found
    for action in ("posted", "edited", "failed"):
        assert ("taskbot_cards_total", (("action", action),)) in found


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

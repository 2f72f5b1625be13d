"""Start and stop of a real process: SIGTERM, SIGINT and SIGKILL, with work in flight."""

import asyncio
import logging
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot import app, stopping
from bot.database import Database, engine_for
from bot.exits import Exit
from bot.jobs import job
from bot.run import run
from tests.house import House, everything_logged, texts
from tests.ops.process import bot_process
from tests.ops.proxy import Proxy
from tests.postgres import Postgres


@pytest.mark.thorough
async def test_sigterm_ends_it_soon_with_status_0(  # SIGINT: test_operations
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        async with bot_process(house) as bot:
            await house.discord.ready(60)
            assert systemd.recv(100, socket.MSG_DONTWAIT) == b"WATCHDOG=1"

            bot.signal(signal.SIGTERM)

            assert await bot.ended() == Exit.DONE
    assert bot.log[-1]["event"] == "stopped"
    assert not house.discord.gateway.up


@pytest.mark.thorough
async def test_killed_in_the_middle_of_a_post_it_tells_it_once(house: House) -> None:
    async with bot_process(house) as bot:
        await house.discord.ready(60)
        house.discord.fail_next("POST", "/messages$", "drop_after")
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        await house.card(lambda text: "invoice-11.pdf" in text)
        await bot.kill()

    async with house.bot() as again:
        await again.desk.watchers["home"].poll_once()
        await house.discord.until(lambda: bool(house.posted()))

    (card,) = house.posted()
    assert "invoice-11.pdf" in texts(card)


@pytest.mark.thorough
@pytest.mark.soak
async def test_work_that_hangs_holds_the_end_up_for_less_than_ten_seconds(house: House) -> None:
    async with bot_process(house) as bot:
        await house.discord.ready(60)
        hanging = house.discord.fail_next("POST", "/messages$", "hang")
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        await house.discord.until(lambda: hanging.times == 0)

        began = time.monotonic()
        bot.signal(signal.SIGTERM)

        assert await bot.ended() == Exit.DONE
        assert time.monotonic() - began < 10
        await bot.says("stopped_with_work_in_flight")
    house.discord.faults.clear()
    async with house.bot():
        await house.card(lambda text: "invoice-11.pdf" in text)
    assert len(house.posted()) == 1


# --- within one process


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drain of a second."""
    monkeypatch.setattr(app, "STOP_SECONDS", 1.0)


def start(house: House, stop: asyncio.Event) -> "asyncio.Task[Exit]":
    return asyncio.create_task(run(house.settings(), stop=stop, connector=house.discord.connector()))


async def stopped_within(seconds: float, running: "asyncio.Task[Exit]", stop: asyncio.Event) -> None:
    began = time.monotonic()
    stop.set()
    assert await running is Exit.DONE
    assert time.monotonic() - began < seconds


async def test_a_stop_while_it_starts_ends_it(house: House) -> None:
    stop = asyncio.Event()
    house.discord.fail_next("GET", "/users/@me", "hang")
    running = start(house, stop)
    await house.discord.until(lambda: house.discord.faults.pending == 0)

    await stopped_within(4, running, stop)


async def test_what_is_in_flight_is_finished_and_not_told_twice(house: House) -> None:
    stop = asyncio.Event()
    running = start(house, stop)
    await house.discord.ready(30)
    house.discord.fail_next("POST", "/messages$", "slow", seconds=0.5)
    house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
    await house.card(lambda text: "invoice-11.pdf" in text)

    await stopped_within(4, running, stop)  # the card stood, and its answer was still on the way

    sent = len(house.discord.requests)
    async with house.bot() as again:
        await again.desk.watchers["home"].poll_once()
    posts = [request for request in house.discord.requests[sent:] if request.path.endswith("/messages")]
    assert [request for request in posts if request.method == "POST"] == []
    assert len(house.posted()) == 1


async def test_another_bot_on_the_same_file_is_refused_with_one_sentence(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.bot():
        assert await start(house, asyncio.Event()) is Exit.CONFIG

    assert "bot.db is in use by another process of the bot" in caplog.records[-1].getMessage()


@pytest.mark.usefixtures("soon")
async def test_a_database_that_goes_silent_holds_up_nothing(house: House, postgres: Postgres) -> None:
    stop = asyncio.Event()
    async with Proxy(postgres.port) as way:
        house.overrides = {"database": {"url": postgres.url(postgres.new_database(), port=way.port)}}
        running = start(house, stop)
        await house.discord.ready(30)
        way.silence()
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        await asyncio.sleep(1.1)  # a poll, which now waits for the database

        await stopped_within(4, running, stop)


@pytest.mark.usefixtures("soon")
async def test_a_discord_that_goes_silent_holds_up_nothing(house: House) -> None:
    stop = asyncio.Event()
    running = start(house, stop)
    await house.discord.ready(30)
    hanging = house.discord.fail_next("POST", "/messages$", "hang")
    for connection in house.discord.gateway.connections:
        assert connection.transport is not None
        connection.transport.pause_reading()  # nobody answers a goodbye
    house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
    await house.discord.until(lambda: hanging.times == 0)

    await stopped_within(5, running, stop)


@pytest.mark.usefixtures("soon")
async def test_a_paperless_that_goes_silent_holds_up_nothing(house: House) -> None:
    stop = asyncio.Event()
    running = start(house, stop)
    await house.discord.ready(30)
    house.paperless.faults.add("stall")
    await asyncio.sleep(1.1)  # a poll, which now waits for the answer

    await stopped_within(4, running, stop)


async def test_a_discord_that_is_silent_while_the_commands_are_registered_can_be_left(house: House) -> None:
    stop = asyncio.Event()
    hanging = house.discord.fail_next("PUT", "/commands$", "hang")
    running = start(house, stop)
    await house.discord.until(lambda: hanging.times == 0)

    await stopped_within(4, running, stop)


async def test_a_job_that_begins_in_the_moment_of_the_stop_is_let_finish(house: House) -> None:
    """The scheduler's own end would cut it off in the middle of a write."""
    written = asyncio.Event()
    async with house.bot() as bot:

        async def work() -> None:
            async with bot.database.write():
                await asyncio.sleep(0.05)
            written.set()

        bot.scheduler.add_job(job("late", work))
        bot.scheduler._process_jobs()  # its task is made, and has not run yet
        await stopping.drain(bot, patience=5)

        assert written.is_set()


async def test_a_job_that_is_cut_off_is_no_error(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    began = asyncio.Event()
    async with house.bot() as bot:

        async def work() -> None:
            async with bot.database.write():
                began.set()
                await asyncio.sleep(60)

        bot.scheduler.add_job(job("endless", work))
        await began.wait()
        await stopping.drain(bot, patience=0)

        assert not bot.database._writing.locked()
    assert "endless was cut off" in everything_logged(caplog.records)
    assert [record for record in caplog.records if record.exc_info] == []


async def test_what_the_scheduler_runs_is_known_by_its_name_when_the_bot_stops(house: House) -> None:
    house.overrides = {"audit": {"channel_id": 3000000000000000003}, "digest": {"cron": "0 8 * * 1"}}
    async with house.bot() as bot:
        assert {one.func.__module__ for one in bot.scheduler.get_jobs()} == {"bot.jobs"}


@pytest.mark.thorough
def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    code = (
        "import asyncio, time\n"
        "from bot.exits import Exit, end_anyway\n"
        "async def main():\n"
        "    asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)\n"
        "    end_anyway(Exit.UNAVAILABLE, after=0.2)\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == Exit.UNAVAILABLE
    assert "the process ends all the same" in ended.stderr


async def test_a_write_that_is_cut_off_leaves_no_half(database_url: str) -> None:
    async with await Database.open(database_url) as database:
        async with database.write() as preparing:
            await preparing.exec_driver_sql("CREATE TABLE written (one int)")
        writing = asyncio.Event()

        async def write() -> None:
            async with database.write() as connection:
                await connection.exec_driver_sql("INSERT INTO written VALUES (1)")
                writing.set()
                await connection.exec_driver_sql("SELECT pg_sleep(60)")

        task = asyncio.create_task(write())
        await writing.wait()
        database.cut()
        assert await stopping.cut_off({task}) == set()
    engine = engine_for(make_url(database_url), connections=1)
    async with engine.connect() as looking:
        assert (await looking.exec_driver_sql("SELECT count(*) FROM written")).scalar_one() == 0
    await engine.dispose()

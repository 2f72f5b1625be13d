"""Two processes on one PostgreSQL: when the one that acts is gone, the other acts soon, and nothing is told twice."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from bot import lease as lease_module
from bot.app import TaskBot
from bot.exits import Exit
from bot.run import run
from tests.house import House, texts
from tests.ops.process import BotProcess, bot_process, config_file
from tests.ops.proxy import Proxy
from tests.ops.until import until
from tests.postgres import Postgres

WITHIN = 15.0


def fail(house: House, name: str) -> None:
    house.paperless.upload(f"{name}.pdf", outcome="corrupt", owner="bob")


def told(house: House) -> Counter[str]:
    """How many cards there are of each file."""
    names = Counter[str]()
    for message in house.posted():
        names.update({word for word in texts(message).replace("\\", "").split() if word.endswith(".pdf")})
    return names


@asynccontextmanager
async def pair(house: House) -> AsyncIterator[tuple[BotProcess, BotProcess]]:
    """One that acts, and one that stands by."""
    async with bot_process(house) as first:
        await house.discord.ready(60)
        async with bot_process(house) as second:
            await second.says("lease_standing_by", timeout=60)
            yield first, second


@pytest.fixture
def on_postgres(house: House, database_url: str) -> House:
    """Every failure a card of its own, so that they can be counted."""
    house.overrides = {"database": {"url": database_url}, "failures": {"single_cards": 20, "group_interval_seconds": 1}}
    return house


async def test_one_that_is_cut_off_from_the_database_stops_and_another_goes_on(
    house: House, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "RENEW_EVERY", 0.5)
    database = postgres.new_database()

    def start(stop: asyncio.Event, port: int) -> "asyncio.Task[Exit]":
        house.overrides = {"database": {"url": postgres.url(database, port=port)}}
        return asyncio.create_task(run(house.settings(), stop=stop, connector=house.discord.connector()))

    stop = asyncio.Event()
    async with Proxy(postgres.port) as way:
        first = start(stop, way.port)
        await house.discord.ready(30)
        fail(house, "before")
        await house.card(lambda text: "before" in text)
        second = start(stop, postgres.port)

        with monkeypatch.context() as soon:  # for the one that is cut off alone: a busy machine may be late
            soon.setattr(lease_module, "TTL", 3.0)
            await asyncio.sleep(2 * lease_module.RENEW_EVERY)
            way.silence()
        fail(house, "after")

        async with asyncio.timeout(20):  # 3 on a machine that does nothing else
            assert await first is Exit.UNAVAILABLE
        await house.card(lambda text: "after" in text, timeout=30)
        stop.set()
        assert await second is Exit.DONE
    assert told(house) == {"before.pdf": 1, "after.pdf": 1}


async def test_a_process_that_was_frozen_while_it_connected_does_not_send_when_it_wakes(on_postgres: House) -> None:
    house = on_postgres
    async with TaskBot(house.settings(), connector=house.discord.connector()) as bot:
        lease = bot.database.lease
        assert lease is not None

        async def freeze(*_: object) -> None:
            lease.monotonic = lambda: time.monotonic() + lease_module.TTL

        assert bot.http.http_trace is not None
        bot.http.http_trace.on_connection_create_start.append(freeze)
        with pytest.raises(aiohttp.ClientOSError, match="no longer holds the lease"):
            await bot.login(house.discord.token)
    assert not house.discord.requests


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_twenty_times_in_a_row_a_killed_process_is_replaced_within_fifteen_seconds(on_postgres: House) -> None:
    house, config = on_postgres, config_file(on_postgres)
    seconds: list[float] = []
    async with AsyncExitStack() as processes:
        acting = await processes.enter_async_context(bot_process(house, config))
        await acting.says("gateway_up", timeout=60)
        for number in range(20):
            waiting = await processes.enter_async_context(bot_process(house, config))
            await waiting.says("lease_standing_by", timeout=60)
            fail(house, f"at-{number}")  # seen, told, or neither, when its holder dies
            acting.process.kill()
            began = time.monotonic()
            await waiting.says("gateway_up", timeout=30)
            seconds.append(time.monotonic() - began)
            acting = waiting
        await house.discord.until(lambda: len(told(house)) == 20, 30)
    print(f"\ntakeover after SIGKILL: {max(seconds):.1f} s at most, {sum(seconds) / len(seconds):.1f} s on average")  # noqa: T201
    assert max(seconds) < WITHIN
    assert told(house) == Counter({f"at-{number}.pdf": 1 for number in range(20)})


@pytest.mark.soak
async def test_a_frozen_process_is_replaced_and_does_nothing_when_it_wakes(on_postgres: House) -> None:
    house = on_postgres
    async with pair(house) as (frozen, second):
        fail(house, "before")
        await house.card(lambda text: "before" in text, timeout=30)

        frozen.signal(signal.SIGSTOP)
        began = time.monotonic()
        fail(house, "while-frozen")
        await house.card(lambda text: "while-frozen" in text, timeout=30)
        assert time.monotonic() - began < WITHIN + 5

        frozen.signal(signal.SIGCONT)
        assert await frozen.ended() == Exit.UNAVAILABLE
        await frozen.says("stopped_without_lease")
        fail(house, "after")
        await house.card(lambda text: "after" in text, timeout=30)
        second.signal(signal.SIGTERM)
        assert await second.ended() == Exit.DONE
    assert told(house) == {"before.pdf": 1, "while-frozen.pdf": 1, "after.pdf": 1}


@pytest.mark.soak
async def test_one_that_is_told_to_stop_is_replaced_at_once(on_postgres: House) -> None:
    house = on_postgres
    async with pair(house) as (first, second):
        first.signal(signal.SIGTERM)
        assert await first.ended() == Exit.DONE
        began = time.monotonic()

        await second.says("gateway_up")

        assert time.monotonic() - began < 5


@pytest.mark.soak
async def test_a_database_that_restarts_ends_in_one_process_that_acts(on_postgres: House, postgres: Postgres) -> None:
    house = on_postgres
    async with pair(house) as (first, second):
        postgres.stop()
        await asyncio.sleep(3)
        postgres.start()
        fail(house, "after")
        await house.card(lambda text: "after" in text, timeout=60)
        await until(lambda: first.process.returncode is None or second.process.returncode is None)
    assert told(house) == {"after.pdf": 1}

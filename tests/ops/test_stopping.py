"""Start and stop of a real process: SIGTERM, SIGINT and SIGKILL, with work in flight."""

import asyncio
import signal
import time

import pytest

from bot.exits import Exit
from tests.house import House, texts
from tests.ops.process import bot_process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_soon_with_status_0(house: House, number: signal.Signals) -> None:
    async with bot_process(house) as bot:
        await house.discord.ready(60)

        bot.signal(number)

        assert await bot.ended() == Exit.DONE
    assert bot.log[-1]["event"] == "stopped"
    assert not house.discord.gateway.up


async def test_a_signal_while_it_starts_ends_it_with_status_0(house: House) -> None:
    house.discord.fail_next("GET", "/users/@me", "hang")
    async with bot_process(house) as bot:
        await house.discord.until(lambda: house.discord.faults.pending == 0, 60)

        bot.signal(signal.SIGTERM)

        assert await bot.ended() == Exit.DONE


async def test_what_is_in_flight_is_finished_and_not_told_twice(house: House) -> None:
    async with bot_process(house) as bot:
        await house.discord.ready(60)
        house.discord.fail_next("POST", "/messages$", "slow", seconds=1)
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        await house.card(lambda text: "invoice-11.pdf" in text)

        bot.signal(signal.SIGTERM)  # the card stands, and its answer is still on the way

        assert await bot.ended() == Exit.DONE
    sent = len(house.discord.requests)
    async with house.bot() as again:
        await again.desk.watchers["home"].poll_once()

    posts = [request for request in house.discord.requests[sent:] if request.path.endswith("/messages")]
    assert [request for request in posts if request.method == "POST"] == []
    assert len(house.posted()) == 1


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


async def test_a_second_process_on_the_same_file_is_refused_with_one_sentence(house: House) -> None:
    async with house.bot(), bot_process(house) as second:
        assert await second.ended() == Exit.CONFIG

    assert "bot.db is in use by another process of the bot" in second.log[-1]["message"]


async def test_a_port_that_is_taken_is_said_with_its_key(house: House, unused_tcp_port: int) -> None:
    listener = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", unused_tcp_port)
    house.overrides = {"health": {"listen": f"127.0.0.1:{unused_tcp_port}"}}
    async with listener, bot_process(house) as bot:
        assert await bot.ended() == Exit.CONFIG

    assert bot.log[-1]["message"].startswith(f"health.listen: 127.0.0.1:{unused_tcp_port} cannot be listened on")


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

"""The line to Discord's gateway: any trouble is outlasted, what must be mended ends the bot, no token is burned."""

import asyncio
import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord.gateway import KeepAliveHandler
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import gateway
from bot.app import TaskBot
from bot.exits import Exit
from bot.gateway import DAY, FREE, SPACING, Gateway, Identifies, pause_before
from bot.run import run
from bot.vitals import readiness
from tests.house import House, texts
from tests.ops.until import until

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


# --- how often it may identify itself


@pytest.mark.parametrize(
    ("case", "ago", "pause"),
    [
        ("the first ever", [], 0),
        ("one of a few", [1, 2, 3], 0),
        ("after the free ones, just now", [0] * FREE, SPACING.total_seconds()),
        ("after the free ones, a minute ago", [60] * FREE, SPACING.total_seconds() - 60),
        ("after the free ones, an hour ago", [3600] * FREE, 0),
        ("those of yesterday do not count", [86_401] * 900, 0),
        ("a clock that was set back does not wait for tomorrow", [-86_000] * FREE, SPACING.total_seconds()),
    ],
)
def test_the_pause_before_an_identify(case: str, ago: list[float], pause: float) -> None:
    past = [NOW - timedelta(seconds=seconds) for seconds in ago]

    assert pause_before(past, NOW).total_seconds() == pytest.approx(pause), case


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(min_value=0, max_value=7200), min_size=1, max_size=20))
def test_no_crash_loop_sends_more_than_a_thousand_identifies_in_a_day(lives: list[float]) -> None:
    """`lives`: how long each process lasts, over and over for two days."""
    now, past, most = NOW, list[datetime](), 0
    for life in itertools.cycle(lives):
        now += pause_before(past, now)
        past = [at for at in past if at > now - DAY] + [now]
        most = max(most, len(past))
        now += timedelta(seconds=life)
        if now > NOW + 2 * DAY:
            break

    assert most <= FREE + 801


async def test_identifies_are_counted_across_restarts(house: House) -> None:
    for _ in range(2):
        async with house.bot():
            pass
    async with house.bot() as bot:
        assert len(await Identifies(bot.ledger, now=bot.now).past()) == 3


async def test_a_bot_that_has_identified_too_often_waits_before_it_does_so_again(house: House) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    async with TaskBot(house.settings(), connector=house.discord.connector()) as bot:
        identifies = Identifies(bot.ledger, now=bot.now)
        for _ in range(FREE + 1):
            await identifies.add()
        line = Gateway(bot, identifies, sleep=sleep)

        with pytest.raises(TimeoutError):
            await line.before_identify(initial=True)

        assert waits == [gateway.HANDSHAKE]
        assert len(await identifies.past()) == FREE + 1


async def test_a_handshake_that_is_cut_short_leaves_no_connection_and_no_thread(house: House) -> None:
    paused = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds == gateway.HANDSHAKE:
            paused.set()
        await asyncio.sleep(0)

    stop = asyncio.Event()
    async with TaskBot(house.settings(), connector=house.discord.connector()) as bot:
        await bot.login(house.discord.token)
        identifies = Identifies(bot.ledger, now=bot.now)
        for _ in range(FREE + 1):
            await identifies.add()
        bot.gateway = Gateway(bot, identifies, sleep=sleep)
        serving = asyncio.create_task(bot.serve(stop))
        async with asyncio.timeout(30):
            await paused.wait()
        await until(lambda: not house.discord.gateway.connections)
        stop.set()
        await serving

    assert house.discord.gateway.identifies == []
    await until(lambda: not [one for one in threading.enumerate() if isinstance(one, KeepAliveHandler)])


# --- weather


async def test_a_gateway_that_is_away_at_the_start_is_waited_for(house: House) -> None:
    house.discord.gateway.refuse_with = 503
    stop = asyncio.Event()
    async with TaskBot(house.settings(), connector=house.discord.connector()) as bot:
        await bot.login(house.discord.token)
        bot.gateway = Gateway(bot, Identifies(bot.ledger, now=bot.now), sleep=lambda _: asyncio.sleep(0))
        serving = asyncio.create_task(bot.serve(stop))
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        await house.card(lambda text: "invoice-11.pdf" in text)  # failures are told all the same
        assert not bot.gateway.up

        house.discord.gateway.refuse_with = None
        await house.discord.ready(30)
        stop.set()
        await serving


@pytest.mark.parametrize("code", [None, 1000, 1001, 4000, 4008, 4009], ids=str)
async def test_a_connection_that_breaks_is_resumed_without_another_identify(house: House, code: int | None) -> None:
    async with house.bot():
        mark = house.discord.mark()
        house.discord.disconnect_gateway(code)
        await house.discord.wait_for(lambda event: event.kind == "gateway_up", 30, after=mark)

        assert len(house.discord.gateway.identifies) == 1


@pytest.mark.parametrize(
    "frame", [{"op": 0, "s": None, "t": "X", "d": "\ud83d"}, []], ids=["half a character", "no object"]
)
async def test_a_frame_that_cannot_be_read_ends_the_connection_and_not_the_bot(
    house: House, monkeypatch: pytest.MonkeyPatch, frame: Any
) -> None:
    monkeypatch.setattr(gateway, "AGAIN", 0.1)
    async with house.bot():
        mark = house.discord.mark()
        for connection in house.discord.gateway.connections:
            connection.send(frame)
        await house.discord.wait_for(lambda event: event.kind == "gateway_up", 30, after=mark)
        assert "What you can do here" in texts(await house.command("help"))
        assert len([one for one in threading.enumerate() if isinstance(one, KeepAliveHandler)]) == 1


async def test_a_session_that_timed_out_ends_with_a_new_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a machine that slept: no heartbeats, and Discord knows nothing of it any more."""
    monkeypatch.setattr(gateway, "AGAIN", 0.1)
    async with house.bot() as bot:
        mark = house.discord.mark()
        house.discord.gateway.sessions.clear()
        house.discord.disconnect_gateway(4009)
        await house.discord.wait_for(lambda event: event.kind == "gateway_up", 30, after=mark)

        assert len(house.discord.gateway.identifies) == 2
        await until(lambda: bot.gateway.up)


async def test_a_bot_that_starts_again_too_soon_is_sent_away_once_and_waits(house: House) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        house.discord.clock.advance(3600 * (seconds == gateway.AGAIN))

    async with house.bot():
        house.discord.gateway.identify_seconds = 3600
    stop = asyncio.Event()
    async with TaskBot(house.settings(), connector=house.discord.connector()) as bot:
        await bot.login(house.discord.token)
        bot.gateway = Gateway(bot, Identifies(bot.ledger, now=bot.now), sleep=sleep)
        serving = asyncio.create_task(bot.serve(stop))
        await until(lambda: bot.gateway.up)
        stop.set()
        await serving

    assert waits == [0, 0, gateway.AGAIN]
    assert len(house.discord.gateway.identifies) == 2


async def test_an_outage_longer_than_its_patience_ends_with_a_new_connection(house: House) -> None:
    stop = asyncio.Event()
    async with TaskBot(house.settings(), connector=house.discord.connector()) as bot:
        await bot.login(house.discord.token)
        bot.gateway = Gateway(
            bot, Identifies(bot.ledger, now=bot.now), sleep=lambda _: asyncio.sleep(0.01), patience=0.05
        )
        serving = asyncio.create_task(bot.serve(stop))
        await house.discord.ready(30)
        house.discord.gateway.refuse_with = 503
        house.discord.disconnect_gateway(4000)
        await house.discord.until(lambda: not house.discord.gateway.up)
        mark = house.discord.mark()

        house.discord.gateway.refuse_with = None
        await house.discord.wait_for(lambda event: event.kind == "gateway_up", 30, after=mark)

        assert bot.gateway.reconnects <= 1
        stop.set()
        await serving


async def test_readiness_follows_the_gateway(house: House) -> None:
    async with house.bot() as bot:
        came_up = asyncio.ensure_future(bot.wait_for("ready"))
        if not bot.gateway.up:
            await came_up
        came_up.cancel()
        assert (await readiness(bot))["gateway"] is None

        house.discord.gateway.refuse_with = 503
        lost = asyncio.ensure_future(bot.wait_for("disconnect"))
        house.discord.disconnect_gateway(4000)
        await lost
        await asyncio.sleep(0)
        assert (await readiness(bot))["gateway"] == "not connected to Discord"
        house.discord.gateway.refuse_with = None


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_what_must_be_mended_ends_the_bot_with_78(
    house: House, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    running = asyncio.create_task(run(house.settings(), stop=asyncio.Event(), connector=house.discord.connector()))
    await house.discord.ready(30)

    house.discord.disconnect_gateway(code)

    async with asyncio.timeout(30):
        assert await running is Exit.CONFIG
    (last,) = [record for record in caplog.records if getattr(record, "event", "") == "discord_unusable"]
    assert ("token" if code == 4004 else "Discord") in last.getMessage()


async def test_a_token_that_is_reset_while_the_bot_runs_ends_it_with_78(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "AGAIN", 0.1)
    running = asyncio.create_task(run(house.settings(), stop=asyncio.Event(), connector=house.discord.connector()))
    await house.discord.ready(30)

    house.discord.reset_token()
    house.discord.invalidate_sessions()

    async with asyncio.timeout(30):
        assert await running is Exit.CONFIG


def test_no_intent_that_the_bot_uses_is_privileged() -> None:
    assert discord.Intents(guilds=True).value == 1

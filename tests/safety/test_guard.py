"""Discord's refusals: far from a ban, and no request with a token that died."""

import asyncio

import discord
import pytest

from bot.app import TaskBot
from bot.exits import Exit
from bot.guard import HeldBack
from bot.limits import ALLOWED, PATIENCE
from bot.run import run
from bot.sandbox.discord import ids
from tests.house import House


def nearly_too_much(bot: TaskBot, channel_id: int) -> None:
    """All but one of the refusals in a row that a channel is allowed; the last comes from the local Discord."""
    for _ in range(PATIENCE - 1):
        bot.guard._refusals.refused(str(channel_id), counts=True, now=bot.now())


async def posts(house: House, channel_id: int, times: int) -> list[type[Exception]]:
    raised: list[type[Exception]] = []
    async with house.bot() as bot:
        nearly_too_much(bot, channel_id)
        channel = bot.get_partial_messageable(channel_id, guild_id=ids.GUILD_ID)
        for _ in range(times):
            try:
                await channel.send("hello")
            except discord.DiscordException as error:
                raised.append(type(error))
    return raised


def asked(house: House, path: str) -> int:
    return sum(request.method == "POST" and path in request.path for request in house.discord.requests)


async def test_a_channel_that_refuses_again_and_again_is_asked_no_more(house: House) -> None:
    house.discord.set_overwrite(ids.GENERAL_ID, ids.GUILD_ID, deny=discord.Permissions(send_messages=True).value)
    raised = await posts(house, ids.GENERAL_ID, 4)
    assert raised == [discord.Forbidden] + [HeldBack] * 3
    assert asked(house, f"/channels/{ids.GENERAL_ID}/messages") == 1


async def test_a_channel_that_is_no_more_is_asked_no_more(house: House) -> None:
    raised = await posts(house, 3000000000000000999, 3)
    assert raised == [discord.NotFound] + [HeldBack] * 2


async def test_messages_that_were_deleted_stop_nothing(house: House) -> None:
    async with house.bot() as bot:
        nearly_too_much(bot, ids.GENERAL_ID)
        channel = bot.get_partial_messageable(ids.GENERAL_ID, guild_id=ids.GUILD_ID)
        for message_id in (1, 2, 3):
            with pytest.raises(discord.NotFound):
                await channel.get_partial_message(message_id).edit(content="x")
        await channel.send("hello")


async def test_other_channels_and_answers_to_people_go_on(house: House) -> None:
    house.discord.set_overwrite(ids.GENERAL_ID, ids.GUILD_ID, deny=discord.Permissions(send_messages=True).value)
    async with house.bot() as bot:
        refused = bot.get_partial_messageable(ids.GENERAL_ID, guild_id=ids.GUILD_ID)
        nearly_too_much(bot, ids.GENERAL_ID)
        with pytest.raises(discord.Forbidden):
            await refused.send("hello")
        with pytest.raises(HeldBack):
            await refused.send("hello")
        await bot.get_partial_messageable(ids.ALERTS_ID, guild_id=ids.GUILD_ID).send("hello")
        await house.command("tasks active")


async def test_all_is_held_back_long_before_discord_bans(house: House) -> None:
    async with house.bot() as bot:
        for _ in range(ALLOWED - 1):
            bot.guard._refusals.refused(None, counts=True, now=bot.now())
        house.discord.fail_next("GET", "/users/", 403)
        with pytest.raises(discord.Forbidden):
            await bot.fetch_user(ids.ADA_ID)
        with pytest.raises(HeldBack):
            await bot.fetch_user(ids.ADA_ID)


async def test_an_interaction_that_ended_is_no_dead_token(house: House) -> None:
    async with house.bot() as bot:
        house.discord.fail_next("POST", "/interactions/", 401, body={"code": 50027, "message": "Invalid Webhook Token"})
        await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks active")
        await house.discord.until(lambda: house.discord.faults.pending == 0)
        await house.command("tasks active")
        assert not bot.guard.token_refused.is_set()


async def test_a_token_that_was_reset_ends_the_bot_with_the_status_that_says_mend_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    running = asyncio.create_task(run(house.settings(), stop=asyncio.Event(), connector=house.discord.connector()))
    await house.discord.ready()
    house.discord.fail_next("POST", "/channels/", 401, body={"code": 0, "message": "401: Unauthorized"}, times=100)
    house.paperless.fail("invoice-11.pdf", owner="bob")
    assert await asyncio.wait_for(running, 20) is Exit.CONFIG
    assert "copy it anew" in caplog.text
    assert asked(house, "/channels/") <= 2


async def test_every_request_names_the_bot_as_discord_asks_its_clients_to(house: House) -> None:
    async with house.bot():
        house.paperless.fail("invoice-11.pdf")
        card = await house.card(lambda text: "invoice-11.pdf" in text)
        await house.press(card, "Acknowledge")
    assert any("/interactions/" in request.path for request in house.discord.requests)
    assert {request.user_agent.partition(" ")[0] for request in house.discord.requests} == {"DiscordBot"}

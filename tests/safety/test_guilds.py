"""A guild that the bot was not configured for: left when the bot is invited there, ignored in any case."""

from typing import Any

import pytest

from bot.sandbox.discord import ids, permissions
from tests.house import House, texts
from tests.safety.forging import ELSEWHERE


def invited(house: House) -> None:
    guild: dict[str, Any] = house.discord.world.guild_create() | {"id": str(ELSEWHERE), "name": "Elsewhere"}
    guild.pop("unavailable", None)  # it is there only where the guild was known before
    house.discord.gateway.dispatch("GUILD_CREATE", guild, intents=0)


def left(house: House) -> list[str]:
    return [one.path for one in house.discord.requests if one.method == "DELETE" and "/guilds/" in one.path]


async def test_an_invitation_elsewhere_is_left_and_said(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async with house.bot() as bot:
        await bot.wait_until_ready()
        invited(house)
        await house.discord.until(lambda: bool(left(house)))
        reply = await house.command("tasks active")
    assert left(house) == [f"/users/@me/guilds/{ELSEWHERE}"]
    assert "is not the one it was configured for" in caplog.text
    assert "Nothing waits or runs" in texts(reply)


async def test_its_own_guild_is_never_left(house: House) -> None:
    async with house.bot() as bot:
        await bot.wait_until_ready()
        own = bot.get_guild(ids.GUILD_ID)
        assert own is not None
        bot.dispatch("guild_join", own)
        await house.command("tasks active")
    assert left(house) == []


async def test_a_channel_that_is_opened_to_the_bot_has_its_cards_at_once_and_not_after_the_pause(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.bot() as bot:
        await bot.desk.watchers["home"].poll_once()
        house.discord.set_overwrite(ids.ALERTS_ID, ids.BOT_ROLE_ID, deny=permissions.SEND_MESSAGES)
        house.paperless.fail("invoice-11.pdf")
        while "cannot be written to" not in caplog.text:
            await bot.poll("home")
            await bot.desk.deliver_once()
        house.discord.set_overwrite(ids.ALERTS_ID, ids.BOT_ROLE_ID)
        await house.card(lambda text: "invoice-11.pdf failed" in text)
    assert len(refusals(house)) == 1


def refusals(house: House) -> list[Any]:
    return [request for request in house.discord.requests if request.status == 403]

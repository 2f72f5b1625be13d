"""Threads, and what of the server can be fetched."""

import discord
import pytest

from bot.sandbox.discord import RateLimits, SandboxDiscord
from bot.sandbox.discord.ids import ALERTS_ID, ARCHIVISTS_ID, BEN_ID, CLEO_ID
from bot.sandbox.discord.ratelimit import Limit

from .conftest import Bot, Start


async def test_a_thread_is_opened_on_a_message_written_to_and_archived(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    channel = bot.get_channel(ALERTS_ID)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send("card")
    thread = await message.create_thread(name="About the card")
    await thread.send("in the thread")
    assert thread.id == message.id
    assert [stored["content"] for stored in sandbox.messages(thread.id)] == ["in the thread"]
    await thread.edit(archived=True, locked=True)
    with pytest.raises(discord.HTTPException, match="50083"):
        await bot.channel(thread.id).send("late")
    with pytest.raises(discord.HTTPException, match="160004"):
        await message.create_thread(name="Another")
    alone = await channel.create_thread(name="Alone", type=discord.ChannelType.public_thread)
    assert [found.name for found in await channel.guild.active_threads()] == ["Alone"]
    assert alone.parent_id == ALERTS_ID


async def test_the_guild_its_roles_and_members_can_be_fetched(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    guild = await bot.fetch_guild(bot.guilds[0].id)
    assert guild.name == "The Archive"
    assert ARCHIVISTS_ID in [role.id for role in await guild.fetch_roles()]
    assert (await guild.fetch_member(BEN_ID)).get_role(ARCHIVISTS_ID) is not None
    assert {channel.name for channel in await guild.fetch_channels()} == {"paperless-alerts", "general"}
    channel = await bot.fetch_channel(ALERTS_ID)
    assert isinstance(channel, discord.TextChannel)
    assert channel.permissions_for(bot.guilds[0].me).send_messages
    assert (await bot.application_info()).owner.name == "ada"
    assert (await bot.fetch_user(CLEO_ID)).name == "cleo"
    assert bot.guilds[0].me.guild_permissions.view_channel
    with pytest.raises(discord.NotFound):
        await bot.fetch_channel(1)


async def test_the_default_limits_are_discords() -> None:
    assert RateLimits().limits["send"] == Limit(5, 5)

"""First responses, follow-ups and the tokens they go by."""

import asyncio

import discord
import pytest

from bot.sandbox.discord import InteractionFailed, SandboxDiscord
from bot.sandbox.discord.ids import ADA_ID, ALERTS_ID, BEN_ID

from .conftest import Bot, Start

Interaction = discord.Interaction[Bot]


async def test_a_deferred_command_is_answered_by_the_edit_of_its_original(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Adds")
    async def add(interaction: Interaction, a: int, b: int = 2) -> None:
        await interaction.response.defer()
        loading = sandbox.messages(ALERTS_ID)[-1]
        assert loading["flags"] & 128, "the person reads that the bot is thinking"
        await interaction.edit_original_response(content=f"{interaction.user.display_name}: {a + b}")

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=ADA_ID, channel_id=ALERTS_ID, name="add", options={"a": 40})
    reply = await interaction.reply()
    assert reply["content"] == "Ada: 42"
    assert not reply["flags"] & 128
    assert reply["edited_timestamp"] is None, "filling a deferred message is no edit that people are told of"
    assert reply["interaction_metadata"]["user"]["id"] == str(ADA_ID)
    assert (reply["type"], reply["interaction"]["name"]) == (20, "add")


async def test_an_ephemeral_reply_is_seen_by_its_person_alone(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Tells")
    async def secret(interaction: Interaction) -> None:
        await interaction.response.send_message("for you", ephemeral=True)

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="secret")
    reply = await interaction.reply()
    assert reply["flags"] & 64
    assert [m["content"] for m in sandbox.messages(ALERTS_ID, user_id=BEN_ID)] == ["for you"]
    assert sandbox.messages(ALERTS_ID, user_id=ADA_ID) == []
    assert sandbox.messages(ALERTS_ID) == []
    with pytest.raises(discord.NotFound, match="10008"):
        await bot.channel(ALERTS_ID).fetch_message(int(reply["id"]))


async def test_a_bot_that_is_silent_for_three_seconds_has_failed_the_person(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = Bot(sandbox)
    refused: asyncio.Queue[int] = asyncio.Queue()

    @bot.tree.command(description="Sleeps")
    async def sleepy(interaction: Interaction) -> None:
        sandbox.clock.advance(3.1)
        try:
            await interaction.response.send_message("too late")
        except discord.NotFound as error:
            refused.put_nowait(error.code)

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="sleepy")
    with pytest.raises(InteractionFailed):
        await interaction.reply()
    assert interaction.failed
    assert await refused.get() == 10062


async def test_two_first_responses_are_one_too_many(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)
    codes: list[int] = []

    @bot.tree.command(description="Twice")
    async def twice(interaction: Interaction) -> None:
        again = discord.InteractionResponse(interaction)
        await interaction.response.send_message("one")
        try:
            await again.send_message("two")
        except discord.HTTPException as error:
            codes.append(error.code)
        await interaction.followup.send("three")

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="twice")
    assert (await interaction.reply())["content"] == "one"
    await sandbox.until(lambda: bool(interaction.followups))
    assert codes == [40060]
    (follow_up,) = interaction.followups
    assert follow_up["content"] == "three"
    assert follow_up["message_reference"]["message_id"] == str(interaction.original_id)


async def test_the_token_serves_for_fifteen_minutes(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)
    kept: asyncio.Queue[Interaction] = asyncio.Queue()

    @bot.tree.command(description="Waits")
    async def wait(interaction: Interaction) -> None:
        await interaction.response.defer()
        kept.put_nowait(interaction)

    await start(bot)
    await bot.sync()
    await (await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="wait")).done()
    handled = await kept.get()
    sandbox.clock.advance(14 * 60)
    await handled.edit_original_response(content="in time")
    sandbox.clock.advance(2 * 60)
    with pytest.raises(discord.HTTPException, match="50027"):
        await handled.followup.send("too late")
    assert [message["content"] for message in sandbox.messages(ALERTS_ID)] == ["in time"]


async def test_the_original_can_be_read_and_deleted_on_its_token(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)
    seen: asyncio.Queue[object] = asyncio.Queue()

    @bot.tree.command(description="Deletes")
    async def short(interaction: Interaction) -> None:
        await interaction.response.send_message("going", ephemeral=True)
        original = await interaction.original_response()
        follow_up = await interaction.followup.send("and me", ephemeral=True, wait=True)
        await follow_up.edit(content="and me, edited")
        seen.put_nowait((original.content, (await interaction.followup.fetch_message(follow_up.id)).content))
        await follow_up.delete()
        await interaction.delete_original_response()
        seen.put_nowait("both deleted")

    await start(bot)
    await bot.sync()
    await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="short")
    assert await seen.get() == ("going", "and me, edited")
    assert await seen.get() == "both deleted"
    assert sandbox.messages(ALERTS_ID, user_id=BEN_ID) == []


async def test_what_is_wrong_in_a_response_is_told_at_its_place_and_the_person_can_still_be_answered(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = Bot(sandbox)
    errors: list[str] = []

    @bot.tree.command(description="Talks")
    async def talk(interaction: Interaction) -> None:
        try:
            await interaction.response.send_message("x" * 2001)
        except discord.HTTPException as error:
            errors.append(str(error))
        await interaction.response.send_message("shorter")

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="talk")
    assert (await interaction.reply())["content"] == "shorter"
    assert "In data.content: Must be 2000 or fewer in length." in errors[0]


async def test_before_the_first_response_there_is_nothing_to_follow_up(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)
    codes: list[int] = []

    @bot.tree.command(description="Hurries")
    async def hurry(interaction: Interaction) -> None:
        for attempt in (interaction.followup.send("x"), interaction.edit_original_response(content="x")):
            try:
                await attempt
            except discord.NotFound as error:
                codes.append(error.code)
        await interaction.response.send_message("now")

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="hurry")
    assert (await interaction.reply())["content"] == "now"
    assert codes == [10015, 10015]


async def test_the_first_follow_up_after_a_defer_fills_the_deferred_message(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Defers")
    async def later(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("meant for all, but the defer was ephemeral", ephemeral=False)
        await interaction.followup.send("a second one", ephemeral=False)

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="later")
    reply = await interaction.reply()
    assert (reply["id"], reply["flags"] & 64) == (str(interaction.original_id), 64)
    await sandbox.until(lambda: len(interaction.followups) == 1)
    assert [message["content"] for message in sandbox.messages(ALERTS_ID)] == ["a second one"]

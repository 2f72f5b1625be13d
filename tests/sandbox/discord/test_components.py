"""Buttons and selects, of old messages and of components v2."""

import asyncio
import re

import discord
import pytest

from bot.sandbox.discord import ClientRefused, InteractionFailed, SandboxDiscord
from bot.sandbox.discord.drafts import walk
from bot.sandbox.discord.ids import ADA_ID, ALERTS_ID, ARCHIVISTS_ID, BEN_ID, CLEO_ID

from .conftest import Bot, Start

Interaction = discord.Interaction
Field = discord.ui.TextInput[discord.ui.View]
FILE_UPLOAD_LIMIT = 2


class Acknowledge(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"t1:ack:(?P<card>\d+)"):
    def __init__(self, card: int) -> None:
        super().__init__(discord.ui.Button(label="Acknowledge", custom_id=f"t1:ack:{card}"))
        self.card = card

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str]
    ) -> "Acknowledge":
        return cls(int(match["card"]))

    async def callback(self, interaction: Interaction) -> None:
        layout = discord.ui.LayoutView(timeout=None)
        layout.add_item(discord.ui.TextDisplay(f"{self.card} acknowledged by {interaction.user.mention}"))
        layout.stop()
        await interaction.response.edit_message(view=layout, allowed_mentions=discord.AllowedMentions.none())


def card(number: int) -> discord.ui.LayoutView:
    layout = discord.ui.LayoutView(timeout=None)
    row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow()
    row.add_item(Acknowledge(number))
    layout.add_item(discord.ui.Container(discord.ui.TextDisplay("It failed"), row, accent_colour=0xFF0000))
    layout.stop()
    return layout


async def test_a_button_of_an_earlier_life_still_works_after_a_restart(sandbox: SandboxDiscord, start: Start) -> None:
    before = await start(Bot(sandbox))
    message = await before.channel(ALERTS_ID).send(view=card(7))
    await before.close()
    after = Bot(sandbox)
    after.add_dynamic_items(Acknowledge)
    await start(after)
    pressed = await sandbox.press(user_id=BEN_ID, message_id=message.id, custom_id="t1:ack:7")
    reply = await pressed.reply()
    assert reply["id"] == str(message.id)
    assert [one.get("content") for one in walk(reply["components"])] == [f"7 acknowledged by <@{BEN_ID}>"]
    assert reply["mentions"] == []
    with pytest.raises(ClientRefused, match="no component"):
        await sandbox.press(user_id=ADA_ID, message_id=message.id, custom_id="t1:ack:7")


async def test_a_press_nobody_handles_fails_for_the_person(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send(view=card(8))
    pressed = await sandbox.press(user_id=BEN_ID, message_id=message.id, custom_id="t1:ack:8")
    sandbox.clock.advance(3)
    with pytest.raises(InteractionFailed):
        await pressed.reply()


async def test_a_deferred_press_may_answer_with_an_ephemeral_follow_up(sandbox: SandboxDiscord, start: Start) -> None:
    class Details(discord.ui.View):
        @discord.ui.button(label="Details", custom_id="details")
        async def details(self, interaction: Interaction, button: discord.ui.Button[discord.ui.View]) -> None:
            await interaction.response.defer()
            await interaction.followup.send("only you", ephemeral=True)

    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send("card", view=Details(timeout=None))
    pressed = await sandbox.press(user_id=CLEO_ID, message_id=message.id, custom_id="details")
    assert (await pressed.reply())["content"] == "only you"
    assert [m["content"] for m in sandbox.messages(ALERTS_ID, user_id=CLEO_ID)] == ["card", "only you"]
    assert [m["content"] for m in sandbox.messages(ALERTS_ID, user_id=BEN_ID)] == ["card"]


async def test_a_deferred_press_is_answered_when_its_message_changes_by_another_way(
    sandbox: SandboxDiscord, start: Start
) -> None:
    class Acknowledging(Bot):
        async def on_interaction(self, interaction: Interaction) -> None:
            await interaction.response.defer()
            assert interaction.message is not None
            await self.channel(ALERTS_ID).get_partial_message(interaction.message.id).edit(content="done", view=None)

    bot = await start(Acknowledging(sandbox))
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Yes", custom_id="yes"))
    view.stop()
    message = await bot.channel(ALERTS_ID).send("card", view=view)
    pressed = await sandbox.press(user_id=CLEO_ID, message_id=message.id, custom_id="yes")
    assert (await pressed.reply())["content"] == "done"


async def test_a_button_of_an_ephemeral_reply_is_pressed_by_its_person_alone(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = Bot(sandbox)

    class Confirm(discord.ui.View):
        @discord.ui.button(label="Yes, all 1,000", custom_id="yes")
        async def yes(self, interaction: Interaction, button: discord.ui.Button[discord.ui.View]) -> None:
            await interaction.response.edit_message(content="done", view=None)

    @bot.tree.command(description="Asks")
    async def ask(interaction: Interaction) -> None:
        await interaction.response.send_message("Sure?", view=Confirm(), ephemeral=True)

    await start(bot)
    await bot.sync()
    question = await (await sandbox.command(user_id=BEN_ID, channel_id=ALERTS_ID, name="ask")).reply()
    with pytest.raises(ClientRefused, match="sees no message"):
        await sandbox.press(user_id=CLEO_ID, message_id=int(question["id"]), custom_id="yes")
    pressed = await sandbox.press(user_id=BEN_ID, message_id=int(question["id"]), custom_id="yes")
    answer = await pressed.reply()
    assert (answer["content"], answer["components"], answer["flags"] & 64) == ("done", [], 64)


async def test_selects_bring_values_and_what_they_stand_for(sandbox: SandboxDiscord, start: Start) -> None:
    seen: asyncio.Queue[object] = asyncio.Queue()

    class Choose(discord.ui.View):
        @discord.ui.select(
            custom_id="kind", max_values=2, options=[discord.SelectOption(label=letter) for letter in "abc"]
        )
        async def kind(self, interaction: Interaction, select: discord.ui.Select[discord.ui.View]) -> None:
            seen.put_nowait(select.values)
            await interaction.response.defer()

        @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who")
        async def who(self, interaction: Interaction, select: discord.ui.UserSelect[discord.ui.View]) -> None:
            seen.put_nowait([user.name for user in select.values])
            await interaction.response.defer()

        @discord.ui.select(cls=discord.ui.RoleSelect, custom_id="role")
        async def role(self, interaction: Interaction, select: discord.ui.RoleSelect[discord.ui.View]) -> None:
            seen.put_nowait([role.id for role in select.values])
            await interaction.response.defer()

        @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="where")
        async def where(self, interaction: Interaction, select: discord.ui.ChannelSelect[discord.ui.View]) -> None:
            seen.put_nowait([channel.name for channel in select.values])
            await interaction.response.defer()

    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send("choose", view=Choose())
    for custom_id, values, expected in (
        ("kind", ["a", "c"], ["a", "c"]),
        ("who", [CLEO_ID], ["cleo"]),
        ("role", [ARCHIVISTS_ID], [ARCHIVISTS_ID]),
        ("where", [ALERTS_ID], ["paperless-alerts"]),
    ):
        await sandbox.select(user_id=BEN_ID, message_id=message.id, custom_id=custom_id, values=values)
        assert await seen.get() == expected
    for values in (["d"], ["a", "b", "c"], []):
        with pytest.raises(ClientRefused):
            await sandbox.select(user_id=BEN_ID, message_id=message.id, custom_id="kind", values=values)


async def test_a_disabled_button_and_a_link_are_not_pressed(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
    view.add_item(discord.ui.Button(label="Open", url="https://docs.example.org/documents/1"))
    view.stop()
    message = await bot.channel(ALERTS_ID).send("card", view=view)
    for custom_id in ("off", "https://docs.example.org/documents/1"):
        with pytest.raises(ClientRefused):
            await sandbox.press(user_id=BEN_ID, message_id=message.id, custom_id=custom_id)


async def test_a_message_deleted_by_a_moderator_takes_its_buttons_along(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send(view=card(9))
    await sandbox.delete_message(message.id)
    with pytest.raises(ClientRefused):
        await sandbox.press(user_id=BEN_ID, message_id=message.id, custom_id="t1:ack:9")
    with pytest.raises(discord.NotFound, match="10008"):
        await message.edit(view=card(9))

import discord

from bot.sandbox.discord import SandboxDiscord
from bot.sandbox.discord.ids import ADA_ID, ALERTS_ID, BEN_ID, GUILD_ID

from .conftest import Bot, Start


async def test_a_bot_logs_in_sees_the_guild_and_posts(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    channel = bot.get_channel(ALERTS_ID)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send("hello")
    await message.edit(content="hello again")
    assert [(m["content"], m["author"]["bot"]) for m in sandbox.messages(ALERTS_ID)] == [("hello again", True)]


async def test_a_slash_command_is_answered_after_a_defer(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Adds")
    async def add(interaction: discord.Interaction, a: int, b: int = 2) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(content=f"{interaction.user.display_name}: {a + b}")

    await start(bot)
    await bot.sync()
    interaction = await sandbox.command(user_id=ADA_ID, channel_id=ALERTS_ID, name="add", options={"a": 40})
    assert (await interaction.reply())["content"] == "Ada: 42"
    assert sandbox.messages(ALERTS_ID, user_id=BEN_ID) == []
    assert len(sandbox.messages(ALERTS_ID, user_id=ADA_ID)) == 1


async def test_a_press_changes_its_message(sandbox: SandboxDiscord, start: Start) -> None:
    class Acknowledge(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"t1:ack:(\d+)"):
        def __init__(self, card: int) -> None:
            super().__init__(discord.ui.Button(label="Acknowledge", custom_id=f"t1:ack:{card}"))
            self.card = card

        @classmethod
        async def from_custom_id(cls, interaction, item, match):  # type: ignore[no-untyped-def]
            return cls(int(match[1]))

        async def callback(self, interaction: discord.Interaction) -> None:
            await interaction.response.edit_message(content=f"{self.card} by {interaction.user.id}", view=None)

    bot = Bot(sandbox)
    bot.add_dynamic_items(Acknowledge)
    await start(bot)
    view = discord.ui.View(timeout=None).add_item(Acknowledge(7))
    view.stop()
    message = await bot.get_partial_messageable(ALERTS_ID, guild_id=GUILD_ID).send("card", view=view)
    interaction = await sandbox.press(user_id=BEN_ID, message_id=message.id, custom_id="t1:ack:7")
    reply = await interaction.reply()
    assert reply["content"] == f"7 by {BEN_ID}"
    assert reply["components"] == []

"""Modals: opened by presses and commands, filled in by people."""

import asyncio

import discord
import pytest

from bot.sandbox.discord import ClientRefused, SandboxDiscord, Upload
from bot.sandbox.discord.ids import ALERTS_ID, BEN_ID, CLEO_ID

from .conftest import Bot, Start

Interaction = discord.Interaction
Field = discord.ui.TextInput[discord.ui.View]
FILE_UPLOAD_LIMIT = 2


class Why(discord.ui.Modal):
    def __init__(self) -> None:
        super().__init__(title="Why?", custom_id="why")
        letters = [discord.SelectOption(label=letter) for letter in "ab"]
        self.reason: Field = discord.ui.TextInput(custom_id="reason", min_length=3, max_length=10)
        self.kind: discord.ui.Select[discord.ui.View] = discord.ui.Select(custom_id="kind", options=letters)
        self.scans: discord.ui.FileUpload[discord.ui.View] = discord.ui.FileUpload(
            custom_id="scans", max_values=FILE_UPLOAD_LIMIT, required=False
        )
        self.add_item(discord.ui.Label(text="Reason", component=self.reason))
        self.add_item(discord.ui.Label(text="Kind", component=self.kind))
        self.add_item(discord.ui.Label(text="Scans", component=self.scans))

    async def on_submit(self, interaction: Interaction) -> None:
        files = [await file.read() for file in self.scans.values]
        text = f"{self.reason.value} {self.kind.values} {files}"
        await interaction.response.edit_message(content=text, view=None)


class Open(discord.ui.View):
    @discord.ui.button(label="Say why", custom_id="open")
    async def open(self, interaction: Interaction, button: discord.ui.Button[discord.ui.View]) -> None:
        await interaction.response.send_modal(Why())


async def test_a_modal_is_opened_filled_and_answered(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    message = await bot.channel(ALERTS_ID).send("card", view=Open())
    pressed = await (await sandbox.press(user_id=BEN_ID, message_id=message.id, custom_id="open")).done()
    assert pressed.modal is not None
    assert pressed.modal["title"] == "Why?"
    with pytest.raises(AssertionError, match="modal"):
        await pressed.reply()
    refused: list[dict[str, object]] = [
        {"reason": "no", "kind": ["a"]},
        {"kind": ["a"]},
        {"reason": "because", "kind": ["z"]},
        {"reason": "because", "kind": []},
        {"reason": "because", "kind": ["a"], "other": "x"},
        {"reason": "because", "kind": ["a"], "scans": [Upload(filename="a", data=b"")] * (FILE_UPLOAD_LIMIT + 1)},
    ]
    for values in refused:
        with pytest.raises(ClientRefused):
            await sandbox.submit_modal(user_id=BEN_ID, interaction_id=pressed.id, values=values)
    with pytest.raises(ClientRefused):
        await sandbox.submit_modal(user_id=CLEO_ID, interaction_id=pressed.id, values={"reason": "because"})
    values = {"reason": "because", "kind": ["b"], "scans": [Upload(filename="a.pdf", data=b"pdf")]}
    submitted = await sandbox.submit_modal(user_id=BEN_ID, interaction_id=pressed.id, values=values)
    assert (await submitted.reply())["content"] == "because ['b'] [b'pdf']"


async def test_a_modal_of_text_inputs_in_rows_is_opened_by_a_command(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)

    class Name(discord.ui.Modal, title="Name"):
        name = discord.ui.TextInput[discord.ui.View](label="Name", custom_id="name", default="nobody", required=False)

        async def on_submit(self, interaction: Interaction) -> None:
            await interaction.response.send_message(f"hello {self.name.value}")

    @bot.tree.command(description="Greets")
    async def greet(interaction: Interaction) -> None:
        await interaction.response.send_modal(Name(custom_id="name-modal"))

    await start(bot)
    await bot.sync()
    opened = await (await sandbox.command(user_id=CLEO_ID, channel_id=ALERTS_ID, name="greet")).done()
    submitted = await sandbox.submit_modal(user_id=CLEO_ID, interaction_id=opened.id, values={})
    reply = await submitted.reply()
    assert reply["content"] == "hello nobody"
    assert reply["interaction_metadata"]["triggering_interaction_metadata"]["id"] == str(opened.id)


class Boxes(discord.ui.Modal):
    def __init__(self) -> None:
        super().__init__(title="Boxes", custom_id="boxes")
        self.one: discord.ui.RadioGroup[discord.ui.View] = discord.ui.RadioGroup(custom_id="one")
        self.some: discord.ui.CheckboxGroup[discord.ui.View] = discord.ui.CheckboxGroup(custom_id="some", max_values=2)
        self.sure: discord.ui.Checkbox[discord.ui.View] = discord.ui.Checkbox(custom_id="sure", default=True)
        for letter in "abc":
            self.one.add_option(label=letter, value=letter)
            self.some.add_option(label=letter, value=letter)
        for text, component in (("One", self.one), ("Some", self.some), ("Sure", self.sure)):
            self.add_item(discord.ui.Label(text=text, component=component))

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"{self.one.value} {self.some.values} {self.sure.value}")


async def test_radio_buttons_and_checkboxes_are_filled_in_too(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)

    @bot.tree.command(description="Asks")
    async def ask(interaction: Interaction) -> None:
        await interaction.response.send_modal(Boxes())

    await start(bot)
    await bot.sync()
    opened = await (await sandbox.command(user_id=CLEO_ID, channel_id=ALERTS_ID, name="ask")).done()
    for values in ({"one": "z", "some": ["a"]}, {"one": "a", "some": ["z"]}, {"one": "a", "some": ["a", "b", "c"]}):
        with pytest.raises(ClientRefused):
            await sandbox.submit_modal(user_id=CLEO_ID, interaction_id=opened.id, values=values)
    values = {"one": "b", "some": ["a", "c"]}
    submitted = await sandbox.submit_modal(user_id=CLEO_ID, interaction_id=opened.id, values=values)
    assert (await submitted.reply())["content"] == "b ['a', 'c'] True"


async def test_the_wrong_kind_of_response_is_refused(sandbox: SandboxDiscord, start: Start) -> None:
    bot = Bot(sandbox)
    errors: asyncio.Queue[str] = asyncio.Queue()

    class Late(discord.ui.Modal, title="Late"):
        name = discord.ui.TextInput[discord.ui.View](label="Name", required=False)

        async def on_submit(self, interaction: Interaction) -> None:
            for attempt in (interaction.response.send_modal(Late()), interaction.response.edit_message(content="x")):
                try:
                    await attempt
                except discord.HTTPException as error:
                    errors.put_nowait(str(error))

    @bot.tree.command(description="Opens")
    async def late(interaction: Interaction) -> None:
        await interaction.response.send_modal(Late(custom_id="late"))

    await start(bot)
    await bot.sync()
    opened = await (await sandbox.command(user_id=CLEO_ID, channel_id=ALERTS_ID, name="late")).done()
    await sandbox.submit_modal(user_id=CLEO_ID, interaction_id=opened.id, values={})
    assert "In type: Value must be one of {4, 5}." in await errors.get()

"""A button that is not where the bot put it, or that no card of this version has, does nothing and is answered."""

import asyncio

import pytest
from discord import ui

from bot.sandbox.discord import ids
from bot.ui.cards import render
from tests.house import House, buttons, texts
from tests.ui import examples


async def test_a_cards_button_on_another_message_does_nothing(house: House) -> None:
    async with house.bot() as bot:
        row, card = await house.failed_card(bot)
        await asyncio.gather(*bot.desk.courier._lanes)  # until it is written down which message the card is
        card_id = int(buttons(card)["Details"].split(":")[2])
        through = int(buttons(card)["Acknowledge"].split(":")[3])
        forged = render(examples.incident(card_id=card_id, through=through))
        for channel_id in (ids.ALERTS_ID, ids.GENERAL_ID):
            sent = await bot.get_partial_messageable(channel_id, guild_id=ids.GUILD_ID).send(view=forged)
            message = house.discord.message(sent.id)
            assert message is not None
            for label in ("Acknowledge", "Details"):
                reply = await house.press(message, label)
                assert "knows nothing of this message" in texts(reply)
    assert not house.paperless.row(row.id).acknowledged


async def test_a_card_that_the_ledger_does_not_know_does_nothing(house: House) -> None:
    async with house.bot() as bot:
        channel = bot.get_partial_messageable(ids.ALERTS_ID, guild_id=ids.GUILD_ID)
        sent = await channel.send(view=render(examples.incident(card_id=999999)))
        message = house.discord.message(sent.id)
        assert message is not None
        reply = await house.press(message, "Acknowledge")
    assert "knows nothing of this message" in texts(reply)


@pytest.mark.parametrize("custom_id", ["t0:ack:1", "t1:ack:1", "t1:unheard-of:1:2", "another bot's"])
async def test_a_button_that_is_not_ours_or_of_another_version_is_answered(house: House, custom_id: str) -> None:
    async with house.bot() as bot:
        view = ui.LayoutView()
        view.add_item(ui.ActionRow(ui.Button(label="Old", custom_id=custom_id)))
        view.stop()
        channel = bot.get_partial_messageable(ids.ALERTS_ID, guild_id=ids.GUILD_ID)
        message = house.discord.message((await channel.send(view=view)).id)
        assert message is not None
        reply = await house.press(message, "Old")
    assert "another version of the bot" in texts(reply)

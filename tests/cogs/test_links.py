"""An address that Discord takes in no button, such as http://paperless:8000: everything works without the links."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.discord import ids
from tests.cogs.at_work import at_work
from tests.cogs.running import order
from tests.cogs.uploading import upload
from tests.house import House, buttons, texts


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(tmp_path) as house:
        servers = house.values()["paperless"]
        public = {name: section | {"public_url": "http://paperless:8000"} for name, section in servers.items()}
        house.overrides = {"paperless": public}
        yield house


async def test_a_card_and_the_answer_to_a_command_come_without_them(house: House) -> None:
    async with house.bot():
        row = house.paperless.fail("invoice-11.pdf")
        card = await house.card(lambda text: "invoice-11.pdf failed" in text)
        answer = await house.command("task", ref=str(row.id))
        acknowledged = await house.press(answer, "Acknowledge")
    assert list(buttons(card)) == ["Acknowledge", "Details"]
    assert [request.status for request in house.discord.requests].count(400) == 1  # tried once, and remembered
    assert {"Acknowledge", "Details"} <= set(buttons(answer))
    assert "acknowledged" in texts(acknowledged)
    assert "paperless:8000" not in str(answer["components"])


async def test_a_run_is_followed_on_a_message_that_had_no_other_button(house: House) -> None:
    async with at_work(house):
        answer = await order(house)
        done = await house.card(lambda text: "Training the classifier is done" in text)
    assert "ordered" in texts(answer)
    assert f"ordered by <@{ids.BEN_ID}>" in texts(done)


async def test_an_upload_is_followed(house: House) -> None:
    async with at_work(house):
        await upload(house)
        await house.card(lambda text: "Consuming scan.pdf is done" in text)

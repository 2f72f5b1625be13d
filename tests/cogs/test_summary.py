"""/tasks summary with its picture, end to end."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.drawing import Drawing
from bot.sandbox.discord import ids
from bot.ui.charts import Chart
from tests.house import House, texts


class Blunt(Drawing):
    async def png(self, chart: Chart) -> bytes | None:
        return None


class Quick(Drawing):
    """Done as soon as it is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def png(self, chart: Chart) -> bytes | None:
        await self.asked.wait()
        return b"\x89PNG"


def days_ago(house: House, number: float) -> dict[str, Any]:
    created = house.paperless.clock.now() - timedelta(days=number)
    return {"date_created": created, "date_started": created, "date_done": created}


async def test_it_comes_with_a_picture_that_says_in_words_what_it_shows(tmp_path: Path) -> None:
    async with House(tmp_path, draws=True) as house, house.bot():
        house.paperless.burst(3)
        first = await house.command("tasks summary", days=7)
        reply = await house.with_picture(first)
    assert first["attachments"] == []
    assert "3 of 3 tasks failed in the last 7 days" in texts(first)
    (attached,) = reply["attachments"]
    assert attached["filename"] == "summary.png"
    assert "Consume file: 3 runs, 0 succeeded, 3 failed" in attached["description"]
    (sent,) = [upload for request in house.discord.requests for upload in request.files]
    assert sent.data.startswith(b"\x89PNG")
    assert "3 of 3 tasks failed in the last 7 days" in texts(reply)


async def test_the_change_is_computed_from_what_paperless_says_of_both_windows(house: House) -> None:
    house.paperless.burst(3)
    for number in (8, 9, 10, 11):
        house.paperless.fail("old.pdf", **days_ago(house, number))
    house.paperless.fail("older.pdf", **days_ago(house, 15))
    async with house.bot():
        reply = await house.command("tasks summary", days=7)
    assert "the 7 days before: 4 of 4 tasks failed" in texts(reply)
    assert "3 failed (4 before)" in texts(reply)


async def test_without_a_picture_the_numbers_are_there_all_the_same(house: House) -> None:
    house.paperless.burst(3)
    async with house.bot() as bot:
        bot.drawing = Blunt()
        reply = await house.command("tasks summary")
    assert reply["attachments"] == []
    assert "3 of 3 tasks failed in the last 30 days" in texts(reply)


async def test_a_picture_that_is_lost_on_the_way_leaves_the_numbers_as_they_stand(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.paperless.burst(3)
    async with house.bot() as bot:
        bot.drawing = Quick()
        reply = await house.command("tasks summary")
        house.discord.fail_next("PATCH", "/messages/@original", status=400, times=1)
        bot.drawing.asked.set()
        await house.discord.until(lambda: "picture_lost" in [getattr(one, "event", "") for one in caplog.records])
    assert "3 of 3 tasks failed" in texts(house.discord.message(int(reply["id"])) or {})


async def test_of_nothing_no_picture_is_drawn(house: House) -> None:
    async with house.bot():
        reply = await house.command("tasks summary")
    assert reply["attachments"] == []
    assert "No task ran at all in that time." in texts(reply)


async def test_2_20_is_counted_and_drawn_as_well(tmp_path: Path) -> None:
    async with House(tmp_path, version="2.20.15") as house, house.bot():
        house.paperless.burst(3)
        reply = await house.with_picture(await house.command("tasks summary", days=1, user_id=ids.CLEO_ID))
    assert "3 of 3 tasks failed in the last 24 hours" in texts(reply)
    assert len(reply["attachments"]) == 1

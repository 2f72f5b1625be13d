"""Whatever goes wrong, the person is answered, and what they read tells nothing that is not for them."""

import logging
import re
from typing import Any

import discord
import pytest

from bot.registering import register
from bot.sandbox.discord import ids
from tests.cogs.broken import SECRET
from tests.house import House, Json, texts


async def answer_to(house: House, name: str) -> str:
    interaction = await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.GENERAL_ID, name=name)
    await interaction.reply()
    await house.discord.until(lambda: any("reference" in texts(one) for one in said(house)), timeout=5)
    (reply,) = [one for one in said(house) if "reference" in texts(one)]
    assert reply["flags"] & discord.MessageFlags.ephemeral.flag
    return texts(reply)


def said(house: House) -> list[Json]:
    return house.discord.messages(ids.GENERAL_ID, user_id=ids.BEN_ID)


@pytest.mark.parametrize("name", ["broken", "late", "afterwards"])
async def test_a_defect_is_answered_with_a_reference_that_finds_the_log_line(
    house: House, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.bot() as bot:
        await bot.load_extension("tests.cogs.broken")
        await register(bot)
        answer = await answer_to(house, name)
    found = re.search(r"`([0-9a-f]{8})`", answer)
    assert found is not None
    (record,) = [record for record in caplog.records if found[1] in record.getMessage()]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert SECRET not in answer
    assert "hunter2" not in answer


async def test_a_command_that_is_no_more_says_to_reload(house: House) -> None:
    async with house.bot() as bot:
        guild = discord.Object(ids.GUILD_ID)
        bot.tree.remove_command("task")
        bot.tree.remove_command("task", guild=guild)
        reply = await house.command("task", ref="1")
    assert "Reload Discord" in texts(reply)


async def test_an_answer_that_comes_too_late_for_discord_stops_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.bot():
        house.discord.fail_next("POST", "/interactions/", 404, body={"code": 10062, "message": "Unknown interaction"})
        await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks active")
        await house.discord.until(lambda: house.discord.faults.pending == 0)
        reply = await house.command("tasks active")
    assert "Nothing waits or runs" in texts(reply)
    assert "came too late" in caplog.text


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [(404, 10008, "dismissed or deleted"), (404, 10015, "came too late"), (401, 50027, "came too late")],
    ids=["dismissed", "never begun", "after 15 minutes"],
)
async def test_an_answer_that_nobody_can_read_any_more_is_no_defect(
    house: House, status: int, code: int, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with house.bot():
        house.discord.fail_next("PATCH", "/webhooks/", status, body={"code": code, "message": "no"})
        await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks active")
        await house.discord.until(lambda: house.discord.faults.pending == 0)
        await house.command("tasks active")
    assert told in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("failure", "times", "more"),
    [
        # As Cloudflare says it: no JSON, and not by way of Discord's own servers.
        (429, 1, {"body": "error code: 1015", "headers": {"Via": ""}}),
        ("drop", 3, {}),
    ],
    ids=["a limit of Cloudflare's", "the line is cut, three times"],
)
async def test_a_discord_that_takes_no_answer_is_called_so(
    house: House, failure: Any, times: int, more: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with house.bot():
        house.discord.fail_next("PATCH", "/webhooks/", failure, times=times, **more)
        reply = await house.command("tasks active")
    assert "Discord did not take the bot's answer" in texts(reply)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_the_first_answer_does_not_wait_for_paperless(house: House) -> None:
    async with house.bot():
        await house.command("tasks active")
        stalled = house.paperless.faults.add("stall")
        interaction = await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks failures")
        await interaction.done(timeout=3)
        house.paperless.faults.remove(stalled)
        assert "No failures" in texts(await interaction.reply(timeout=10))


async def test_a_file_that_was_lost_on_the_way_is_sent_whole_again(house: House) -> None:
    result = {"error_type": "KeyError", "error_message": "'x'", "traceback": "Traceback\n" + "  frame\n" * 500}
    async with house.bot() as bot:
        await bot.desk.watchers["home"].poll_once()
        house.paperless.fail("invoice-11.pdf", result_data=result)
        card = await house.card(lambda text: "invoice-11.pdf" in text)
        house.discord.fail_next("PATCH", "/webhooks/", "drop_after")
        reply = await house.press(card, "Details")
    sent = [len(one.data) for request in house.discord.requests for one in request.files]
    assert len(sent) == 2
    assert sent[0] == sent[1] > 4000
    assert [file["size"] for file in reply["attachments"]] == sent[1:]


async def test_a_choice_that_the_menu_does_not_offer_is_answered(house: House) -> None:
    async with house.bot():
        house.paperless.fail("invoice-11.pdf")
        listed = await house.command("tasks failures")
        menu = {"type": 3, "id": 1, "custom_id": "t1:open:home"}
        chosen = house.discord._use(ids.BEN_ID, listed, menu, {"values": ["00000000-0000-4000-8000-000000000000"]})
        assert "That is no longer there" in texts(await chosen.reply(timeout=10))

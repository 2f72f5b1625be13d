"""The digest that is posted by itself: once for each time it is due, whatever happens in between."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.app import TaskBot
from bot.sandbox.discord import ids, permissions
from tests.house import House, buttons, polled, texts

Json = dict[str, Any]
YESTERDAY = timedelta(days=1, hours=1)


def overrides(**more: Any) -> dict[str, dict[str, Any]]:
    """Due once a day, a quarter of an hour ago."""
    due = datetime.now(UTC) - timedelta(minutes=15)
    return {"digest": {"cron": f"{due.minute} {due.hour} * * *", "channel_id": ids.GENERAL_ID} | more}


def digests(house: House) -> list[Json]:
    return [message for message in house.posted(ids.GENERAL_ID) if "The last 7 days" in texts(message)]


async def send(bot: TaskBot) -> None:
    await cast("Any", bot.get_cog("Digest")).send_what_is_due()


async def was_sent_yesterday(bot: TaskBot) -> None:
    for name in bot.servers:
        await bot.ledger.set_value(f"digest {name}", (bot.now() - YESTERDAY).isoformat())


async def test_it_tells_the_change_the_worst_and_what_is_open_with_a_picture(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house, house.bot() as bot:
        await polled(bot)
        for number in range(4):
            house.paperless.fail(f"torn-{number}.pdf")
        house.paperless.fail("locked.pdf", "encrypted")
        house.paperless.fail_routine("mail_fetch")
        house.paperless.fail_routine("train_classifier")
        await polled(bot)
        await was_sent_yesterday(bot)
        await send(bot)
    (message,) = digests(house)
    told = texts(message)
    assert "The last 7 days: 7 of 7 tasks failed" in told
    assert "the 7 days before: not known" in told
    assert "4 × Consume file" in told
    assert told.count(" × ") == 3
    assert "7 failures are still open" in told
    assert "the oldest failed <t:" in told
    (attached,) = message["attachments"]
    assert "Consume file: 5 runs" in attached["description"]
    assert message["mentions"] == []
    assert buttons(message)["Look through"] == "t1:failures:home:0"


async def test_where_the_bot_may_not_attach_files_it_comes_without_its_picture(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house, house.bot() as bot:
        house.discord.set_overwrite(ids.GENERAL_ID, ids.BOT_ROLE_ID, deny=permissions.ATTACH_FILES)
        await polled(bot)
        house.paperless.fail("torn.pdf")
        await polled(bot)
        await was_sent_yesterday(bot)
        await send(bot)
    (message,) = digests(house)
    assert "The last 7 days: 1 of 1 task failed" in texts(message)
    assert message["attachments"] == []


async def test_its_button_lists_what_is_open_to_the_person_alone(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house, house.bot() as bot:
        await polled(bot)
        house.paperless.fail("torn.pdf")
        await polled(bot)
        await was_sent_yesterday(bot)
        await send(bot)
        listed = await house.press(digests(house)[0], "Look through")
    assert "torn.pdf" in texts(listed)
    assert listed["flags"] & 64


async def test_nothing_to_tell_is_told_kindly(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house, house.bot() as bot:
        await was_sent_yesterday(bot)
        await send(bot)
    (message,) = digests(house)
    assert "The last 7 days: no failures" in texts(message)
    assert "Nothing that was told here is still open." in texts(message)
    assert message["attachments"] == []


async def test_it_is_sent_once_also_over_restarts(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house:
        async with house.bot() as bot:
            await was_sent_yesterday(bot)
            await send(bot)
            await send(bot)
        async with house.bot() as bot:
            await send(bot)
    assert len(digests(house)) == 1


async def test_one_that_was_missed_is_made_up_at_the_start(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house:
        async with house.bot() as bot:
            await was_sent_yesterday(bot)
        async with house.bot():
            await house.card(lambda text: "The last 7 days" in text, channel_id=ids.GENERAL_ID)
    assert len(digests(house)) == 1


async def test_the_very_first_start_sends_none(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house, house.bot() as bot:
        await send(bot)
        await send(bot)
    assert not digests(house)


async def test_paperless_down_is_no_week_without_failures(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=overrides()) as house, house.bot() as bot:
        await polled(bot)
        house.paperless.fail("torn.pdf")
        await polled(bot)
        await was_sent_yesterday(bot)
        house.paperless.faults.add("drop", path="summary")
        await send(bot)
    (message,) = digests(house)
    assert "The last 7 days: not known" in texts(message)
    assert "no failures" not in texts(message).lower()
    assert "1 failure is still open" in texts(message)


@pytest.mark.parametrize("failure", [500, "drop", "drop_after"])
async def test_discord_stumbling_makes_neither_none_nor_two(tmp_path: Path, failure: Any) -> None:
    async with House(tmp_path, overrides=overrides()) as house, house.bot() as bot:
        cast("Any", bot.get_cog("Digest")).pauses = (0.05,)
        await was_sent_yesterday(bot)
        house.discord.fail_next("POST", rf"/channels/{ids.GENERAL_ID}/messages", status=failure)
        await send(bot)
    assert len(digests(house)) == 1


async def test_each_server_has_its_own(tmp_path: Path) -> None:
    async with House(tmp_path, servers=("home", "office"), overrides=overrides()) as house, house.bot() as bot:
        await was_sent_yesterday(bot)
        await send(bot)
    assert ["Paperless (home)" in texts(digests(house)[0]), "Paperless (office)" in texts(digests(house)[1])] == [
        True,
        True,
    ]


async def test_without_a_cron_expression_there_is_none(house: House) -> None:
    async with house.bot() as bot:
        assert bot.scheduler.get_job("digest") is None

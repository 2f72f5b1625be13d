"""A request of a process that is gone comes to Discord after its successor has changed the same message.

The same of cards, in every order and without a network: `tests/failures/test_late_edits.py`.
"""

import signal

import pytest

from bot.exits import Exit
from bot.following import Pace
from bot.sandbox.discord import ids
from tests.house import House, texts
from tests.ops.process import bot_process

AGAIN = "again.pdf"


def fail(house: House) -> None:
    house.paperless.fail(AGAIN, owner="bob")


async def an_edit_is_held_back(house: House) -> None:
    """A card tells of one failure; the network holds back the edit with the second."""
    fail(house)
    await house.card(lambda text: AGAIN in text, timeout=30)
    house.discord.fail_next("PATCH", "/messages/", "hang", effect=True)
    mark = house.discord.mark()
    fail(house)
    await house.discord.wait_for(
        lambda event: event.kind == "request_started" and "PATCH" in str(event.data), 30, after=mark
    )


def edits(house: House) -> int:
    """Of the channel's messages, that were answered."""
    return sum(
        request.method == "PATCH" and request.status == 200 and request.path.startswith("/channels/")
        for request in house.discord.requests
    )


async def acknowledged_and_overtaken(house: House) -> None:
    """The press is shown; the late edit undoes it; the press is shown again."""
    card = await house.card(lambda text: "2 times" in text)
    await house.press(card, "Acknowledge")
    # The second failure, by the life that acts; the press, by the interaction; and as an edit like any other.
    await house.discord.until(lambda: edits(house) == 2)
    await house.card(lambda text: "acknowledged by" in text)
    house.discord.faults.release()
    await house.card(lambda text: "acknowledged by" not in text)
    await house.card(lambda text: "acknowledged by" in text, timeout=60)


@pytest.mark.thorough
@pytest.mark.soak
async def test_after_a_kill_the_card_shows_what_the_next_process_said(house: House) -> None:
    async with bot_process(house) as killed:
        await killed.says("first_look")
        await an_edit_is_held_back(house)
        await killed.kill()
        async with bot_process(house) as second:
            await second.says("gateway_up")
            await acknowledged_and_overtaken(house)


@pytest.mark.soak
async def test_after_a_takeover_what_the_one_said_that_is_not_frozen(house: House, database_url: str) -> None:
    house.overrides = {"database": {"url": database_url}}
    async with bot_process(house) as frozen:
        await frozen.says("first_look")
        async with bot_process(house) as second:
            await second.says("lease_standing_by")
            await an_edit_is_held_back(house)
            frozen.signal(signal.SIGSTOP)
            await second.says("gateway_up")
            await acknowledged_and_overtaken(house)
            frozen.signal(signal.SIGCONT)
            assert await frozen.ended() == Exit.UNAVAILABLE


async def test_after_a_restart_a_message_that_follows_a_run_shows_its_end(house: House) -> None:
    house.paperless.worker.pace.work = 60
    pace = Pace(looks=(0.2,), tries=(0.1,), arrives=1)
    async with house.bot() as bot:
        bot.following.pace = pace
        question = await house.command("tasks run", type="train_classifier")
        house.discord.fail_next("PATCH", rf"/channels/{ids.ALERTS_ID}/messages/", "hang", effect=True)
        mark = house.discord.mark()
        await house.press(question, "Run now")
        await house.discord.wait_for(
            lambda event: event.kind == "request_started" and "/channels/" in str(event.data), 10, after=mark
        )
    (row,) = house.paperless.table.newest()
    async with house.bot() as bot:
        bot.following.pace = pace
        house.paperless.finish(row)
        await house.card(lambda text: "is done" in text)
        house.discord.faults.release()
        await house.card(lambda text: "is done" not in text)
        await house.card(lambda text: "is done" in text)
    assert len(house.posted()) == 1
    assert "is done" in texts(house.posted()[0])

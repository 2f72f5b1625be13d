"""What Discord refuses at the start, commands or roles, is told, and keeps no failure from its card."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot import registering
from bot.exits import Exit
from bot.run import run
from tests.house import House

NOT_FOUND = {"message": "404: Not Found", "code": 0}


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[None]:
    """The whole of `run`, to its good end."""
    stop = asyncio.Event()
    running = asyncio.create_task(run(house.settings(), stop=stop, connector=house.discord.connector()))
    await house.discord.ready(30)
    yield
    stop.set()
    assert await running is Exit.DONE


def puts(house: House) -> int:
    return sum(request.method == "PUT" for request in house.discord.requests)


async def test_commands_that_are_registered_already_are_left_alone(house: House) -> None:
    async with house.bot():
        pass
    async with house.bot():
        pass

    assert puts(house) == 1


@pytest.mark.parametrize(("status", "body"), [(404, NOT_FOUND), (200, [{"id": "1"}])])
async def test_where_discord_does_not_tell_what_is_registered_all_is_registered(
    house: House, status: int, body: Any
) -> None:
    house.discord.fail_next("GET", "/commands$", status, body=body)

    async with house.bot():
        assert house.discord.commands

    assert puts(house) == 1


@pytest.mark.parametrize(
    ("status", "body"), [(403, {"message": "Missing Access", "code": 50001}), (404, NOT_FOUND), (200, [{"id": "1"}])]
)
async def test_where_discord_takes_no_commands_a_failure_gets_its_card_all_the_same(
    house: House, status: int, body: Any, caplog: pytest.LogCaptureFixture
) -> None:
    house.discord.fail_next("PUT", "/commands$", status, body=body)
    async with serving(house):
        house.paperless.fail("scan.pdf")
        await house.card(lambda text: "scan.pdf" in text)

    assert [record for record in caplog.records if record.levelno == logging.ERROR and "slash" in record.getMessage()]


LIMITED = {"message": "Max number of daily application command creates has been reached (200)", "retry_after": 3600.0}


async def test_where_the_limit_of_a_day_is_reached_failures_are_told_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """discord.py waits for as long as it is told to."""
    monkeypatch.setattr(registering, "PATIENCE", 0.1)
    house.discord.fail_next("PUT", "/commands$", 429, body=LIMITED | {"global": False}, headers={"Via": "1.1 google"})
    async with serving(house):
        house.paperless.fail("scan.pdf")
        await house.card(lambda text: "scan.pdf" in text)

    assert "not registered yet" in caplog.text


async def test_commands_that_got_no_answer_are_registered_as_soon_as_there_is_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registering, "AGAIN", 0.05)
    house.discord.fail_next("GET", "/commands$", "drop", times=3)
    async with serving(house):
        await house.discord.until(lambda: bool(house.discord.commands), timeout=20)

    assert puts(house) == 1


async def test_a_role_that_was_deleted_is_told_and_keeps_no_failure_from_its_card(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.overrides = {"access": {"run": [7]}, "failures": {"mention_role_id": 8}}
    async with serving(house):
        house.paperless.fail("scan.pdf")
        await house.card(lambda text: "scan.pdf" in text)

    assert "there is no role 7" in caplog.text
    assert "there is no role 8" in caplog.text

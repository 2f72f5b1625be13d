"""`python -m bot drill`: through the whole way to the channel, told as what it is, and counted nowhere."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import TaskBot
from bot.database import Database
from bot.drill import run_drill
from bot.exits import Exit
from bot.failures.drills import DEFAULT_KEY, Drills, drill_of
from bot.failures.routing import Policy, policy_of, receiver_of
from bot.failures.schema import channel, drill
from bot.failures.worst import worst_errors
from bot.sandbox.discord import ids
from bot.sections import FailuresSection
from cogs import failures as failures_cog
from tests.house import House, buttons, texts
from tests.ops.serving import samples_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures_cog, "DRILL_SECONDS", 0.2)


async def drilled(house: House, *, taken_within: float = 15, arrived_within: float = 15) -> tuple[Exit, list[str]]:
    stream = io.StringIO()
    url = house.settings().database.url
    status = await run_drill(url, stream=stream, taken_within=taken_within, arrived_within=arrived_within)
    return status, stream.getvalue().splitlines()


def policy(**section: Any) -> Policy:
    return policy_of(FailuresSection(channel_id=ids.ALERTS_ID, **section))


async def open_failures(bot: TaskBot) -> int:
    return (await bot.ledger.open_rows()).total


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def either(request: pytest.FixtureRequest, house: House) -> House:
    if request.param == "postgresql":
        house.overrides = {"database": {"url": request.getfixturevalue("database_url")}}
    return house


async def test_it_arrives_and_says_when_and_is_counted_nowhere(either: House) -> None:
    house = either
    async with house.bot() as bot:
        status, (line,) = await drilled(house)

        assert status is Exit.DONE
        (card,) = house.posted()
        assert line.startswith(f"ok        home, {DEFAULT_KEY}: channel {ids.ALERTS_ID}, message {card['id']}, after ")
        assert "Drill: nothing failed" in texts(card)
        assert set(buttons(card)) == {"Acknowledge"}
        assert await open_failures(bot) == 0
        assert await worst_errors(bot.database, server="home", since=NOW - timedelta(days=9999), limit=5) == ()
        async with bot.database.read() as connection:
            assert (await connection.execute(select(channel))).all() == []  # in no window: groups no failure
        counted = samples_of(bot.metrics.text().decode())
        assert counted["taskbot_failures_seen_total", (("server", "home"),)] == 0
        assert counted["taskbot_delivery_seconds_count", ()] == 0


async def test_acknowledging_it_asks_paperless_for_nothing(house: House) -> None:
    async with house.bot():
        await drilled(house)
        (card,) = house.posted()
        changed = [request for request in house.paperless.requests if request.method != "GET"]

        await house.press(card, "Acknowledge")

        acknowledged = await house.card(lambda text: "acknowledged by" in text)
        assert acknowledged["id"] == card["id"]
        assert buttons(acknowledged) == {}
        assert [request for request in house.paperless.requests if request.method != "GET"] == changed


async def test_the_next_drill_ends_the_one_before(house: House) -> None:
    async with house.bot():
        await drilled(house)
        (first,) = house.posted()

        assert (await drilled(house))[0] is Exit.DONE

        await house.discord.until(
            lambda: any(one["id"] == first["id"] and not buttons(one) for one in house.posted()), timeout=10
        )
        assert len(house.posted()) == 2


async def test_a_failure_after_it_has_a_card_of_its_own_and_the_drill_has_taken_no_place(house: House) -> None:
    house.overrides = {"failures": {"single_cards": 1, "escalate_after_seconds": 0}}
    async with house.bot() as bot:
        await drilled(house)
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")

        card = await house.card(lambda text: "invoice-11.pdf" in text)

        assert "Acknowledge" in buttons(card)  # a single card, although a drill came first
        assert await open_failures(bot) == 1


async def test_each_server_and_each_route_gets_one_and_a_route_behind_others_is_told(tmp_path: Path) -> None:
    routes = [
        {"channel_id": ids.GENERAL_ID, "servers": ["work"], "statuses": ["revoked"]},
        {"channel_id": ids.GENERAL_ID, "servers": ["work"], "statuses": ["revoked"], "task_types": ["mail_fetch"]},
    ]
    async with House(tmp_path, servers=("home", "work"), overrides={"failures": {"routes": routes}}) as house:
        async with house.bot():
            status, lines = await drilled(house)

        assert status is Exit.DONE
        assert [line.split(":")[0] for line in lines] == [
            f"ok        home, {DEFAULT_KEY}",
            f"ok        work, {DEFAULT_KEY}",
            "ok        work, failures.routes.0.channel_id",
            "warning   failures.routes.1.channel_id",
        ]
        assert (len(house.posted()), len(house.posted(ids.GENERAL_ID))) == (2, 1)


async def test_a_channel_that_is_closed_is_a_failure_with_the_way_on(house: House) -> None:
    async with house.bot():
        for _ in range(20):
            house.discord.fail_next("POST", "/messages$", 403)
        status, (line,) = await drilled(house, arrived_within=1)

    assert status is Exit.UNAVAILABLE
    assert line.startswith("failure   home, failures.channel_id")
    assert "python -m bot check" in line


async def test_a_discord_that_does_not_answer_is_not_known(house: House) -> None:
    async with house.bot():
        house.discord.fail_next("POST", "/messages$", "hang")
        status, (line,) = await drilled(house, arrived_within=1)
        house.discord.faults.clear()

    assert status is Exit.UNAVAILABLE
    assert line.startswith("not known home, failures.channel_id")


async def test_without_a_bot_it_says_so_and_leaves_nothing(either: House) -> None:
    house = either
    async with house.bot():
        pass
    before = sorted(house.folder.iterdir())

    status, (line,) = await drilled(house)

    assert (status, line) == (
        Exit.UNAVAILABLE,
        "no drill: no bot is running on this database: start it (python -m bot run) and try again",
    )
    assert sorted(house.folder.iterdir()) == before
    async with house.bot():
        await asyncio.sleep(0.5)
    assert house.posted() == []


async def test_a_bot_that_does_not_look_is_said_and_the_request_taken_back(house: House) -> None:
    async with await Database.open(house.settings().database.url) as database:
        status, (line,) = await drilled(house, taken_within=0.3)

        assert status is Exit.UNAVAILABLE
        assert "has not seen it within 0.3 s" in line
        async with database.read() as connection:
            assert (await connection.execute(select(drill))).all() == []


async def test_an_old_request_surprises_nobody(house: House) -> None:
    async with house.bot() as bot:
        async with bot.database.write() as connection:
            await connection.execute(drill.insert().values(asked_at=bot.now() - timedelta(hours=2)))
        drills = Drills(bot.database, servers=("home",), policy=bot.desk.policy, now=bot.now)

        assert not await drills.take()


# --- which failures


def test_every_failure_of_a_drill_comes_to_the_receiver_that_it_names() -> None:
    routes = [
        {"channel_id": 11, "task_types": ["consume_file"], "owners": [4]},
        {"channel_id": 12, "trigger_sources": ["email_consume"]},
        {"channel_id": 13, "servers": ["b"]},
    ]
    chosen = policy(routes=routes)

    made = drill_of(7, ["a", "b"], chosen, NOW)

    by_key = {each.message: receiver_of(each, chosen).channel_id for each in made.failures}
    assert by_key == {
        DEFAULT_KEY: ids.ALERTS_ID,
        "failures.routes.0.channel_id": 11,
        "failures.routes.1.channel_id": 12,
        "failures.routes.2.channel_id": 13,
    }
    assert made.unreachable == ()
    assert len({each.task_id for each in made.failures}) == len(made.failures) == 4


async def test_quiet_hours_hold_no_drill(house: House) -> None:
    hours = {"start": "00:00", "end": "23:59", "timezone": "UTC", "mode": "hold"}
    house.overrides = {"failures": {"quiet_hours": hours}}
    async with house.bot():
        assert (await drilled(house))[0] is Exit.DONE

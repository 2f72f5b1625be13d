"""/metrics, as Prometheus asks for it."""

import io

from bot.app import TaskBot
from bot.drill import run_drill
from bot.following import Pace
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from bot.sandbox.discord.ratelimit import SEND
from tests.house import POLL_SECONDS, House
from tests.ops.serving import Samples, running, samples, samples_of, until_ready
from tests.ops.until import until


async def test_what_happens_is_counted(house: House, port: int) -> None:
    async with running(house, port) as session:
        await until_ready(session)
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        card = await house.card(lambda text: "invoice-11.pdf" in text)
        await house.press(card, "Acknowledge", user_id=ids.CLEO_ID)
        await house.press(card, "Acknowledge", user_id=ids.BEN_ID)
        await house.command("tasks active")
        await house.card(lambda text: "acknowledged" in text)
        found = await samples(session)

    home = (("server", "home"),)
    for name, labels in list(found):
        if name == "taskbot_interactions_total":
            assert (name, (labels[0], ("result", "defect"))) in found, "from 0 on, for the alert"
    assert found["taskbot_failures_seen_total", home] == 1
    assert found["taskbot_failures_posted_total", ()] == 1
    assert found["taskbot_polls_total", (("result", "good"), *home)] >= 1
    assert found["taskbot_poll_seconds_count", home] >= 1
    assert found["taskbot_poll_age_seconds", home] < 30
    assert found["taskbot_cards_total", (("action", "posted"),)] == 1
    assert found["taskbot_delivery_seconds_count", ()] == 1
    assert found["taskbot_outbox_cards", ()] in (0, 1)
    assert found["taskbot_gateway_up", ()] == 1
    assert found["taskbot_discord_requests_total", (("status", "200"),)] >= 3
    assert found["taskbot_interactions_total", (("command", "/tasks active"), ("result", "ok"))] == 1
    assert found["taskbot_interactions_total", (("command", "button Acknowledge"), ("result", "refused"))] == 1
    assert found["taskbot_interactions_total", (("command", "button Acknowledge"), ("result", "ok"))] == 1
    assert found["taskbot_info", (("version", _version(found)),)] == 1
    assert found["process_resident_memory_bytes", ()] > 1e6


def _version(found: Samples) -> str:
    return next(dict(labels)["version"] for name, labels in found if name == "taskbot_info")


async def test_an_answer_of_429_is_counted(house: House) -> None:
    async with house.bot() as bot:
        house.discord.rate_limits.exhaust(SEND, str(ids.GENERAL_ID), 0.1, now=house.discord.clock.time())
        await bot.get_partial_messageable(ids.GENERAL_ID).send("hello")

        assert b"taskbot_discord_rate_limited_total 1.0" in bot.metrics.text()


async def test_no_label_grows_with_tasks(house: House) -> None:
    house.overrides = {"failures": {"single_cards": 1}}
    async with house.bot() as bot:
        house.paperless.upload("first.pdf", outcome="corrupt", owner="bob")
        await house.card(lambda text: "first.pdf" in text)
        before = set(samples_of(bot.metrics.text().decode()))
        house.paperless.burst(40)
        await house.card(lambda text: "40 tasks" in text or "39 tasks" in text)

        after = set(samples_of(bot.metrics.text().decode()))
    assert {key for key in after - before if "edited" not in str(key)} == set()


async def test_failures_are_counted_as_posted_once_each(house: House) -> None:
    house.overrides = {"failures": {"single_cards": 1}}
    async with house.bot() as bot:
        house.paperless.burst(7)

        await until(lambda: counted(bot, "taskbot_failures_posted_total") == 7)
        await run_drill(house.settings().database.url, stream=io.StringIO())  # which is no failure

        assert counted(bot, "taskbot_failures_seen_total", server="home") == 7
        assert counted(bot, "taskbot_failures_posted_total") == 7
        assert counted(bot, "taskbot_delivery_seconds_count") == 2  # a card, and a digest by its newest


async def test_a_failure_that_the_message_of_its_upload_tells_is_counted_as_posted_too(house: House) -> None:
    async with house.bot() as bot:
        bot.following.pace = Pace(looks=(0.1,), tries=(0.1,), appears=1)
        await bot.desk.watchers["home"].poll_once()
        torn = Upload(filename="torn.pdf", data=b"%PDF-1.7 torn")
        await house.command("upload", file=torn)

        await until(lambda: counted(bot, "taskbot_failures_seen_total", server="home") == 1)
        await until(lambda: counted(bot, "taskbot_cards_total", action="edited") >= 1)

        assert counted(bot, "taskbot_cards_total", action="posted") == 0
        assert counted(bot, "taskbot_failures_posted_total") == 1


def counted(bot: TaskBot, name: str, **labels: str) -> float:
    return samples_of(bot.metrics.text().decode())[name, tuple(sorted(labels.items()))]


async def test_every_series_is_there_from_the_start(house: House, port: int) -> None:
    async with running(house, port) as session:
        found = await samples(session)

    for result in ("good", "unanswered", "defect"):
        assert ("taskbot_polls_total", (("result", result), ("server", "home"))) in found
    for action in ("posted", "edited", "failed"):
        assert ("taskbot_cards_total", (("action", action),)) in found
    for command in ("/task", "/tasks run", "/Send to Paperless", "button Acknowledge", "button LookThrough", "unknown"):
        assert found["taskbot_interactions_total", (("command", command), ("result", "defect"))] == 0
    assert found["taskbot_poll_interval_seconds", ()] == POLL_SECONDS

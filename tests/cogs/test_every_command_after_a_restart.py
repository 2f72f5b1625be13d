"""Every command where the bot is restarted between the answer and what is done with it."""

from pathlib import Path
from typing import Any

from bot.sandbox.discord import ids
from tests.cogs.every_command import (
    ALL_BUT_ROLES,
    MENU,
    RUN,
    Check,
    Json,
    Table,
    all_of,
    ask,
    hold,
    hurry,
    menu,
    muted,
    pdf,
    says,
)
from tests.house import House

ANSWERS: dict[str, Json] = {}


def asked_before(name: str, /, **options: Any) -> Check:
    async def keep(house: House) -> None:
        ANSWERS[name] = await (menu(house, pdf("forwarded.pdf")) if name == MENU else ask(house, name, **options))

    return keep


def pressed_after(name: str, label: str, *expected: str) -> Check:
    async def check(house: House) -> None:
        hold(await house.press(ANSWERS[name], label), *expected)

    return check


def told_after(filename: str) -> Check:
    async def check(house: House) -> None:
        hold(await house.card(lambda text: f"Consuming {filename} is done" in text, timeout=20), filename)

    return check


async def run_after(house: House) -> None:
    await house.press(ANSWERS["/tasks run"], "Run now")
    await house.card(lambda text: "Training the classifier is done" in text, timeout=20)


async def mute_ended_after(house: House) -> None:
    ids_in_menu = [row["components"][0] for row in walk(ANSWERS["/tasks mutes"]) if row.get("type") == 1]
    (chooser,) = ids_in_menu
    chosen = await house.discord.select(
        user_id=ids.BEN_ID,
        message_id=int(ANSWERS["/tasks mutes"]["id"]),
        custom_id=chooser["custom_id"],
        values=[chooser["options"][0]["value"]],
    )
    hold(await chosen.reply(timeout=20), "No longer muted.", "Nothing is muted")


def walk(message: Json) -> list[Json]:
    top = message["components"]
    return [*top, *(child for one in top for child in one.get("components", []))]


BEFORE: Table = {
    "/help": asked_before("/help"),
    "/task": asked_before("/task", ref="1"),
    "/tasks acknowledge": asked_before("/tasks acknowledge", name="muted"),
    "/tasks active": asked_before("/tasks active"),
    "/tasks audit": asked_before("/tasks audit"),
    "/tasks failures": asked_before("/tasks failures"),
    "/tasks list": asked_before("/tasks list", status="failure"),
    "/tasks mutes": asked_before("/tasks mutes"),
    "/tasks run": asked_before("/tasks run", type=RUN),
    "/tasks summary": asked_before("/tasks summary"),
    "/upload": asked_before("/upload", file=pdf("scan.pdf")),
    MENU: asked_before(MENU),
}
AFTER: Table = {
    "/help": says("/help", "**What you can do here**"),
    "/task": pressed_after("/task", "Acknowledge", "acknowledged"),
    "/tasks acknowledge": pressed_after("/tasks acknowledge", "Acknowledge 1", "1 failure acknowledged"),
    "/tasks active": pressed_after("/tasks active", "Older", "9 to 16 of 2"),
    "/tasks audit": says("/tasks audit", "muted: Consume file muted.pdf"),
    "/tasks failures": pressed_after("/tasks failures", "Older", "9 to 16 of 2"),
    "/tasks list": pressed_after("/tasks list", "Older", "9 to 16 of 2"),
    "/tasks mutes": mute_ended_after,
    "/tasks run": run_after,
    "/tasks summary": says("/tasks summary", "failed in the last 30 days"),
    "/upload": told_after("scan.pdf"),
    MENU: told_after("forwarded.pdf"),
}


async def test_the_bot_is_restarted_in_between(tmp_path: Path) -> None:
    ANSWERS.clear()
    async with House(tmp_path, overrides=ALL_BUT_ROLES) as house:
        house.paperless.burst(22)
        for number in range(20):
            house.paperless.stick(f"stuck-{number}.pdf")
        async with house.bot() as bot:
            house.paperless.worker.stop()
            house.paperless.fail("muted.pdf")
            await muted(bot, await house.card(lambda text: "muted.pdf" in text))
            await all_of(house, bot, BEFORE)
        async with house.bot() as bot:
            hurry(house, bot)
            house.paperless.worker.start()
            await all_of(house, bot, AFTER)

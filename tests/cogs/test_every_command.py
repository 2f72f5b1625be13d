"""Every command in every situation: all is well, there is nothing, no Paperless, no right to it.

In the files beside this one there is too much, and the bot is restarted between the answer and what is done with it. A
command that is missing in the table of a situation is an error.
"""

from pathlib import Path
from typing import Any

from bot.audit import Result
from bot.sandbox.discord import ids
from tests.cogs.every_command import (
    ALL_BUT_ROLES,
    MENU,
    PRIVATE,
    RUN,
    Check,
    Table,
    all_of,
    ask,
    follows,
    hold,
    hurry,
    menu,
    muted,
    pdf,
    says,
)
from tests.house import House

# --- all is well


async def run_to_its_end(house: House) -> None:
    question = await ask(house, "/tasks run", type=RUN)
    await house.press(question, "Run now")
    await house.card(lambda text: "Training the classifier is done" in text)


async def summary_with_picture(house: House) -> None:
    reply = await ask(house, "/tasks summary")
    hold(reply, "1 of", "failed in the last 30 days", "Consume file")
    (picture,) = (await house.with_picture(reply))["attachments"]
    assert picture["description"]


WELL: Table = {
    "/help": says("/help", "**What you can do here**", "`/tasks run` Run a maintenance task now"),
    "/task": says("/task", "**Consuming invoice-11.pdf failed**", "Acknowledge", ref="#1"),
    "/tasks acknowledge": says("/tasks acknowledge", "Acknowledge 1 failure in Paperless?", "There is no way back"),
    "/tasks active": says("/tasks active", "endless.pdf"),
    "/tasks audit": says("/tasks audit", "muted: Consume file invoice-11.pdf"),
    "/tasks failures": says("/tasks failures", "1 failure in Paperless not acknowledged", "invoice-11.pdf"),
    "/tasks list": says("/tasks list", "1 task in Paperless", "invoice-11.pdf", name="invoice"),
    "/tasks mutes": says("/tasks mutes", "invoice-11.pdf"),
    "/tasks run": run_to_its_end,
    "/tasks summary": summary_with_picture,
    "/upload": follows("/upload", "scan.pdf", "Consuming scan.pdf is done"),
    MENU: follows(MENU, "forwarded.pdf", "Consuming forwarded.pdf is done"),
}


async def test_all_is_well(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=ALL_BUT_ROLES) as house, house.bot() as bot:
        hurry(house, bot)
        house.paperless.fail("invoice-11.pdf")
        card = await house.card(lambda text: "invoice-11.pdf" in text)
        await muted(bot, card)
        house.paperless.stick("endless.pdf")
        await all_of(house, bot, WELL)


# --- nothing


async def nothing_in_the_message(house: House) -> None:
    hold(await menu(house), "There is no file in that message.")


NOTHING: Table = {
    "/help": says("/help", "**What you cannot**", "`/tasks run`", user_id=ids.CLEO_ID),
    "/task": says("/task", "There is no task number 999", ref="999"),
    "/tasks acknowledge": says("/tasks acknowledge", "No failure in Paperless fits that"),
    "/tasks active": says("/tasks active", "Nothing waits or runs in Paperless"),
    "/tasks audit": says("/tasks audit", "Nothing is recorded", member=str(ids.BEN_ID)),
    "/tasks failures": says("/tasks failures", "No failures wait to be acknowledged in Paperless"),
    "/tasks list": says("/tasks list", "There is no task in Paperless"),
    "/tasks mutes": says("/tasks mutes", "Nothing is muted"),
    "/tasks run": says("/tasks run", "Paperless lists no earlier run.", type=RUN),
    "/tasks summary": says("/tasks summary", "No task ran at all in that time."),
    "/upload": says("/upload", "empty.pdf is empty.", file=pdf("empty.pdf", 0)),
    MENU: nothing_in_the_message,
}


async def test_there_is_nothing(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=ALL_BUT_ROLES) as house, house.bot() as bot:
        await all_of(house, bot, NOTHING)


# --- Paperless is down

AWAY = "Paperless has not answered since <t:"
DOWN: Table = {
    "/help": says("/help", "**What you can do here**"),
    "/task": says("/task", f"What became of it: not known. {AWAY}", ref="1"),
    "/tasks acknowledge": says("/tasks acknowledge", f"What would be acknowledged: not known. {AWAY}"),
    "/tasks active": says("/tasks active", f"What waits or runs: not known. {AWAY}"),
    "/tasks audit": says("/tasks audit", "Nothing is recorded", member=str(ids.CLEO_ID)),
    "/tasks failures": says("/tasks failures", f"What failed: not known. {AWAY}"),
    "/tasks list": says("/tasks list", f"Which tasks fit: not known. {AWAY}"),
    "/tasks mutes": says("/tasks mutes", "Nothing is muted"),
    "/tasks run": says("/tasks run", f"Whether it can be run: not known. {AWAY}", type=RUN),
    "/tasks summary": says("/tasks summary", f"The last 30 days: not known. {AWAY}"),
    "/upload": follows("/upload", "scan.pdf", "was not sent", AWAY),
    MENU: follows(MENU, "forwarded.pdf", "was not sent", AWAY),
}


async def test_paperless_is_down(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=ALL_BUT_ROLES) as house, house.bot() as bot:
        await house.command("tasks active")
        await house.paperless.down()
        await all_of(house, bot, DOWN)


# --- not allowed


async def menu_is_not_allowed(house: House) -> None:
    reply = await menu(house, pdf("x.pdf"), user_id=ids.CLEO_ID)
    hold(reply, "Uploading documents is for", f"<@&{ids.ARCHIVISTS_ID}>")
    assert reply["flags"] & PRIVATE


def denied(name: str, what: str, /, **options: Any) -> Check:
    return says(name, f"{what} is for <@&{ids.ARCHIVISTS_ID}>", user_id=ids.CLEO_ID, **options)


LOOKING = "Looking at tasks"
NOT_ALLOWED: Table = {
    "/help": denied("/help", LOOKING),
    "/task": denied("/task", LOOKING, ref="1"),
    "/tasks acknowledge": denied("/tasks acknowledge", "Acknowledging"),
    "/tasks active": denied("/tasks active", LOOKING),
    "/tasks audit": says("/tasks audit", "for those who may manage this Discord server", user_id=ids.CLEO_ID),
    "/tasks failures": denied("/tasks failures", LOOKING),
    "/tasks list": denied("/tasks list", LOOKING),
    "/tasks mutes": denied("/tasks mutes", LOOKING),
    "/tasks run": denied("/tasks run", "Running tasks", type=RUN),
    "/tasks summary": denied("/tasks summary", LOOKING),
    "/upload": denied("/upload", "Uploading documents", file=pdf("x.pdf")),
    MENU: menu_is_not_allowed,
}


async def test_it_is_not_allowed(tmp_path: Path) -> None:
    access = {name: [ids.ARCHIVISTS_ID] for name in ("view", "acknowledge", "run", "upload")}
    async with House(tmp_path, overrides={"access": access}) as house, house.bot() as bot:
        before = len(list(house.paperless.table.newest()))
        await all_of(house, bot, NOT_ALLOWED)
        (audited,) = {one.entry.result for one in (await bot.ledger.audit.page(limit=50)).rows}
    assert audited is Result.REFUSED
    assert len(list(house.paperless.table.newest())) == before
    assert not house.posted()

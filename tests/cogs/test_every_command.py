"""Every command in every situation: all is well, there is nothing, too much, no Paperless, no right to it, a restart
between the answer and what is done with it. A command that is not in each of the tables is an error here.

The commands of a situation run side by side in one house; all that went wrong is told together.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.app import TaskBot
from bot.audit import Entry, Result
from bot.failures.schema import mute
from bot.following import Pace
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from bot.ui import custom_ids
from tests.house import House, buttons, texts

Json = dict[str, Any]
Check = Callable[[House], Awaitable[None]]
Table = dict[str, Check]

ALL_BUT_ROLES = {"limits": {"view": 0, "upload": 0, "run": 0, "acknowledge": 0}}
MENU = "Send to Paperless"
RUN = "train_classifier"
PRIVATE = 64


def pdf(name: str, size: int = 20) -> Upload:
    return Upload(filename=name, data=b"%PDF-1.7 ".ljust(size - 6) + b" %%EOF" if size else b"")


async def menu(house: House, *files: Upload, user_id: int = ids.BEN_ID) -> Json:
    posted = await house.discord.post_message(ids.ADA_ID, "see there", files, channel_id=ids.ALERTS_ID)
    chosen = await house.discord.context_menu(
        user_id=user_id, channel_id=ids.ALERTS_ID, name=MENU, target_id=int(posted["id"])
    )
    return await chosen.reply(timeout=20)


async def ask(house: House, name: str, /, *, user_id: int | None = None, **options: Any) -> Json:
    """The audit is for those who may manage the server."""
    someone = ids.ADA_ID if name == "/tasks audit" else ids.BEN_ID
    chosen = await house.discord.command(
        user_id=user_id or someone, channel_id=ids.ALERTS_ID, name=name.removeprefix("/"), options=options
    )
    return await chosen.reply(timeout=20)


def says(name: str, /, *expected: str, user_id: int | None = None, **options: Any) -> Check:
    """The answer, for the one who asked alone, holds all of it."""

    async def check(house: House) -> None:
        reply = await ask(house, name, user_id=user_id, **options)
        hold(reply, *expected)
        assert reply["flags"] & PRIVATE

    return check


def hold(message: Json, *expected: str) -> None:
    read = texts(message).replace("\\", "")
    for part in expected:
        assert part in read, f"{part!r} is not in:\n{read}"


def follows(name: str, filename: str, end: str, *more: str) -> Check:
    """The message of an upload, in the end."""

    async def check(house: House) -> None:
        await (menu(house, pdf(filename)) if name == MENU else ask(house, name, file=pdf(filename)))
        hold(await house.card(lambda text: filename in text and end in text, timeout=20), end, *more)

    return check


async def all_of(house: House, table: Table) -> None:
    names = list(table)
    found = await asyncio.gather(*(table[name](house) for name in names), return_exceptions=True)
    wrong = [f"{name}: {error!r}" for name, error in zip(names, found, strict=True) if error is not None]
    assert not wrong, "\n\n".join(wrong)


def hurry(house: House, bot: TaskBot) -> None:
    house.paperless.worker.pace.work = 0.05
    bot.following.pace = Pace(looks=(0.2, 0.3, 0.5), tries=(0.1,), appears=1)


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
    "/tasks audit": says("/tasks audit", "muted: consume_file invoice-11.pdf"),
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
        await all_of(house, WELL)


async def muted(bot: TaskBot, card: Json) -> None:
    pressed = custom_ids.parse(buttons(card)["Acknowledge"])
    assert isinstance(pressed, custom_ids.Acknowledge)
    day = timedelta(days=1)
    assert await bot.desk.mute(
        card_id=pressed.card_id, for_=day, until_change=False, user_id=ids.ADA_ID, user_name="Ada"
    )


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
    "/tasks list": says("/tasks list", "No task in Paperless fits that"),
    "/tasks mutes": says("/tasks mutes", "Nothing is muted"),
    "/tasks run": says("/tasks run", "Paperless lists no earlier run.", type=RUN),
    "/tasks summary": says("/tasks summary", "No task ran at all in that time."),
    "/upload": says("/upload", "empty.pdf is empty.", file=pdf("empty.pdf", 0)),
    MENU: nothing_in_the_message,
}


async def test_there_is_nothing(tmp_path: Path) -> None:
    async with House(tmp_path, overrides=ALL_BUT_ROLES) as house, house.bot():
        await all_of(house, NOTHING)


# --- too much

FAILED, STUCK, NOTED, MUTED = 5100, 60, 30, 30
LONG_NAME = f"{'very long ' * 25}.pdf"


async def one_file_is_too_large(house: House) -> None:
    """It is named, and keeps the others from nothing."""
    await menu(house, pdf("small.pdf"), pdf("large.pdf", 1_500_000))
    await house.card(lambda text: "small.pdf" in text)
    await house.discord.until(lambda: any("large.pdf" in texts(one) for one in shown(house)))
    assert not any("Consuming large.pdf" in texts(one) for one in shown(house))


def shown(house: House) -> list[Json]:
    return house.discord.messages(ids.ALERTS_ID, user_id=ids.BEN_ID)


async def one_run_at_a_time(house: House) -> None:
    first, second = await ask(house, "/tasks run", type=RUN), await ask(house, "/tasks run", type="sanity_check")
    await house.press(first, "Run now")
    await house.card(lambda text: "Training the classifier" in text)
    hold(await house.press(second, "Run now"), "One run at a time")


TOO_MUCH: Table = {
    "/help": says("/help", "`/tasks run`", "`/upload`", MENU),
    "/task": says("/task", "very long very long", "…", ref="1"),
    "/tasks acknowledge": says("/tasks acknowledge", "Acknowledge 5,101 failures", "5,000 at once, the newest first"),
    "/tasks active": says("/tasks active", "the newest 50 of 60", "the newest 8 of 50"),
    "/tasks audit": says("/tasks audit", "1 to 8 of 30"),
    "/tasks failures": says("/tasks failures", "5,101 failures in Paperless", "the newest 8 of 5,101", "Older"),
    "/tasks list": says("/tasks list", "5,101 tasks in Paperless", "the newest 8 of 5,101", "Older", status="failure"),
    "/tasks mutes": says("/tasks mutes", "30 mutes", "muted-0.pdf", "the 25 of 30 that end first"),
    "/tasks run": one_run_at_a_time,
    "/tasks summary": says("/tasks summary", "not known, Paperless looks back 365 days at most", days=365),
    "/upload": says(
        "/upload", "large.pdf has 1.5 MB, and the bot sends at most 1.0 MB", file=pdf("large.pdf", 1_500_000)
    ),
    MENU: one_file_is_too_large,
}


async def test_there_is_too_much(tmp_path: Path) -> None:
    overrides = {**ALL_BUT_ROLES, "upload": {"max_megabytes": 1}}
    async with House(tmp_path, overrides=overrides) as house:
        error = {"error_type": "E" * 300, "error_message": "m" * 9000, "traceback": "x\n" * 2500}
        house.paperless.fail(LONG_NAME, result_data=error)
        house.paperless.burst(FAILED)
        for number in range(STUCK):
            house.paperless.stick(f"stuck-{number}.pdf")
        async with house.bot() as bot:
            house.paperless.worker.pace.work = 60
            await fill(bot)
            await all_of(house, TOO_MUCH)


async def fill(bot: TaskBot) -> None:
    """Of the audit and of mutes more than fits."""
    entry = Entry(user_id=1, user_name="Ada", action="run", subject="x", result=Result.DONE)
    for _ in range(NOTED):
        await bot.ledger.audit.record(entry)
    kept = {"server": "home", "task_type": "consume_file", "at": bot.now(), "until_change": False}
    rows = [
        kept
        | {"fingerprint": f"f{number}", "subject": f"s{number}", "filename": f"muted-{number}.pdf", "message": "m"}
        | {"user_id": 1, "user_name": "Ada", "until": bot.now() + timedelta(hours=1 + number)}
        for number in range(MUTED)
    ]
    async with bot.database.write() as connection:
        await connection.execute(insert(mute), rows)


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
    async with House(tmp_path, overrides=ALL_BUT_ROLES) as house, house.bot():
        await house.command("tasks active")
        await house.paperless.down()
        await all_of(house, DOWN)


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
        await all_of(house, NOT_ALLOWED)
        (audited,) = {one.entry.result for one in (await bot.ledger.audit.page(limit=50)).rows}
    assert audited is Result.REFUSED
    assert len(list(house.paperless.table.newest())) == before
    assert not house.posted()


# --- the bot is restarted between the answer and what is done with it

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
    "/tasks audit": says("/tasks audit", "muted: consume_file muted.pdf"),
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
            await all_of(house, BEFORE)
        async with house.bot() as bot:
            hurry(house, bot)
            house.paperless.worker.start()
            await all_of(house, AFTER)


# --- no command is left out


async def test_no_command_is_missing_in_any_of_the_tables(house: House) -> None:
    async with house.bot() as bot:
        known = {f"/{one.qualified_name}" for one in bot.tree.walk_commands() if hasattr(one, "callback")}
        known |= {one.name for one in bot.tree.get_commands(type=None) if one.name == MENU}
    for table in (WELL, NOTHING, TOO_MUCH, DOWN, NOT_ALLOWED, BEFORE, AFTER):
        assert set(table) == known

"""Every command where there is too much: more failures, tasks, mutes and bytes than an answer can hold."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from bot.app import TaskBot
from bot.audit import Entry, Result
from bot.failures.schema import mute
from bot.sandbox.discord import ids
from tests.cogs.every_command import ALL_BUT_ROLES, MENU, RUN, Json, Table, all_of, ask, hold, menu, pdf, says
from tests.house import House, texts

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
    "/tasks audit": says("/tasks audit", "the newest 8 of 30", "Older"),
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
            await all_of(house, bot, TOO_MUCH)


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

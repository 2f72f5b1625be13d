"""Takes the pictures of docs/commands.md from the running demo: `python docs/make_command_pictures.py [NAME...]`.

Needs Debian's chromium and the development dependencies. Without a name it takes all.
"""

import asyncio
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "docs"))

from make_pictures import DESKTOP, FLAGS, PICTURES, SETTLED_MS, look  # noqa: E402 - the checkout first
from playwright.async_api import Browser, Locator, Page, async_playwright  # noqa: E402

from bot.sandbox.demo import Demo, listen_near, open_demo  # noqa: E402
from bot.sandbox.discord import ids  # noqa: E402
from bot.sandbox.discord.files import Upload  # noqa: E402
from bot.sandbox.stage import Stage  # noqa: E402

FOLDER = PICTURES / "commands"
PDF = b"%PDF-1.7 a letter %%EOF"
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "help": ("help", {}),
    "active": ("tasks active", {}),
    "failures": ("tasks failures", {}),
    "list": ("tasks list", {"status": "failure", "after": "7d"}),
    "summary": ("tasks summary", {"days": 7}),
    "acknowledge": ("tasks acknowledge", {"type": "consume_file"}),
    "run": ("tasks run", {"type": "train_classifier"}),
}


async def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        async with open_demo(Path(folder), listen_near(0)) as demo, async_playwright() as playwright:
            chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            await demo.stage.discord.ready(timeout=20)
            fill(demo.stage)
            async for name, shown in scenes(demo.stage):
                if not wanted or name in wanted:
                    await shoot(browser, demo, name, shown, name_of="ada" if name == "audit" else "ben")
            await browser.close()


def fill(stage: Stage) -> None:
    """Some history: something for every command to show."""
    paperless = stage.paperless
    for number in range(9):
        paperless.fail(f"scan-{number:04}.pdf", "corrupt", ago=86_400 * (number + 0.5))
    paperless.fail_routine("mail_fetch", ago=7200)
    for number in range(40):
        paperless.add_task(
            status="success",
            date_done=paperless.clock.now(),
            input_data={"filename": f"letter-{number}.pdf"},
            result_data={"document_id": 1},
        )
    paperless.worker.pace.work = 20
    for name in ("payslip.pdf", "contract.pdf", "receipt.jpg"):
        paperless.upload(name)


Shown = Callable[[Page], Awaitable[Locator]]


async def scenes(stage: Stage) -> AsyncIterator[tuple[str, Shown]]:
    """The name of each picture and what is on it, in the order in which they are taken."""
    for name, (command, options) in ANSWERS.items():
        yield name, answering(stage, command, options)
    reference = stage.paperless.fail("invoice-11.pdf", owner="bob").task_id
    yield "task", answering(stage, "task", {"ref": reference})
    await mute(stage, "invoice-11.pdf")
    yield "mutes", answering(stage, "tasks mutes", {})
    yield "follow", following(stage)
    yield "upload", uploading(stage)
    yield "menu", sending(stage)
    yield "audit", answering(stage, "tasks audit", {}, user_id=ids.ADA_ID)


async def mute(stage: Stage, filename: str) -> None:
    """For a day, by the buttons under its card's details."""

    def written() -> str:
        return next(
            (text for one in stage.discord.messages(ids.ALERTS_ID) if filename in (text := json.dumps(one))), ""
        )

    await stage.discord.until(lambda: "t1:info:" in written(), timeout=20)
    message_id = int(json.loads(written())["id"])
    details = await press(stage, message_id, _id_in(written(), "t1:info:"))
    await press(stage, int(details["id"]), _id_in(json.dumps(details), r"t1:mute:\d+:1d"))


def _id_in(written: str, pattern: str) -> str:
    (found, *_) = re.findall(rf'"({pattern}[^"]*)"', written)
    return str(found)


async def press(stage: Stage, message_id: int, custom_id: str) -> dict[str, Any]:
    pressed = await stage.discord.press(user_id=ids.BEN_ID, message_id=message_id, custom_id=custom_id)
    return await pressed.reply(timeout=20)


async def shoot(browser: Browser, demo: Demo, name: str, shown: Shown, *, name_of: str = "ben") -> None:
    page = await look(browser, demo, viewport=DESKTOP, color_scheme="dark", device_scale_factor=1.5)
    if name_of != "ben":
        await page.goto(f"{demo.url}/?as={name_of}")
        await page.locator("html[data-ready]").wait_for()
    message = await shown(page)
    await page.wait_for_timeout(SETTLED_MS)
    await message.screenshot(path=FOLDER / f"{name}.png")
    await page.context.close()


def answering(stage: Stage, command: str, options: dict[str, Any], *, user_id: int = ids.BEN_ID) -> Shown:
    async def shown(page: Page) -> Locator:
        answers = page.locator(".message.ephemeral")
        before = await answers.count()
        interaction = await stage.discord.command(
            user_id=user_id, channel_id=ids.ALERTS_ID, name=command, options=options
        )
        await interaction.reply(timeout=20)
        message = answers.nth(before)
        await message.locator(".container").wait_for(timeout=20_000)
        if command == "tasks summary":  # its picture follows
            await message.locator("img[alt*='runs']").wait_for(timeout=30_000)
        return message

    return shown


def following(stage: Stage) -> Shown:
    async def shown(page: Page) -> Locator:
        question = await (
            await stage.discord.command(
                user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks run", options={"type": "train_classifier"}
            )
        ).reply()
        await stage.discord.press(
            user_id=ids.BEN_ID, message_id=int(question["id"]), custom_id="t1:run:home:train_classifier"
        )
        message = page.locator(".message", has_text="in the queue").last
        await message.wait_for(timeout=30_000)
        return message

    return shown


def uploading(stage: Stage) -> Shown:
    async def shown(page: Page) -> Locator:
        file = Upload(filename="letter.pdf", data=PDF)
        interaction = await stage.discord.command(
            user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="upload", options={"file": file, "tags": "Taxes"}
        )
        await interaction.reply(timeout=20)
        message = page.locator(".message", has_text="letter.pdf").last
        await message.get_by_text("Paperless took the order").or_(message.get_by_text("in the queue")).first.wait_for()
        (row,) = [row for row in stage.paperless.table.newest() if row.filename == "letter.pdf"]
        stage.paperless.finish(row)
        await message.get_by_text("is done").wait_for(timeout=30_000)
        return message

    return shown


def sending(stage: Stage) -> Shown:
    async def shown(page: Page) -> Locator:
        files = [Upload(filename="front.png", data=b"\x89PNG\r\n\x1a\nIEND")]
        posted = await stage.discord.post_message(ids.BEN_ID, "From the letter box", files, channel_id=ids.ALERTS_ID)
        interaction = await stage.discord.context_menu(
            user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="Send to Paperless", target_id=int(posted["id"])
        )
        await interaction.reply(timeout=20)
        message = page.locator(".message", has_text="Consuming front.png").last
        await message.get_by_text("in the queue").wait_for(timeout=30_000)
        return message

    return shown


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

"""Everything that changes something is in the audit afterwards: through Discord, end to end."""

import pytest

from bot.app import TaskBot
from bot.audit import Audit, Entry, Result
from bot.sandbox.discord import ids
from bot.sandbox.discord.files import Upload
from tests.house import FAILED, House, buttons, texts


async def entries(bot: TaskBot) -> list[Entry]:
    """Oldest first."""
    page = await Audit(bot.database, now=bot.now).page(limit=1000)
    return [row.entry for row in reversed(page.rows)]


class TestAcknowledge:
    async def test_on_a_card(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            await house.press(card, "Acknowledge")
            (entry,) = await entries(bot)
        assert (entry.user_id, entry.user_name, entry.action) == (ids.BEN_ID, "Ben", "acknowledge")
        assert (entry.server, entry.tasks, entry.result) == ("home", (row.task_id,), Result.DONE)

    async def test_of_a_task_that_no_card_tells(self, house: House) -> None:
        row = house.paperless.fail(FAILED)
        async with house.bot() as bot:
            await house.press(await house.command("task", ref=row.task_id), "Acknowledge")
            (entry,) = await entries(bot)
        assert (entry.tasks, entry.result) == ((row.task_id,), Result.DONE)

    async def test_that_paperless_refused(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            house.paperless.faults.add("status", status=403, path="acknowledge")
            await house.press(card, "Acknowledge")
            (entry,) = await entries(bot)
        assert (entry.tasks, entry.result) == ((row.task_id,), Result.FAILED)
        assert entry.detail is not None

    async def test_whose_outcome_is_not_known(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            house.paperless.faults.add("status", status=500, path="acknowledge")
            await house.press(card, "Acknowledge")
            first, *_ = await entries(bot)
        assert first.result is Result.UNKNOWN

    async def test_in_the_web_ui_it_is_not_ours_to_record(self, house: House) -> None:
        async with house.bot() as bot:
            row, _ = await house.failed_card(bot)
            house.paperless.acknowledge_in_web_ui([row.id])
            await house.card(lambda text: "acknowledged in Paperless" in text)
            assert await entries(bot) == []


class TestDetails:
    async def test_of_a_card(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            await house.press(card, "Details")
            (entry,) = await entries(bot)
        assert (entry.user_id, entry.action, entry.result) == (ids.BEN_ID, "details", Result.DONE)
        assert (entry.server, entry.tasks, entry.subject) == ("home", (row.task_id,), f"Consume file {FAILED}")

    async def test_of_a_task(self, house: House) -> None:
        row = house.paperless.fail(FAILED)
        async with house.bot() as bot:
            await house.press(await house.command("task", ref=row.task_id), "Details")
            (entry,) = await entries(bot)
        assert (entry.action, entry.tasks, entry.result) == ("details", (row.task_id,), Result.DONE)


class TestRunAndUpload:
    """What is asked of a server is one row before it is asked, and one with its result."""

    async def test_a_run(self, house: House) -> None:
        async with house.bot() as bot:
            await house.press(await house.command("tasks run", type="sanity_check"), "Run now")
            (entry,) = await entries(bot)
        assert (entry.user_id, entry.user_name) == (ids.BEN_ID, "Ben")
        assert (entry.action, entry.subject, entry.server, entry.result) == ("run", "sanity_check", "home", Result.DONE)
        assert len(entry.tasks) == 1
        assert entry.asked_id is not None

    async def test_an_upload(self, house: House) -> None:
        file = Upload(filename="scan.pdf", data=b"%PDF-1.4 x", content_type="application/pdf")
        async with house.bot() as bot:
            await house.command("upload", file=file)
            await house.card(lambda text: "scan.pdf" in text and not text.startswith("**Sending"))
            (entry,) = await entries(bot)
        assert (entry.action, entry.subject, entry.server, entry.result) == ("upload", "scan.pdf", "home", Result.DONE)
        assert len(entry.tasks) == 1
        assert entry.asked_id is not None

    async def test_an_upload_that_paperless_refused(self, house: House) -> None:
        file = Upload(filename="scan.pdf", data=b"%PDF-1.4 x", content_type="application/pdf")
        async with house.bot() as bot:
            house.paperless.faults.add("status", status=403, path="post_document")
            await house.command("upload", file=file)
            await house.card(lambda text: "scan.pdf was not sent" in text)
            (entry,) = await entries(bot)
        assert (entry.subject, entry.result, entry.tasks) == ("scan.pdf", Result.FAILED, ())


class TestMute:
    async def test_its_beginning_and_its_end(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            await house.press(await house.press(card, "Details"), "Mute for 1 hour")
            (mute,) = await bot.ledger.mutes.running()
            listed = await house.command("tasks mutes")
            chosen = await house.discord.select(
                user_id=ids.BEN_ID,
                message_id=int(listed["id"]),
                custom_id="t1:unmute",
                values=[mute.mute_id],
            )
            await chosen.reply()
            _, begun, ended = await entries(bot)
        assert (begun.action, begun.tasks, begun.result) == ("mute", (row.task_id,), Result.DONE)
        assert FAILED in begun.subject
        assert ended.subject.startswith("mute ended")


class TestRefused:
    @pytest.mark.parametrize("label", ["Acknowledge", "Details"])
    async def test_a_press_without_the_role(self, house: House, label: str) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            await house.press(card, label, user_id=ids.CLEO_ID)
            (entry,) = await entries(bot)
        assert (entry.user_id, entry.result) == (ids.CLEO_ID, Result.REFUSED)
        assert entry.subject == f"button {buttons(card)[label]}"

    async def test_a_run_without_the_role(self, house: House) -> None:
        async with house.bot() as bot:
            reply = await house.command("tasks run", user_id=ids.CLEO_ID, type="sanity_check")
            (entry,) = await entries(bot)
        assert "Running tasks is for" in texts(reply)
        assert (entry.action, entry.subject, entry.result) == ("run", "/tasks run", Result.REFUSED)

    async def test_looking_is_not_recorded(self, house: House) -> None:
        async with house.bot() as bot:
            await house.command("tasks active")
            assert await entries(bot) == []

"""Reading the audit: /tasks audit for those who may, the channel, and `python -m bot audit --csv`."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.audit import Audit, Entry, Result
from bot.audit_csv import export
from bot.database import Database
from bot.exits import Exit
from bot.sandbox.discord import ids
from bot.ui import custom_ids
from bot.ui.pressed import in_words
from tests.hostile import PLAIN
from tests.house import House, buttons, texts
from tests.ledgers import migrated
from tests.safety.forging import on_a_message, use
from tests.safety.kinds import KINDS


def entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {"user_id": ids.BEN_ID, "user_name": "Ben", "action": "run", "subject": "sanity_check"}
    return Entry(**(fields | {"server": "home", "tasks": ("uuid-1",), "result": Result.DONE} | changes))


class TestCommand:
    async def test_for_the_administrator_newest_first(self, house: House) -> None:
        async with house.bot() as bot:
            for number in range(10):
                await bot.ledger.audit.record(entry(subject=f"number-{number}"))
            reply = await house.command("tasks audit", user_id=ids.ADA_ID)
            second = await house.press(reply, "Older", user_id=ids.ADA_ID)
            back = await house.press(second, "Newer", user_id=ids.ADA_ID)
        first = texts(reply)
        assert first.index("number-9") < first.index("number-2")
        assert "the newest 8 of 10" in first
        assert "number-1" in texts(second)
        assert "9 to 10 of 10" in texts(second)
        assert set(buttons(second)) == {"Newer"}
        assert texts(back) == first

    async def test_turning_pages_stays_with_the_member_and_asks_for_the_right_again(self, house: House) -> None:
        async with house.bot() as bot:
            for number in range(9):
                await bot.ledger.audit.record(entry(subject=f"of Ben {number}"))
                await bot.ledger.audit.record(entry(subject="of Ada", user_id=ids.ADA_ID))
            reply = await house.command("tasks audit", user_id=ids.ADA_ID, member=ids.BEN_ID)
            older = buttons(reply)["Older"]
            assert custom_ids.parse(older) == custom_ids.Audited(1, ids.BEN_ID)
            second = texts(await house.press(reply, "Older", user_id=ids.ADA_ID))
            message = await on_a_message(house, bot, older)
            refused = await use(house, message, older, user_id=ids.BEN_ID, menu=False)
            assert "Reading who did what is for" in texts(await refused.reply(timeout=10))
        assert "of Ben 0" in second
        assert "of Ada" not in second

    async def test_a_page_that_is_forgotten_meanwhile_is_the_first(self, house: House) -> None:
        async with house.bot() as bot:
            await bot.ledger.audit.record(entry(subject="all there is"))
            message = await on_a_message(house, bot, str(custom_ids.Audited(3, None)))
            pressed = await use(house, message, str(custom_ids.Audited(3, None)), user_id=ids.ADA_ID, menu=False)
            assert "all there is" in texts(await pressed.reply(timeout=10))

    async def test_not_for_a_member_whom_no_role_allows(self, house: House) -> None:
        async with house.bot() as bot:
            await bot.ledger.audit.record(entry(subject="the subject"))
            reply = await house.command("tasks audit", user_id=ids.BEN_ID)
        assert "Reading who did what is for" in texts(reply)
        assert "the subject" not in texts(reply)

    async def test_of_one_member_alone(self, house: House) -> None:
        async with house.bot() as bot:
            await bot.ledger.audit.record(entry(subject="of Ben"))
            await bot.ledger.audit.record(entry(subject="of Ada", user_id=ids.ADA_ID))
            reply = texts(await house.command("tasks audit", user_id=ids.ADA_ID, member=ids.BEN_ID))
        assert "of Ben" in reply
        assert "of Ada" not in reply

    async def test_names_do_nothing_and_ping_nobody(self, house: House) -> None:
        async with house.bot() as bot:
            for text in PLAIN[:8]:
                await bot.ledger.audit.record(entry(user_name=text, subject=text))
            reply = await house.command("tasks audit", user_id=ids.ADA_ID)
        assert reply["flags"] & discord.MessageFlags.ephemeral.flag
        assert (reply["mentions"], reply["mention_roles"], reply["mention_everyone"]) == ([], [], False)


def test_every_button_is_called_by_its_words_in_the_audit_never_by_its_code() -> None:
    said = {in_words("view", f"button {custom_id}") for custom_id in KINDS}
    assert not any("t1:" in words for words in said)
    assert "view: Details, on a card" in said
    assert in_words("view", "button of somebody else") == "view: button of somebody else"


def test_types_of_tasks_are_called_as_elsewhere() -> None:
    assert in_words("run", "sanity_check") == "run: Check the archive's sanity"
    assert in_words("mute", "muted: mail_fetch") == "muted: Mail fetch"
    assert in_words("mute", "mute ended: consume_file a b.pdf") == "mute ended: Consume file a b.pdf"
    assert in_words("upload", "sanity_check") == "upload: sanity_check"


async def test_the_channel_is_told_each_entry_once_also_after_a_restart(tmp_path: Path) -> None:
    overrides: dict[str, dict[str, Any]] = {"audit": {"channel_id": ids.GENERAL_ID}}
    async with House(tmp_path, overrides=overrides) as house:
        for life in ("first", "second"):
            async with house.bot() as bot:
                cog: Any = bot.get_cog("AuditLog")
                await cog.tell()
                await bot.ledger.audit.record(entry(subject=life))
                await cog.tell()
                await cog.tell()
        said = [texts(message) for message in house.posted(ids.GENERAL_ID)]
    assert [sum(life in text for text in said) for life in ("first", "second")] == [1, 1]


class TestCsv:
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'bot.db'}"

    async def test_while_the_bot_is_running(self, house: House) -> None:
        out = io.StringIO()
        async with house.bot() as bot:
            await bot.ledger.audit.record(entry(user_name="=HYPERLINK(1)", tasks=("a", "b")))
            assert await export(bot.settings.database.url, stream=out, errors=out) is Exit.DONE
        (row,) = csv.DictReader(io.StringIO(out.getvalue()))
        assert row["user_name"] == "'=HYPERLINK(1)", "a spreadsheet would run it"
        assert (row["tasks"], row["result"], row["user_id"]) == ("a b", "done", str(ids.BEN_ID))

    async def test_no_cell_begins_as_a_formula_does_in_any_spreadsheet(self, url: str, tmp_path: Path) -> None:
        signs = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n=", "  =", "\u3000＝")
        await migrated(tmp_path / "bot.db")
        database, out = await Database.open(url), io.StringIO(newline="")
        audit = Audit(database, now=lambda: datetime.now(UTC))
        for sign in signs:
            await audit.record(entry(subject=f"{sign}1+1"))
        await database.close()
        await export(url, stream=out, errors=out)
        told = [row["subject"] for row in csv.DictReader(io.StringIO(out.getvalue(), newline=""))]
        assert told == [f"'{sign}1+1" for sign in signs]

    async def test_of_a_database_that_has_none_it_says_so(self, url: str) -> None:
        out, errors = io.StringIO(), io.StringIO()
        assert await export(url, stream=out, errors=errors) is Exit.CONFIG
        assert "cannot be read" in errors.getvalue()
        assert out.getvalue() == ""

    async def test_many_rows_are_written_as_they_come(self, house: House) -> None:
        out = io.StringIO()
        async with house.bot() as bot:
            await asyncio.gather(*(bot.ledger.audit.record(entry(subject=str(number))) for number in range(50)))
            await export(bot.settings.database.url, stream=out, errors=out)
        assert len(out.getvalue().splitlines()) == 51

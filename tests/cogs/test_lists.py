"""/tasks list and /tasks acknowledge, end to end."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from sqlalchemy import delete

from bot.failures.schema import ledger_value
from bot.sandbox.discord import ids
from bot.sandbox.paperless.row import Row
from tests.house import House, buttons, polled, texts

Json = dict[str, Any]


def menus(message: Json) -> dict[str, Json]:
    """Placeholder -> menu."""

    def walk(component: Json) -> dict[str, Json]:
        found = {component["placeholder"]: component} if component.get("type") == 3 else {}
        for child in component.get("components", []):
            found |= walk(child)
        return found

    return {key: value for component in message["components"] for key, value in walk(component).items()}


async def choose(
    house: House, message: Json, placeholder: str, values: list[str], *, user_id: int = ids.BEN_ID
) -> Json:
    chosen = await house.discord.select(
        user_id=user_id,
        message_id=int(message["id"]),
        custom_id=menus(message)[placeholder]["custom_id"],
        values=values,
    )
    return await chosen.reply(timeout=10)


LONG: Json = {"name": "scan-", "result": "wordy " * 10}
"""More than a button can carry."""


def fail_wordily(house: House, number: int) -> list[Row]:
    """So many failures that fit LONG, and one that does not."""
    house.paperless.fail("other.pdf")
    error = {"error_type": "ConsumerError", "error_message": "wordy " * 20, "traceback": ""}
    return [house.paperless.fail(f"scan-{each}.pdf", result_data=error) for each in range(number)]


SOME, OPEN = "Acknowledge some of them", "Open one of them"


class TestList:
    @pytest.mark.parametrize(
        ("options", "shown"),
        [
            ({}, {"torn.pdf", "fine.pdf", "mine.pdf", "Mail fetch"}),
            ({"status": "failure"}, {"torn.pdf", "mine.pdf", "Mail fetch"}),
            ({"status": "success"}, {"fine.pdf"}),
            ({"status": "progress"}, set()),
            ({"type": "mail_fetch"}, {"Mail fetch"}),
            ({"source": "scheduled"}, {"Mail fetch"}),
            ({"acknowledged": True}, {"mine.pdf"}),
            ({"acknowledged": False, "status": "attention"}, {"torn.pdf", "Mail fetch"}),
            ({"ended": False}, set()),
            ({"name": "TORN"}, {"torn.pdf"}),
            ({"result": "InputFileError"}, {"torn.pdf", "mine.pdf"}),
            ({"after": "1h"}, {"torn.pdf", "fine.pdf", "mine.pdf"}),
            ({"before": "1h"}, {"Mail fetch"}),
        ],
    )
    async def test_every_filter_narrows(self, house: House, options: Json, shown: set[str]) -> None:
        house.paperless.fail("torn.pdf")
        mine = house.paperless.fail("mine.pdf", owner="bob")
        house.paperless.acknowledge_in_web_ui([mine])
        house.paperless.add_task(status="success", input_data={"filename": "fine.pdf"})
        house.paperless.fail_routine("mail_fetch", ago=7200)
        async with house.bot():
            reply = await house.command("tasks list", **options)
        told = texts(reply)
        lines = [line for line in told.splitlines() if line.startswith("**") and "<t:" in line]
        found = {
            name for name in ("torn.pdf", "fine.pdf", "mine.pdf", "Mail fetch") if any(name in one for one in lines)
        }
        assert found == shown
        assert reply["flags"] & 64

    async def test_by_owner(self, house: House) -> None:
        house.paperless.fail("mine.pdf", owner="bob")
        house.paperless.fail("other.pdf")
        async with house.bot():
            told = texts(await house.command("tasks list", owner=house.paperless.owner_id("bob")))
            offered = await house.discord.autocomplete(
                user_id=ids.BEN_ID,
                channel_id=ids.ALERTS_ID,
                name="tasks list",
                options={"owner": "BO"},
                focused="owner",
            )
        assert "mine.pdf" in told
        assert "other.pdf" not in told
        bob = house.paperless.owner_id("bob")
        assert offered[0] == {"name": f"bob (#{bob})", "value": bob}
        assert all("bo" in choice["name"] for choice in offered)

    async def test_pages_turn_also_after_a_restart(self, house: House) -> None:
        house.paperless.burst(20)
        async with house.bot():
            first = await house.command("tasks list", status="failure", name="scan", user_id=ids.CLEO_ID)
        async with house.bot():
            second = await house.press(first, "Older", user_id=ids.CLEO_ID)
        assert "the newest 8 of 20" in texts(first)
        assert "9 to 16 of 20" in texts(second)
        assert "name with “scan”" in texts(second)

    async def test_nothing_fits(self, house: House) -> None:
        async with house.bot():
            reply = await house.command("tasks list", name="nowhere")
        assert "No task in Paperless fits that" in texts(reply)
        assert "name with “nowhere”" in texts(reply)

    async def test_filters_too_long_for_a_button_serve_after_a_restart_too(self, house: House) -> None:
        fail_wordily(house, 20)
        async with house.bot():
            first = await house.command("tasks list", **LONG)
            question = await house.command("tasks acknowledge", **LONG)
        async with house.bot():
            second = await house.press(first, "Older")
            after = await choose(house, second, SOME, [menus(second)[SOME]["options"][0]["value"]])
            done = await house.press(question, "Acknowledge 20")
        assert "9 to 16 of 20" in texts(second)
        assert "1 failure acknowledged." in texts(after)
        assert "19 failures acknowledged." in texts(done)

    @pytest.mark.parametrize("command", ["tasks list", "tasks failures"])
    async def test_what_could_not_be_acknowledged_is_said_and_the_list_stays(self, house: House, command: str) -> None:
        """It was replaced by "not known", without a word of what had been asked for."""
        house.paperless.fail("a.pdf")
        async with house.bot():
            listed = await house.command(command)
            await house.paperless.down()
            menu = menus(listed)[SOME]
            pressed = await house.discord.select(
                user_id=ids.BEN_ID,
                message_id=int(listed["id"]),
                custom_id=menu["custom_id"],
                values=[menu["options"][0]["value"]],
            )
            await house.discord.until(lambda: bool(pressed.followups), timeout=10)
            said = await pressed.reply()
        assert "Not acknowledged: " in texts(said)
        assert "has not answered since" in texts(said)
        assert said["flags"] & discord.MessageFlags.ephemeral.flag
        assert said["id"] != listed["id"]
        assert "The button works again" not in texts(said)

    async def test_filters_that_the_ledger_lost_are_not_taken_for_none(self, house: House) -> None:
        rows = fail_wordily(house, 3)
        async with house.bot() as bot:
            question = await house.command("tasks acknowledge", **LONG)
            async with bot.database.write() as connection:
                await connection.execute(delete(ledger_value).where(ledger_value.c.key.startswith("filters ")))
            refusal = await house.press(question, "Acknowledge 3")
        assert "no longer has these filters" in texts(refusal)
        assert not any(house.paperless.row(row.id).acknowledged for row in rows)

    async def test_a_time_that_makes_no_sense_is_told_at_once(self, house: House) -> None:
        async with house.bot():
            reply = await house.command("tasks list", after="soon")
        assert "“soon” is no time. Write it as today" in texts(reply)

    async def test_paperless_down(self, house: House) -> None:
        async with house.bot():
            house.paperless.faults.add("drop")
            reply = await house.command("tasks list")
        assert "try again in a minute" in texts(reply)

    async def test_one_can_be_opened(self, house: House) -> None:
        (row, *_) = house.paperless.burst(3)
        async with house.bot():
            reply = await house.command("tasks list")
            opened = await choose(house, reply, OPEN, [row.task_id])
        assert "failed" in texts(opened)
        assert row.task_id in texts(opened)

    @pytest.mark.parametrize(("name", "options"), [("tasks list", {"status": "failure"}), ("tasks failures", {})])
    async def test_several_can_be_acknowledged_and_their_cards_say_by_whom(
        self, house: House, name: str, options: Json
    ) -> None:
        async with house.bot() as bot:
            await polled(bot)
            rows = [house.paperless.fail(f"torn-{number}.pdf") for number in range(3)]
            await polled(bot)
            reply = await house.command(name, **options)
            after = await choose(house, reply, SOME, [row.task_id for row in rows[:2]])
            await house.card(lambda text: "torn-1.pdf" in text and f"acknowledged by <@{ids.BEN_ID}>" in text)
        assert "2 failures acknowledged." in texts(after)
        assert [house.paperless.row(row.id).acknowledged for row in rows] == [True, True, False]
        assert len(menus(after)[SOME]["options"]) == 1

    @pytest.mark.parametrize("name", ["tasks list", "tasks failures"])
    async def test_acknowledging_asks_for_the_role(self, house: House, name: str) -> None:
        (row,) = house.paperless.burst(1)
        async with house.bot():
            reply = await house.command(name, user_id=ids.CLEO_ID)
            refusal = await choose(house, reply, SOME, [row.task_id], user_id=ids.CLEO_ID)
        assert "Acknowledging is for" in texts(refusal)
        assert not house.paperless.row(row.id).acknowledged

    async def test_with_two_servers_each_list_stays_with_its_own(self, tmp_path: Path) -> None:
        async with House(tmp_path, servers=("home", "office")) as house, house.bot():
            house.all_paperless["office"].burst(20)
            first = await house.command("tasks list", server="office")
            second = await house.press(first, "Older")
        assert "20 tasks in Paperless (office)" in texts(second)


class TestAcknowledge:
    async def test_it_asks_first_saying_how_many_of_what(self, house: House) -> None:
        house.paperless.burst(5)
        house.paperless.fail_routine("mail_fetch")
        async with house.bot():
            question = await house.command("tasks acknowledge", type="consume_file", after="today")
        assert "Acknowledge 5 failures in Paperless?" in texts(question)
        assert "failed or not run · Consume file · not acknowledged · since <t:" in texts(question)
        assert list(buttons(question)) == ["Acknowledge 5"]
        assert not any(row.acknowledged for row in house.paperless.table.newest())

    async def test_what_was_seen_is_acknowledged_and_nothing_else(self, house: House) -> None:
        rows = house.paperless.burst(300)
        mail = house.paperless.fail_routine("mail_fetch")
        async with house.bot():
            question = await house.command("tasks acknowledge", type="consume_file")
            later = house.paperless.fail("later.pdf", ago=-5)
            done = await house.press(question, "Acknowledge 300")
        assert "300 failures acknowledged." in texts(done)
        assert all(house.paperless.row(row.id).acknowledged for row in rows)
        assert not house.paperless.row(later.id).acknowledged
        assert not house.paperless.row(mail.id).acknowledged

    async def test_what_stands_on_cards_says_by_whom(self, house: House) -> None:
        async with house.bot() as bot:
            await polled(bot)
            house.paperless.fail("torn.pdf")
            await polled(bot)
            question = await house.command("tasks acknowledge")
            await house.press(question, "Acknowledge 1")
            card = await house.card(lambda text: f"acknowledged by <@{ids.BEN_ID}>" in text)
        assert "torn.pdf" in texts(card)

    async def test_what_others_acknowledged_meanwhile_is_not_counted(self, house: House) -> None:
        rows = house.paperless.burst(5)
        async with house.bot():
            question = await house.command("tasks acknowledge")
            house.paperless.acknowledge_in_web_ui(rows[:2])
            done = await house.press(question, "Acknowledge 5")
        assert "3 failures acknowledged." in texts(done)

    async def test_it_works_after_a_restart(self, house: House) -> None:
        house.paperless.burst(3)
        async with house.bot():
            question = await house.command("tasks acknowledge")
        async with house.bot():
            done = await house.press(question, "Acknowledge 3")
        assert "3 failures acknowledged." in texts(done)

    async def test_nothing_fits(self, house: House) -> None:
        async with house.bot():
            reply = await house.command("tasks acknowledge", type="mail_fetch")
        assert "No failure in Paperless fits that" in texts(reply)
        assert not buttons(reply)

    async def test_without_the_role_it_is_refused_at_the_command_and_at_the_press(self, house: House) -> None:
        house.paperless.burst(1)
        async with house.bot():
            refusal = await house.command("tasks acknowledge", user_id=ids.CLEO_ID)
            question = await house.command("tasks acknowledge")
            house.discord.set_roles(ids.BEN_ID, [])
            at_the_press = await house.press(question, "Acknowledge 1")
        assert "Acknowledging is for" in texts(refusal)
        assert "Acknowledging is for" in texts(at_the_press)

    async def test_paperless_down_between_question_and_answer(self, house: House) -> None:
        rows = house.paperless.burst(3)
        async with house.bot():
            question = await house.command("tasks acknowledge")
            house.paperless.faults.add("drop")
            refusal = await house.press(question, "Acknowledge 3")
        assert "try again in a minute" in texts(refusal)
        assert not any(house.paperless.row(row.id).acknowledged for row in rows)

    async def test_2_20_is_narrowed_as_well(self, tmp_path: Path) -> None:
        async with House(tmp_path, version="2.20.15") as house, house.bot():
            house.paperless.fail("torn.pdf")
            house.paperless.fail("old.pdf", date_created=house.paperless.clock.now() - timedelta(days=3))
            question = await house.command("tasks acknowledge", after="1d")
            done = await house.press(question, "Acknowledge 1")
        assert "1 failure acknowledged." in texts(done)

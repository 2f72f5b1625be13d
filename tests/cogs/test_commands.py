"""/task and /tasks, end to end: the good case, nothing, too much, Paperless down, not allowed, another version."""

from pathlib import Path

import discord
import pytest

from bot.sandbox.discord import ids
from tests.house import House, buttons, texts

UNKNOWN = "00000000-0000-4000-8000-000000000000"


class TestTask:
    async def test_by_number_and_by_uuid_also_with_stray_signs(self, house: House) -> None:
        row = house.paperless.fail("invoice-11.pdf")
        async with house.bot():
            for ref in (str(row.id), f"#{row.id}", f" {row.task_id.upper()} ", f"`{row.task_id}`"):
                reply = await house.command("task", ref=ref)
                assert "Consuming invoice-11.pdf failed" in texts(reply)
                assert reply["flags"] & discord.MessageFlags.ephemeral.flag

    @pytest.mark.parametrize("ref", ["4711", UNKNOWN, "nonsense", "9" * 40, "' or 1=1", "-1"])
    async def test_of_what_is_not_there_it_says_so_and_what_to_do(self, house: House, ref: str) -> None:
        async with house.bot():
            reply = await house.command("task", ref=ref)
        assert "There is no task" in texts(reply)
        assert "/tasks failures" in texts(reply)

    async def test_it_can_be_acknowledged_there_and_the_reply_then_says_so(self, house: House) -> None:
        row = house.paperless.fail("invoice-11.pdf")
        async with house.bot():
            reply = await house.command("task", ref=str(row.id))
            changed = await house.press(reply, "Acknowledge")
        assert changed["id"] == reply["id"]
        assert "acknowledged" in texts(changed)
        assert "Acknowledge" not in buttons(changed)
        assert house.paperless.row(row.id).acknowledged

    async def test_acknowledged_there_its_card_changes_too(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            reply = await house.command("task", ref=str(row.id))
            await house.press(reply, "Acknowledge")
            changed = await house.card(lambda text: f"acknowledged by <@{ids.BEN_ID}>" in text)
        assert changed["id"] == card["id"]

    async def test_its_buttons_ask_for_the_role(self, house: House) -> None:
        row = house.paperless.fail("invoice-11.pdf")
        async with house.bot():
            reply = await house.command("task", ref=str(row.id), user_id=ids.CLEO_ID)
            for label in ("Acknowledge", "Details"):
                refusal = await house.press(reply, label, user_id=ids.CLEO_ID)
                assert f"<@&{ids.ARCHIVISTS_ID}>" in texts(refusal)
        assert not house.paperless.row(row.id).acknowledged

    async def test_details(self, house: House) -> None:
        row = house.paperless.fail("invoice-11.pdf")
        async with house.bot():
            reply = await house.press(await house.command("task", ref=str(row.id)), "Details")
        assert "Error type: ConsumerError" in texts(reply)

    async def test_what_waits_can_be_refreshed(self, house: House) -> None:
        async with house.bot():
            row = house.paperless.upload("slow.pdf", seconds=60)
            reply = await house.command("task", ref=row.task_id)
            house.paperless.finish(row)
            changed = await house.press(reply, "Refresh")
        assert "Consuming slow.pdf is done" in texts(changed)

    async def test_recent_ones_are_suggested_while_typing(self, house: House) -> None:
        row = house.paperless.fail("invoice-11.pdf")
        house.paperless.fail("receipt.pdf")
        async with house.bot():
            offered = await house.discord.autocomplete(
                user_id=ids.CLEO_ID,
                channel_id=ids.ALERTS_ID,
                name="task",
                options={"ref": "invoice"},
                focused="ref",
            )
        assert [choice["value"] for choice in offered] == [row.task_id]
        assert offered[0]["name"].startswith("invoice-11.pdf · failed · ")


class TestLists:
    async def test_failures_newest_first_in_pages_with_a_menu(self, house: House) -> None:
        house.paperless.burst(20)
        async with house.bot():
            first = await house.command("tasks failures", user_id=ids.CLEO_ID)
            second = await house.press(first, "Older", user_id=ids.CLEO_ID)
        assert "20 failures in Paperless not acknowledged" in texts(first)
        assert texts(first).index("scan-00019") < texts(first).index("scan-00018")
        assert "the newest 8 of 20" in texts(first)
        assert "9 to 16 of 20" in texts(second)

    async def test_one_of_the_failures_can_be_opened(self, house: House) -> None:
        (row, *_) = house.paperless.burst(3)
        async with house.bot():
            listed = await house.command("tasks failures")
            chosen = await house.discord.select(
                user_id=ids.BEN_ID, message_id=int(listed["id"]), custom_id="t1:open:home", values=[row.task_id]
            )
            opened = await chosen.reply()
        assert row.task_id in texts(opened)

    async def test_no_failures(self, house: House) -> None:
        async with house.bot():
            reply = await house.command("tasks failures")
        assert "No failures wait to be acknowledged in Paperless" in texts(reply)

    async def test_a_page_that_is_no_more_shows_the_first(self, house: House) -> None:
        rows = house.paperless.burst(9)
        async with house.bot():
            first = await house.command("tasks failures")
            house.paperless.acknowledge_in_web_ui(rows[:5])
            second = await house.press(first, "Older")
        assert "4 failures in Paperless not acknowledged" in texts(second)

    async def test_active_is_the_newest_fifty_of_all(self, house: House) -> None:
        async with house.bot():
            for number in range(60):
                house.paperless.add_task(status="pending", input_data={"filename": f"waits-{number}.pdf"})
            reply = await house.command("tasks active")
            other = await house.press(reply, "Older")
        assert "60 tasks wait or run in Paperless" in texts(reply)
        assert "the newest 50 of 60" in texts(reply)
        assert "9 to 16 of 50" in texts(other)

    async def test_nothing_is_active(self, house: House) -> None:
        async with house.bot():
            assert "Nothing waits or runs" in texts(await house.command("tasks active"))

    async def test_summary_tells_each_type(self, house: House) -> None:
        house.paperless.burst(3)
        async with house.bot():
            reply = await house.command("tasks summary", days=7)
        assert "3 of 3 tasks failed in the last 7 days" in texts(reply)
        assert "Consume file" in texts(reply)

    async def test_summary_of_nothing(self, house: House) -> None:
        async with house.bot():
            assert "No failures in the last 7 days" in texts(await house.command("tasks summary", days=7))


class TestPaperlessDown:
    @pytest.mark.parametrize("name", ["tasks failures", "tasks active", "tasks summary"])
    async def test_what_is_not_known_is_not_told_as_nothing(self, house: House, name: str) -> None:
        async with house.bot():
            house.paperless.faults.add("drop")
            reply = await house.command(name)
        assert "not known" in texts(reply)
        assert "No failures" not in texts(reply)

    async def test_a_task_cannot_be_shown(self, house: House) -> None:
        async with house.bot():
            house.paperless.faults.add("drop")
            reply = await house.command("task", ref="1")
        assert "try again in a minute" in texts(reply)

    async def test_buttons_say_since_when_too(self, house: House) -> None:
        row = house.paperless.fail("invoice-11.pdf")
        async with house.bot():
            shown = await house.command("task", ref=str(row.id))
            listed = await house.command("tasks failures")
            house.paperless.faults.add("drop")
            details = await house.press(shown, "Details")
            chosen = await house.discord.select(
                user_id=ids.BEN_ID,
                message_id=int(listed["id"]),
                custom_id="t1:failack:home:0",
                values=[row.task_id],
            )
            acknowledged = await chosen.reply()
        for reply in (details, acknowledged):
            assert "Paperless has not answered since <t:" in texts(reply)

    async def test_after_a_restart_it_is_since_the_last_answer_of_the_earlier_life(self, house: House) -> None:
        async with house.bot() as bot:
            await bot.desk.watchers["home"].poll_once()
        house.paperless.faults.add("drop")
        async with house.bot():
            reply = await house.command("task", ref="1")
        assert "Paperless has not answered since <t:" in texts(reply)

    async def test_a_login_page_in_front_is_named(self, house: House) -> None:
        async with house.bot():
            house.paperless.faults.add("redirect")
            reply = await house.command("tasks failures")
        assert "login page" in texts(reply)


class TestOlderServer:
    async def test_2_20_answers_every_command(self, tmp_path: Path) -> None:
        async with House(tmp_path, version="2.20.15") as house, house.bot():
            row = house.paperless.fail("invoice-11.pdf")
            for name, says in (
                ("tasks failures", "invoice-11.pdf"),
                ("tasks active", "Nothing waits or runs"),
                ("tasks summary", "Consume file"),
            ):
                assert says in texts(await house.command(name))
            assert "invoice-11.pdf failed" in texts(await house.command("task", ref=str(row.id)))


class TestSeveralServers:
    async def test_with_one_server_there_is_no_option_for_it(self, house: House) -> None:
        async with house.bot():
            described = str(house.discord.commands)
        assert "'server'" not in described

    async def test_with_two_each_command_takes_one_and_offers_their_names(self, tmp_path: Path) -> None:
        async with House(tmp_path, servers=("home", "office")) as house, house.bot():
            house.all_paperless["office"].fail("lease.pdf")
            reply = await house.command("tasks failures", server="office")
            choices = await house.discord.autocomplete(
                user_id=ids.BEN_ID,
                channel_id=ids.ALERTS_ID,
                name="tasks failures",
                options={"server": "off"},
                focused="server",
            )
        assert "lease.pdf" in texts(reply)
        assert "Paperless (office)" in texts(reply)
        assert choices == [{"name": "office", "value": "office"}]

    async def test_without_a_name_the_person_reads_which_there_are(self, tmp_path: Path) -> None:
        async with House(tmp_path, servers=("home", "office")) as house, house.bot():
            reply = await house.command("tasks failures")
        assert "choose one of home, office" in texts(reply)


async def test_looking_can_be_kept_to_a_role(tmp_path: Path) -> None:
    async with House(tmp_path, overrides={"access": {"view": [ids.ARCHIVISTS_ID]}}) as house, house.bot():
        for name, options in (
            ("task", {"ref": "1"}),
            ("tasks active", {}),
            ("tasks failures", {}),
            ("tasks summary", {}),
        ):
            reply = await house.command(name, user_id=ids.CLEO_ID, **options)
            assert "Looking at tasks is for" in texts(reply)


class TestTheOwner:
    async def test_is_told_by_name(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            reply = await house.command("task", ref=str(row.id))
            listed = await house.command("tasks list", owner=house.paperless.owner_id("bob"))
            question = await house.command("tasks acknowledge", owner=house.paperless.owner_id("bob"))
            acknowledged = await house.press(card, "Acknowledge")
        for message in (card, reply, listed, question, acknowledged):
            assert "owner bob" in texts(message)

    @pytest.mark.parametrize("trouble", ["no right to see users", "no answer", "no list of users"])
    async def test_is_a_number_where_the_name_cannot_be_found_out(self, tmp_path: Path, trouble: str) -> None:
        async with House(tmp_path) as house:
            token = house.paperless.tokens["staff" if trouble == "no right to see users" else "admin"]
            house.overrides = {"paperless": {"home": {"url": house.paperless.url, "token": token}}}
            row = house.paperless.fail("invoice-11.pdf", owner="bob")
            async with house.bot():
                if trouble == "no answer":
                    house.paperless.faults.add("drop", path="/api/users/")
                elif trouble == "no list of users":
                    house.paperless.faults.add("wrong_shape", path="/api/users/")
                replies = [await house.command("task", ref=row.task_id) for _ in range(3)]
        assert all(f"owner #{house.paperless.owner_id('bob')}" in texts(reply) for reply in replies)
        asked = [request for request in house.paperless.requests if request.path == "/api/users/"]
        assert len(asked) <= 6  # one look: three tries, each of them repeated by aiohttp on a fresh connection

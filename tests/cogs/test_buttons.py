"""What the buttons on cards do, end to end: who may, who was first, and what is answered."""

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.failures.card import DigestCard
from bot.sandbox.discord import ids
from bot.sandbox.discord.interactions import Interaction
from bot.ui import custom_ids
from tests.house import FAILED, House, Json, buttons, texts

AT_ONCE = {"failures": {"single_cards": 0}}  # the first failure goes into a digest already


def press_stale(house: House, user_id: int, message: Json, label: str) -> Interaction:
    """A press by somebody whose screen still shows `message` as it was."""
    custom_id = buttons(message)[label]
    component = {"type": 2, "id": 1, "custom_id": custom_id}
    return house.discord._use(user_id, message, component, {})


class TestAcknowledge:
    async def test_the_card_changes_at_once_and_no_second_message_comes(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            changed = await house.press(card, "Acknowledge")
        assert changed["id"] == card["id"]
        assert f"acknowledged by <@{ids.BEN_ID}>" in texts(changed)
        assert house.paperless.row(row.id).acknowledged
        assert len(house.posted()) == 1

    async def test_without_the_role_the_person_reads_who_may(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            refusal = await house.press(card, "Acknowledge", user_id=ids.CLEO_ID)
        assert refusal["flags"] & discord.MessageFlags.ephemeral.flag
        assert f"<@&{ids.ARCHIVISTS_ID}>" in texts(refusal)
        assert refusal["mention_roles"] == []
        assert not house.paperless.row(row.id).acknowledged

    async def test_of_two_at_once_one_wins_and_the_other_reads_who(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            presses = [press_stale(house, user_id, card, "Acknowledge") for user_id in (ids.ADA_ID, ids.BEN_ID)]
            await house.discord.until(lambda: any(press.followups for press in presses), timeout=10)
            replies = await asyncio.gather(*(press.reply(timeout=10) for press in presses))
            final = await house.card(lambda text: "acknowledged by" in text)
        winners = [reply for reply in replies if reply["id"] == card["id"]]
        (loser,) = [reply for reply in replies if reply["id"] != card["id"]]
        assert len(winners) == 1
        winner = next(user for user in (ids.ADA_ID, ids.BEN_ID) if f"<@{user}>" in texts(final))
        assert f"<@{winner}>" in texts(loser)

    async def test_on_a_screen_that_is_behind_the_person_reads_who_was_first(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            before = dict(card)
            await house.press(card, "Acknowledge", user_id=ids.ADA_ID)
            changed = await house.card(lambda text: "acknowledged by" in text)
            assert "Acknowledge" not in buttons(changed)
            # Discord sends the message as it is now, without the button that was pressed.
            stale = house.discord._use(
                ids.BEN_ID, changed, {"type": 2, "id": 1, "custom_id": buttons(before)["Acknowledge"]}, {}
            )
            # The card itself may change once more in between: the answer is what comes for the person alone.
            await house.discord.until(lambda: bool(stale.followups), timeout=10)
            reply = await stale.reply()
        assert f"Somebody was faster: acknowledged by <@{ids.ADA_ID}>" in texts(reply)

    async def test_where_paperless_does_not_answer_the_person_reads_it_and_can_press_again(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            fault = house.paperless.faults.add("status", status=403, path="acknowledge")
            refused = await house.press(card, "Acknowledge")
            house.paperless.faults.remove(fault)
            again = await house.press(card, "Acknowledge")
        assert "Not acknowledged" in texts(refused)
        assert "The button works again" in texts(refused)
        assert f"acknowledged by <@{ids.BEN_ID}>" in texts(again)
        assert house.paperless.row(row.id).acknowledged

    @pytest.mark.parametrize("failure", [503, "drop", "drop_after"])
    async def test_a_stumbling_discord_still_gets_the_answer(self, house: House, failure: Any) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            house.discord.fail_next("POST", "/interactions/", failure)
            changed = await house.press(card, "Acknowledge")
        assert "acknowledged by" in texts(changed)
        assert house.paperless.row(row.id).acknowledged


class TestDetails:
    async def test_error_type_message_and_traceback_for_that_person_alone(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            reply = await house.press(card, "Details")
        assert reply["flags"] & discord.MessageFlags.ephemeral.flag
        assert "Error type: ConsumerError" in texts(reply)
        assert "Traceback" in texts(reply)

    async def test_not_for_a_member_without_the_role(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            reply = await house.press(card, "Details", user_id=ids.CLEO_ID)
        assert "Reading error details is for" in texts(reply)
        assert "Traceback" not in texts(reply)

    async def test_a_long_traceback_comes_as_a_file(self, house: House) -> None:
        result = {"error_type": "KeyError", "error_message": "'x'", "traceback": "Traceback\n" + "  frame\n" * 500}
        async with house.bot() as bot:
            await bot.desk.watchers["home"].poll_once()
            house.paperless.fail(FAILED, owner="bob", result_data=result)
            card = await house.card(lambda text: FAILED in text)
            reply = await house.press(card, "Details")
        assert [file["filename"] for file in reply["attachments"]] == ["traceback.txt"]

    async def test_of_a_task_that_is_gone_it_tells_what_the_bot_kept(self, house: House) -> None:
        async with house.bot() as bot:
            row, card = await house.failed_card(bot)
            house.paperless.delete([row.id])
            reply = await house.press(card, "Details")
        assert "no longer in Paperless" in texts(reply)
        assert "Error type: ConsumerError" in texts(reply)


class TestMute:
    async def test_is_listed_and_can_be_ended(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            await house.press(await house.press(card, "Details"), "Mute for 1 day")
            listed = await house.command("tasks mutes")
            (mute,) = await bot.ledger.mutes.running()
            chosen = await house.discord.select(
                user_id=ids.BEN_ID, message_id=int(listed["id"]), custom_id="t1:unmute", values=[mute.mute_id]
            )
            ended = await chosen.reply()
            assert await bot.ledger.mutes.running() == ()
        assert "Consuming invoice-11.pdf" in texts(listed)
        assert f"by <@{ids.BEN_ID}>" in texts(listed)
        assert "Nothing is muted" in texts(ended)

    async def test_nobody_without_the_role_ends_one(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            await house.press(await house.press(card, "Details"), "Mute for 1 day")
            listed = await house.command("tasks mutes", user_id=ids.CLEO_ID)
            (mute,) = await bot.ledger.mutes.running()
            chosen = await house.discord.select(
                user_id=ids.CLEO_ID, message_id=int(listed["id"]), custom_id="t1:unmute", values=[mute.mute_id]
            )
            refusal = await chosen.reply()
            assert len(await bot.ledger.mutes.running()) == 1
        assert "Muting failures is for" in texts(refusal)

    async def test_from_the_details_and_the_card_says_until_when(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            details = await house.press(card, "Details")
            reply = await house.press(details, "Mute for 1 hour")
            await house.card(lambda text: "muted until" in text)
        assert "Muted: Consuming invoice-11.pdf is not told again until" in texts(reply)


async def choose(house: House, message: Json, user_id: int, custom_id: str, value: str) -> Json:
    chosen = await house.discord.select(
        user_id=user_id, message_id=int(message["id"]), custom_id=custom_id, values=[value]
    )
    return await chosen.reply(timeout=10)


class TestDigest:
    async def test_acknowledge_all_asks_once_then_acknowledges_what_was_seen(self, tmp_path: Path) -> None:
        async with House(tmp_path, overrides=AT_ONCE) as house, house.bot() as bot:
            await bot.desk.watchers["home"].poll_once()
            rows = house.paperless.burst(30, kinds=3)
            card = await house.card(lambda text: "Acknowledge all (" in text, timeout=20)
            question = await house.press(card, next(label for label in buttons(card) if "Acknowledge all" in label))
            (label,) = buttons(question)
            done = await house.press(question, label)
            await house.card(lambda text: "acknowledged by" in text and "tasks failed" in text, timeout=20)
        assert "There is no way back." in texts(question)
        assert "acknowledged." in texts(done)
        number = int(label.removeprefix("Acknowledge all (").removesuffix(")").replace(",", ""))
        assert number > 20
        assert sum(house.paperless.row(row.id).acknowledged for row in rows) == number

    async def test_a_kind_is_muted_from_its_pages_and_the_digest_says_so(self, tmp_path: Path) -> None:
        async with House(tmp_path, overrides=AT_ONCE) as house, house.bot() as bot:
            await bot.desk.watchers["home"].poll_once()
            house.paperless.burst(6, kinds=2)
            card = await house.card(lambda text: "Acknowledge all (6)" in text, timeout=20)
            digest = await bot.ledger.card(custom_ids.parse(buttons(card)["Look through"]).card_id)  # type: ignore[union-attr]
            assert isinstance(digest, DigestCard)
            line = digest.lines[0]
            pages = {user: await house.press(card, "Look through", user_id=user) for user in (ids.BEN_ID, ids.CLEO_ID)}
            refusal, question = [
                await choose(house, page, user, f"t1:line:{digest.card_id}", str(line.line_id))
                for user, page in ((ids.CLEO_ID, pages[ids.CLEO_ID]), (ids.BEN_ID, pages[ids.BEN_ID]))
            ]
            muted = await house.press(question, "Mute for 1 hour")
            await house.card(lambda text: "muted until" in text and "tasks failed" in text, timeout=20)
            again = await choose(house, pages[ids.BEN_ID], ids.BEN_ID, f"t1:line:{digest.card_id}", str(line.line_id))
            listed = await house.command("tasks mutes")
        assert "Muting failures is for" in texts(refusal)
        assert list(buttons(question)) == ["Mute for 1 hour", "Mute for 1 day"]
        assert "whatever the file, is not told again until" in texts(muted)
        assert "It is muted already, until" in texts(again)
        assert "**Consume file**" in texts(listed)

    async def test_looking_through_turns_pages_of_eight(self, tmp_path: Path) -> None:
        async with House(tmp_path, overrides=AT_ONCE) as house, house.bot() as bot:
            await bot.desk.watchers["home"].poll_once()
            house.paperless.burst(30, kinds=3)
            card = await house.card(lambda text: "Acknowledge all (" in text, timeout=20)
            first = await house.press(card, "Look through", user_id=ids.CLEO_ID)
            second = await house.press(first, "Older", user_id=ids.CLEO_ID)
        assert texts(first).count("Consuming") == 8
        assert second["id"] == first["id"]
        assert "9 to 16 of" in texts(second)
        assert "Newer" in buttons(second)


async def test_what_had_failed_before_the_first_start_can_be_looked_through(house: House) -> None:
    house.paperless.burst(20)
    async with house.bot():
        card = await house.card(lambda text: "20 tasks in Paperless had failed before the bot came" in text)
        first = await house.press(card, "Look through", user_id=ids.CLEO_ID)
        second = await house.press(first, "Older", user_id=ids.CLEO_ID)
    assert first["flags"] & discord.MessageFlags.ephemeral.flag
    assert "the newest 8 of 20" in texts(first)
    assert "9 to 16 of 20" in texts(second)


async def test_no_view_is_kept_by_discord_py(house: House) -> None:
    async with house.bot() as bot:
        _, card = await house.failed_card(bot)
        await house.press(card, "Details")
        await house.press(card, "Acknowledge")
        assert not bot._connection._view_store._views
        assert not bot._connection._view_store._synced_message_views


async def test_two_servers_cards_name_theirs(tmp_path: Path) -> None:
    async with House(tmp_path, servers=("home", "office")) as house, house.bot() as bot:
        await bot.desk.watchers["office"].poll_once()
        house.all_paperless["office"].fail("lease.pdf", owner="bob")
        card = await house.card(lambda text: "lease.pdf" in text)
        reply = await house.press(card, "Details")
    assert "office" in texts(card)
    assert "Traceback" in texts(reply)


async def test_a_server_that_was_taken_out_of_the_configuration_is_said_so(tmp_path: Path) -> None:
    """A press on its card was a defect, and each start after it one, too."""
    async with House(tmp_path, servers=("home", "office")) as house:
        async with house.bot() as bot:
            await bot.desk.watchers["office"].poll_once()
            house.all_paperless["office"].fail("lease.pdf", owner="bob")
            card = await house.card(lambda text: "lease.pdf" in text)
        office = house.all_paperless.pop("office")
        async with house.bot():
            details = await house.press(card, "Details")
            pressed = await house.discord.press(
                user_id=ids.BEN_ID, message_id=int(card["id"]), custom_id=buttons(card)["Acknowledge"]
            )
            await house.discord.until(lambda: bool(pressed.followups), timeout=10)
            said = await pressed.reply()
            changed = await house.card(lambda text: "acknowledged by" in text)
        house.all_paperless["office"] = office
    assert "no longer watches Paperless (office): it was taken out of the configuration." in texts(details)
    assert "acknowledged here alone" in texts(said)
    assert "· office" in texts(changed)
    assert list(buttons(changed)) == ["Details"]

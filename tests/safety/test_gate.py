"""Every way in asks first: all commands, suggestions, menu entries, buttons and menus, walked through Discord."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.access import Action, action_of
from bot.app import TaskBot
from bot.registering import register
from bot.sandbox.discord import ids
from bot.tree import action_of_command
from bot.ui import custom_ids
from bot.ui.custom_ids import CustomId
from tests.house import House, Json, buttons, texts
from tests.safety.access_table import PATH, table
from tests.safety.forging import (
    Change,
    completed,
    every_payload,
    filled,
    in_a_direct_message,
    in_another_guild,
    on_a_message,
    use,
)
from tests.safety.kinds import KINDS, MENUS

NOBODYS_ROLE = 4000000000000000999

# Who asks, how the payload is changed, and what they read.
SITUATIONS: list[tuple[str, int, Change, str]] = [
    ("a member without the role", ids.CLEO_ID, lambda payload: payload, "for those who may manage this Discord server"),
    ("a direct message of the administrator", ids.ADA_ID, in_a_direct_message, "does not work in direct messages"),
    ("the owner of another guild", ids.ADA_ID, in_another_guild, "serves another Discord server"),
]


@pytest.fixture
async def closed(tmp_path: Path) -> AsyncIterator[tuple[House, TaskBot]]:
    """A house in which also looking needs a role, which nobody has."""
    roles = {action: [NOBODYS_ROLE] for action in ("view", "acknowledge", "run", "upload", "audit")}
    overrides: dict[str, dict[str, Any]] = {
        "access": roles,
        "limits": {"view": 0, "acknowledge": 0, "run": 0, "upload": 0},
    }
    async with House(tmp_path, overrides=overrides) as house, house.bot() as bot:
        yield house, bot


def changed(house: House) -> tuple[Any, ...]:
    """What Paperless was asked, polls aside."""
    return tuple(f"{each.method} {each.path}" for each in house.paperless.requests if each.method != "GET")


@pytest.mark.parametrize(
    ("user_id", "change", "says"), [each[1:] for each in SITUATIONS], ids=[each[0] for each in SITUATIONS]
)
class TestNothingWithoutTheDecision:
    async def test_of_any_command(self, closed: tuple[House, TaskBot], user_id: int, change: Change, says: str) -> None:
        house, _ = closed
        before = changed(house)
        commands = [one for command in house.discord.commands if command["type"] == 1 for one in filled(command)]
        assert len(commands) > 5
        with every_payload(house, change):
            for name, options in commands:
                asked = await house.discord.command(
                    user_id=user_id, channel_id=ids.ALERTS_ID, name=name, options=options
                )
                assert says in texts(await asked.reply(timeout=10)), name
        assert changed(house) == before

    async def test_of_any_suggestion(
        self, closed: tuple[House, TaskBot], user_id: int, change: Change, says: str
    ) -> None:
        house, _ = closed
        house.paperless.fail("secret.pdf")
        offers = [one for command in house.discord.commands for one in completed(command)]
        assert offers
        with every_payload(house, change):
            for name, option in offers:
                choices = await house.discord.autocomplete(
                    user_id=user_id, channel_id=ids.ALERTS_ID, name=name, options={}, focused=option
                )
                assert choices == [], (name, option)

    async def test_of_any_menu_entry(
        self, closed: tuple[House, TaskBot], user_id: int, change: Change, says: str
    ) -> None:
        house, _ = closed
        message = await house.discord.post_message(user_id, "hello", channel_id=ids.ALERTS_ID)
        before = changed(house)
        with every_payload(house, change):
            for command in house.discord.commands:
                if command["type"] != 1:
                    asked = await house.discord.context_menu(
                        user_id=user_id, channel_id=ids.ALERTS_ID, name=command["name"], target_id=int(message["id"])
                    )
                    assert says in texts(await asked.reply(timeout=10)), command["name"]
        assert changed(house) == before

    async def test_of_any_button_or_menu(
        self, closed: tuple[House, TaskBot], user_id: int, change: Change, says: str
    ) -> None:
        house, bot = closed
        before = changed(house)
        pressed = [str(one) for one in KINDS if not isinstance(one, MENUS)]
        pressed += ["t1:no:such", "t0:ack:1", "another application's"]
        chosen = [str(one) for one in KINDS if isinstance(one, MENUS)]
        message = await on_a_message(house, bot, *pressed, menus=chosen)
        with every_payload(house, change):
            for custom_id in pressed + chosen:
                asked = await use(house, message, custom_id, user_id=user_id, menu=custom_id in chosen)
                assert says in texts(await asked.reply(timeout=10)), custom_id
        assert changed(house) == before


class TestThereIsNoOtherWayIn:
    async def test_no_text_command_no_form_and_no_view_of_its_own(self, house: House) -> None:
        async with house.bot() as bot:
            store = bot._connection._view_store
            assert not bot.commands
            assert not store._views
            assert not store._modals
            assert [item.__name__ for item in store._dynamic_items.values()] == ["Press"]

    async def test_what_was_shown_and_asked_leaves_no_way_in_behind(self, tmp_path: Path) -> None:
        """A view or a form with a callback of its own would be reached by Discord's library past the gate."""
        open_to_all = {"limits": dict.fromkeys(("view", "acknowledge", "run", "upload"), 0)}
        async with House(tmp_path, overrides=open_to_all) as house, house.bot() as bot:
            house.paperless.fail("invoice-11.pdf", owner="bob")
            card = await house.card(lambda text: "invoice-11.pdf" in text)
            answers = [card]
            for name, options in [one for each in house.discord.commands if each["type"] == 1 for one in filled(each)]:
                answers.append(await house.command(name, user_id=ids.ADA_ID, **options))
            for answer in answers:
                for label, custom_id in buttons(answer).items():
                    if custom_ids.parse(custom_id):
                        await house.press(answer, label, user_id=ids.ADA_ID)
            store = bot._connection._view_store
            assert not store._views
            assert not store._modals

    async def test_nobody_else_listens_to_what_people_do(self, house: House) -> None:
        async with house.bot() as bot:
            heard = {name: {each.__qualname__ for each in found} for name, found in bot.extra_events.items()}
        assert {name for name in heard if "message" in name or "reaction" in name} == set()
        # What it hears goes through the gate: `press` is what the other buttons call.
        assert heard["on_interaction"] == {"Errors.on_interaction"}

    async def test_each_command_says_what_it_is_for(self, house: House) -> None:
        async with house.bot() as bot:
            for command in [*bot.tree.walk_commands(), *bot.tree.get_commands(type=discord.AppCommandType.message)]:
                if not hasattr(command, "commands"):
                    assert action_of_command(command) is not None, command.qualified_name

    async def test_one_that_does_not_is_refused_to_the_administrator(
        self, house: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with house.bot() as bot:
            await bot.load_extension("tests.cogs.broken")
            broken = bot.tree.get_command("broken")
            assert broken is not None
            broken.extras.clear()
            await register(bot)
            reply = await house.command("broken", user_id=ids.ADA_ID)
        assert "the bot does not know what it is for" in texts(reply)
        assert "does not say what it is for" in caplog.text

    @pytest.mark.parametrize("custom_id", KINDS, ids=str)
    def test_each_kind_of_button_is_for_something(self, custom_id: CustomId) -> None:
        assert isinstance(action_of(custom_id), Action)


async def test_a_role_that_was_taken_away_a_moment_ago_opens_nothing(house: House) -> None:
    async with house.bot() as bot:
        row, card = await house.failed_card(bot)
        house.discord.set_roles(ids.BEN_ID, [])
        refused = await house.press(card, "Acknowledge", user_id=ids.BEN_ID)
    assert "Acknowledging is for" in texts(refused)
    assert not house.paperless.row(row.id).acknowledged


class TestForeign:
    async def test_a_button_on_a_message_of_somebody_else_does_nothing(self, house: House) -> None:
        async with house.bot() as bot:
            row = house.paperless.fail("invoice-11.pdf")
            custom_id = str(custom_ids.OnTask("ack", "home", row.task_id))
            message = await on_a_message(house, bot, custom_id)

            def by_another(payload: Json) -> Json:
                author = payload["message"]["author"] | {"id": str(ids.CLEO_ID), "bot": False}
                return payload | {"message": payload["message"] | {"author": author}}

            with every_payload(house, by_another):
                asked = await use(house, message, custom_id, user_id=ids.BEN_ID)
                assert "nothing was done" in texts(await asked.reply(timeout=10))
        assert not house.paperless.row(row.id).acknowledged

    async def test_a_button_that_its_message_does_not_have_does_nothing(self, house: House) -> None:
        async with house.bot() as bot:
            row = house.paperless.fail("invoice-11.pdf")
            custom_id = str(custom_ids.OnTask("show", "home", row.task_id))
            message = await on_a_message(house, bot, custom_id)

            def forged(payload: Json) -> Json:
                forged_id = str(custom_ids.OnTask("ack", "home", row.task_id))
                return payload | {"data": payload["data"] | {"custom_id": forged_id}}

            with every_payload(house, forged):
                asked = await use(house, message, custom_id, user_id=ids.BEN_ID)
                assert "nothing was done" in texts(await asked.reply(timeout=10))
        assert not house.paperless.row(row.id).acknowledged

    async def test_a_value_that_the_menu_does_not_offer_does_nothing(self, house: House) -> None:
        async with house.bot() as bot:
            _, card = await house.failed_card(bot)
            await house.press(await house.press(card, "Details"), "Mute for 1 hour")
            (mute,) = await bot.ledger.mutes.running()
            message = await on_a_message(house, bot, menus=["t1:unmute"], offers=str(mute.mute_id + 1))

            def forged(payload: Json) -> Json:
                return payload | {"data": payload["data"] | {"values": [str(mute.mute_id), "9" * 5000, 7, None]}}

            with every_payload(house, forged):
                asked = await use(
                    house, message, "t1:unmute", user_id=ids.BEN_ID, menu=True, value=str(mute.mute_id + 1)
                )
                await asked.reply(timeout=10)
            assert await bot.ledger.mutes.running() == (mute,)


async def test_the_document_says_what_the_code_does() -> None:
    """`python -m tests.safety.access_table` writes it anew."""
    assert PATH.read_text(encoding="utf-8") == await table()

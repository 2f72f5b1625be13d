"""Events as Discord does not send them: what is missing is no reason to refuse, and nothing ends the connection."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.events import completed
from bot.sandbox.discord import ids
from bot.sandbox.discord.interactions import payload
from tests.house import House, Json, buttons, texts
from tests.safety.forging import every_payload, without

LEAN = (
    *("version", "attachment_size_limit", "app_permissions", "locale", "guild_locale", "guild"),
    *("entitlements", "context", "authorizing_integration_owners"),
)


def lean(*more: str) -> Callable[[Json], Json]:
    """Without what an interaction can be understood without."""

    def change(payload: Json) -> Json:
        kept = without(payload, *LEAN, *more)
        kept["member"] = without(payload["member"], "joined_at", "flags", "deaf", "mute", "nick", "avatar")
        kept["member"]["user"] = without(payload["member"]["user"], "discriminator", "avatar", "public_flags")
        if "message" in payload:
            kept["message"] = without(payload["message"], "content", "edited_timestamp", "pinned", "tts")
            kept["message"]["author"] = without(payload["message"]["author"], "discriminator", "avatar", "username")
        return kept

    return change


@pytest.mark.parametrize("missing", ["channel", "channel_id"])
async def test_where_it_was_said_is_read_from_whichever_field_there_is(house: House, missing: str) -> None:
    async with house.bot() as bot:
        row, card = await house.failed_card(bot)
        with every_payload(house, lean(missing)):
            await house.press(card, "Acknowledge")
            question = await house.command("tasks run", type="sanity_check")
            assert "took the order" in texts(await house.press(question, "Run now"))
    assert house.paperless.row(row.id).acknowledged


async def test_a_cards_button_in_another_channel_does_nothing(house: House) -> None:
    """Copied with everything that belongs to it, except the place."""
    async with house.bot() as bot:
        row, card = await house.failed_card(bot)

        def elsewhere(payload: Json) -> Json:
            return without(payload, "channel") | {"channel_id": str(ids.GENERAL_ID)}

        with every_payload(house, elsewhere):
            asked = await house.discord.press(
                user_id=ids.BEN_ID, message_id=int(card["id"]), custom_id=buttons(card)["Acknowledge"]
            )
            await asked.reply(timeout=10)
    assert not house.paperless.row(row.id).acknowledged


async def test_what_a_resumed_connection_brings_again_is_done_once(house: House) -> None:
    async with house.bot():
        asked = await house.discord.command(user_id=ids.BEN_ID, channel_id=ids.ALERTS_ID, name="tasks active")
        await asked.reply(timeout=10)
        house.discord.gateway.dispatch("INTERACTION_CREATE", payload(asked), intents=0)
        await house.command("tasks active")
    answered = [each.path for each in house.discord.requests if each.path.endswith("/callback")]
    assert len(answered) == len(set(answered)) == 2


def test_what_is_added_gives_no_right() -> None:
    made = completed({"member": {"user": {"id": "1"}}, "channel_id": "5"})
    assert made["member"].pop("user")["id"] == "1"
    assert made["member"] == {"roles": [], "flags": 0}
    assert "guild_id" not in made


UNREADABLE: dict[str, tuple[str, Any]] = {
    "an interaction without who it is": ("INTERACTION_CREATE", {"id": "1", "type": 2, "token": "t", "member": {}}),
    "an interaction of junk": ("INTERACTION_CREATE", {"id": None, "type": [], "data": 7}),
    "no object": ("INTERACTION_CREATE", "x"),
    "a channel without an id": ("CHANNEL_UPDATE", {"type": 0}),
    "a guild of junk": ("GUILD_UPDATE", {"id": "x"}),
}


@pytest.mark.parametrize(("name", "data"), list(UNREADABLE.values()), ids=list(UNREADABLE))
async def test_an_event_that_cannot_be_read_is_said_and_ends_nothing(
    house: House, name: str, data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.bot() as bot:
        house.discord.gateway.dispatch(name, data, intents=0)
        assert "Nothing waits or runs" in texts(await house.command("tasks active"))
        assert bot.gateway.reconnects == 0
    assert f"an event of Discord, {name}, could not be read" in caplog.text

"""Cards on their way to the local Discord: sent once, pinging nobody but whom they should, every refusal understood."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest

from bot.failures.card import Acknowledgement, Card, IncidentKind, IncidentState
from bot.failures.notifier import ChannelForbidden, MessageGone, NotifierError, NotSupported, Post, Unsendable
from bot.notifier import DiscordNotifier, thread_name
from bot.sandbox.discord import SandboxDiscord, ids
from tests.ui import examples

MESSAGES = rf"/channels/{ids.ALERTS_ID}/messages"
REFUSALS = {
    "a form": {"code": 50035, "message": "Invalid Form Body", "errors": {}},
    "a word that the guild blocks": {"code": 200000, "message": "Message was blocked by automatic moderation"},
    "a link": {"code": 240000, "message": "Message blocked by harmful links filter"},
}


class Desk:
    """What a courier would do: a logged-in client without a gateway, and its notifier."""

    def __init__(self, world: SandboxDiscord, client: discord.Client) -> None:
        self.discord = world
        self.client = client
        self.notifier = DiscordNotifier(client, guild_id=ids.GUILD_ID)

    async def post(self, **changes: Any) -> int:
        wanted: dict[str, Any] = {
            "channel_id": ids.ALERTS_ID,
            "card": examples.incident(),
            "nonce": "c7",
            "mention_role_id": None,
            "silent": False,
            "reply_to": None,
            "thread": False,
        }
        return await self.notifier.post(Post(**{**wanted, **changes}))

    async def thread(self) -> int:
        message_id = await self.post(nonce="c1")
        thread = await self.client.http.start_thread_with_message(
            ids.ALERTS_ID, message_id, name="alerts", auto_archive_duration=1440
        )
        return int(thread["id"])

    def shut(self, thread_id: int, *, locked: bool = False) -> None:
        self.discord.world.channel(thread_id)["thread_metadata"].update(archived=True, locked=locked)

    async def edit(self, message_id: int, *, channel_id: int = ids.ALERTS_ID, **changes: Any) -> None:
        card = examples.incident(state=IncidentState.ACKNOWLEDGED, **changes)
        await self.notifier.edit(channel_id=channel_id, message_id=message_id, card=card, is_first=False)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.discord.messages(ids.ALERTS_ID)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with (
        SandboxDiscord() as world,
        discord.Client(intents=discord.Intents.none(), connector=world.connector()) as client,
    ):
        await client.login(world.token)
        yield Desk(world, client)


@pytest.mark.parametrize(
    ("card", "name"),
    [
        (examples.incident(filename="a_b.pdf"), "Consuming a_b.pdf failed"),
        (
            examples.incident(kind=IncidentKind.STUCK, error_type="started", message=None),
            "Consuming invoice-11.pdf has been running since 2026-11-23 14:00 UTC",
        ),
        (examples.digest(), "Failures"),
    ],
)
def test_the_name_of_a_thread_holds_nothing_that_only_a_message_shows(card: Card, name: str) -> None:
    assert thread_name(card) == name


class TestPosting:
    async def test_posts_the_card_and_tells_its_id(self, desk: Desk) -> None:
        message_id = await desk.post()
        (message,) = desk.messages
        assert int(message["id"]) == message_id
        assert message["components"][0]["components"][0]["content"].startswith("**Consuming invoice-11.pdf failed**")

    async def test_the_same_nonce_again_is_the_same_message(self, desk: Desk) -> None:
        assert await desk.post() == await desk.post()
        assert len(desk.messages) == 1

    async def test_lost_after_it_arrived_it_is_retryable_and_then_stands_once(self, desk: Desk) -> None:
        desk.discord.fail_next("POST", MESSAGES, "drop_after")
        with pytest.raises(NotifierError) as caught:
            await desk.post()
        assert caught.value.retryable
        await desk.post()
        assert len(desk.messages) == 1

    async def test_pings_nobody_by_itself(self, desk: Desk) -> None:
        await desk.post(
            card=examples.incident(filename="@everyone", message=f"<@{ids.ADA_ID}> <@&{ids.ARCHIVISTS_ID}>")
        )
        (message,) = desk.messages
        assert (message["mentions"], message["mention_roles"], message["mention_everyone"]) == ([], [], False)

    async def test_pings_the_role_it_is_given_and_no_other(self, desk: Desk) -> None:
        await desk.post(mention_role_id=ids.ARCHIVISTS_ID, card=examples.incident(message="@everyone"))
        (message,) = desk.messages
        assert message["mention_roles"] == [str(ids.ARCHIVISTS_ID)]
        assert message["mention_everyone"] is False

    async def test_silent_suppresses_the_notification(self, desk: Desk) -> None:
        await desk.post(silent=True)
        assert desk.messages[0]["flags"] & discord.MessageFlags.suppress_notifications.flag

    async def test_replies_and_does_without_where_that_message_is_gone(self, desk: Desk) -> None:
        first = await desk.post()
        await desk.post(nonce="c8", reply_to=first)
        assert desk.messages[1]["message_reference"]["message_id"] == str(first)
        await desk.discord.delete_message(first)
        await desk.post(nonce="c9", reply_to=first)
        assert len(desk.messages) == 2

    async def test_an_edit_waits_for_no_post_that_discord_holds_up(self, desk: Desk) -> None:
        first = await desk.post()
        desk.discord.fail_next("POST", MESSAGES, "hang")
        posting = asyncio.create_task(desk.post(nonce="c8"))
        await desk.discord.until(lambda: desk.discord.faults.pending == 0)
        await asyncio.wait_for(desk.edit(first), timeout=5)
        assert not posting.done()
        desk.discord.faults.release()
        await asyncio.gather(posting, return_exceptions=True)

    async def test_posts_to_one_channel_arrive_in_the_order_they_were_asked(self, desk: Desk) -> None:
        desk.discord.fail_next("POST", MESSAGES, "slow", seconds=0.2)
        first, second = await asyncio.gather(
            desk.post(card=examples.incident(filename="a.pdf"), nonce="a"),
            desk.post(card=examples.incident(filename="b.pdf"), nonce="b"),
        )
        assert first < second


class TestEditing:
    async def test_changes_the_card_and_pings_nobody(self, desk: Desk) -> None:
        message_id = await desk.post(mention_role_id=ids.ARCHIVISTS_ID)
        who = Acknowledgement(where="discord", user_id=ids.BEN_ID, user_name="ben", at=examples.NOW)
        await desk.edit(message_id, acknowledgement=who)
        (message,) = desk.messages
        assert f"acknowledged by <@{ids.BEN_ID}>" in message["components"][0]["components"][0]["content"]
        assert message["mentions"] == []
        request = desk.discord.requests[-1]
        assert request.method == "PATCH"
        assert isinstance(request.json, dict)
        assert request.json["allowed_mentions"] == {"parse": []}

    async def test_a_deleted_message_is_gone_for_good(self, desk: Desk) -> None:
        message_id = await desk.post()
        await desk.discord.delete_message(message_id)
        with pytest.raises(MessageGone):
            await desk.edit(message_id)
        with pytest.raises(MessageGone):
            await desk.post()


class TestThreads:
    """A thread as the channel of cards: Discord archives it after days without a message."""

    async def test_an_edit_opens_it_again(self, desk: Desk) -> None:
        thread_id = await desk.thread()
        message_id = await desk.post(channel_id=thread_id)
        desk.shut(thread_id)
        await desk.edit(message_id, channel_id=thread_id)
        (message,) = desk.discord.messages(thread_id)
        assert message["edited_timestamp"] is not None

    async def test_a_locked_one_is_a_channel_that_is_closed_for_posts_and_edits(self, desk: Desk) -> None:
        thread_id = await desk.thread()
        message_id = await desk.post(channel_id=thread_id)
        desk.shut(thread_id, locked=True)
        with pytest.raises(ChannelForbidden, match="locked"):
            await desk.edit(message_id, channel_id=thread_id)
        with pytest.raises(ChannelForbidden, match="locked"):
            await desk.post(channel_id=thread_id, nonce="c8")


class TestFinding:
    async def test_a_message_of_an_earlier_life_is_known_by_its_buttons(self, desk: Desk) -> None:
        before = datetime.now(UTC) - timedelta(minutes=1)
        await desk.post(card=examples.incident(card_id=6), nonce="c6")
        message_id = await desk.post()
        found = await desk.notifier.find(channel_id=ids.ALERTS_ID, card_id=7, not_before=before)
        assert found == message_id

    @pytest.mark.parametrize("card", [examples.outage(), examples.backlog(), examples.digest(), examples.reminder()])
    async def test_every_kind_of_card(self, desk: Desk, card: Any) -> None:
        message_id = await desk.post(card=card)
        before = datetime.now(UTC) - timedelta(minutes=1)
        assert await desk.notifier.find(channel_id=ids.ALERTS_ID, card_id=card.card_id, not_before=before) == message_id

    async def test_not_further_back_and_not_what_is_not_there(self, desk: Desk) -> None:
        await desk.post()
        later = datetime.now(UTC) + timedelta(minutes=1)
        assert await desk.notifier.find(channel_id=ids.ALERTS_ID, card_id=7, not_before=later) is None
        before = datetime.now(UTC) - timedelta(minutes=1)
        assert await desk.notifier.find(channel_id=ids.ALERTS_ID, card_id=70, not_before=before) is None

    @pytest.mark.parametrize("status", [405, 501])
    async def test_a_server_that_has_no_history_says_so_for_good(self, desk: Desk, status: int) -> None:
        desk.discord.fail_next("GET", MESSAGES, status)
        with pytest.raises(NotSupported):
            await desk.notifier.find(channel_id=ids.ALERTS_ID, card_id=7, not_before=datetime.now(UTC))


class TestRefusals:
    @pytest.mark.parametrize("failure", [503, 520, 418, "drop"])
    async def test_what_may_pass_is_retryable(self, desk: Desk, failure: Any) -> None:
        desk.discord.fail_next("POST", MESSAGES, failure)
        with pytest.raises(NotifierError) as caught:
            await desk.post()
        assert caught.value.retryable
        assert type(caught.value) is NotifierError

    @pytest.mark.parametrize("code", [30046, 40004, 160002], ids=["too many old edits", "sending is off", "no history"])
    async def test_a_400_that_speaks_of_the_moment_is_retryable(self, desk: Desk, code: int) -> None:
        desk.discord.fail_next("POST", MESSAGES, 400, body={"code": code, "message": "not now"})
        with pytest.raises(NotifierError) as caught:
            await desk.post()
        assert caught.value.retryable

    async def test_a_404_that_speaks_of_no_message_is_retryable(self, desk: Desk) -> None:
        desk.discord.fail_next("POST", MESSAGES, 404, body="404: Not Found")
        with pytest.raises(NotifierError) as caught:
            await desk.post()
        assert caught.value.retryable

    async def test_a_channel_closed_to_the_bot(self, desk: Desk) -> None:
        desk.discord.fail_next("POST", MESSAGES, 403, body={"code": 50013, "message": "Missing Permissions"})
        with pytest.raises(ChannelForbidden, match="Send Messages"):
            await desk.post()

    async def test_a_channel_that_is_not_there(self, desk: Desk) -> None:
        with pytest.raises(ChannelForbidden, match="channel_id"):
            await desk.post(channel_id=ids.ALERTS_ID + 999)

    async def test_a_card_that_discord_refuses_without_any_text_too_is_a_defect_of_ours(self, desk: Desk) -> None:
        desk.discord.fail_next("POST", MESSAGES, 400, body=REFUSALS["a form"], times=2)
        with pytest.raises(Unsendable, match="Invalid Form Body"):
            await desk.post()

    @pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
    async def test_where_it_refuses_the_texts_of_paperless_that_it_failed_is_told_all_the_same(
        self, desk: Desk, refusal: dict[str, Any]
    ) -> None:
        desk.discord.fail_next("POST", MESSAGES, 400, body=refusal)
        await desk.post(mention_role_id=ids.ARCHIVISTS_ID)
        (message,) = desk.messages
        said = str(message["components"])
        assert message["components"][0]["components"][0]["content"].startswith("**Consuming a file failed**")
        assert "see Details" in said
        assert "invoice-11.pdf" not in said
        assert "application/zip" not in said
        assert "url" not in said
        assert "Acknowledge" in said
        assert message["mention_roles"] == [str(ids.ARCHIVISTS_ID)]

    async def test_the_same_for_an_edit(self, desk: Desk) -> None:
        message_id = await desk.post()
        desk.discord.fail_next("PATCH", MESSAGES, 400, body=REFUSALS["a form"])
        await desk.edit(message_id, acknowledgement=examples.in_discord())
        (message,) = desk.messages
        said = message["components"][0]["components"][0]["content"]
        assert said.startswith(f"**Consuming a file failed** · acknowledged by <@{examples.ADA}>")

    async def test_an_address_that_discord_takes_in_no_button_is_left_out(self, desk: Desk) -> None:
        errors = {
            "components": {"0": {"components": {"1": {"url": {"_errors": [{"code": "x", "message": "Not a URL"}]}}}}}
        }
        body = {"code": 50035, "message": "Invalid Form Body", "errors": errors}
        desk.discord.fail_next("POST", MESSAGES, 400, body=body)
        await desk.post()
        (message,) = desk.messages
        assert "url" not in str(message["components"])

"""Rate limits and faults, as discord.py meets them."""

import asyncio
import time

import aiohttp
import discord
import pytest

from bot.sandbox.discord import Event, Limit, RateLimits, SandboxDiscord, Upload
from bot.sandbox.discord.ids import ALERTS_ID, BEN_ID, GENERAL_ID
from bot.sandbox.discord.ratelimit import OLD_EDIT, SEND

from .conftest import Bot, Start

MESSAGES = r"/messages$"


def is_sending(event: Event) -> bool:
    return event.kind == "request_started" and "/messages" in event.data["request"]


async def test_a_full_bucket_is_slept_out_by_discord_py_without_a_429(sandbox: SandboxDiscord, start: Start) -> None:
    sandbox.rate_limits.limits[SEND] = Limit(2, 0.2)
    bot = await start(Bot(sandbox))
    began = time.monotonic()
    for number in range(5):
        await bot.channel(ALERTS_ID).send(str(number))
    assert time.monotonic() - began >= 0.35
    assert sandbox.rate_limits.refused == 0
    assert [message["content"] for message in sandbox.messages(ALERTS_ID)] == list("01234")


async def test_a_429_is_waited_for_and_repeated(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    sandbox.rate_limits.exhaust(SEND, str(ALERTS_ID), 0.1, now=sandbox.clock.time())
    await bot.channel(ALERTS_ID).send("late")
    await bot.channel(GENERAL_ID).send("another bucket")
    sent = [request for request in sandbox.requests if request.path.endswith("/messages")]
    assert [request.status for request in sent] == [429, 200, 200]
    assert sandbox.rate_limits.refused == 1
    assert len(sandbox.messages(ALERTS_ID)) == 1


async def test_a_global_429_holds_every_request_but_not_those_of_interactions(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))

    @bot.tree.command(description="Answers")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    await bot.sync()
    sandbox.rate_limits.block_everything(0.2, now=sandbox.clock.time())
    sending = asyncio.create_task(bot.channel(ALERTS_ID).send("late"))
    await sandbox.until(lambda: sandbox.rate_limits.refused == 1)
    interaction = await sandbox.command(user_id=BEN_ID, channel_id=GENERAL_ID, name="ping")
    assert (await interaction.reply())["content"] == "pong"
    assert not sending.done()
    await sending


async def test_the_default_is_five_messages_in_five_seconds_for_each_channel() -> None:
    limits = RateLimits()
    answers = [limits.spend(SEND, "1", now=100.0 + number / 10) for number in range(6)]
    assert [answer.retry_after for answer in answers[:5]] == [None] * 5
    assert answers[5].retry_after == pytest.approx(4.5)
    assert answers[5].body["global"] is False
    assert answers[5].headers["Via"]
    assert limits.spend(SEND, "2", now=100.6).retry_after is None
    assert limits.spend(SEND, "1", now=105.0).retry_after is None
    assert limits.refused == 1


def test_headers_tell_limit_rest_reset_and_bucket() -> None:
    headers = RateLimits({SEND: Limit(5, 5)}).spend(SEND, "1", now=100.0).headers
    bucket = headers.pop("X-RateLimit-Bucket")
    assert len(bucket) == 32
    assert headers == {
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "4",
        "X-RateLimit-Reset": "105.000",
        "X-RateLimit-Reset-After": "5.000",
    }


def test_fifty_requests_a_second_are_the_global_limit_whatever_the_route() -> None:
    limits = RateLimits({})
    answers = [limits.spend("any", str(number), now=100.0) for number in range(51)]
    assert [answer.retry_after is None for answer in answers] == [True] * 50 + [False]
    assert answers[50].body["global"] is True
    assert answers[50].headers["X-RateLimit-Scope"] == "global"
    assert limits.spend("any", "0", now=101.0).retry_after is None
    assert limits.spend("any", "0", now=100.5, counts_globally=False).retry_after is None


def test_edits_of_old_messages_have_error_30046() -> None:
    limits = RateLimits({OLD_EDIT: Limit(3, 20)})
    answers = [limits.spend_old_edit("1", now=100.0) for _ in range(4)]
    assert [answer.retry_after for answer in answers] == [None, None, None, 20]
    assert answers[3].body["code"] == 30046


@pytest.mark.parametrize(
    ("failure", "raised", "stored"),
    [
        (503, discord.DiscordServerError, 0),
        ("drop", aiohttp.ServerDisconnectedError, 0),
        ("drop_after", aiohttp.ServerDisconnectedError, 1),
    ],
)
async def test_a_failed_post_is_not_there_or_is_there_unknown_to_the_bot(
    sandbox: SandboxDiscord, start: Start, failure: int | str, raised: type[Exception], stored: int
) -> None:
    bot = await start(Bot(sandbox))
    sandbox.fail_next("POST", MESSAGES, failure)  # type: ignore[arg-type]
    with pytest.raises(raised):
        await bot.channel(ALERTS_ID).send("card", nonce="home-1")
    assert len(sandbox.messages(ALERTS_ID)) == stored
    await bot.channel(ALERTS_ID).send("card", nonce="home-1")
    assert len(sandbox.messages(ALERTS_ID)) == 1, "the nonce makes it one"


async def test_a_500_after_the_effect_is_repeated_by_discord_py_and_made_one_by_the_nonce(
    sandbox: SandboxDiscord, start: Start
) -> None:
    bot = await start(Bot(sandbox))
    sandbox.fail_next("POST", MESSAGES, 500, effect=True)
    await bot.channel(ALERTS_ID).send("card")
    assert [request.status for request in sandbox.requests if request.path.endswith("/messages")] == [500, 200]
    assert len(sandbox.messages(ALERTS_ID)) == 1


async def test_a_request_that_hangs_hangs_until_it_is_released(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    sandbox.fail_next("POST", MESSAGES, "hang")
    sending = asyncio.create_task(bot.channel(ALERTS_ID).send("card"))
    await sandbox.wait_for(is_sending)
    assert not sending.done()
    sandbox.faults.release()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sending
    assert sandbox.messages(ALERTS_ID) == []


async def test_a_slow_request_waits_for_the_clock(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    sandbox.fail_next("POST", MESSAGES, "slow", seconds=3600)
    sending = asyncio.create_task(bot.channel(ALERTS_ID).send("card"))
    await sandbox.wait_for(is_sending)
    sandbox.clock.advance(3600)
    await sending
    assert len(sandbox.messages(ALERTS_ID)) == 1


async def test_a_download_can_fail_as_any_request_can(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    posted = await sandbox.post_message(BEN_ID, "", [Upload(filename="a.txt", data=b"x")], channel_id=ALERTS_ID)
    message = await bot.channel(ALERTS_ID).fetch_message(int(posted["id"]))
    sandbox.fail_next("GET", "/attachments/", 503)
    with pytest.raises(discord.HTTPException):
        await message.attachments[0].read()
    sandbox.fail_next("GET", "/attachments/", "cut")
    with pytest.raises(aiohttp.ClientPayloadError):
        await message.attachments[0].read()
    assert await message.attachments[0].read() == b"x"


async def test_a_page_of_cloudflare_is_no_answer_of_discords(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    sandbox.fail_next("POST", MESSAGES, 403, body="<html>Access denied</html>")
    with pytest.raises(discord.Forbidden, match="Access denied"):
        await bot.channel(ALERTS_ID).send("card")


async def test_an_unknown_route_and_a_body_that_is_no_json_are_told_so(sandbox: SandboxDiscord) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=sandbox.connector(), headers=headers) as session:
        async with session.get("https://discord.com/api/v10/nonsense") as response:
            assert (response.status, await response.json()) == (404, {"message": "404: Not Found", "code": 0})
        async with session.post(f"https://discord.com/api/v10/channels/{ALERTS_ID}/messages", data=b"{") as response:
            assert (response.status, (await response.json())["code"]) == (400, 50109)
        async with session.get("https://discord.com/api/v10/channels/abc") as response:
            assert (response.status, (await response.json())["code"]) == (400, 50035)


async def test_everything_is_logged_and_can_be_followed_while_it_happens(sandbox: SandboxDiscord, start: Start) -> None:
    bot = await start(Bot(sandbox))
    async with sandbox.subscribe() as events:
        await bot.channel(ALERTS_ID).send("one")
        kinds = [(await anext(events)).kind for _ in range(3)]
    assert kinds == ["request_started", "message_create", "request"]
    late = sandbox.subscribe(after=0)
    assert (await anext(late)).number == 1
    late.close()
    request = sandbox.requests[-1]
    assert (request.method, request.path, request.status) == ("POST", f"/channels/{ALERTS_ID}/messages", 200)
    assert request.json is not None


async def test_waiting_for_what_does_not_happen_ends_with_what_did(sandbox: SandboxDiscord) -> None:
    sandbox.events.emit("something", {})
    with pytest.raises(TimeoutError, match="last happened: something"):
        await sandbox.wait_for(lambda event: event.kind == "other", timeout=0.01)

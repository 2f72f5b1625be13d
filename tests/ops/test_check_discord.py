"""`python -m bot check`, of Discord: the application, the guild, every channel and role of the configuration."""

from typing import Any

import pytest

from bot.checks.finding import Level
from bot.exits import Exit
from bot.sandbox.discord import ids
from bot.sandbox.discord import permissions as allowed
from tests.house import House
from tests.ops.checking import exit_and_lines, findings, lines, use

NOWHERE = 3000000000000000099


async def test_a_wrong_discord_token_says_where_the_right_one_is(house: House) -> None:
    house.overrides = {"discord": {"token": "wrong." * 10}}

    status, said = await exit_and_lines(house)

    assert status is Exit.CONFIG
    assert "failure  discord: Discord does not know the token" in said


async def test_a_guild_that_the_bot_is_not_in_comes_with_the_invite_link(house: House) -> None:
    house.overrides = {"discord": {"guild_id": 42}}

    (line,) = await lines(house, "discord.guild_id")

    assert line.startswith("failure")
    assert f"client_id={ids.APPLICATION_ID}" in line
    assert "guild_id=42" in line


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (r"/guilds/\d+$", {"message": "404: Not Found", "code": 0}),
        (r"/guilds/\d+/members/", {"message": "404: Not Found", "code": 0}),
        (r"/guilds/\d+/channels$", {"message": "404: Not Found", "code": 0}),
        ("/gateway/bot$", {"message": "404: Not Found", "code": 0}),
    ],
)
async def test_a_discord_that_does_not_tell_what_the_bot_can_do_without_is_a_warning(
    house: House, path: str, body: dict[str, Any]
) -> None:
    use(house)
    house.discord.fail_next("GET", path, 404, body=body)

    status, said = await exit_and_lines(house)

    assert status is Exit.DONE
    assert "warning" in said


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (r"/guilds/\d+$", {"id": str(ids.GUILD_ID)}),
        ("/gateway/bot$", {"url": "wss://gateway.discord.gg", "shards": 1}),
        ("/gateway/bot$", {"url": "wss://gateway.discord.gg", "shards": 1, "session_start_limit": {}}),
    ],
)
async def test_answers_that_lack_fields_are_no_more_than_a_warning(
    house: House, path: str, body: dict[str, Any]
) -> None:
    use(house)
    house.discord.fail_next("GET", path, 200, body=body)

    assert (await exit_and_lines(house))[0] is Exit.DONE


async def test_discord_that_does_not_answer_is_exit_75(house: House) -> None:
    house.discord.fail_next("GET", "/users/@me", 503, times=99)

    status, said = await exit_and_lines(house)

    assert status is Exit.UNAVAILABLE
    assert "Discord does not answer" in said


async def test_a_channel_without_a_permission_names_it(house: House) -> None:
    house.discord.set_overwrite(ids.ALERTS_ID, ids.BOT_ROLE_ID, deny=allowed.SEND_MESSAGES)

    (line,) = await lines(house, "failures.channel_id")

    assert line == (
        "failure  failures.channel_id: in #paperless-alerts the bot lacks Send Messages: "
        "grant it in the channel's settings"
    )


async def test_a_digest_that_would_come_without_its_picture_is_a_warning(house: House) -> None:
    house.overrides = {"digest": {"cron": "0 8 * * 1", "channel_id": ids.GENERAL_ID}}
    house.discord.set_overwrite(ids.GENERAL_ID, ids.BOT_ROLE_ID, deny=allowed.ATTACH_FILES)

    (line,) = await lines(house, "digest.channel_id")

    assert (
        line == "warning  digest.channel_id: in #general the bot lacks Attach Files: grant it in the channel's settings"
    )


async def test_channels_beside_the_main_work_that_do_not_exist_stop_nothing(house: House) -> None:
    house.overrides = {
        "digest": {"cron": "0 8 * * 1", "channel_id": NOWHERE},
        "audit": {"channel_id": NOWHERE},
    }

    found = {finding.subject: finding.level for finding in await findings(house)}

    assert found["digest.channel_id"] is found["audit.channel_id"] is Level.WARNING
    assert Level.FAILURE not in found.values()


async def test_channels_and_roles_that_do_not_exist_are_named_with_their_keys(house: House) -> None:
    house.overrides = {
        "failures": {"channel_id": NOWHERE, "escalate_role_id": 8, "routes": [{"channel_id": NOWHERE}]},
        "access": {"run": [7], "audit": [9]},
    }

    failed = {finding.subject for finding in await findings(house) if finding.level is Level.FAILURE}

    assert failed == {
        "failures.channel_id",
        "failures.routes.0.channel_id",
        "failures.escalate_role_id",
        "access.run",
        "access.audit",
    }


async def test_a_role_that_nobody_may_mention_is_a_warning(house: House) -> None:
    house.overrides = {"failures": {"mention_role_id": ids.ADMINS_ID}}

    (line,) = [line for line in await lines(house, "failures.mention_role_id") if not line.startswith("ok")]

    assert "@Admins will not be notified" in line


async def test_more_permissions_than_needed_are_a_warning(house: House) -> None:
    house.discord.set_roles(ids.APPLICATION_ID, [ids.BOT_ROLE_ID, ids.ADMINS_ID])

    line = (await lines(house, "discord.guild_id"))[-1]

    assert line.startswith("warning")
    assert "take Manage Server, Manage Messages from its roles" in line


def _application(**changes: Any) -> dict[str, Any]:
    user = {"id": str(ids.ADA_ID), "username": "ada", "discriminator": "0", "avatar": None, "global_name": None}
    return {
        "id": str(ids.APPLICATION_ID),
        "name": "Paperless Tasks",
        "icon": None,
        "description": "",
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": user,
        "team": None,
        **changes,
    }


async def test_intents_that_are_not_used_are_a_warning(house: House) -> None:
    spare = _application(flags=(1 << 15) | (1 << 19))
    house.discord.fail_next("GET", "/applications/@me", 200, body=spare)

    (line,) = [line for line in await lines(house, "discord.token") if line.startswith("warning")]

    assert "switch the intents Server Members, Message Content off" in line


async def test_an_interactions_endpoint_takes_every_press_away_and_is_a_failure(house: House) -> None:
    elsewhere = _application(interactions_endpoint_url="https://elsewhere.example/interactions")
    house.discord.fail_next("GET", "/applications/@me", 200, body=elsewhere)

    (line,) = [line for line in await lines(house, "discord.token") if line.startswith("failure")]

    assert "https://elsewhere.example/interactions" in line


async def test_few_connections_left_for_the_day_are_a_warning(house: House) -> None:
    house.discord.gateway.identifies = [house.discord.clock.time()] * 950

    (line,) = [line for line in await lines(house, "discord.token") if line.startswith("warning")]

    assert "50 of 1,000 times" in line


async def test_nothing_is_sent_and_the_gateway_is_not_used(house: House) -> None:
    (house.folder / "bot.db").unlink()
    use(house)
    await findings(house)

    assert {request.method for request in house.discord.requests} == {"GET"}
    assert house.discord.gateway.identifies == []
    assert list(house.folder.glob("bot.db*")) == []


@pytest.mark.parametrize(("status", "code"), [(405, 0), (501, 0), (404, 0)])
async def test_a_discord_without_a_history_of_the_channel_is_a_warning(house: House, status: int, code: int) -> None:
    use(house)
    house.discord.fail_next("GET", "/messages", status, body={"message": "no such route", "code": code})

    exit_status, said = await exit_and_lines(house)

    assert exit_status is Exit.DONE
    assert f"cannot be looked into (Discord answered {status})" in said


async def test_a_channel_in_which_the_bot_may_not_read_is_told_once(house: House) -> None:
    use(house)
    house.discord.set_overwrite(ids.ALERTS_ID, ids.APPLICATION_ID, deny=allowed.READ_MESSAGE_HISTORY)

    (line,) = await lines(house, "failures.channel_id")

    assert "Read Message History" in line


@pytest.mark.parametrize(("address", "told"), [("http://paperless:8000", 1), ("http://192.168.0.7:8000", 0)])
async def test_an_address_that_discord_takes_in_no_link_is_a_warning(house: House, address: str, told: int) -> None:
    section = house.values()["paperless"]["home"] | {"public_url": address}
    house.overrides = {"paperless": {"home": section}}

    assert len(await lines(house, "paperless.home.public_url")) == told


@pytest.mark.parametrize(
    ("denied", "locked", "told"),
    [
        (0, False, "ok       failures.channel_id: the thread alerts"),
        (allowed.SEND_MESSAGES, False, "ok       failures.channel_id: the thread alerts"),
        (allowed.SEND_MESSAGES_IN_THREADS, False, "the bot lacks Send Messages in Threads"),
        (0, True, "the thread alerts is locked: unlock it"),
    ],
    ids=["open", "closed around it", "closed to the bot", "locked"],
)
async def test_a_thread_as_the_channel(house: House, denied: int, locked: bool, told: str) -> None:
    thread_id = thread_in(house, locked=locked)
    house.discord.set_overwrite(ids.ALERTS_ID, ids.APPLICATION_ID, deny=denied)
    house.overrides = {"failures": {"channel_id": thread_id}}

    (line,) = await lines(house, "failures.channel_id")

    assert told in line


def thread_in(house: House, *, locked: bool) -> int:
    thread_id = ids.ALERTS_ID + 77
    metadata = {"archived": False, "locked": locked, "auto_archive_duration": 1440, "archive_timestamp": "2026-11-24"}
    house.discord.world.channels[thread_id] = {
        "id": str(thread_id),
        "type": 11,
        "guild_id": str(ids.GUILD_ID),
        "parent_id": str(ids.ALERTS_ID),
        "owner_id": str(ids.ADA_ID),
        "name": "alerts",
        "message_count": 0,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "thread_metadata": metadata,
    }
    return thread_id

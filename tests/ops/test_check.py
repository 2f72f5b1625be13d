"""`python -m bot check`: what is wrong is a line with the way to mend it, and an exit status; nothing is changed."""

import io
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.app import servers_of
from bot.check import check, check_servers, report
from bot.checks.finding import Finding, Level
from bot.exits import Exit
from bot.sandbox.discord import ids
from bot.sandbox.discord import permissions as allowed
from tests.house import House

NOWHERE = 3000000000000000099


def use(house: House, *, user: str = "staff", run_user: str | None = "admin", server: str = "home") -> None:
    """The configuration with these users' tokens."""
    paperless = house.all_paperless[server]
    section = {"url": paperless.url, "token": paperless.tokens[user]}
    if run_user:
        section["run_token"] = paperless.tokens[run_user]
    house.overrides = {**house.overrides, "paperless": {**house.overrides.get("paperless", {}), server: section}}


async def findings(house: House) -> list[Finding]:
    return await check(house.settings(), connector=house.discord.connector())


async def lines(house: House, subject: str) -> list[str]:
    return [str(finding) for finding in await findings(house) if finding.subject == subject]


async def exit_and_lines(house: House) -> tuple[Exit, str]:
    stream = io.StringIO()
    status = report(await findings(house), stream=stream)
    return status, stream.getvalue()


async def test_where_all_is_well_every_line_says_so(house: House) -> None:
    use(house)
    house.paperless.burst(3)

    status, said = await exit_and_lines(house)

    assert status is Exit.DONE
    assert {line.split()[0] for line in said.splitlines()} == {"ok"}
    assert "Paperless-ngx 3.0.5, API version 10" in said
    assert "3 failed tasks that nobody has acknowledged" in said
    assert "The Archive, as Paperless Tasks" in said
    assert "#paperless-alerts" in said
    assert "@Archivists" in said


@pytest.mark.parametrize(
    ("version", "user", "run_user", "said"),
    [
        ("3.0.5", "operator", "admin", "sees only its own tasks and those without an owner"),
        ("3.0.5", "operator", "admin", "make its user staff"),
        ("2.20.15", "staff", "admin", "only a superuser's token sees them"),
        ("3.0.5", "viewer", "admin", "give its user the permission change_paperlesstask"),
        ("3.0.5", "admin", "admin", "which is more than needed"),
        ("3.0.5", "staff", None, "/tasks run will be refused"),
        ("3.0.5", "staff", "runner", "is no superuser's: /tasks run will be refused"),
        ("2.20.15", "admin", "runner", "is no superuser's: /tasks run will be refused"),
    ],
)
async def test_a_token_that_may_too_little_or_too_much_is_a_warning(
    tmp_path: Path, version: str, user: str, run_user: str | None, said: str
) -> None:
    async with House(tmp_path, version=version) as house:
        use(house, user=user, run_user=run_user)

        found = await findings(house)

    assert [one for one in found if one.level is Level.WARNING and said in one.text]
    assert not [one for one in found if one.level is Level.FAILURE]


async def test_one_superusers_token_for_everything_is_no_warning(house: House) -> None:
    use(house, user="admin", run_user=None)

    assert await lines(house, "paperless.home.token") == [
        "ok       paperless.home.token: sees the tasks of every owner",
        "ok       paperless.home.token: may acknowledge",
        "ok       paperless.home.token: may start tasks, as a superuser's token",
    ]


async def test_on_2_20_a_superusers_token_is_not_more_than_needed(tmp_path: Path) -> None:
    async with House(tmp_path, version="2.20.15") as house:
        use(house, user="admin", run_user="admin")

        assert not [finding for finding in await findings(house) if finding.level is not Level.OK]


@pytest.mark.parametrize(
    ("user", "said"),
    [("nobody", "view_paperlesstask"), ("inactive", "does not accept the token")],
)
async def test_a_token_that_sees_nothing_is_a_failure(house: House, user: str, said: str) -> None:
    use(house, user=user)

    status, lines = await exit_and_lines(house)

    assert status is Exit.CONFIG
    assert any(line.startswith("failure  paperless.home.token") and said in line for line in lines.splitlines())


async def test_a_server_that_is_down_is_a_warning_and_the_others_are_looked_at(tmp_path: Path) -> None:
    async with House(tmp_path, servers=("home", "office")) as house:
        use(house, server="home")
        use(house, server="office")
        await house.all_paperless["home"].down()

        found = {finding.subject: finding.level for finding in reversed(await findings(house))}
        assert (found["paperless.home.url"], found["paperless.office.url"]) == (Level.WARNING, Level.OK)


async def test_a_server_that_hangs_is_given_up_after_a_while(house: House) -> None:
    house.paperless.faults.add("stall")
    (server,) = servers_of(house.settings()).values()

    (found,) = await check_servers([server], house.settings(), patience=0.1)
    await server.close()

    assert found.level is Level.WARNING
    assert "has not answered after 0.1 s" in found.text


async def test_an_address_that_is_not_paperless_is_a_failure(house: House) -> None:
    use(house)
    house.paperless.faults.add("html")

    assert (await lines(house, "paperless.home.url"))[0].startswith("failure")


# --- Discord


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


# --- the database


async def test_it_looks_at_everything_while_a_bot_is_running(house: House) -> None:
    async with house.bot():
        status, said = await exit_and_lines(house)

    assert status is Exit.DONE
    assert "can be written, at revision" in said
    assert "#paperless-alerts" in said


async def test_a_database_of_a_newer_version_is_a_failure(house: House) -> None:
    async with house.bot():
        pass
    with sqlite3.connect(house.folder / "bot.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    (line,) = await lines(house, "database.url")

    assert line.startswith("failure")
    assert "9999, of a newer version of the bot" in line


async def test_a_folder_that_is_not_there_is_a_failure(house: House) -> None:
    house.overrides = {"database": {"url": f"sqlite:///{house.folder / 'nowhere' / 'bot.db'}"}}

    (line,) = await lines(house, "database.url")

    assert line.startswith("failure")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_file_that_may_only_be_read_is_a_failure(house: House) -> None:
    async with house.bot():
        pass
    (house.folder / "bot.db").chmod(0o400)

    (line,) = await lines(house, "database.url")

    assert line.startswith("failure")


async def test_a_file_that_is_no_database_is_a_failure_and_stays_as_it_is(house: House) -> None:
    (house.folder / "bot.db").write_bytes(b"a letter to grandmother" * 100)

    (line,) = await lines(house, "database.url")

    assert line.startswith("failure")
    assert (house.folder / "bot.db").read_bytes().startswith(b"a letter")

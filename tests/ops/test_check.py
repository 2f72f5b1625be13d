"""`python -m bot check`: what is wrong is a line with the way to mend it, and an exit status; nothing is changed."""

import os
import sqlite3
from pathlib import Path

import pytest

from bot.app import servers_of
from bot.check import check_servers
from bot.checks.finding import Level
from bot.exits import Exit
from tests.house import House
from tests.ops.checking import exit_and_lines, findings, lines, use


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


async def test_where_paperless_does_not_tell_whether_the_user_is_staff_it_says_what_would(house: House) -> None:
    use(house, user="staff")

    said = await lines(house, "paperless.home.token")

    assert said[0].startswith("ok       paperless.home.token: sees the tasks of every owner if its user is staff")
    assert "view_uisettings" in said[0]


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

        found = await findings(house)
    levels = {finding.subject: finding.level for finding in reversed(found)}
    assert (levels["paperless.home.url"], levels["paperless.office.url"]) == (Level.WARNING, Level.OK)
    assert not [finding for finding in found if finding.stops]


async def test_a_server_that_did_not_answer_is_looked_at_again_later(house: House) -> None:
    """The bot starts and waits for it; who looks it over is not told that all is well."""
    await house.paperless.down()
    assert (await exit_and_lines(house))[0] is Exit.UNAVAILABLE

    house.overrides = {"access": {"run": [7]}}
    assert (await exit_and_lines(house))[0] is Exit.CONFIG, "what must be mended outweighs it"


async def test_a_server_that_hangs_is_given_up_after_a_while(house: House) -> None:
    house.paperless.faults.add("stall")
    (server,) = servers_of(house.settings()).values()

    (found,) = await check_servers([server], house.settings(), patience=0.1)
    await server.close()

    assert (found.level, found.exit, found.stops) == (Level.WARNING, Exit.UNAVAILABLE, False)
    assert "has not answered after 0.1 s" in found.text


async def test_an_address_that_is_not_paperless_is_a_failure(house: House) -> None:
    use(house)
    house.paperless.faults.add("html")

    assert (await lines(house, "paperless.home.url"))[0].startswith("failure")


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

"""`python -m bot backup`, and the way back."""

import io
import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from bot.backup import backup
from bot.database import Database
from bot.exits import Exit
from bot.failures.ledger import Ledger
from tests.failures.world import START
from tests.house import House
from tests.postgres import Postgres


def made(url: str, target: Path | None) -> tuple[Exit, str]:
    stream = io.StringIO()
    return backup(url, target, stream=stream), stream.getvalue()


async def test_a_backup_of_a_running_bot_restores_to_a_bot_that_tells_nothing_twice(house: House) -> None:
    copy = house.folder / "copy.db"
    async with house.bot():
        house.paperless.upload("invoice-11.pdf", outcome="corrupt", owner="bob")
        await house.card(lambda text: "invoice-11.pdf" in text)
        status, said = made(house.settings().database.url, copy)
        assert status is Exit.DONE, said
    for leftover in house.folder.glob("bot.db*"):
        leftover.unlink()

    shutil.copyfile(copy, house.folder / "bot.db")
    async with house.bot() as bot:
        await bot.desk.watchers["home"].poll_once()

    assert len(house.posted()) == 1


async def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    async with await Database.open(url):
        assert made(url, tmp_path / "copy.db")[0] is Exit.DONE

    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert {name for name in os.listdir(tmp_path) if name.endswith(".partial")} == set()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("SELECT count(*) FROM card").fetchone() == (0,)


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")

    status, said = made(f"sqlite:///{tmp_path / 'bot.db'}", tmp_path / "copy.db")

    assert status is Exit.CONFIG
    assert "exists already" in said
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_without_a_database_there_is_no_backup(tmp_path: Path) -> None:
    assert made(f"sqlite:///{tmp_path / 'bot.db'}", tmp_path / "copy.db")[0] is Exit.CONFIG
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_makes_no_backup(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"SQLite format 3\0" + os.urandom(8192))

    assert made(f"sqlite:///{tmp_path / 'bot.db'}", tmp_path / "copy.db")[0] is Exit.CONFIG
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")] == []


def test_without_a_name_it_has_the_time_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("bot.db")) as database:
        database.execute("CREATE TABLE one (one int)")

    assert made("sqlite:///bot.db", None)[0] is Exit.DONE
    assert len(list(tmp_path.glob("bot-2*Z.db"))) == 1


@pytest.mark.parametrize("hosts", ["", "?host=127.0.0.1:1&host=127.0.0.1:PORT"], ids=["one host", "several"])
async def test_a_postgresql_is_dumped_and_restored(
    postgres: Postgres, database_url: str, hosts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres.programs}{os.pathsep}{os.environ['PATH']}")
    async with await Database.open(database_url) as database:
        ledger = await Ledger.open(database, links={}, now=lambda: START)
        await ledger.set_value("kept", "yes")
    several = database_url.replace(f"127.0.0.1:{postgres.port}", "") + hosts.replace("PORT", str(postgres.port))
    status, said = made(several if hosts else database_url, tmp_path / "bot.dump")
    assert status is Exit.DONE, said
    assert (tmp_path / "bot.dump").stat().st_mode & 0o777 == 0o600

    again = postgres.url(postgres.new_database())
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={again}", str(tmp_path / "bot.dump")], check=True)  # noqa: ASYNC221
    async with await Database.open(again) as database:
        ledger = await Ledger.open(database, links={}, now=lambda: START)
        assert await ledger.value("kept") == "yes"


def test_without_pg_dump_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    status, said = made("postgresql://bot:hunter2@nowhere/bot", tmp_path / "bot.dump")

    assert status is Exit.CONFIG
    assert "pg_dump is not installed" in said
    assert "hunter2" not in said

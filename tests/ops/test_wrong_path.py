"""A database that is not there: said in a sentence, by every command, and nothing is made."""

import io
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.audit_csv import export
from bot.backup import backup
from bot.checks.database import check_database
from bot.checks.finding import Level
from bot.drill import run_drill
from bot.exits import Exit


async def _audit(url: str, said: io.StringIO) -> Exit:
    return await export(url, stream=said, errors=said)


async def _backup(url: str, said: io.StringIO) -> Exit:
    return backup(url, None, stream=said)


async def _drill(url: str, said: io.StringIO) -> Exit:
    return await run_drill(url, stream=said)


COMMANDS = (_audit, _backup, _drill)


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_wrong_path_is_said_and_makes_nothing(
    command: Callable[[str, io.StringIO], Awaitable[Exit]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()

    assert await command(f"sqlite:///{tmp_path / 'typo.db'}", said) is Exit.CONFIG
    assert str(tmp_path / "typo.db") in said.getvalue()
    assert said.getvalue().count("\n") == 1
    assert os.listdir(tmp_path) == []


async def test_check_takes_it_for_a_first_start_and_makes_nothing(tmp_path: Path) -> None:
    found = await check_database(f"sqlite:///{tmp_path / 'typo.db'}")

    assert (found.level, str(tmp_path / "typo.db") in found.text) == (Level.OK, True)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_server_that_does_not_answer_is_said_without_its_password(
    command: Callable[[str, io.StringIO], Awaitable[Exit]],
) -> None:
    said = io.StringIO()

    assert await command("postgresql://bot:hunter2@127.0.0.1:1/bot", said) is Exit.UNAVAILABLE
    assert "does not answer" in said.getvalue() or "refused" in said.getvalue()
    assert said.getvalue().count("\n") == 1
    assert "hunter2" not in said.getvalue()


async def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"not a database, " * 100)
    said = io.StringIO()

    assert await _audit(f"sqlite:///{tmp_path / 'bot.db'}", said) is Exit.CONFIG
    assert "cannot be used" in said.getvalue()

"""docs/operations.md: its commands run, its links lead somewhere, what it names exists."""

import asyncio
import re
import shlex
import sys
from pathlib import Path

import pytest

from bot import __main__ as command_line
from bot.exits import Exit
from tests.house import House
from tests.ops.process import config_file

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.S) for line in block.splitlines() if line.strip()]
OURS = [line for line in COMMANDS if line.startswith("python -m bot")]
NEEDS_AN_INSTALLATION = ("docker", "useradd", "git", "make", "install", "systemctl", "journalctl")


def test_every_command_is_run_here_or_is_one_of_the_machine() -> None:
    assert len(OURS) == 4
    assert [line for line in COMMANDS if line not in OURS and line.split()[0] not in NEEDS_AN_INSTALLATION] == []


@pytest.mark.parametrize("line", OURS)
async def test_the_bots_own_commands_are_what_its_command_line_understands(line: str) -> None:
    arguments = command_line._parser().parse_args(shlex.split(line)[3:])

    assert arguments.config == Path("config.toml")


async def test_the_backup_command_makes_the_file_that_it_names(house: House) -> None:
    async with house.bot():
        config_file(house)
        (line,) = [line for line in OURS if " backup " in line]
        made = await asyncio.create_subprocess_exec(
            sys.executable, *shlex.split(line)[1:], cwd=house.folder, env={"PYTHONPATH": str(ROOT)}
        )
        assert await made.wait() == Exit.DONE

    assert (house.folder / shlex.split(line)[-1]).stat().st_size > 0


@pytest.mark.parametrize("source", re.findall(r"^install -\S+ .* (/opt/paperless-tasks-bot/\S+) \S+$", TEXT, re.M))
def test_what_the_installation_copies_is_in_the_repository(source: str) -> None:
    assert (ROOT / source.removeprefix("/opt/paperless-tasks-bot/")).is_file()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT))))
def test_links_lead_to_files_that_are_there(target: str) -> None:
    assert (ROOT / "docs" / target).exists()


def test_every_event_that_it_names_is_logged_somewhere() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8") for folder in ("bot", "cogs") for path in (ROOT / folder).rglob("*.py")
    )
    logged = set(re.findall(r'"event": "(\w+)"', sources))
    named = set(re.findall(r"`((?:gateway|lease|login|discord|database|stopped)(?:_\w+)?|checked)`", TEXT))

    assert len(named) > 10
    assert named <= logged


@pytest.mark.parametrize("status", list(Exit))
def test_every_exit_status_is_explained(status: Exit) -> None:
    assert f"| {int(status)} |" in TEXT

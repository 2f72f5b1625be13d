"""docs/operations.md: every command in it runs here, or is held against the program that it calls; its links lead
somewhere, what it names exists."""

import asyncio
import grp
import os
import re
import shlex
import shutil
import signal
import subprocess
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
INSTALLED = "/opt/paperless-tasks-bot"


def of(*programs: str) -> list[str]:
    return [line for line in COMMANDS if line.split()[0] in programs]


def test_every_command_is_one_that_is_tried_below() -> None:
    tried = {*OURS, *INSTALL, *GIT, *MAKE, *OF_THE_MACHINE, *DOCKER, *ENV}

    assert [line for line in COMMANDS if line not in tried] == []
    assert {line.split()[3] for line in OURS} == {"run", "check", "backup", "drill"}


# --- the bot's own

OURS = [line for line in COMMANDS if line.startswith("python -m bot ")]


async def command(house: House, line: str) -> asyncio.subprocess.Process:
    """As it stands there, in a folder with a config.toml; Discord is the house's."""
    own = ["-m", "tests.ops.command_line", str(house.discord.socket_path), *shlex.split(line)[3:]]
    pipe = asyncio.subprocess.PIPE
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    return await asyncio.create_subprocess_exec(
        sys.executable, *own, cwd=house.folder, env=environment, stdout=pipe, stderr=pipe
    )


@pytest.mark.thorough
async def test_the_bots_own_commands_do_what_is_said_of_them(house: House) -> None:
    config_file(house)
    (run,) = [line for line in OURS if " run " in line]
    running = await command(house, run)
    try:
        await house.discord.ready(60)
        others = [await command(house, line) for line in OURS if line != run]
        for trying, said in zip(others, await asyncio.gather(*(one.communicate() for one in others)), strict=True):
            assert trying.returncode == Exit.DONE, said
        running.send_signal(signal.SIGINT)
        _, log = await running.communicate()
        assert running.returncode == Exit.DONE
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    (backup,) = [line for line in OURS if " backup " in line]
    assert os.stat(house.folder / shlex.split(backup)[-1]).st_size > 0
    assert "Drill" in str(house.posted())
    assert all(line.startswith(b"{") for line in log.splitlines())  # --log-format json


# --- the installation

INSTALL, GIT, MAKE = of("install"), of("git"), of("make")
OF_THE_MACHINE = of("useradd", "systemctl", "journalctl")
DOCKER, ENV = of("docker"), of("env")


def moved(line: str, folder: Path) -> list[str]:
    """Into a folder, for one's own group: what is installed from is this checkout."""
    group = grp.getgrgid(os.getegid()).gr_name
    words = [group if word == "paperless-bot" else word for word in shlex.split(line)]
    words = [word.replace(INSTALLED, str(ROOT)) if word.startswith(INSTALLED) else word for word in words]
    return [f"{folder}{word}" if word.startswith("/etc/") else word for word in words]


def test_the_files_are_installed_where_the_unit_looks_for_them(tmp_path: Path) -> None:
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    for line in INSTALL:
        subprocess.run(moved(line, tmp_path), check=True)

    unit = (tmp_path / "etc/systemd/system/paperless-tasks-bot.service").read_text(encoding="utf-8")
    (config,) = re.findall(r"--config (\S+)", unit)
    assert Path(f"{tmp_path}{config}").read_bytes() == (ROOT / "config.example.toml").read_bytes()
    assert (tmp_path / "etc/paperless-tasks-bot").stat().st_mode & 0o777 == 0o750
    assert INSTALLED in unit


def test_a_checkout_is_cloned_with_all_that_the_bot_needs(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    (line,) = GIT
    words = [
        word.replace("REPOSITORY", f"file://{ROOT}").replace(INSTALLED, str(tmp_path / "clone"))
        for word in shlex.split(line)
    ]
    subprocess.run(words, check=True, capture_output=True)

    for needed in ("bot/__main__.py", "requirements.lock", "Makefile", "deploy/paperless-tasks-bot.service"):
        assert (tmp_path / "clone" / needed).is_file()


def test_make_knows_its_target() -> None:
    (line,) = MAKE
    planned = subprocess.run(
        [word.replace(INSTALLED, str(ROOT)) for word in shlex.split(line)] + ["--dry-run"],
        capture_output=True,
        check=False,
    )
    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize("line", OF_THE_MACHINE)
def test_a_command_that_would_change_this_machine_is_one_that_its_program_knows(line: str) -> None:
    """Not run: held against the program's own help."""
    program, *words = shlex.split(line)
    if shutil.which(program) is None:
        pytest.skip(f"no {program} on this machine")
    help_text = subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    options = [word for word in words if word.startswith("-")]
    verbs = [words[0]] if program == "systemctl" else []

    assert options or verbs
    assert [word for word in (*options, *verbs) if not re.search(rf"(?<![\w-]){word}(?![\w])", help_text)] == []


@pytest.mark.parametrize("line", DOCKER)
def test_a_command_of_docker_names_the_compose_file_and_its_service(line: str) -> None:
    """Not run: an engine, and an image, are not for a test. test_deploy reads the compose file, test_packaging builds
    what the Dockerfile says."""
    compose, _, file, verb, *rest = shlex.split(line)[1:]

    assert (compose, file) == ("compose", "compose.example.yaml")
    assert (ROOT / file).is_file()
    assert verb in ("up", "logs", "exec")
    if verb == "exec":
        assert rest[:4] == ["bot", "python", "-m", "bot"]
        config = command_line._parser().parse_args(rest[4:]).config
        assert f":{config}:ro" in (ROOT / file).read_text(encoding="utf-8")
    else:
        assert [word for word in rest if not word.startswith("-")] in ([], ["bot"])


@pytest.mark.parametrize("line", ENV)
def test_a_command_beside_the_service_has_its_folder_its_ledger_and_its_configuration(line: str) -> None:
    """Not run: nothing is installed there. Held against the unit."""
    unit = (ROOT / "deploy" / "paperless-tasks-bot.service").read_text(encoding="utf-8")
    option, folder, modules, python, *rest = shlex.split(line)[1:]

    assert option == "-C"
    assert f"WorkingDirectory={folder}\n" in unit
    assert f"Environment={modules}\n" in unit
    assert rest[:2] == ["-m", "bot"]
    assert f"ExecStart={python} -m bot run --config {command_line._parser().parse_args(rest[2:]).config}" in unit


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT))))
def test_links_lead_to_files_that_are_there(target: str) -> None:
    assert (ROOT / "docs" / target).exists()


def test_every_event_that_it_names_is_logged_somewhere() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8") for folder in ("bot", "cogs") for path in (ROOT / folder).rglob("*.py")
    )
    logged = set(re.findall(r'"event": "(\w+)"', sources))
    named = set(
        re.findall(r"`((?:configuration|gateway|lease|login|discord|database|stopped)(?:_\w+)?|checked)`", TEXT)
    )

    assert len(named) > 10
    assert named <= logged


@pytest.mark.parametrize("status", list(Exit))
def test_every_exit_status_is_explained(status: Exit) -> None:
    assert f"| {int(status)} |" in TEXT

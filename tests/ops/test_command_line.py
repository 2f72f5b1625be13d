"""The command line itself: what it says of a configuration that is not there, and signals from its first moment on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.exits import Exit
from tests.test_config import GOOD

ROOT = Path(__file__).resolve().parents[2]


def test_without_a_file_and_without_variables_it_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["check"]) == 78

    said = capsys.readouterr().err.splitlines()
    assert said[0] == "no config.toml in this folder, so that the environment alone was read: see --config"
    assert "discord: missing" in said


def test_for_machines_a_mistake_is_a_line_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("[discord]\nguild_id = 1\n[paperless.home]\ntoken = 5\n")

    assert main(["run", "--log-format", "json"]) == 78

    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["event"] for line in said} == {"configuration_wrong"}
    assert "missing (discord.token)" in [line["message"] for line in said]
    assert "must be text, in quotes (paperless.home.token)" in [line["message"] for line in said]


@pytest.mark.parametrize(
    "arguments", [[], ["chekc"], ["check", "--confg", "x"], ["run", "--log-format", "xml"], ["demo", "--port", "99999"]]
)
def test_a_mistake_in_the_command_line_is_something_to_mend(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also to a supervisor, which starts it again after all else."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == Exit.CONFIG
    assert capsys.readouterr().err.startswith("usage: python -m bot")


@pytest.mark.thorough
def test_whoever_reads_may_have_read_enough(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    line = [sys.executable, "-m", "bot", "backup", "--config", str(tmp_path / "config.toml")]
    (tmp_path / "config.toml").write_text(GOOD + f'[database]\nurl = "sqlite:///{tmp_path / "none.db"}"\n')

    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    ended = subprocess.run(line, cwd=ROOT, env=buffered, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)

    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


THOROUGH = pytest.mark.thorough


@pytest.mark.parametrize(
    ("command", "number", "status"),
    [
        ("run", signal.SIGTERM, 0),
        pytest.param("run", signal.SIGINT, 0, marks=THOROUGH),
        pytest.param("check", signal.SIGINT, 130, marks=THOROUGH),
        pytest.param("backup", signal.SIGTERM, 143, marks=THOROUGH),
    ],
)
def test_a_signal_is_heard_before_the_configuration_is_read(
    tmp_path: Path, command: str, number: signal.Signals, status: int
) -> None:
    config = tmp_path / "config.toml"
    os.mkfifo(config)
    line = [sys.executable, "-m", "bot", command, "--config", str(config)]
    process = subprocess.Popen(line, cwd=ROOT, stderr=subprocess.PIPE)
    with config.open("w", encoding="utf-8"):  # as soon as the other side begins to read; and there it waits
        process.send_signal(number)
        _, said = process.communicate(timeout=30)

    assert (process.returncode, said) == (status, b"")

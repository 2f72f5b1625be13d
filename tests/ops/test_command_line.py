"""The command line itself: what it says of a configuration that is not there, and signals from its first moment on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def test_without_a_file_and_without_variables_it_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["check"]) == 78

    said = capsys.readouterr().err.splitlines()
    assert said[0] == "no config.toml in this folder, so that the environment alone was read: see --config"
    assert "discord: missing" in said


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

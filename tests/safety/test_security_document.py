"""SECURITY.md names files and tests; they exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THREATS = [line for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")][
    1:
]


@pytest.mark.parametrize("line", THREATS, ids=lambda line: line.split("|")[1].strip())
def test_each_threat_is_held_by_a_file_and_a_test_that_exist(line: str) -> None:
    _, _, held, tested, _ = (cell.strip() for cell in line.split("|"))
    files, tests = re.findall(r"`([^`]+)`", held), re.findall(r"`([^`]+)`", tested)
    assert files
    assert tests
    for name in files:
        assert (ROOT / name).is_file(), name
    for name in tests:
        path, _, function = name.partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"def {re.escape(function)}\(" if function else "def test_", source), name


def test_there_are_threats() -> None:
    assert len(THREATS) > 20

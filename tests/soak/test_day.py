"""A day with a failure a second, faults on both sides and lives that end: nothing lost, nothing twice, nothing kept."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.soak.day import a_day
from tests.soak.jumping import run

ROOT = Path(__file__).resolve().parents[2]
WARM = 3.0  # hours
GROWS = 5.0  # MB


def test_some_minutes_of_it(tmp_path: Path) -> None:
    """A dozen faults or so, and a life or two."""
    numbers = run(a_day(hours=0.03, seed=20261124, life=40))
    assert numbers.outcome.failures == 108
    assert (numbers.outcome.lost, numbers.outcome.twice, numbers.outcome.wrong) == (0, 0, ())
    assert (numbers.tasks_left, numbers.sockets_left, numbers.defects) == ([], 0, [])


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_a_whole_day() -> None:
    numbers = day(24)
    outcome, warm = numbers["outcome"], [each for each in numbers["samples"] if each["hour"] > WARM]
    assert outcome["failures"] == 24 * 3600
    assert (outcome["lost"], outcome["twice"], outcome["wrong"]) == (0, 0, [])
    assert (numbers["tasks_left"], numbers["sockets_left"], numbers["defects"]) == ([], 0, [])
    assert max(each["in_use"] for each in warm) - warm[0]["in_use"] <= GROWS
    assert numbers["lives"]["killed"] > 5


def day(hours: int) -> dict[str, Any]:
    """In a process of its own: its memory is looked at."""
    done = subprocess.run([sys.executable, "-m", "tests.soak.day", str(hours)], cwd=ROOT, stdout=subprocess.PIPE)
    assert done.returncode == 0
    numbers: dict[str, Any] = json.loads(done.stdout)
    sys.stdout.write(f"\n{done.stdout.decode()}")
    return numbers

"""A day with a failure a second, faults on both sides and lives that end: nothing lost, nothing twice, nothing kept."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.soak.day import LIFE, a_day
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
def test_a_whole_day_of_lives_that_end() -> None:
    numbers = day(24)
    told(numbers)
    assert numbers["lives"]["killed"] > 5


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_in_one_life_of_a_day_memory_is_flat() -> None:
    """With lives that end it goes up and down by theirs: each one warms up anew, for longer than most of them last."""
    numbers = day(24, life=10 * 86400)
    told(numbers)
    assert (numbers["lives"]["killed"], numbers["lives"]["ended"]) == (0, 2)  # before the evening's, and that
    warm = [each["in_use"] for each in numbers["samples"] if each["hour"] > WARM]
    assert max(warm) - min(warm) <= GROWS


def told(numbers: dict[str, Any]) -> None:
    outcome = numbers["outcome"]
    assert outcome["failures"] == 24 * 3600
    assert (outcome["lost"], outcome["twice"], outcome["wrong"]) == (0, 0, [])
    assert (numbers["tasks_left"], numbers["sockets_left"], numbers["defects"]) == ([], 0, [])


def day(hours: int, *, life: float = LIFE) -> dict[str, Any]:
    """In a process of its own: its memory is looked at. A new seed each time; it is printed."""
    command = [sys.executable, "-m", "tests.soak.day", str(hours), str(random.randrange(2**32)), str(life)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert done.returncode == 0
    numbers: dict[str, Any] = json.loads(done.stdout)
    sys.stdout.write(f"\n{done.stdout.decode()}")
    return numbers

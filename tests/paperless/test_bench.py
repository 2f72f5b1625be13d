"""The benchmark's work still runs, on a small scale: its numbers are `make bench`'s."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as runner
from bench.table import Row, as_table
from bench.work import floor, ours

ROOT = Path(__file__).parents[2]


@pytest.fixture
def origin() -> Iterator[str]:
    command = [sys.executable, "bench/server.py"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


@pytest.mark.thorough
async def test_both_sides_do_the_same_work(origin: str, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"x" * 1_000_000)

    assert await ours.iterate(f"{origin}/2500") == await floor.iterate(f"{origin}/2500") == 3000  # whole pages
    assert await ours.look_up_in_turn(origin, 3) == await floor.look_up_in_turn(origin, 3) == 3
    assert await ours.look_up_at_once(origin, 30) == await floor.look_up_at_once(origin, 30) == 30
    assert await ours.upload(origin, str(scan)) == 1


def test_topics_are_the_modules_that_measure() -> None:
    found = runner.topics()

    assert "client" in found
    assert "table" not in found


def test_an_unknown_topic_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["tea"]) == 2
    assert "no such topic: tea; there are: " in capsys.readouterr().err


def test_a_table_is_aligned() -> None:
    rows = [Row(work="a", columns={"ours": "1 ms"}, wanted="2 x", met=True), Row(work="bcd", columns={"ours": ""})]

    assert as_table(rows).splitlines() == [
        "| work | ours | wanted | met |",
        "|------|------|--------|-----|",
        "| a    | 1 ms | 2 x    | yes |",
        "| bcd  |      |        |     |",
    ]

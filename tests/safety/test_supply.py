"""What is said about known weaknesses of the dependencies: never that there are none where nobody was asked."""

import json

import pytest

from tests.supply import verdict

SOUND = {"name": "yarl", "version": "1.0", "vulns": []}
WEAK = {"name": "aiohttp", "version": "3.0", "vulns": [{"id": "CVE-1", "fix_versions": ["3.1"], "aliases": []}]}
SKIPPED = {"name": "discord.py", "skip_reason": "could not be audited"}


def judged(*dependencies: object) -> tuple[int, str]:
    return verdict(json.dumps({"dependencies": list(dependencies), "fixes": []}))


def test_a_weakness_fails_and_is_named_with_its_mend() -> None:
    status, said = judged(SOUND, WEAK)
    assert status == 1
    assert "aiohttp 3.0: CVE-1, mended in 3.1" in said


def test_none_is_said_of_what_was_looked_at() -> None:
    assert judged(SOUND) == (0, "No known weakness in 1 packages.")


def test_what_nobody_answered_for_is_said() -> None:
    assert judged(SKIPPED, SKIPPED) == (0, "NOT LOOKED AT: 2 of 2, nobody answered for them.")
    assert "NOT LOOKED AT: 1 of 2" in judged(SOUND, SKIPPED)[1]


@pytest.mark.parametrize("report", ["", "no network", "[]", '{"x": 1}'])
def test_no_report_is_not_taken_for_a_good_one(report: str) -> None:
    status, said = verdict(report)
    assert status == 0
    assert said.startswith("NOT LOOKED AT")

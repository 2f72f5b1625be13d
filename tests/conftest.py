"""Fixtures that the end-to-end tests of every folder share."""

import os
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import canary

if TYPE_CHECKING:
    from tests.house import House


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: twice the cores, since the end-to-end tests wait for a bot that polls once a second."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a test that printed or logged a secret."""
    report = yield
    leaked = canary.look_through_report(report.sections)
    if leaked and report.passed:
        report.outcome, report.longrepr = "failed", leaked
    return report


@pytest.fixture(autouse=True)
def no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("BOT_"):
            monkeypatch.delenv(name)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator["House"]:
    from tests.house import House

    async with House(tmp_path) as house:
        yield house

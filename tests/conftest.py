"""Fixtures that the end-to-end tests of every folder share."""

import gc
import os
import sys
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import canary

if TYPE_CHECKING:
    from tests.house import House

# How long an example takes is the machine's matter: a busy one failed tests.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")

THOROUGH = {"chromium", "postgres"}
"""Fixtures that start one, or find it missing."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: three for each core, since the end-to-end tests wait for a bot that polls once a second."""
    return 3 * (os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser or a PostgreSQL is thorough; what starts processes says so itself."""
    for item in items:
        if not THOROUGH.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.thorough)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests and all modules live until the end, and most of what a test makes ends without the collector:
    it never looks at the former, and at the latter less often. It took a tenth of the time."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, *gc.get_threshold()[1:])
    return collected


def pytest_collection_finish() -> None:
    if "sqlalchemy" in sys.modules:
        from tests import statements

        statements.share()


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

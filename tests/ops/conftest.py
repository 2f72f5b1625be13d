"""The PostgreSQL of the run; a house whose worker is quick; a lease that is looked for often."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import health, lease
from tests.house import House
from tests.postgres import database_url, postgres

__all__ = ["database_url", "postgres"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with House(tmp_path) as house:
        house.paperless.worker.pace.work = 0.05
        yield house


@pytest.fixture(autouse=True)
def looked_for_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """By processes that stand by, within this one."""
    monkeypatch.setattr(lease, "LOOK_EVERY", 0.1)


@pytest.fixture(autouse=True)
def kept_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What /readyz found."""
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.05)


@pytest.fixture
def port(unused_tcp_port: int) -> int:
    return unused_tcp_port

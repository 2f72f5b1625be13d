"""systemd is told that the event loop turns, where it asks for that."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.watchdog import keep_alive
from tests.ops.until import until


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(str(tmp_path / "notify"))
        hearing.setblocking(False)
        yield hearing


async def heard(systemd: socket.socket) -> bytes:
    async with asyncio.timeout(10):
        return await asyncio.get_running_loop().sock_recv(systemd, 100)


async def test_it_is_told_again_and_again(systemd: socket.socket) -> None:
    asked = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "20000", "WATCHDOG_PID": str(os.getpid())}
    telling = asyncio.create_task(keep_alive(asked))

    assert [await heard(systemd) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    telling.cancel()


async def test_an_abstract_socket_is_one(systemd: socket.socket) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract:
        name = f"bot-watchdog-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.setblocking(False)
        telling = asyncio.create_task(keep_alive({"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "20000"}))

        assert await heard(abstract) == b"WATCHDOG=1"
        telling.cancel()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere"},
        {"NOTIFY_SOCKET": "vsock:2:1234", "WATCHDOG_USEC": "20000"},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"},
    ],
)
async def test_where_it_does_not_ask_nothing_is_told(environment: dict[str, str]) -> None:
    async with asyncio.timeout(5):
        await keep_alive(environment)


async def test_a_systemd_that_does_not_hear_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    telling = asyncio.create_task(keep_alive({"NOTIFY_SOCKET": str(tmp_path / "none"), "WATCHDOG_USEC": "20000"}))
    await until(lambda: len(caplog.records) > 1)

    assert not telling.done()
    telling.cancel()

"""A browser on the demo's page. Everything runs in one process: a test can look at the world behind the page."""

import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.sandbox.demo import Demo, listen_near, open_demo
from bot.sandbox.discord import SandboxDiscord
from bot.sandbox.local import LocalPaperless
from bot.sandbox.paperless import SandboxPaperless
from bot.sandbox.stage import Stage
from tests.browser.absent import AbsentBot
from tests.browser.windows import TIMEOUT_MS, Windows

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
Open = Callable[..., Awaitable[Page]]
expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where it is. Without one the tests here are skipped, but not in CI, which has to install it."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no chromium found, and CI=true refuses to skip the browser tests")
    if found is None:
        pytest.skip("no chromium found: install Debian's package chromium to run the browser tests")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture(scope="session")
def port() -> int:
    """The same for every test, where nobody takes it meanwhile: a browser knows the page's modules by their address."""
    with listen_near(0) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def listening(port: int) -> socket.socket:
    return listen_near(port)


@pytest.fixture(scope="module")
def free_socket() -> socket.socket:
    """For a world that lasts as long as its module."""
    return listen_near(0)


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as stage:
        yield stage


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """Both servers without a bot."""
    async with SandboxDiscord() as discord, SandboxPaperless() as paperless:
        yield Stage(discord, LocalPaperless(paperless), AbsentBot())


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path, listening: socket.socket, chromium: str) -> AsyncIterator[Demo]:
    async with open_demo(tmp_path, listening) as demo:
        await demo.stage.discord.ready()
        yield demo


@pytest.fixture
def url(demo: Demo) -> str:
    return demo.url


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(windows: Windows, url: str) -> AsyncIterator[Open]:
    """`await open_page("ben")`: a window in which Ben looks at the alerts. What goes wrong in it fails the test."""
    async with windows.for_one_test(url) as open_one:
        yield open_one

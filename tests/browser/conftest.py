"""A browser on the demo's page. Everything runs in one process: a test can look at the world behind the page."""

import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bot.sandbox.demo import Demo, listen_near, open_demo
from bot.sandbox.discord import SandboxDiscord
from bot.sandbox.local import LocalPaperless
from bot.sandbox.paperless import SandboxPaperless
from bot.sandbox.stage import Stage
from tests.browser.absent import AbsentBot

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
TIMEOUT_MS = 10_000
Open = Callable[..., Awaitable[Page]]


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


@pytest.fixture
def listening() -> socket.socket:
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
async def open_page(browser: Browser, url: str) -> AsyncIterator[Open]:
    """`await open_page("ben")`: a window in which Ben looks at the alerts. What goes wrong in it fails the test."""
    troubles: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_one(person: str = "ben", *, tour: bool = False, **options: object) -> Page:
            page = await open_window(browser, f"{url}/?as={person}", troubles, tour=tour, **options)
            stack.push_async_callback(page.context.close)
            return page

        yield open_one
    assert troubles == []


async def open_window(
    browser: Browser, address: str, troubles: list[str], *, tour: bool = False, **options: object
) -> Page:
    context = await browser.new_context(**options)  # type: ignore[arg-type]
    if not tour:
        await context.add_init_script("localStorage.setItem('tour-seen', '1')")
    page = await context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    await page.goto(address)
    await page.locator("html[data-ready]").wait_for()
    return page

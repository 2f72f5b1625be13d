"""The page where Paperless-ngx is somebody's own: it says so, and what is pressed is done there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.demo import Demo, listen_near, open_own_demo
from bot.sandbox.own import CHANGES, own_paperless
from bot.sandbox.paperless import SandboxPaperless
from tests.browser.conftest import Open
from tests.browser.test_demo import card
from tests.browser.violations import violations
from tests.browser.windows import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def theirs() -> AsyncIterator[SandboxPaperless]:
    async with SandboxPaperless() as paperless:
        yield paperless


@pytest_asyncio.fixture(loop_scope="session")
async def demo(theirs: SandboxPaperless, tmp_path: Path) -> AsyncIterator[Demo]:
    (tmp_path / "token").write_text(theirs.tokens["admin"])
    server = own_paperless(theirs.url, token_file=tmp_path / "token", ca_file=None, read_only=False)
    async with open_own_demo(tmp_path, listen_near(0), server, poll_seconds=1) as demo:
        await demo.stage.discord.ready()
        yield demo


async def test_it_says_whose_server_it_is_and_acknowledges_there(theirs: SandboxPaperless, open_page: Open) -> None:
    page = await open_page("ben", reduced_motion="reduce")
    await expect(page.get_by_role("region", name="Your Paperless-ngx")).to_contain_text(CHANGES)
    await expect(page.locator("header")).to_contain_text(theirs.url)
    await expect(page.get_by_role("button", name="Take the server down")).to_have_count(0)
    assert await violations(page) == []

    row = theirs.fail("invoice-11.pdf")
    await card(page, "invoice-11.pdf failed").get_by_role("button", name="Acknowledge").click()
    await expect(card(page, "invoice-11.pdf failed")).to_contain_text("acknowledged by @Ben")
    assert row.acknowledged

    await page.set_viewport_size(PHONE)
    await expect(page.get_by_text(f"Your Paperless-ngx at {theirs.url}")).to_be_visible()
    assert await violations(page) == []


async def test_the_tour_says_it_first(theirs: SandboxPaperless, open_page: Open) -> None:
    page = await open_page("ben", tour=True)
    await expect(page.get_by_role("dialog")).to_contain_text(CHANGES)

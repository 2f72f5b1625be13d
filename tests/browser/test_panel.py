"""Every item of the side panel, pressed as a person presses it, and what comes of it on the page.

One world for all of them: each begins by making sure that all is well, and a minute later, so that nothing joins what
was told before.
"""

import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from bot.sandbox.demo import Demo, open_demo
from bot.sandbox.panel import ELSEWHERE, GROUPS
from tests.browser import effects_discord, effects_paperless
from tests.browser.seat import Seat
from tests.browser.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
A_MINUTE = 61.0
EFFECTS = effects_paperless.EFFECTS | effects_discord.EFFECTS


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory, free_socket: socket.socket) -> AsyncIterator[Demo]:
    async with open_demo(tmp_path_factory.mktemp("world"), free_socket) as demo:
        await demo.stage.discord.ready()
        demo.stage.discord.gateway.identify_seconds = 0  # it is stopped and started sooner than any in life
        yield demo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ben(world: Demo, windows: Windows) -> AsyncIterator[Page]:
    async with windows.for_one_test(world.url) as open_one:
        yield await open_one("ben")


@pytest_asyncio.fixture(loop_scope="session")
async def seat(world: Demo, ben: Page) -> Seat:
    seat = Seat(world, ben)
    await seat.play("up")
    await world.stage.bot.start()
    await world.stage.discord.ready()
    world.stage.pass_time(A_MINUTE)
    return seat


async def test_every_item_has_its_test() -> None:
    assert set(EFFECTS) == {action.name for _, actions in GROUPS for action in actions}
    assert {action.name for action in ELSEWHERE} == {"delete_message", "acknowledge"}  # in test_chat and test_demo


@pytest.mark.parametrize("action", EFFECTS)
async def test_pressed_it_shows_on_the_page(seat: Seat, action: str) -> None:
    await EFFECTS[action](seat)

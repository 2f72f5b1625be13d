"""Takes the pictures of the documentation from the running demo: `python docs/make_pictures.py [page] [cards] [film]`.

Needs Debian's chromium and the development dependencies. Without a word it takes all.
"""

import asyncio
import io
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, Locator, Page, async_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.sandbox import opening  # noqa: E402 - the checkout first, wherever this is run from
from bot.sandbox.demo import Demo, listen_near, open_demo  # noqa: E402
from bot.sandbox.discord import ids  # noqa: E402
from tests import card_pictures  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DESKTOP = {"width": 1280, "height": 860}
STRIP = {"width": 660, "height": 640}  # of the film: the chat alone
SETTLED_MS = 600
COLOURS = 256


async def main(wanted: list[str]) -> None:
    PICTURES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, take_these in TAKES.items():
            if not wanted or name in wanted:
                await take_these(browser)
        await browser.close()


async def take_page(browser: Browser) -> None:
    with TemporaryDirectory() as folder:
        async with open_demo(Path(folder), listen_near(0)) as demo:
            await opening.play_opening(demo.stage)
            await asyncio.sleep(2)
            page = await look(browser, demo, viewport=DESKTOP, color_scheme="light")
            picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
            picture.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / "demo.png", optimize=True)
            await page.context.close()


# --- the film: a failure is told, acknowledged, and told no more; then a burst becomes one digest


class Film:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[Image.Image] = []
        self._seconds: list[float] = []

    async def frame(self, seconds: float) -> None:
        """What is seen now, for so long."""
        shot = Image.open(io.BytesIO(await self._page.screenshot())).convert("RGB")
        self._frames.append(shot.quantize(COLOURS, dither=Image.Dither.NONE))
        self._seconds.append(seconds)

    def save(self, path: Path) -> None:
        first, *others = self._frames
        durations = [round(1000 * each) for each in self._seconds]
        first.save(path, save_all=True, append_images=others, duration=durations, loop=2, optimize=True)


async def take_film(browser: Browser) -> None:
    with TemporaryDirectory() as folder:
        async with open_demo(Path(folder), listen_near(0)) as demo:
            await demo.stage.discord.ready()
            page = await look(browser, demo, viewport=STRIP, color_scheme="light")
            film = Film(page)
            await told_and_acknowledged(demo, page, film)
            await a_burst(demo, page, film)
            film.save(PICTURES / "film.gif")
            await page.context.close()


async def told_and_acknowledged(demo: Demo, page: Page, film: Film) -> None:
    stage = demo.stage
    await stage.discord.post_message(
        ids.BEN_ID, "The scanner is back: feeding it last week's post.", channel_id=ids.ALERTS_ID
    )
    await shown(page, "The scanner is back")
    await film.frame(1.5)
    stage.paperless.fail("scan-0042.pdf", "corrupt")
    card = await shown(page, "scan-0042.pdf failed")
    await film.frame(2.5)
    button = card.get_by_role("button", name="Acknowledge")
    await button.hover()
    await film.frame(0.8)
    await button.click()
    await card.get_by_text("acknowledged by").wait_for()
    await page.mouse.move(0, 0)
    await film.frame(2.5)


async def a_burst(demo: Demo, page: Page, film: Film) -> None:
    demo.stage.paperless.burst(1000, kinds=3)
    for _ in range(2):
        await page.wait_for_timeout(900)
        await film.frame(0.9)
    digest = await shown(page, "tasks failed within")
    await page.wait_for_timeout(SETTLED_MS)
    await film.frame(2.5)
    await digest.get_by_role("button", name="Acknowledge all").click()
    question = page.locator(".message.ephemeral").last
    await question.get_by_role("button", name="Acknowledge all").wait_for()
    await page.wait_for_timeout(SETTLED_MS)
    await film.frame(2)
    await question.get_by_role("button", name="Acknowledge all").click()
    await digest.get_by_text("acknowledged by").wait_for()
    await page.wait_for_timeout(SETTLED_MS)
    await film.frame(4)


async def shown(page: Page, words: str) -> Locator:
    message = page.locator(".message", has=page.locator(".content", has_text=words)).last
    await message.wait_for(timeout=20_000)
    await page.wait_for_timeout(SETTLED_MS)
    return message


# --- the page


async def look(browser: Browser, demo: Demo, **options: object) -> Page:
    context = await browser.new_context(locale="en-GB", reduced_motion="reduce", **options)  # type: ignore[arg-type]
    await context.add_init_script("localStorage.setItem('tour-seen', '1')")
    page = await context.new_page()
    await page.goto(f"{demo.url}/?as=ben")
    await page.locator("html[data-ready]").wait_for()
    await page.wait_for_timeout(SETTLED_MS)
    return page


TAKES: dict[str, Callable[[Browser], Awaitable[None]]] = {
    "page": take_page,
    "cards": card_pictures.write_all,
    "film": take_film,
}

if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

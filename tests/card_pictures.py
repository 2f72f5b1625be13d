"""Pictures of every card of the gallery, as the demo's page draws them: light and dark, on a desktop and on a phone.

`docs/make_pictures.py` writes them into docs/pictures/cards, where the documentation shows them and
tests/browser/test_card_pictures.py compares with them.
"""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from playwright.async_api import Browser, Page, ViewportSize

from bot.sandbox.demo import listen_near
from bot.sandbox.discord import SandboxDiscord, ids
from bot.sandbox.discord.clock import Clock
from bot.sandbox.discord.messages import Draft
from bot.sandbox.local import LocalPaperless
from bot.sandbox.paperless import SandboxPaperless
from bot.sandbox.stage import Stage
from bot.sandbox.web import serve_page
from tests.browser.absent import AbsentBot
from tests.gallery import LOOKED_AT, cards, drawn, slug

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "cards"
FINGERPRINT = FOLDER / "letters.txt"
COMPONENTS_V2 = 1 << 15
TALL = 6000  # all cards at once, without scrolling
DESKTOP, PHONE = 1280, 390
VARIANTS = {
    f"{scheme}-{name}": (scheme, width)
    for scheme in ("light", "dark")
    for name, width in (("desktop", DESKTOP), ("phone", PHONE))
}
SEEN = 32  # of 255: what differs less is not seen
# The letters as this machine draws them: fonts, hinting and smoothing all show in it.
DRAW_LETTERS = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 700, height: 120 });
  const context = canvas.getContext("2d");
  const family = getComputedStyle(document.documentElement).fontFamily;
  ["700 15px", "400 15px", "400 12.6px", "600 13.5px"].forEach((size, line) => {
    context.font = `${size} ${family}`;
    context.fillText("Consuming invoice-11.pdf failed 7 times · Größe 1,000 … @Ben", 4, 24 + 26 * line);
  });
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}"""


class StoppedClock(Clock):
    def now(self) -> datetime:
        return LOOKED_AT


@asynccontextmanager
async def showing(browser: Browser) -> AsyncIterator[Page]:
    """A window on a channel that holds the gallery's cards, in order."""
    async with SandboxDiscord(clock=StoppedClock()) as discord, SandboxPaperless() as paperless:
        stage = Stage(discord, LocalPaperless(paperless), AbsentBot())
        for card in cards().values():
            view = drawn(card)
            view.stop()
            body = {"components": view.to_components(), "flags": COMPONENTS_V2}  # type: ignore[no-untyped-call]
            discord.create_message(Draft(channel_id=ids.ALERTS_ID, author=discord.world.bot_user, body=body))
        listening = listen_near(0)
        async with serve_page(stage, listening):
            context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce")
            await context.add_init_script("localStorage.setItem('tour-seen', '1')")
            page = await context.new_page()
            await page.clock.set_fixed_time(LOOKED_AT)
            await page.goto(f"http://127.0.0.1:{listening.getsockname()[1]}/?as=ben")
            await page.locator("html[data-ready]").wait_for()
            yield page
            await context.close()


async def dress(page: Page, variant: str) -> None:
    scheme, width = VARIANTS[variant]
    size: ViewportSize = {"width": width, "height": TALL}
    await page.set_viewport_size(size)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await page.locator(f"html[data-theme={scheme}]").wait_for()


async def take(page: Page, variant: str) -> dict[str, Image.Image]:
    """By the card's name in the gallery."""
    await dress(page, variant)
    whole = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    boxes = await page.locator(".container").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
    )
    return {name: whole.crop(_corners(box)) for name, box in zip(cards(), boxes, strict=True)}


def _corners(box: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return round(box["left"]), round(box["top"]), round(box["right"]), round(box["bottom"])


async def letters(page: Page) -> str:
    """Alike on two machines: they draw the same pictures."""
    browser = page.context.browser
    version = browser.version.split(".")[0] if browser is not None else "?"
    return f"chromium {version} {await page.evaluate(DRAW_LETTERS)}"


def kept(variant: str, name: str) -> Image.Image:
    with Image.open(path_of(variant, name)) as picture:
        return picture.convert("RGB")


def path_of(variant: str, name: str) -> Path:
    return FOLDER / variant / f"{slug(name)}.png"


async def write_all(browser: Browser) -> None:
    async with showing(browser) as page:
        for variant in VARIANTS:
            for name, picture in (await take(page, variant)).items():
                path = path_of(variant, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                picture.quantize(256).save(path, optimize=True)
        FINGERPRINT.write_text(f"{await letters(page)}\n")


def difference(before: Image.Image, after: Image.Image) -> tuple[float, Image.Image | None]:
    """The part of the pixels that are seen to differ, and where they are; 1 and None where the sizes differ."""
    if before.size != after.size:
        return 1.0, None
    bands = ImageChops.difference(before, after).split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    seen = most.point(lambda value: 255 if value > SEEN else 0)
    return seen.histogram()[255] / (seen.width * seen.height), seen

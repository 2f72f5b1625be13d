"""Takes the pictures of the documentation from the running demo: `python docs/make_pictures.py`.

Needs Debian's chromium and the development dependencies.
"""

import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.sandbox import opening  # noqa: E402 - the checkout first, wherever this is run from
from bot.sandbox.demo import Demo, listen_near, open_demo  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
SETTLED_MS = 600


async def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        async with open_demo(Path(folder), listen_near(0)) as demo, async_playwright() as playwright:
            chromium = shutil.which("chromium") or sys.exit("chromium is not installed")
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            await opening.play_opening(demo.stage)
            await asyncio.sleep(2)
            await take(browser, demo, "demo", viewport=DESKTOP, color_scheme="light")
            await take(browser, demo, "phone", viewport=PHONE, color_scheme="light", device_scale_factor=2)
            await take_commands(browser, demo)
            await take_burst(browser, demo)
            await browser.close()


async def look(browser: Browser, demo: Demo, **options: object) -> Page:
    context = await browser.new_context(locale="en-GB", reduced_motion="reduce", **options)  # type: ignore[arg-type]
    await context.add_init_script("localStorage.setItem('tour-seen', '1')")
    page = await context.new_page()
    await page.goto(f"{demo.url}/?as=ben")
    await page.locator("html[data-ready]").wait_for()
    await page.wait_for_timeout(SETTLED_MS)
    return page


async def take(browser: Browser, demo: Demo, name: str, **options: object) -> None:
    page = await look(browser, demo, **options)
    await page.screenshot(path=PICTURES / f"{name}.png")
    await page.context.close()


async def take_commands(browser: Browser, demo: Demo) -> None:
    page = await look(browser, demo, viewport=DESKTOP, color_scheme="dark")
    await page.locator("#composer-input").fill("/tasks summary")
    await page.keyboard.press("Enter")
    await page.locator(".message.ephemeral .container").wait_for()
    await page.wait_for_timeout(SETTLED_MS)
    await page.screenshot(path=PICTURES / "commands.png")
    await page.context.close()


async def take_burst(browser: Browser, demo: Demo) -> None:
    demo.stage.paperless.burst(1000, kinds=20)
    page = await look(browser, demo, viewport=DESKTOP, color_scheme="light")
    await page.get_by_role("button", name="Acknowledge all").last.wait_for()
    await page.wait_for_timeout(3000)
    await page.screenshot(path=PICTURES / "burst.png")
    await page.context.close()


if __name__ == "__main__":
    asyncio.run(main())

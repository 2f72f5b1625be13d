"""Browser windows that are kept from test to test: a new one costs several times the page in an old one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize

TIMEOUT_MS = 10_000
DESKTOP: ViewportSize = {"width": 1400, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
LEAVE_NO_TRACE = "() => { localStorage.clear(); sessionStorage.clear(); }"
Open = Callable[..., Awaitable[Page]]


class Windows:
    """Each is a browser context of its own, so that two of them are two people."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: list[Page] = []
        self._troubles: list[str] = []

    @asynccontextmanager
    async def for_one_test(self, url: str) -> AsyncIterator[Open]:
        """Opens windows on the page; in the end what went wrong in them fails the test."""
        used: list[Page] = []
        fresh: list[Page] = []
        self._troubles.clear()

        async def open_one(
            person: str = "ben",
            *,
            tour: bool = False,
            viewport: ViewportSize = DESKTOP,
            color_scheme: Any = "light",
            reduced_motion: Any = "no-preference",
            **options: Any,
        ) -> Page:
            """`options` are those of a new context, which such a window gets."""
            if tour or options:
                page = await self._new(tour=tour, **options)
                fresh.append(page)
            else:
                page = self._idle.pop() if self._idle else await self._new()
                used.append(page)
            await page.set_viewport_size(viewport)
            await page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
            await page.goto(f"{url}/?as={person}")
            await page.locator("html[data-ready]").wait_for()
            return page

        yield open_one
        for page in fresh:
            await page.context.close()
        for page in used:
            await page.evaluate(LEAVE_NO_TRACE)
            await page.goto("about:blank")
            self._idle.append(page)
        assert not self._troubles, self._troubles

    async def _new(self, *, tour: bool = False, **options: Any) -> Page:
        context = await self._browser.new_context(**options)
        if not tour:
            await context.add_init_script("if (location.host) localStorage.setItem('tour-seen', '1')")
        page = await context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda error: self._troubles.append(f"error: {error}"))
        page.on("console", lambda said: self._troubles.append(said.text) if said.type == "error" else None)
        return page

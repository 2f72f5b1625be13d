"""In front of the demo's page, at its side panel: pressing an item, and looking what comes of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from bot.sandbox.demo import Demo
from bot.sandbox.panel import ACTIONS
from bot.sandbox.stage import Stage

PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Seat:
    """`ben` is the window, `stage` what is behind it."""

    demo: Demo
    ben: Page

    @property
    def stage(self) -> Stage:
        return self.demo.stage

    async def play(self, action: str, **fields: str) -> None:
        """Its group is unfolded first; what the panel then says is the action's own sentence."""
        form = self.ben.locator("form.action", has=self.ben.locator(f"[data-action={action}]"))
        group = self.ben.locator("#world details", has=form)
        if await group.get_attribute("open") is None:
            await group.locator("summary").click()
        for name, value in fields.items():
            control = form.get_by_label(name.replace("_", " "), exact=True)
            if await control.evaluate("(node) => node.tagName") == "SELECT":
                await control.select_option(label=value)
            else:
                await control.fill(value)
        await form.get_by_role("button", name=ACTIONS[action].label, exact=True).click()

    async def says(self, words: str) -> None:
        status = self.ben.locator("#world-status")
        await expect(status).to_contain_text(words)
        await expect(status).to_be_in_viewport()  # however far down the item is

    async def lamp(self, words: str) -> None:
        await expect(self.ben.locator("#lamps")).to_contain_text(words, timeout=PATIENCE_MS)

    def cards(self, words: str) -> Locator:
        return self.ben.locator(".message", has=self.ben.locator(".container", has_text=words))

    async def card(self, words: str, *, says: str = "") -> Locator:
        newest = self.cards(words).last
        await expect(newest).to_contain_text(says, timeout=PATIENCE_MS)
        return newest

    async def refused(self, status: str, says: str) -> None:
        """Among what the bot did is something that was answered so."""
        line = self.ben.locator("#activity .request.bad", has_text=status).filter(has_text=says)
        await expect(line.first).to_be_visible(timeout=PATIENCE_MS)

    async def failed(self, filename: str) -> Locator:
        """A failure that is told already."""
        self.stage.paperless.fail(filename)
        return await self.card(f"{filename} failed")

    async def polls(self, number: int) -> None:
        """Until the bot has looked so often once more."""
        count = self.ben.locator("[data-count=polls]")
        before = int((await count.inner_text()).replace(",", ""))
        await self.ben.wait_for_function(
            "(least) => Number(document.querySelector('[data-count=polls]').textContent.replaceAll(',', '')) >= least",
            arg=before + number,
        )


Effect = Callable[[Seat], Awaitable[None]]


class Effects(dict[str, Effect]):
    """By the name of the action, which is the function's."""

    def item(self, effect: Effect) -> Effect:
        self[effect.__name__] = effect
        return effect

"""Every item of the side panel, pressed as a person presses it, and what comes of it on the page.

One world for all of them: each begins by making sure that all is well, and a minute later, so that nothing joins what
was told before.
"""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.sandbox.demo import Demo, open_demo
from bot.sandbox.panel import ACTIONS, ELSEWHERE, GROUPS
from bot.sandbox.stage import Stage
from tests.browser.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
A_MINUTE = 61.0
PATIENCE_MS = 20_000
RECORD_LAMPS = """() => {
  const seen = [];
  const lamps = document.getElementById("lamps");
  new MutationObserver(() => seen.push(lamps.textContent)).observe(lamps, { childList: true, subtree: true });
  return seen;
}"""


@dataclass(frozen=True)
class Seat:
    """In front of the page: `ben` is the window, `stage` what is behind it."""

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
        await expect(self.ben.locator("#world-status")).to_contain_text(words)

    async def lamp(self, words: str) -> None:
        await expect(self.ben.locator("#lamps")).to_contain_text(words, timeout=PATIENCE_MS)

    def cards(self, words: str) -> Locator:
        return self.ben.locator(".message", has=self.ben.locator(".container")).filter(has_text=words)

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
EFFECTS: dict[str, Effect] = {}


def item(effect: Effect) -> Effect:
    """The function's name is that of the action."""
    EFFECTS[effect.__name__] = effect
    return effect


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory, free_socket: socket.socket) -> AsyncIterator[Demo]:
    async with open_demo(tmp_path_factory.mktemp("world"), free_socket) as demo:
        await demo.stage.discord.ready()
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


# --- the web interface's first: what stands already has to change as well


@item
async def acknowledge_everything(seat: Seat) -> None:
    seat.stage.paperless.fail("this.pdf")
    await seat.failed("that.pdf")
    await seat.play("acknowledge_everything")
    for name in ("this.pdf failed", "that.pdf failed"):
        await seat.card(name, says="acknowledged in Paperless")


# --- files


@item
async def upload_fails(seat: Seat) -> None:
    await seat.play("upload_fails", File_name="<b>bill</b> *1*.pdf", Trouble="Protected by a password")
    card = await seat.card("<b>bill</b> *1*.pdf failed")
    await expect(card.get_by_role("button", name="Acknowledge")).to_be_enabled()


@item
async def same_again(seat: Seat) -> None:
    await seat.play("upload_fails", File_name="again.pdf", Trouble="No valid PDF")
    await seat.card("again.pdf failed")
    await seat.play("same_again")
    await seat.card("again.pdf failed 2 times")


@item
async def upload_works(seat: Seat) -> None:
    await seat.play("upload_works")
    await seat.says("no card is due for it")
    (row,) = [row for row in seat.stage.paperless.table.newest() if row.filename == "letter.pdf"][:1]
    await seat.stage.paperless.settled(row)
    await seat.polls(2)
    assert row.status == "success"
    await expect(seat.cards("letter.pdf failed")).to_have_count(0)


@item
async def duplicate(seat: Seat) -> None:
    await seat.play("duplicate")
    await seat.card("letter.pdf", says="duplicate")


@item
async def redeliver(seat: Seat) -> None:
    await seat.failed("second-chance.pdf")
    await seat.play("redeliver")
    await seat.card("second-chance.pdf", says="succeeded")


# --- other tasks


@item
async def burst(seat: Seat) -> None:
    before = await seat.ben.locator(".message").count()
    await seat.play("burst", How_many="200")
    digest = await seat.card("tasks failed within", says="195 tasks failed")
    assert await seat.ben.locator(".message").count() - before <= 6
    await digest.get_by_role("button", name="Acknowledge all (195)").click()
    question = seat.ben.locator(".message.ephemeral").last
    await question.get_by_role("button", name="Acknowledge all").click()
    await expect(digest).to_contain_text("acknowledged by @Ben", timeout=PATIENCE_MS)
    batch = [row for row in seat.stage.paperless.table.newest() if "batch-" in (row.filename or "")]
    assert sum(row.acknowledged for row in batch) == 195


@item
async def mail_fails(seat: Seat) -> None:
    await seat.play("mail_fails")
    await seat.card("Mail fetch failed")


@item
async def sanity_fails(seat: Seat) -> None:
    await seat.play("sanity_fails")
    await seat.card("Sanity check failed")


@item
async def training_fails(seat: Seat) -> None:
    await seat.play("training_fails")
    await seat.card("Training the classifier failed")


@item
async def revoke(seat: Seat) -> None:
    await seat.play("revoke")
    await seat.card("was not run")


# --- the web interface


@item
async def acknowledge_newest(seat: Seat) -> None:
    card = await seat.failed("seen-elsewhere.pdf")
    await seat.play("acknowledge_newest")
    await expect(card).to_contain_text("acknowledged in Paperless")
    await expect(card.get_by_role("button", name="Acknowledge")).to_have_count(0)


@item
async def delete_newest(seat: Seat) -> None:
    card = await seat.failed("removed.pdf")
    await seat.play("delete_newest")
    await seat.says("The row of removed.pdf was deleted.")
    await card.get_by_role("button", name="Details").click()
    await expect(seat.ben.locator(".message.ephemeral").last).to_contain_text("no longer")


# --- the server


async def told_to_be_away(seat: Seat, lamp: str) -> None:
    """The card comes once it has lasted; here that is skipped."""
    await seat.lamp(f"Paperless-ngx: {lamp}")
    seat.stage.pass_time(6)
    await seat.card("Paperless does not answer")


@item
async def down(seat: Seat) -> None:
    await seat.play("down")
    await told_to_be_away(seat, "does not answer")


@item
async def up(seat: Seat) -> None:
    await seat.play("error_500")
    seat.stage.paperless.worker.kill()
    await told_to_be_away(seat, "answers 500")
    await seat.play("up")
    await seat.lamp("Paperless-ngx: answers")
    await seat.card("Paperless answers again")
    assert seat.stage.paperless.worker.alive


@item
async def error_500(seat: Seat) -> None:
    await seat.play("error_500")
    await seat.lamp("Paperless-ngx: answers 500")
    await seat.refused("500", "looks for new failures")


@item
async def answer_html(seat: Seat) -> None:
    await seat.play("answer_html")
    await seat.lamp("Paperless-ngx: answers HTML")


@item
async def answer_slowly(seat: Seat) -> None:
    await seat.play("answer_slowly")
    await seat.lamp("Paperless-ngx: takes 8 s to answer")


@item
async def late_rows(seat: Seat) -> None:
    await seat.play("late_rows")
    await seat.lamp("Paperless-ngx: shows results 5 s late")
    seat.stage.paperless.upload("late.pdf", "corrupt", owner=None, seconds=0)
    await seat.polls(1)
    await expect(seat.cards("late.pdf")).to_have_count(0)
    seat.stage.pass_time(5)
    await seat.card("late.pdf failed")


@item
async def kill_worker(seat: Seat) -> None:
    await seat.play("kill_worker")
    await seat.lamp("Worker: stopped")
    seat.stage.pass_time(3 * 3600)
    await seat.card("half-way.pdf")


# --- Discord


@item
async def delete_card(seat: Seat) -> None:
    card = await seat.failed("gone.pdf")
    entry = await card.get_attribute("id")
    await seat.play("delete_card")
    await expect(seat.ben.locator(f"#{entry}")).to_have_count(0)


@item
async def cut_gateway(seat: Seat) -> None:
    lamps = await seat.ben.evaluate_handle(RECORD_LAMPS)
    await seat.play("cut_gateway")
    await seat.says("it resumes by itself")
    await seat.ben.wait_for_function("(seen) => seen.some((text) => text.includes('not connected'))", arg=lamps)
    await seat.lamp("Bot: connected to Discord")


@item
async def rate_limit(seat: Seat) -> None:
    await seat.play("rate_limit")
    seat.stage.paperless.fail("limited.pdf")
    await seat.refused("429", "posts a message")
    await seat.card("limited.pdf failed")
    await expect(seat.cards("limited.pdf failed")).to_have_count(1)


@item
async def refuse_posts(seat: Seat) -> None:
    await seat.play("refuse_posts")
    seat.stage.paperless.fail("refused.pdf")
    await seat.card("refused.pdf failed")
    await expect(seat.cards("refused.pdf failed")).to_have_count(1)
    await seat.refused("503", "posts a message")


@item
async def lose_answers(seat: Seat) -> None:
    await seat.play("lose_answers")
    await seat.failed("once.pdf")
    await seat.polls(2)
    await expect(seat.cards("once.pdf failed")).to_have_count(1)


# --- the bot, and time


@item
async def stop_bot(seat: Seat) -> None:
    await seat.play("stop_bot")
    await seat.lamp("Bot: stopped")


@item
async def start_bot(seat: Seat) -> None:
    card = await seat.failed("before.pdf")
    await seat.play("stop_bot")
    await card.get_by_role("button", name="Acknowledge").click()
    await expect(card.locator(".failed")).to_have_text("This interaction failed")
    seat.stage.paperless.fail("meanwhile.pdf")
    await seat.play("start_bot")
    await seat.lamp("Bot: connected to Discord")
    await seat.card("meanwhile.pdf failed")
    await card.get_by_role("button", name="Acknowledge").click()
    await expect(card).to_contain_text("acknowledged by @Ben")
    await expect(seat.cards("before.pdf failed")).to_have_count(1)


@item
async def pass_time(seat: Seat) -> None:
    await seat.failed("old.pdf")
    await seat.play("pass_time", How_long="5 hours")
    card = await seat.card("old.pdf failed", says="5 hours ago")
    await expect(card).to_be_visible()

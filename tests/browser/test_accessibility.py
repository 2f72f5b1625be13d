"""Whether the page can be used without a mouse and without eyes: axe-core's rules, the tour, the drawers, motion."""

import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.discord import Upload, ids
from bot.sandbox.stage import Stage
from bot.sandbox.web import serve_page
from tests.browser.conftest import Open
from tests.browser.test_chat import button, card, post, row, text
from tests.browser.violations import violations
from tests.browser.windows import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def url(stage: Stage, listening: socket.socket) -> AsyncIterator[str]:
    async with serve_page(stage, listening):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


async def fill(stage: Stage) -> None:
    """A channel with one of everything."""
    await stage.discord.post_message(
        ids.BEN_ID, "# Post\n> quoted `code`\n```py\nx = 1\n```\n||hidden|| <t:1700000000:R>", channel_id=ids.ALERTS_ID
    )
    await stage.discord.post_message(ids.CLEO_ID, "", [Upload(filename="a.pdf", data=b"x")], channel_id=ids.ALERTS_ID)
    post(stage, card("Consuming a.pdf failed", button("Acknowledge"), button("Details", style=2)))
    post(stage, text(f"-# acknowledged by <@{ids.BEN_ID}>"), row(*(button(f"b{n}", style=n) for n in (1, 2, 3, 4))))
    options = [{"label": "One", "value": "1"}]
    post(stage, row({"type": 3, "custom_id": "pick", "placeholder": "Pick one", "options": options}))
    post(stage, embeds=[{"title": "Counts", "color": 0x3BA55D, "fields": [{"name": "a", "value": "b"}]}])


async def test_axe_finds_nothing(stage: Stage, open_page: Open) -> None:
    await fill(stage)
    page = await open_page(reduced_motion="reduce")
    await expect(page.locator(".message")).to_have_count(6)
    for viewport in (DESKTOP, PHONE):
        await page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await expect(page.locator("html")).to_have_attribute("data-theme", scheme)
            assert await violations(page) == [], (viewport, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_what_pops_up(stage: Stage, open_page: Open, scheme: str) -> None:
    await fill(stage)
    page = await open_page(color_scheme=scheme, reduced_motion="reduce")
    await page.get_by_role("combobox", name="Pick one").click()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.locator(".message").first.click(button="right")
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    for summary in await page.locator("#world summary").all():
        if await summary.locator("..").get_attribute("open") is None:
            await summary.click()
    assert await violations(page) == []
    await page.evaluate(
        """async () => (await import("/modal.js")).openModal({ title: "Sure?", components: [
          { type: 10, content: "This **cannot** be undone." },
          { type: 18, label: "How many", description: "a number", component: { type: 4, style: 1, custom_id: "n" } },
          { type: 18, label: "Which", component: { type: 3, custom_id: "s", options: [{ label: "A", value: "a" }] } },
          { type: 18, label: "File", component: { type: 19, custom_id: "f", required: false } },
        ] }, () => null)"""
    )
    await expect(page.get_by_role("dialog", name="Sure?")).to_be_visible()
    assert await violations(page) == []


async def test_axe_finds_nothing_where_cards_lead_to(stage: Stage, open_page: Open, url: str) -> None:
    stage.paperless.fail("a.pdf")
    page = await open_page()
    await page.goto(f"{url}/paperless/tasks")
    await expect(page.get_by_role("row", name="a.pdf")).to_be_visible()
    assert await violations(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await violations(page) == []


async def test_the_tour_is_offered_once_and_walked_by_keyboard(open_page: Open) -> None:
    page = await open_page(tour=True)
    tour = page.get_by_role("dialog")
    await expect(tour).to_be_focused()
    assert await violations(page) == []
    for step in range(1, 6):
        await expect(tour).to_contain_text(f"Step {step} of 6")
        await tour.get_by_role("button", name="Next").press("Enter")
    await expect(tour).to_contain_text("Step 6 of 6")
    await page.keyboard.press("Escape")
    await expect(tour).to_be_hidden()
    await page.reload()
    await page.locator("html[data-ready]").wait_for()
    await expect(tour).to_be_hidden()


async def test_on_a_phone_the_drawers_open_and_close(open_page: Open) -> None:
    page = await open_page(viewport=PHONE, reduced_motion="reduce")
    panel = page.get_by_role("complementary")
    await expect(panel).to_be_hidden()
    await page.get_by_role("button", name="World").click()
    await expect(panel).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="World")).to_be_focused()
    await page.get_by_role("button", name="Channels").click()
    await page.get_by_role("button", name="Dark theme").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await violations(page) == []
    await page.get_by_role("button", name="Tour").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Step 1 of 6")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Channels")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="general").click()
    await expect(page.get_by_role("heading", name="general")).to_be_visible()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide


async def test_on_a_phone_nothing_of_who_one_is_and_where_one_writes_is_cut_off(open_page: Open) -> None:
    page = await open_page("ada", viewport=PHONE)
    squeezed = """(select) => {
      const free = Object.assign(select.cloneNode(true), { value: select.value });
      free.style.setProperty("position", "absolute");
      select.after(free);
      const wanted = free.offsetWidth;
      free.remove();
      return wanted > select.offsetWidth;
    }"""
    assert not await page.locator("#person").evaluate(squeezed)
    too_long = """(field) => {
      const style = getComputedStyle(field);
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = style.font;
      const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      return pen.measureText(field.placeholder).width > room;
    }"""
    assert not await page.locator("#composer-input").evaluate(too_long)


async def test_messages_are_one_stop_of_the_tab_key_and_arrows_move_among_them(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    for content in ("one", "two", "three"):
        await stage.discord.post_message(ids.BEN_ID, content, channel_id=ids.ALERTS_ID)
    await expect(page.locator(".entry")).to_have_count(3)
    for name in ("a.pdf", "b.pdf"):
        post(stage, card(f"Consuming {name} failed", button("Acknowledge"), button("Details", style=2)))
    await expect(page.locator(".entry")).to_have_count(5)
    await page.get_by_role("navigation").get_by_role("button", name="general").focus()
    await page.keyboard.press("Tab")
    await expect(page.locator(".entry").nth(4)).to_be_focused()
    for name in ("Acknowledge", "Details"):
        await page.keyboard.press("Tab")
        await expect(page.locator(".entry").nth(4).get_by_role("button", name=name)).to_be_focused()
    await page.keyboard.press("Tab")  # its menu
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Attach a file")).to_be_focused()
    await page.locator(".entry").nth(4).focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(".entry").nth(3)).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator(".entry").nth(3).get_by_role("button", name="Acknowledge")).to_be_focused()
    assert await page.locator(".entry[tabindex='0']").count() == 1
    assert await page.locator("#log button[tabindex='0']").count() == 3


async def test_where_one_looks_the_tab_key_goes_on_when_a_message_changes(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    message = post(stage, card("Consuming a.pdf failed", button("Acknowledge"), button("Details", style=2)))
    post(stage, card("Consuming b.pdf failed", button("Acknowledge")))
    await page.locator(".entry").first.get_by_role("button", name="Acknowledge").click()
    stage.discord.edit_message(message, {"components": [card("Consuming a.pdf failed again", button("Details"))]})
    await expect(page.locator(".entry").first).to_contain_text("again")
    post(stage, text("one more"))
    await expect(page.locator(".entry")).to_have_count(3)
    await page.keyboard.press("Tab")
    await expect(page.locator(".entry").first.get_by_role("button", name="Details")).to_be_focused()


async def test_reduced_motion_stops_all_animation(stage: Stage, open_page: Open) -> None:
    page = await open_page(reduced_motion="reduce")
    post(stage, text("a card"))
    await expect(page.locator(".entry")).to_have_count(1)
    assert await page.evaluate("document.getAnimations().length") == 0

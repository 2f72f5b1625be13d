"""The whole of it on the page: the bot between its two servers, and people who press, type and look."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, expect

from bot.sandbox import opening
from bot.sandbox.demo import Demo
from bot.sandbox.discord import Upload, ids
from tests.browser.conftest import Open
from tests.browser.violations import violations

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
RED, GREY = "#c0392b", "#7f8c8d"


def card(page: Page, words: str) -> Locator:
    return page.locator(".message", has=page.locator(".container", has_text=words))


async def command(page: Page, typed: str) -> None:
    await page.locator("#composer-input").fill(typed)
    await page.keyboard.press("Enter")


async def test_a_failed_upload_is_told_and_acknowledged_by_who_may(demo: Demo, open_page: Open) -> None:
    ben, cleo = await open_page("ben"), await open_page("cleo")
    demo.stage.paperless.upload("water-bill.pdf", "unsupported", owner=None, seconds=0)
    for page in (ben, cleo):
        await expect(card(page, "water-bill.pdf failed")).to_be_visible()

    await card(cleo, "water-bill.pdf").get_by_role("button", name="Acknowledge").click()
    refusal = cleo.locator(".message.ephemeral")
    await expect(refusal).to_contain_text("Only you can see this")
    await expect(ben.locator(".message.ephemeral")).to_have_count(0)
    assert not demo.stage.local.newest_failure().acknowledged
    await refusal.get_by_role("button", name="Dismiss message").click()
    await expect(cleo.locator(".message.ephemeral")).to_have_count(0)

    accent = await card(ben, "water-bill.pdf").locator(".container").get_attribute("data-accent")
    await card(ben, "water-bill.pdf").get_by_role("button", name="Acknowledge").click()
    for page in (ben, cleo):
        done = card(page, "water-bill.pdf")
        await expect(done).to_contain_text("acknowledged by @Ben, now")
        await expect(done.get_by_role("button", name="Acknowledge")).to_have_count(0)
        assert await done.locator(".container").get_attribute("data-accent") != accent
    assert demo.stage.local.newest_failure().acknowledged


async def test_details_are_for_the_one_who_asks_and_may(demo: Demo, open_page: Open) -> None:
    ben, cleo = await open_page("ben"), await open_page("cleo")
    demo.stage.paperless.fail("a.pdf")
    await card(ben, "a.pdf failed").get_by_role("button", name="Details").click()
    details = ben.locator(".message.ephemeral")
    await expect(details).to_contain_text("ConsumerError")
    await expect(details.locator(".reply")).to_have_text("Reply to Paperless TasksConsuming a.pdf failed")
    await expect(cleo.locator(".message.ephemeral")).to_have_count(0)
    await card(cleo, "a.pdf failed").get_by_role("button", name="Details").click()
    await expect(cleo.locator(".message.ephemeral")).to_contain_text("@Archivists")


async def test_the_commands_answer(demo: Demo, open_page: Open) -> None:
    page = await open_page("ben")
    row = demo.stage.paperless.fail("a.pdf")
    answers = page.locator(".message.ephemeral")
    await command(page, "/tasks active")
    await expect(answers.nth(0)).to_contain_text("yearbook-1987.pdf")
    await command(page, "/tasks summary")
    await expect(answers.nth(1)).to_contain_text("30 days")
    await command(page, f"/task {row.task_id}")
    await page.keyboard.press("Enter")
    await expect(answers.nth(2)).to_contain_text("a.pdf")
    await command(page, "/tasks failures")
    await expect(answers.nth(3)).to_contain_text("a.pdf")
    await expect(page.locator(".used").first).to_have_text("Ben used /tasks active")


async def test_a_task_is_run_from_the_command_line_with_suggestions(demo: Demo, open_page: Open) -> None:
    page = await open_page("ben", reduced_motion="reduce")
    await page.locator("#composer-input").press_sequentially("/tasks r")
    await expect(page.locator("#composer-list [role=option].active")).to_contain_text("/tasks run")
    assert await violations(page) == []
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("option", name="Check the archive's sanity")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.type("sanity")
    await expect(page.locator("#composer-command [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    answer = page.locator(".message.ephemeral")
    await answer.get_by_role("button", name="Run now").press("Enter")
    await expect(answer.get_by_role("button", name="Run now")).to_have_count(0)
    await demo.stage.discord.until(lambda: runs_by_hand(demo) == ["sanity_check"])


async def test_a_task_is_not_run_for_who_may_not(demo: Demo, open_page: Open) -> None:
    page = await open_page("cleo")
    await command(page, "/tasks run type:sanity_check")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".message.ephemeral")).to_contain_text("@Archivists")
    assert runs_by_hand(demo) == []


def runs_by_hand(demo: Demo) -> list[str]:
    return [row.task_type for row in demo.stage.paperless.table.newest() if row.trigger_source == "manual"]


async def test_a_command_that_lacks_something_is_not_sent(open_page: Open) -> None:
    page = await open_page("ben")
    await command(page, "/task")
    await page.get_by_role("button", name="Send").last.click()
    await expect(page.get_by_role("alert").filter(has_text="ref is needed")).to_be_visible()
    suggestions = page.locator("#composer-command [role=option]")
    await expect(suggestions.first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(suggestions.first).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(page.locator("#composer-input")).to_be_focused()
    await command(page, "/nothing here")
    await expect(page.locator("#notice")).to_contain_text("There is no command /nothing here")


async def test_the_way_by_keyboard_alone(demo: Demo, open_page: Open) -> None:
    page = await open_page("ben")
    demo.stage.paperless.fail("c.pdf")
    await expect(card(page, "c.pdf failed")).to_be_visible()
    await page.locator("#person").focus()
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent") == "Acknowledge":
            break
    await expect(card(page, "c.pdf").get_by_role("button", name="Acknowledge")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(card(page, "c.pdf")).to_contain_text("acknowledged by @Ben")
    await expect(page.locator("#announcer")).to_contain_text("acknowledged by @Ben")
    # The button is gone: the focus stays where it was.
    assert await page.evaluate("document.activeElement.closest('.entry')?.textContent.includes('c.pdf')")


async def test_what_the_bot_asks_shows_in_the_panel(open_page: Open) -> None:
    page = await open_page("ben")
    await expect(page.locator("#activity .request").first).to_contain_text("looks for new failures")
    before = int(await page.locator("[data-count=polls]").inner_text())
    await page.wait_for_function(
        "(old) => Number(document.querySelector('[data-count=polls]').textContent) > old", arg=before
    )


async def test_what_the_bot_remembers_shows_in_the_panel(demo: Demo, open_page: Open) -> None:
    page = await open_page("ben")
    demo.stage.paperless.fail("f.pdf")
    line = page.locator("#ledger .remembered", has_text="f.pdf")
    await expect(line).to_contain_text("open, told")
    await card(page, "f.pdf failed").get_by_role("button", name="Acknowledge").click()
    await expect(line).to_contain_text("acknowledged by Ben")
    await expect(page.locator("#ledger-total")).to_contain_text("1 acknowledged")


async def test_the_opening_scene_brings_the_channel_to_life(demo: Demo, open_page: Open) -> None:
    page = await open_page("ben")
    async with asyncio.timeout(30):
        await opening.play_opening(demo.stage, pause=0.1)
    await expect(card(page, "invoices-october.zip failed")).to_be_visible()
    await expect(card(page, "scan-0042.pdf failed")).to_contain_text("acknowledged by @Ben")
    await expect(card(page, "payslip-november.pdf failed")).to_be_visible()
    await expect(card(page, "Mail fetch failed")).to_be_visible()
    await expect(page.locator(".message").first).to_contain_text("failed before")


async def test_a_card_leads_to_the_tasks_of_paperless(demo: Demo, open_page: Open) -> None:
    page = await open_page("ben")
    demo.stage.paperless.fail("d.pdf")
    demo.stage.paperless.fail("e.pdf")
    async with page.context.expect_page() as opened:
        await card(page, "e.pdf failed").get_by_role("link", name="Open in Paperless").click()
    tasks = await opened.value
    await tasks.get_by_role("row", name="e.pdf").get_by_role("button", name="Dismiss").click()
    await expect(tasks.get_by_role("row", name="d.pdf").get_by_role("button", name="Dismiss")).to_be_focused()
    await expect(card(page, "e.pdf failed")).to_contain_text("acknowledged in Paperless")


async def test_a_file_of_a_message_is_sent_by_the_message_menu(demo: Demo, open_page: Open) -> None:
    page = await open_page("ben")
    file = Upload(filename="letter.pdf", data=b"%PDF-1.7 a letter %%EOF")
    await demo.stage.discord.post_message(ids.CLEO_ID, "from the letter box", [file], channel_id=ids.ALERTS_ID)
    await page.locator(".message", has_text="from the letter box").click(button="right")
    await page.get_by_role("menuitem", name="Send to Paperless").click()
    sent = card(page, "Consuming letter.pdf is done")
    await expect(sent).to_be_visible()
    await expect(sent.locator(".used")).to_have_text("Ben used Send to Paperless")

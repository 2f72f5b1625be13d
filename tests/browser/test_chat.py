"""The chat without a bot: components, live changes, focus, what people write, no answer within three seconds."""

import re
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import FloatRect, Locator, Page, expect

from bot.sandbox.discord import Upload, ids
from bot.sandbox.discord.messages import Draft
from bot.sandbox.stage import Stage
from bot.sandbox.web import serve_page
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Json = dict[str, Any]
COMPONENTS_V2 = 1 << 15


@pytest_asyncio.fixture(loop_scope="session")
async def url(stage: Stage, listening: socket.socket) -> AsyncIterator[str]:
    async with serve_page(stage, listening):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def post(stage: Stage, *components: Json, **body: Any) -> Json:
    """As the bot."""
    given = body | ({"components": list(components), "flags": COMPONENTS_V2} if components else {})
    author = stage.discord.world.bot_user
    return stage.discord.create_message(Draft(channel_id=ids.ALERTS_ID, author=author, body=given))


def text(content: str) -> Json:
    return {"type": 10, "content": content}


def button(label: str, **more: Any) -> Json:
    return {"type": 2, "style": 1, "label": label, "custom_id": label} | more


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def card(title: str, *buttons: Json, colour: int = 0xD83C3E) -> Json:
    return {"type": 17, "accent_color": colour, "components": [text(f"**{title}**"), row(*buttons)]}


async def test_a_card_appears_without_reload_with_its_colour_and_buttons(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    post(stage, card("Consuming a.pdf failed", button("Acknowledge"), button("Off", style=2, disabled=True)))
    container = page.locator(".container")
    await expect(container).to_contain_text("Consuming a.pdf failed")
    assert await container.get_attribute("data-accent") == "#d83c3e"
    await expect(container.get_by_role("button", name="Acknowledge")).to_be_enabled()
    await expect(container.get_by_role("button", name="Off")).to_be_disabled()
    await expect(page.locator("#announcer")).to_contain_text("Paperless Tasks: Consuming a.pdf failed")


async def test_every_component_and_an_embed_find_their_element(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    link = {"type": 2, "style": 5, "label": "Open", "url": "https://example.org/"}
    options = [{"label": "One", "value": "1", "description": "the first"}, {"label": "Two", "value": "2"}]
    post(
        stage,
        {"type": 9, "components": [text("beside")], "accessory": button("Beside")},
        {"type": 14, "divider": True, "spacing": 2},
        row(link),
        row({"type": 3, "custom_id": "pick", "placeholder": "Pick one", "options": options}),
    )
    await expect(page.locator(".section").get_by_role("button", name="Beside")).to_be_visible()
    await expect(page.locator("hr.separator")).to_be_visible()
    anchor = page.get_by_role("link", name="Open")
    assert await anchor.get_attribute("rel") == "noopener noreferrer"
    assert await anchor.get_attribute("target") == "_blank"
    await page.get_by_role("combobox", name="Pick one").click()
    await expect(page.locator("#log").get_by_role("option")).to_have_text(["Onethe first", "Two"])
    await page.keyboard.press("Escape")
    post(stage, embeds=[{"title": "Counts", "description": "**12**", "fields": [{"name": "a", "value": "b"}]}])
    await expect(page.locator(".embed")).to_contain_text("Counts")
    await expect(page.locator(".embed dt")).to_have_text("a")


async def test_messages_of_one_author_stand_together(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    for content in ("one", "two"):
        await stage.discord.post_message(ids.BEN_ID, content, channel_id=ids.ALERTS_ID)
    await stage.discord.post_message(ids.ADA_ID, "three", channel_id=ids.ALERTS_ID)
    await expect(page.locator(".message")).to_have_count(3)
    await expect(page.locator(".message.grouped")).to_have_count(1)


async def test_a_button_that_goes_leaves_the_focus_on_its_message(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    message = post(stage, card("Consuming a.pdf failed", button("Acknowledge"), button("Details")))
    await page.get_by_role("button", name="Acknowledge").focus()
    after = card("Consuming a.pdf failed", button("Details"), colour=0x80848E)
    stage.discord.edit_message(message, {"components": [after]})
    await expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    await expect(page.locator(f"#m-{message['id']}")).to_be_focused()
    stage.discord.remove_message(message)
    await expect(page.locator("#composer-input")).to_be_focused()


async def test_a_press_that_nobody_answers_says_so_after_three_seconds(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    post(stage, card("Consuming a.pdf failed", button("Acknowledge")))
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.get_by_role("button", name="Acknowledge")).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_text("This interaction failed")).to_have_count(0)
    stage.discord.clock.advance(3)
    await expect(page.locator(".message .failed")).to_have_text("This interaction failed")


async def test_a_role_that_is_mentioned_marks_the_message_for_its_members(stage: Stage, open_page: Open) -> None:
    ben, cleo = await open_page("ben"), await open_page("cleo")
    mention = {"parse": [], "roles": [str(ids.ARCHIVISTS_ID)]}
    post(stage, text(f"<@&{ids.ARCHIVISTS_ID}> look"), allowed_mentions=mention)
    await expect(ben.locator(".message.mine")).to_have_count(1)
    await expect(cleo.locator(".message")).to_have_count(1)
    await expect(cleo.locator(".message.mine")).to_have_count(0)


async def test_people_write_to_each_other_in_two_windows(open_page: Open) -> None:
    ben, cleo = await open_page("ben"), await open_page("cleo")
    await ben.get_by_label("Message #paperless-alerts").fill("is **it** back?")
    await ben.keyboard.press("Enter")
    await expect(cleo.locator(".message")).to_contain_text("is it back?")
    await expect(cleo.locator(".author")).to_have_text("Ben")
    await expect(ben.get_by_label("Message #paperless-alerts")).to_have_value("")


async def test_shift_and_enter_begin_a_line_and_the_field_grows_with_it(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    for number in range(40):
        await stage.discord.post_message(ids.BEN_ID, f"line {number}", channel_id=ids.ALERTS_ID)
    await expect(page.locator("#log").get_by_text("line 39")).to_be_in_viewport()
    field = page.get_by_label("Message #paperless-alerts")
    low = await box(field)
    await field.fill("one")
    for _ in range(4):
        await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    assert (await box(field))["height"] > 2 * low["height"]
    await expect(page.locator("#log").get_by_text("line 39")).to_be_in_viewport(ratio=1)
    await scroll_up(page)
    pill, composer = await box(page.locator("#jump")), await box(page.locator("#composer"))
    assert pill["y"] + pill["height"] <= composer["y"]
    await page.keyboard.press("Enter")
    newest = page.locator(".message", has_text="two")
    await expect(newest).to_be_in_viewport()
    await expect(newest.locator(".text")).to_have_text(re.compile("one\\s+two"))
    assert (await box(field))["height"] < low["height"] + 1


async def test_who_is_named_with_an_at_is_mentioned_but_not_in_code(open_page: Open) -> None:
    ben, cleo = await open_page("ben"), await open_page("cleo")
    await cleo.get_by_label("Message #paperless-alerts").fill("@Ben and @Archivists, not `@Ben` nor @Nobody")
    await cleo.keyboard.press("Enter")
    await expect(ben.locator(".message.mine .mention")).to_have_text(["@Ben", "@Archivists"])
    await expect(ben.locator(".message .text")).to_have_text("@Ben and @Archivists, not @Ben nor @Nobody")


async def test_what_was_written_on_another_day_says_so(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    await stage.discord.post_message(ids.BEN_ID, "old", channel_id=ids.ALERTS_ID)
    await expect(page.locator(".stamp")).not_to_contain_text("/")
    stage.discord.clock.advance(2 * 86_400)
    stage.tell_status()
    await expect(page.locator(".stamp")).to_contain_text("/")


async def test_a_file_with_a_hostile_name_is_text_and_a_download(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    nasty = "<img src=x onerror=alert(1)>.pdf"
    await page.locator("#composer-files").set_input_files({"name": nasty, "mimeType": "text/html", "buffer": b"hi"})
    await expect(page.locator("#composer-attached")).to_contain_text(nasty)
    await page.get_by_role("button", name="Send").click()
    await stage.discord.post_message(ids.CLEO_ID, nasty, [Upload(filename=nasty, data=b"x")], channel_id=ids.ALERTS_ID)
    await expect(page.locator(".file")).to_have_count(2)
    await expect(page.locator(".message .text")).to_have_text(nasty)
    assert await page.locator("#log img").count() == 0
    assert await page.locator(".file a").first.get_attribute("download") is not None


async def test_a_file_that_is_dropped_is_attached(open_page: Open) -> None:
    page = await open_page()
    dropped = await page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['hi'], 'dropped.txt')); return d; }"
    )
    await page.dispatch_event("#chat", "dragover", {"dataTransfer": dropped})
    await expect(page.get_by_text("Drop the file to attach it")).to_be_visible()
    await page.dispatch_event("#chat", "drop", {"dataTransfer": dropped})
    await expect(page.locator("#composer-attached")).to_contain_text("dropped.txt (2 bytes)")
    await page.get_by_role("button", name="Remove dropped.txt").click()
    await expect(page.locator("#composer-attached")).to_be_empty()


async def test_a_message_elsewhere_is_unread_until_its_channel_is_opened_and_stands_below_a_line_there(
    stage: Stage, open_page: Open
) -> None:
    page = await open_page()
    channels = page.get_by_role("navigation")
    general, alerts = (channels.get_by_role("button", name=name) for name in ("general", "paperless-alerts"))
    await general.click()
    await stage.discord.post_message(ids.CLEO_ID, "hungry", channel_id=ids.GENERAL_ID)
    await expect(page.locator(".message")).to_have_count(1)
    await alerts.click()
    await stage.discord.post_message(ids.CLEO_ID, "lunch?", channel_id=ids.GENERAL_ID)
    await expect(general).to_contain_text("1 unread")
    await general.click()
    await expect(page.locator(".entry", has=page.locator(".divider.new"))).to_contain_text("lunch?")
    await expect(general).not_to_contain_text("unread")
    await alerts.click()
    await general.click()
    await expect(page.locator(".message")).to_have_count(2)
    await expect(page.locator(".divider.new")).to_have_count(0)


async def test_a_moderator_deletes_by_the_message_menu_and_others_are_not_offered_it(
    stage: Stage, open_page: Open
) -> None:
    ada, cleo = await open_page("ada"), await open_page("cleo")
    post(stage, text("a card"))
    await cleo.locator(".message").click(button="right")
    await expect(cleo.get_by_role("menuitem", name="Copy text")).to_be_focused()
    await expect(cleo.get_by_role("menuitem", name="Delete message")).to_have_count(0)
    await cleo.keyboard.press("Escape")
    await ada.locator(".entry").focus()
    await ada.get_by_role("button", name="More for the message").click()
    await ada.get_by_role("menuitem", name="Delete message").click()
    await expect(cleo.locator(".message")).to_have_count(0)
    await expect(cleo.get_by_text("Nothing has been said here yet.")).to_be_visible()


async def test_what_comes_while_one_reads_further_up_waits_below_a_line(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    for number in range(40):
        await stage.discord.post_message(ids.BEN_ID, f"line {number}", channel_id=ids.ALERTS_ID)
    await expect(page.locator("#log").get_by_text("line 39")).to_be_in_viewport()
    await scroll_up(page)
    await stage.discord.post_message(ids.ADA_ID, "down here", channel_id=ids.ALERTS_ID)
    await expect(page.locator("#jump")).to_have_text("1 new message ↓")
    await expect(page.locator(".divider.new")).to_have_count(1)
    await page.locator("#jump").click()
    await expect(page.locator("#log").get_by_text("down here")).to_be_in_viewport()
    await expect(page.locator("#jump")).to_be_hidden()


async def test_what_comes_while_the_window_is_hidden_stands_below_a_line(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    await stage.discord.post_message(ids.ADA_ID, "before", channel_id=ids.ALERTS_ID)
    await expect(page.locator(".message")).to_have_count(1)
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    await page.evaluate(hide, True)
    await page.evaluate(hide, False)
    await stage.discord.post_message(ids.BEN_ID, "seen", channel_id=ids.ALERTS_ID)
    await expect(page.locator(".message")).to_have_count(2)
    await expect(page.locator(".divider.new")).to_have_count(0)
    await page.evaluate(hide, True)
    await stage.discord.post_message(ids.ADA_ID, "unseen", channel_id=ids.ALERTS_ID)
    await expect(page.locator(".entry", has=page.locator(".divider.new"))).to_contain_text("unseen")


async def test_escape_reads_all(stage: Stage, open_page: Open) -> None:
    page = await open_page()
    for number in range(40):
        await stage.discord.post_message(ids.BEN_ID, f"line {number}", channel_id=ids.ALERTS_ID)
    await expect(page.locator("#log").get_by_text("line 39")).to_be_in_viewport()
    await scroll_up(page)
    await stage.discord.post_message(ids.ADA_ID, "down here", channel_id=ids.ALERTS_ID)
    await expect(page.locator(".divider.new")).to_have_count(1)
    await page.locator("#composer-input").press("Escape")
    await expect(page.locator(".divider.new")).to_have_count(0)
    await expect(page.locator("#log").get_by_text("down here")).to_be_in_viewport()


async def box(found: Locator) -> FloatRect:
    measured = await found.bounding_box()
    assert measured is not None
    return measured


async def scroll_up(page: Page) -> None:
    await page.locator("#scroller").evaluate("(node) => { node.scrollTop = 0; }")
    await expect(page.locator("#jump")).to_be_visible()


async def test_reloading_shows_the_same_again(stage: Stage, open_page: Open) -> None:
    page = await open_page("cleo")
    post(stage, card("Consuming a.pdf failed", button("Acknowledge")))
    await expect(page.locator(".container")).to_be_visible()
    await page.reload()
    await expect(page.locator(".container")).to_be_visible()
    await expect(page.locator("#person option:checked")).to_have_text("Cleo (no role)")


async def test_the_theme_is_kept_and_follows_the_system_at_first(open_page: Open) -> None:
    page = await open_page(color_scheme="dark")
    assert await page.locator("html").get_attribute("data-theme") == "dark"
    await page.get_by_role("button", name="Light theme").click()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")

"""What the panel does to Discord, to the bot and to time, and what of it shows on the page."""

from playwright.async_api import expect

from tests.browser.seat import Effects, Seat

RECORD_LAMPS = """() => {
  const seen = [];
  const lamps = document.getElementById("lamps");
  new MutationObserver(() => seen.push(lamps.textContent)).observe(lamps, { childList: true, subtree: true });
  return seen;
}"""
EFFECTS = Effects()


# --- Discord


@EFFECTS.item
async def delete_card(seat: Seat) -> None:
    card = await seat.failed("gone.pdf")
    entry = await card.get_attribute("id")
    await seat.play("delete_card")
    await expect(seat.ben.locator(f"#{entry}")).to_have_count(0)


@EFFECTS.item
async def cut_gateway(seat: Seat) -> None:
    lamps = await seat.ben.evaluate_handle(RECORD_LAMPS)
    await seat.play("cut_gateway")
    await seat.says("it resumes by itself")
    await seat.ben.wait_for_function("(seen) => seen.some((text) => text.includes('not connected'))", arg=lamps)
    await seat.lamp("Bot: connected to Discord")


@EFFECTS.item
async def rate_limit(seat: Seat) -> None:
    await seat.play("rate_limit")
    seat.stage.paperless.fail("limited.pdf")
    await seat.refused("429", "posts a message")
    await seat.card("limited.pdf failed")
    await expect(seat.cards("limited.pdf failed")).to_have_count(1)


@EFFECTS.item
async def refuse_posts(seat: Seat) -> None:
    await seat.play("refuse_posts")
    seat.stage.paperless.fail("refused.pdf")
    await seat.card("refused.pdf failed")
    await expect(seat.cards("refused.pdf failed")).to_have_count(1)
    await seat.refused("503", "posts a message")


@EFFECTS.item
async def lose_answers(seat: Seat) -> None:
    await seat.play("lose_answers")
    await seat.failed("once.pdf")
    await seat.polls(2)
    await expect(seat.cards("once.pdf failed")).to_have_count(1)


# --- the bot, and time


@EFFECTS.item
async def stop_bot(seat: Seat) -> None:
    await seat.play("stop_bot")
    await seat.lamp("Bot: stopped")


@EFFECTS.item
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


@EFFECTS.item
async def pass_time(seat: Seat) -> None:
    await seat.failed("old.pdf")
    await seat.play("pass_time", How_long="5 hours")
    card = await seat.card("old.pdf failed", says="5 hours ago")
    await expect(card).to_be_visible()

"""The opening scene of the demo: what had happened before, and the first minute."""

import asyncio
import logging
from typing import Any

from bot.sandbox.discord import ClientRefused, SandboxDiscord, ids
from bot.sandbox.discord.drafts import walk
from bot.sandbox.paperless import SandboxPaperless
from bot.sandbox.stage import Stage

log = logging.getLogger(__name__)

HOUR = 3600.0
DAY = 24 * HOUR
BEFORE = (
    ("contract-2019.pdf", "encrypted", 6.2 * DAY, True),
    ("scan-0031.pdf", "corrupt", 5.1 * DAY, True),
    ("holiday-photos.heic", "unsupported", 3.4 * DAY, False),
    ("tax-return.docx", "tika", 2.3 * DAY, False),
    ("scan-0038.pdf", "corrupt", 1.2 * DAY, False),
    ("receipt-77.jpg", "broken_image", 9.0 * HOUR, False),
)
PATIENCE_SECONDS = 20.0


def set_the_scene(paperless: SandboxPaperless) -> None:
    """Before the bot came: years of work that went well, some that did not, and a file at work for a while."""
    paperless.add_history(2_000)
    for filename, outcome, ago, dismissed in BEFORE:
        row = paperless.fail(filename, outcome, ago=ago)
        if dismissed:
            paperless.acknowledge_in_web_ui([row])
    paperless.stick("yearbook-1987.pdf", ago=45)


async def play_opening(stage: Stage, *, pause: float = 1.0) -> None:
    """`pause` in seconds between two steps. Whatever people do meanwhile, it does not stumble."""
    try:
        await _play(stage, pause)
    except (TimeoutError, ClientRefused) as error:
        log.info("the opening scene was cut short: %s", error)


async def _play(stage: Stage, pause: float) -> None:
    discord, paperless = stage.discord, stage.paperless
    await discord.ready(timeout=PATIENCE_SECONDS)
    await asyncio.sleep(pause)
    await discord.post_message(
        ids.BEN_ID, "The scanner is back. I am feeding it last week's post now.", channel_id=ids.ALERTS_ID
    )
    paperless.upload("letter-from-the-bank.pdf", seconds=0.2)
    paperless.upload("invoices-october.zip", "unsupported", seconds=0.2)
    paperless.upload("scan-0042.pdf", "corrupt", seconds=0.2)
    card = await _card_about(discord, "scan-0042")
    await asyncio.sleep(pause)
    await _press_acknowledge(discord, card)
    paperless.upload("payslip-november.pdf", "encrypted", seconds=0.2)
    await asyncio.sleep(pause)
    paperless.fail_mail_fetch()
    await discord.post_message(
        ids.CLEO_ID, "Did somebody change the password of the office mailbox?", channel_id=ids.ALERTS_ID
    )


async def _card_about(discord: SandboxDiscord, words: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        cards = (one for one in discord.messages(ids.ALERTS_ID) if one["author"]["id"] == str(ids.APPLICATION_ID))
        return next((card for card in cards if _mentions(card, words)), None)

    await discord.until(lambda: found() is not None, timeout=PATIENCE_SECONDS)
    card = found()
    if card is None:
        raise TimeoutError(f"no card about {words}")
    return card


def _mentions(card: dict[str, Any], words: str) -> bool:
    # Cards escape what Markdown would read, such as the dash of a file name.
    texts = (str(component.get("content", "")) for component in walk(card["components"]))
    return any(words in text.replace("\\", "") for text in texts)


async def _press_acknowledge(discord: SandboxDiscord, card: dict[str, Any]) -> None:
    for component in walk(card["components"]):
        if component.get("label") == "Acknowledge":
            await discord.press(user_id=ids.BEN_ID, message_id=int(card["id"]), custom_id=component["custom_id"])
            return
    log.info("the opening scene found nothing to acknowledge on its card")

"""What went wrong, as a sentence that says what to do. `cogs/errors.py` is the only one who says it."""

from datetime import datetime

import discord
from discord import app_commands

from bot.access import AccessDenied
from bot.paperless.errors import (
    Forbidden,
    MaybeDone,
    NotRunnable,
    PaperlessError,
    TaskNotFound,
    Unreachable,
)
from bot.refusal import Refusal
from bot.ui.text import Escaped, at, clean, escape, redact

SENTENCE_LIMIT = 600
TOO_MANY = 429
DISCORD_STUMBLED = (
    "Discord did not take the bot's answer. What you asked for may be done all the same: look before you try again."
)


def _sentence(text: str) -> Escaped:
    said = clean(redact(text)).rstrip(".")
    return escape(f"{said[:1].upper()}{said[1:]}.", SENTENCE_LIMIT)


def unheard(error: PaperlessError, *, last_answer: datetime | None, where: str) -> str:
    """As "Paperless has not answered since yesterday 21:40". `where`: the server as it is shown."""
    what = "has not answered" if isinstance(error, Unreachable) else "has given no good answer"
    return f"{where} {what} since {'the bot started' if last_answer is None else at(last_answer)}"


def of_paperless(error: PaperlessError, *, unheard: str | None = None) -> str:
    """The error's own sentence, and what a person in a chat can do about it. `unheard`: since when there is none."""
    said = _sentence(error.message)
    if unheard and error.retryable:
        said = Escaped(f"{said} {unheard}.")
    if isinstance(error, MaybeDone):
        return f"{said} Look with `/tasks active` or in Paperless before trying again."
    if isinstance(error, Unreachable):
        return f"{said} Nothing is known until it answers; try again in a minute."
    if isinstance(error, TaskNotFound):
        return f"{said} It may have been removed. `/tasks failures` lists what failed."
    if isinstance(error, Forbidden):
        return f"{said} That is for the administrator of this bot to change."
    if isinstance(error, NotRunnable):
        return f"{said} The choices of `/tasks run` are what this server can run."
    return f"{said} Try again in a minute." if error.retryable else said


def words(error: BaseException) -> str | None:
    """None for what nobody foresaw: a defect, to be logged and quoted by its reference."""
    match error:
        case AccessDenied() | Refusal():
            return error.sentence
        case PaperlessError():
            return of_paperless(error)
        case app_commands.TransformerError():
            return (
                f"“{escape(str(error.value), 80)}” is not something this option takes. Choose one of the suggestions."
            )
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return "This command has changed since Discord last showed it. Reload Discord (Ctrl+R) and try again."
        case discord.HTTPException() if error.status == TOO_MANY or error.status >= 500:
            return DISCORD_STUMBLED
    return None


def unforeseen(reference: str) -> str:
    """`reference` finds the log line."""
    return (
        f"Something went wrong inside the bot, and it was logged as `{reference}`. "
        "Try again; if it happens again, give that reference to whoever runs the bot."
    )

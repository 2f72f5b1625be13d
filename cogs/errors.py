"""The one place that turns errors into words: of commands, buttons and menus. Nobody is left without an answer."""

import logging
import secrets
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.access import AccessDenied
from bot.app import UnknownServer
from bot.interactions import (
    INVALID_WEBHOOK_TOKEN,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    BotInteraction,
    described,
    pressed_id,
    say,
)
from bot.metrics import Result
from bot.paperless.errors import PaperlessError
from bot.presses import FAILED, is_stray, measured_name, press
from bot.ui import errors, replies
from bot.ui.layout import Accent
from bot.ui.text import escape, redact
from bot.unknown import explained

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)


def cause_of(error: BaseException) -> BaseException:
    """What really happened, out of discord.py's wrappings."""
    if isinstance(error, app_commands.CommandInvokeError):
        return cause_of(error.original)
    if type(error) is app_commands.AppCommandError and error.__cause__ is not None:
        return cause_of(error.__cause__)
    return error


def words(cause: BaseException) -> str | None:
    """None for a defect. Connections to Paperless and to the CDN have errors of their own: these are Discord's."""
    return errors.DISCORD_STUMBLED if isinstance(cause, aiohttp.ClientError) else errors.words(cause)


def result_of(cause: BaseException) -> Result:
    """For metrics: not allowed; something said no, or nothing; or a mistake of ours."""
    if isinstance(cause, AccessDenied):
        return "refused"
    foreseen = isinstance(cause, UnknownServer | discord.NotFound) or unanswerable(cause)
    return "failed" if foreseen or words(cause) is not None else "defect"


TOO_LATE = frozenset({UNKNOWN_INTERACTION, UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN})


def unanswerable(cause: BaseException) -> bool:
    """Whether nobody can be told any more: the time for it is over, or what was to be changed is gone."""
    return isinstance(cause, discord.HTTPException) and cause.code in TOO_LATE | {UNKNOWN_MESSAGE}


def _log_unanswered(what: str, user_id: int, cause: BaseException) -> None:
    if isinstance(cause, discord.HTTPException) and cause.code in TOO_LATE:
        log.warning(
            "%s by %s: the answer came too late for Discord", what, user_id, extra={"event": "interaction_too_late"}
        )
    else:
        log.info(
            "%s by %s: the message to be changed was dismissed or deleted",
            what,
            user_id,
            extra={"event": "interaction_dismissed"},
        )


class Errors(commands.Cog):
    def __init__(self, bot: "TaskBot") -> None:
        self.bot = bot
        self._before = bot.tree.on_error

    async def cog_load(self) -> None:
        self.bot.tree.error(self.answer)

    async def cog_unload(self) -> None:
        self.bot.tree.error(self._before)

    async def answer(self, interaction: BotInteraction, error: app_commands.AppCommandError) -> None:
        """Say it to the person and log it; never raises."""
        cause = cause_of(error)
        interaction.extras[FAILED] = True
        self.bot.metrics.interaction(measured_name(interaction), result_of(cause))
        if unanswerable(cause):
            _log_unanswered(described(interaction), interaction.user.id, cause)
            return
        view = replies.message(await self._words(interaction, cause), accent=Accent.AMBER)
        try:
            await say(interaction, view)
        except (discord.HTTPException, discord.ClientException, aiohttp.ClientError, OSError) as lost:
            log.warning(
                "%s: %s could not be told so: %s",
                described(interaction),
                interaction.user.id,
                redact(str(lost)),
                extra={"event": "interaction_not_told"},
            )

    async def _words(self, interaction: BotInteraction, cause: BaseException) -> str:
        if isinstance(cause, UnknownServer):
            return escape(str(cause), 400)
        said = words(cause)
        if said is not None:
            level = logging.INFO if isinstance(cause, AccessDenied) else logging.WARNING
            log.log(
                level,
                "%s by %s: %s",
                described(interaction),
                interaction.user.id,
                redact(str(cause)),
                extra={"event": "interaction_refused"},
            )
            return await explained(interaction, cause) if isinstance(cause, PaperlessError) else said
        reference = secrets.token_hex(4)
        log.error(
            "%s by %s, reference %s",
            described(interaction),
            interaction.user.id,
            reference,
            exc_info=cause,
            extra={"event": "interaction_defect"},
        )
        return errors.unforeseen(reference)

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: BotInteraction, _command: object) -> None:
        if FAILED not in interaction.extras:
            self.bot.metrics.interaction(measured_name(interaction), "ok")

    @commands.Cog.listener()
    async def on_interaction(self, interaction: BotInteraction) -> None:
        """Presses that discord.py would drop without a word."""
        text = pressed_id(interaction)
        if text is not None and is_stray(interaction):
            await press(interaction, text)


async def setup(bot: "TaskBot") -> None:
    await bot.add_cog(Errors(bot))

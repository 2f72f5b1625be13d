"""Answering the person behind an interaction, whatever happens on the way. https://docs.discord.com/developers/interactions

The first answer is due within 3 s, so whatever asks a network first defers. What was lost on the way is sent again;
error 40060 then says that it had arrived.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import ui
from sqlalchemy.exc import SQLAlchemyError

from bot.access import REFUSED, AccessDenied, Action, Allowed, Denied, Member, too_often
from bot.audit import Entry, Result
from bot.ui.pressed import BUTTON
from bot.ui.redaction import redact

if TYPE_CHECKING:
    from bot.app import TaskBot

    BotInteraction = discord.Interaction[TaskBot]
else:
    BotInteraction = discord.Interaction

log = logging.getLogger(__name__)

ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_INTERACTION, UNKNOWN_WEBHOOK, INVALID_WEBHOOK_TOKEN = 10062, 10015, 50027
"""The 3 s, or the 15 minutes, are over: this person can no longer be answered."""
UNKNOWN_MESSAGE = 10008
"""People dismiss answers that only they see, and delete messages."""
TRIES = 3
PAUSE_SECONDS = 0.2
NOBODY = discord.AllowedMentions.none()


def member_of(interaction: BotInteraction) -> Member:
    """Who it is, by the payload alone."""
    user = interaction.user
    # Member.roles would look the ids up in the cache and leave out those it does not find.
    role_ids = frozenset(user._roles) if isinstance(user, discord.Member) else frozenset()
    permissions = interaction.permissions
    return Member(
        user_id=user.id,
        role_ids=role_ids,
        manage_guild=permissions.manage_guild or permissions.administrator,
        guild_id=interaction.guild_id,
    )


async def admit(interaction: BotInteraction, action: Action, *, server: str | None = None) -> None:
    """The one gate, passed by every command, suggestion, press, choice and form before anything else is done.

    Raises AccessDenied unless this person may do that here and now, and not too often. `server`: for the audit.
    """
    bot, member = interaction.client, member_of(interaction)
    decision = bot.access.decide(member, action)
    if isinstance(decision, Allowed):
        if interaction.type is discord.InteractionType.autocomplete:
            return  # answered from memory, a keystroke each
        wait = bot.limits.take(member.user_id, action, now=bot.now())
        if wait is None:
            return
        decision = Denied(too_often(wait))
    await _record_refusal(interaction, action, decision, server)
    raise AccessDenied(decision.sentence)


async def _record_refusal(interaction: BotInteraction, action: Action, denied: Denied, server: str | None) -> None:
    """What would have changed something, or told what is not for everybody, is in the audit also when refused."""
    bot, user = interaction.client, interaction.user
    quiet = action is Action.VIEW or interaction.type is discord.InteractionType.autocomplete
    if quiet or bot.limits.take(user.id, REFUSED, now=bot.now()) is not None:
        return
    await _record(
        interaction, action, Result.REFUSED, subject=described(interaction), server=server, detail=denied.sentence
    )


async def record_reading(
    interaction: BotInteraction, what: str, *, server: str | None, task_ids: Sequence[str]
) -> None:
    """That this person is shown what is not for everybody: a traceback tells of the server's insides. `what`: as the
    audit calls it."""
    await _record(interaction, Action.DETAILS, Result.DONE, subject=what, server=server, task_ids=task_ids)


async def _record(
    interaction: BotInteraction,
    action: Action,
    result: Result,
    *,
    subject: str,
    server: str | None,
    task_ids: Sequence[str] = (),
    detail: str | None = None,
) -> None:
    bot, user = interaction.client, interaction.user
    entry = Entry(
        user_id=user.id,
        user_name=user.display_name,
        action=action.name.lower(),
        subject=subject,
        server=server if server in bot.servers else None,
        tasks=tuple(task_ids),
        result=result,
        detail=detail,
    )
    try:
        await bot.ledger.audit.record(entry)
    except SQLAlchemyError:
        log.exception("what somebody asked for could not be written down", extra={"event": "audit_failed"})


def described(interaction: BotInteraction) -> str:
    """Which command or button. Never the options, which hold what people typed."""
    command = interaction.command
    return f"/{command.qualified_name}" if command else f"{BUTTON}{pressed_id(interaction)}"


def pressed_id(interaction: BotInteraction) -> str | None:
    """The custom id of a press or a choice; None for any other interaction."""
    if interaction.type is not discord.InteractionType.component or not isinstance(interaction.data, dict):
        return None
    found = interaction.data.get("custom_id")
    return found if isinstance(found, str) else None


async def _insist(send: Callable[[], Awaitable[object]]) -> bool:
    """`send`, again where the connection was lost or Discord stumbled; False if Discord had it already."""
    for left in reversed(range(TRIES)):
        try:
            await send()
        except discord.HTTPException as error:
            if error.code == ALREADY_ACKNOWLEDGED:
                return False
            if error.status < 500 or not left:
                raise
        except (aiohttp.ClientError, OSError):
            if not left:
                raise
        else:
            return True
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError("TRIES is at least 1")


async def defer(interaction: BotInteraction, *, private: bool = True) -> None:
    """The person reads "thinking ..." until `say`; for their eyes only, unless the whole channel is to follow it."""
    await _insist(lambda: interaction.response.defer(ephemeral=private, thinking=True))
    interaction.extras["thinking"] = True


async def defer_update(interaction: BotInteraction) -> None:
    """For a press that changes the message it is on, or nothing."""
    await _insist(interaction.response.defer)
    interaction.extras["thinking"] = False


def _deferred(interaction: BotInteraction) -> bool:
    return interaction.response.is_done() or "thinking" in interaction.extras


def anew(files: Sequence[discord.File]) -> list[discord.File]:
    """To be sent from their beginning: discord.py goes back to it within one call, and not for the next one."""
    for file in files:
        file.reset()
    return list(files)


async def say(interaction: BotInteraction, view: ui.LayoutView, *, file: discord.File | None = None) -> None:
    """Answer this person alone: the first answer, the end of "thinking ...", or a message of its own after a press."""
    files = [] if file is None else [file]
    linking = interaction.client.notifier.linking

    async def first(shown: ui.LayoutView) -> None:
        await interaction.response.send_message(view=shown, files=anew(files), ephemeral=True, allowed_mentions=NOBODY)

    async def last(shown: ui.LayoutView) -> None:
        await interaction.edit_original_response(view=shown, attachments=anew(files), allowed_mentions=NOBODY)

    if not _deferred(interaction) and await _insist(lambda: linking.sent(view, first)):
        return
    if interaction.extras.get("thinking"):
        await _insist(lambda: linking.sent(view, last))
    else:
        await follow_up(interaction, view, private=True, files=files)


async def follow_up(
    interaction: BotInteraction, view: ui.LayoutView, *, private: bool = False, files: Sequence[discord.File] = ()
) -> int:
    """A message of its own, after the answer; its id. Never repeated: it could stand there twice."""

    async def send(shown: ui.LayoutView) -> discord.WebhookMessage:
        return await interaction.followup.send(
            view=shown, files=anew(files), ephemeral=private, wait=True, allowed_mentions=NOBODY
        )

    return (await interaction.client.notifier.linking.sent(view, send)).id


async def supplement(interaction: BotInteraction, view: ui.LayoutView, file: discord.File) -> None:
    """An answer that was said gets its file; where that is lost on the way it stays as it is."""
    try:
        await say(interaction, view, file=file)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.warning("no picture: %s", redact(str(error)), extra={"event": "picture_lost"})


async def show(interaction: BotInteraction, view: ui.LayoutView) -> int:
    """The answer, after `defer`: the id of its message, which can be edited for longer than the interaction lives."""
    shown: list[int] = []

    async def edit(one: ui.LayoutView) -> None:
        shown.append((await interaction.edit_original_response(view=one, allowed_mentions=NOBODY)).id)

    await _insist(lambda: interaction.client.notifier.linking.sent(view, edit))
    return shown[-1]


async def change(interaction: BotInteraction, view: ui.LayoutView) -> None:
    """Change the message that the pressed button is on; after `defer_update`."""

    async def edit(shown: ui.LayoutView) -> None:
        await interaction.edit_original_response(view=shown, attachments=[], allowed_mentions=NOBODY)

    await _insist(lambda: interaction.client.notifier.linking.sent(view, edit))


async def answered(interaction: BotInteraction, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work of a press; whatever it raises becomes words for the person, in `cogs/errors.py`."""
    try:
        await work()
    except Exception as error:
        failure = discord.app_commands.AppCommandError("a press failed")
        failure.__cause__ = error
        await interaction.client.tree.on_error(interaction, failure)

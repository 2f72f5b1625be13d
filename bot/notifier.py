"""How cards reach Discord: one call is one attempt, and every failure says whether another may help.

- A post carries the caller's nonce: Discord answers a repetition with the message that is there.
- Allowed mentions are given with every call: without them, on an edit, Discord's default (everything pings) applies.
- One post at a time in a channel, one edit at a time of a message: of two at once the later may arrive first. An edit
  waits for no post: Discord can hold one up for minutes, and somebody has just pressed a button.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary

import aiohttp
import discord
from discord import ui

from bot.failures.card import Card, IncidentCard
from bot.failures.notifier import ChannelForbidden, MessageGone, NotifierError, NotSupported, Post, Unsendable
from bot.guard import UNKNOWN_CHANNEL, HeldBack
from bot.interactions import NOBODY, anew
from bot.linking import Linking
from bot.presses import ids_in
from bot.ui import custom_ids
from bot.ui.bare import bare
from bot.ui.cards import render, title, without_links
from bot.ui.text import dated, plain, redact

log = logging.getLogger(__name__)
T = TypeVar("T")

UNKNOWN_MESSAGE, THREAD_ARCHIVED, THREAD_LOCKED = 10008, 50083, 160005
OF_THE_MESSAGE = frozenset({0, 20009, 50006, 50035, 50109, 200000, 240000})
"""With a 400: it is this message that is refused. Any other code speaks of the channel or of the moment."""
THREAD_NAME_LIMIT = 100
FORBIDDEN = (
    "the bot may not post in channel {channel_id}: it needs View Channel, Send Messages and Read Message History there"
)
LOCKED = "the thread {channel_id} is locked: unlock it, or give the bot Manage Threads there"
NO_CHANNEL = "there is no channel {channel_id} that the bot can see: check channel_id, and that the bot was invited"


class Sender(Protocol):
    """What is used of a discord.Client."""

    http: discord.http.HTTPClient

    @property
    def user(self) -> discord.ClientUser | None: ...

    def get_partial_messageable(
        self, id: int, *, guild_id: int | None = None, type: discord.ChannelType | None = None
    ) -> discord.PartialMessageable: ...


def allowed(role_id: int | None) -> discord.AllowedMentions:
    """Nobody but this role."""
    if role_id is None:
        return NOBODY
    return discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(role_id)], replied_user=False)


def notifier_error(error: Exception, *, channel_id: int) -> NotifierError:
    """What Discord's refusal, or its silence, means for the caller."""
    match error:
        case NotifierError():
            return error
        case HeldBack():
            return NotifierError(str(error), retry_after=error.wait.total_seconds())
        case discord.RateLimited():
            return NotifierError("Discord asks for a pause", retry_after=error.retry_after)
        case discord.Forbidden():
            return ChannelForbidden(FORBIDDEN.format(channel_id=channel_id))
        case discord.NotFound():
            if error.code == UNKNOWN_CHANNEL:
                return ChannelForbidden(NO_CHANNEL.format(channel_id=channel_id))
            # Any other 404 is of something between, and tells nothing of a message.
            return MessageGone() if error.code == UNKNOWN_MESSAGE else NotifierError("Discord answered 404")
        case discord.HTTPException() if error.code in (THREAD_ARCHIVED, THREAD_LOCKED):
            return ChannelForbidden(LOCKED.format(channel_id=channel_id))
        case discord.HTTPException():
            return _refusal(error)
    return NotifierError(f"no answer from Discord: {redact(str(error)) or type(error).__name__}")


def _refuses_message(error: discord.HTTPException) -> bool:
    return error.status == 400 and error.code in OF_THE_MESSAGE


def _refusal(error: discord.HTTPException) -> NotifierError:
    match error.status:
        case 429:
            return NotifierError("Discord asks for a pause", retry_after=_retry_after(error))
        case _ if _refuses_message(error):
            return Unsendable(f"Discord refuses the message: {redact(error.text)}")
        case 405 | 410 | 501:
            return NotSupported(f"Discord answered {error.status}")
    return NotifierError(f"Discord answered {error.status}")


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None


OwnerName = Callable[[str, int | None], Awaitable[str | None]]
"""What the user of that number is called on that server, where that is known."""


class DiscordNotifier:
    """The Notifier of `bot.failures`, over a logged-in client; it needs no gateway and no cache."""

    def __init__(self, client: Sender, *, guild_id: int, owner_name: OwnerName | None = None) -> None:
        self._client = client
        self._guild_id = guild_id
        self._owner_name = owner_name
        self.linking = Linking()
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def _channel(self, channel_id: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id, guild_id=self._guild_id)

    def turn(self, place_id: int) -> asyncio.Lock:
        """Held by whoever posts to the channel, or edits the message, of that id."""
        lock = self._locks.get(place_id)
        if lock is None:
            lock = self._locks[place_id] = asyncio.Lock()
        return lock

    async def _drawn(self, card: Card, mention_role_id: int | None) -> ui.LayoutView:
        """With its owner's name in place of the number."""
        owner = None
        if isinstance(card, IncidentCard) and self._owner_name is not None:
            owner = await self._owner_name(card.server, card.owner)
        return render(card, mention_role_id=mention_role_id, owner=owner)

    async def shown(
        self, card: Card, send: Callable[[ui.LayoutView], Awaitable[T]], *, mention_role_id: int | None = None
    ) -> T:
        """What `send` comes to with the card; where Discord refuses that (a word that the guild blocks, say), with what
        is left of it without texts and links of Paperless: that something failed is told all the same."""
        try:
            return await send(await self._drawn(card, mention_role_id))
        except discord.HTTPException as error:
            if not _refuses_message(error):
                raise
            log.error(
                "Discord refuses the texts of card %s, it is shown without: %s",
                card.card_id,
                redact(error.text),
                extra={"event": "card_texts_refused"},
            )
        return await send(without_links(render(bare(card), mention_role_id=mention_role_id)))

    @asynccontextmanager
    async def _call(
        self, channel_id: int, *, message_id: int | None = None
    ) -> AsyncIterator[discord.PartialMessageable]:
        async with self.turn(channel_id if message_id is None else message_id):
            try:
                yield self._channel(channel_id)
            except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as error:
                # RuntimeError: the session was closed, at the end.
                raise notifier_error(error, channel_id=channel_id) from error

    async def _sent(
        self, channel: discord.PartialMessageable, view: ui.LayoutView, send: Callable[[ui.LayoutView], Awaitable[T]]
    ) -> T:
        """Discord archives a thread after days of silence. A post opens it again by itself, an edit does not."""
        try:
            return await self.linking.sent(view, send)
        except discord.HTTPException as error:
            if error.code != THREAD_ARCHIVED:
                raise
        try:
            await self._client.http.edit_channel(channel.id, archived=False)
        except discord.Forbidden as error:
            raise ChannelForbidden(LOCKED.format(channel_id=channel.id)) from error
        return await self.linking.sent(view, send)

    async def post(self, post: Post, /) -> int:
        mentions = allowed(post.mention_role_id)
        options: dict[str, Any] = {"nonce": post.nonce, "silent": post.silent, "allowed_mentions": mentions}
        if post.reply_to is not None:
            options["reference"] = discord.MessageReference(
                message_id=post.reply_to,
                channel_id=post.channel_id,
                guild_id=self._guild_id,
                fail_if_not_exists=False,
            )
        async with self._call(post.channel_id) as channel:

            async def send(view: ui.LayoutView) -> discord.Message:
                return await self._sent(channel, view, lambda shown: channel.send(view=shown, **options))

            message = await self.shown(post.card, send, mention_role_id=post.mention_role_id)
        if post.thread:
            await self._open_thread(message, post.card)
        return message.id

    async def edit(self, *, channel_id: int, message_id: int, card: Card, is_first: bool) -> None:
        async with self._call(channel_id, message_id=message_id) as channel:
            await self.shown(card, lambda view: self._edit(channel, message_id, view))

    async def change(
        self,
        *,
        channel_id: int,
        message_id: int,
        view: ui.LayoutView,
        unless: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """`unless`: asked once it is this change's turn; True keeps the message as it is."""
        async with self._call(channel_id, message_id=message_id) as channel:
            if unless is not None and await unless():
                return
            await self._edit(channel, message_id, view)

    async def _edit(self, channel: discord.PartialMessageable, message_id: int, view: ui.LayoutView) -> None:
        message = channel.get_partial_message(message_id)
        await self._sent(channel, view, lambda shown: message.edit(view=shown, allowed_mentions=NOBODY))

    async def say(self, *, channel_id: int, view: ui.LayoutView, nonce: str, file: discord.File | None = None) -> int:
        """Post something that is no card; the message's id."""
        files = [] if file is None else [file]
        async with self._call(channel_id) as channel:

            async def send(shown: ui.LayoutView) -> discord.Message:
                return await channel.send(view=shown, files=anew(files), nonce=nonce, allowed_mentions=NOBODY)

            message = await self._sent(channel, view, send)
        return message.id

    async def find(self, *, channel_id: int, card_id: int, not_before: datetime) -> int | None:
        own = self._client.user
        async with self._call(channel_id) as channel:
            async for message in channel.history(limit=None, after=not_before):
                if message.author == own and card_id in _cards_in(message):
                    return message.id
        return None

    async def _open_thread(self, message: discord.Message, card: Card) -> None:
        try:
            await message.create_thread(name=thread_name(card))
        except (discord.DiscordException, aiohttp.ClientError, OSError, ValueError) as error:
            log.warning(
                "no thread under message %s: %s", message.id, redact(str(error)), extra={"event": "thread_not_opened"}
            )


def thread_name(card: Card) -> str:
    """The story of the card, in a place without markdown."""
    name = dated(title(card)) if isinstance(card, IncidentCard) else "Failures"
    return plain(name.replace("\\", ""), THREAD_NAME_LIMIT)


def _cards_in(message: discord.Message) -> set[int]:
    parsed = [custom_ids.parse(text) for text in ids_in(message)]
    return {card_id for one in parsed if one is not None and (card_id := custom_ids.card_of(one)) is not None}

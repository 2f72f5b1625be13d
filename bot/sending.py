"""A file from Discord's CDN to Paperless, a piece at a time: at no moment is more of it held than one piece."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from bot.failures.order import Follower, Order, State
from bot.paperless import DocumentDraft
from bot.paperless.errors import MaybeDone, PaperlessError, ServerError
from bot.ui import errors, following
from bot.unknown import unheard

if TYPE_CHECKING:
    from bot.app import TaskBot

log = logging.getLogger(__name__)

PIECE = 2**17
AT_ONCE = 2
CLOSING_TURNS = 1000
TOLD_EVERY = 5.0
"""Seconds between two edits that tell how much is sent."""


UNREAD = "The file could not be read from Discord. Nothing was stored; try again."


class Unavailable(Exception):
    """The CDN does not give the file (any more)."""


@dataclass(frozen=True, kw_only=True)
class File:
    """An attachment as Discord describes it, under the name that it had before."""

    url: str
    filename: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a person said about a document."""

    title: str | None = None
    correspondent: int | None = None
    document_type: int | None = None
    tags: tuple[int, ...] = ()


class _Sent:
    octets = 0


@asynccontextmanager
async def _closing(pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[AsyncGenerator[bytes, None]]:
    """Where Paperless broke the connection off, aiohttp's writer was cancelled, and may still be in the generator."""
    try:
        yield pieces
    finally:
        for _ in range(CLOSING_TURNS):
            try:
                await pieces.aclose()
            except RuntimeError:  # "already running"
                await asyncio.sleep(0)
            else:
                break


class Sending:
    def __init__(self, bot: "TaskBot") -> None:
        self._bot = bot
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def send(self, order: Order, file: File, details: Details) -> None:
        """Send it, and follow what becomes of it; the message of the order tells the rest, also why not."""
        follower = await self._bot.following.followers.add(order)
        try:
            async with self._slots:
                task_id = await self._save(follower, file, details)
        except Unavailable as error:
            await self._not_sent(follower, str(error))
        except (MaybeDone, ServerError) as error:
            where = self._bot.following.where(order.server)
            view = following.unknown_whether_sent(order, where, errors.of_paperless(error))
            await self._bot.following.conclude(follower, view, state=State.GIVEN_UP)
        except PaperlessError as error:
            since = await unheard(self._bot, self._bot.servers[order.server], error)
            await self._not_sent(follower, errors.of_paperless(error, unheard=since))
        else:
            follower = await self._bot.following.followers.taken(follower.follower_id, task_id=task_id)
            self._bot.following.begin(follower)

    async def _not_sent(self, follower: Follower, because: str) -> None:
        view = following.not_sent(follower.order, self._bot.following.where(follower.order.server), because)
        await self._bot.following.conclude(follower, view, state=State.GIVEN_UP)

    async def _save(self, follower: Follower, file: File, details: Details) -> str:
        order, sent = follower.order, _Sent()
        attempt = self._bot.ledger.audit.attempt(
            user_id=order.user_id,
            user_name=order.user_name,
            action="upload",
            subject=file.filename,
            server=order.server,
        )
        telling = asyncio.create_task(self._tell(follower, file, sent), name="follow: sending")
        try:
            async with attempt as this, _closing(self._pieces(file, sent)) as pieces:
                draft = DocumentDraft(
                    document=pieces,
                    filename=file.filename,
                    size=file.size,
                    title=details.title,
                    correspondent=details.correspondent,
                    document_type=details.document_type,
                    tags=details.tags,
                )
                task_id = await self._bot.servers[order.server].client.documents.save(draft)
                this.tasks = (task_id,)
            return task_id
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _pieces(self, file: File, sent: _Sent) -> AsyncGenerator[bytes, None]:
        headers = {"Accept-Encoding": "identity"}  # what comes has to be as long as was said
        try:
            async with self._bot.cdn.get(URL(file.url, encoded=True), headers=headers, allow_redirects=False) as found:
                if found.status != 200:
                    log.warning(
                        "Discord's CDN answered %s for a file to upload",
                        found.status,
                        extra={"event": "attachment_unavailable"},
                    )
                    if found.status >= 500:
                        raise Unavailable(UNREAD)
                    raise Unavailable("Discord does not give the file any more: attach it again.")
                async for piece in found.content.iter_chunked(PIECE):
                    yield piece
                    sent.octets += len(piece)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(UNREAD) from error

    async def _tell(self, follower: Follower, file: File, sent: _Sent) -> None:
        last = 0
        while True:
            await asyncio.sleep(TOLD_EVERY)
            if sent.octets != last:
                last = sent.octets
                where = self._bot.following.where(follower.order.server)
                view = following.sending(file.filename, file.size, sent=last, order=follower.order, where=where)
                await self._bot.following.change(follower, view)

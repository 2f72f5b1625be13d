"""Between discord.py and the network: never so many refusals that Discord bans the address, and none with a dead token.

10,000 answers of 401, 403 or 429 in 10 minutes ban an address for a while, for every bot behind it.
https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import aiohttp
import discord

from bot.limits import Refusals

log = logging.getLogger(__name__)

_CHANNEL = re.compile(r"/channels/(\d+)(?:/|\Z)")
_BY_INTERACTION_TOKEN = re.compile(r"/(?:webhooks|interactions)/")
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY = 401, 403, 404, 429
UNKNOWN_CHANNEL = 10003


class HeldBack(discord.ClientException):
    """Not sent: Discord refused too much lately. `wait` tells when it may be."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"not asked of Discord, which refused too much lately; again in {wait.total_seconds():.0f} s")


class Guard:
    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._refusals = Refusals()
        self._now = now
        self._told_until: dict[str, datetime] = {}
        self.token_refused = asyncio.Event()
        """Discord no longer knows the bot's token; whoever runs the bot has to stop it."""

    def watch(self, trace: aiohttp.TraceConfig) -> None:
        trace.on_request_start.append(self._asking)
        trace.on_request_end.append(self._answered)

    async def _asking(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, asked: aiohttp.TraceRequestStartParams
    ) -> None:
        channel = channel_in(asked.url.path)
        wait = self._refusals.pause(channel, now=self._now())
        if wait is None:
            return
        self._tell(channel, wait)
        raise HeldBack(wait)

    def _tell(self, channel: str | None, wait: timedelta) -> None:
        """Once for each pause."""
        key, until = channel or "", self._now() + wait
        if self._told_until.get(key, until - wait) < until - timedelta(seconds=1):
            self._told_until[key] = until
            what = "Discord" if channel is None else f"channel {channel}"
            log.error(
                "%s is left alone for %.0f s: it refused too much", what, wait.total_seconds(), extra={"event": "held"}
            )

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        path, status = ended.url.path, ended.response.status
        channel = channel_in(path)
        if status < 300:
            self._refusals.taken(channel)
        elif status == UNAUTHORIZED:
            self._refusals.refused(None, counts=True, now=self._now())
            if not _BY_INTERACTION_TOKEN.search(path):  # theirs end after 15 minutes, as they should
                self.token_refused.set()
        elif status == TOO_MANY:
            shared = ended.response.headers.get("X-RateLimit-Scope") == "shared"
            self._refusals.refused(None, counts=not shared, now=self._now())
        elif status == FORBIDDEN:
            self._refusals.refused(channel, counts=True, now=self._now())
        elif status == NOT_FOUND and await _code(ended.response) == UNKNOWN_CHANNEL:
            self._refusals.refused(channel, counts=False, now=self._now())


def channel_in(path: str) -> str | None:
    """The channel that a request is about."""
    found = _CHANNEL.search(path)
    return found[1] if found else None


async def _code(response: aiohttp.ClientResponse) -> int | None:
    """Discord's own code of an error. What is read here is kept for discord.py to read again."""
    try:
        body = json.loads(await response.read())
    except (ValueError, aiohttp.ClientError):
        return None
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None

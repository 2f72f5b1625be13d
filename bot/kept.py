"""Something small of a server, kept for a moment: what a person is offered while typing, and names behind numbers.

A keystroke, or a card, never asks Paperless: it reads what is here, and where that has grown old one request behind its
back brings the new. Nothing here ever fails; the worst is an offer of nothing.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.paperless.errors import PaperlessError

log = logging.getLogger(__name__)

FIRST_SECONDS = 1.0
"""How long is waited for the very first answer; Discord allows a keystroke 3 s."""

T = TypeVar("T")


class Kept(Generic[T]):
    def __init__(
        self,
        fetch: Callable[[], Awaitable[tuple[T, ...]]],
        *,
        fresh_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._fresh_seconds = fresh_seconds
        self._monotonic = monotonic
        self._found: tuple[T, ...] | None = None
        self._fetched_at = float("-inf")
        self.fetching: asyncio.Task[None] | None = None

    async def get(self) -> tuple[T, ...]:
        """What is here; empty where nothing ever was."""
        old = self._monotonic() - self._fetched_at > self._fresh_seconds
        if old and (self.fetching is None or self.fetching.done()):
            # Also a failure counts as a try: a server that is down is not asked at each keystroke.
            self._fetched_at = self._monotonic()
            self.fetching = asyncio.create_task(self._renew(), name="suggestions")
        if self._found is None and self.fetching is not None:
            # Of a server that hangs nobody waits longer than the first one: cards would wait for each other's names.
            left = self._fetched_at + FIRST_SECONDS - self._monotonic()
            await asyncio.wait([self.fetching], timeout=max(0.0, left))
        return self._found or ()

    async def anew(self) -> tuple[T, ...]:
        """As the server has it now. Raises PaperlessError."""
        self._found = await self._fetch()
        self._fetched_at = self._monotonic()
        return self._found

    async def _renew(self) -> None:
        try:
            await self.anew()
        except PaperlessError as error:
            log.debug("no suggestions: %s", error, extra={"event": "no_suggestions"})

    def close(self) -> None:
        if self.fetching is not None:
            self.fetching.cancel()

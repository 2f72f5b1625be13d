"""The line to Discord's gateway: up again soon after any trouble, and never at the price of the bot's token.

Discord resets the token of a bot that sends more than 1,000 IDENTIFYs in 24 hours. Each is written down before it is
sent, in the ledger, so that a process that crashes and is started again all day is slowed down, too.
"""

import asyncio
import itertools
import json
import logging
import threading
import zlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from discord.gateway import KeepAliveHandler

from bot.failures.ledger import Ledger
from bot.stopping import CUT_OFF_SECONDS, within

if TYPE_CHECKING:
    from discord.ext.commands import Bot

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
FREE = 100  # IDENTIFYs in 24 h without a pause; after these 800 more fit into the day, evenly
SPACING = DAY / 800
KEY = "identifies"

PAUSES = (1, 2, 4, 8, 15, 30, 60)
"""Seconds between two tries to connect; the last one repeats. A try that fails costs no IDENTIFY."""
PATIENCE = 60.0
"""Seconds without a connection after which discord.py's own loop, which would rest for up to 17 minutes, is begun
anew."""
AGAIN = 5.0  # between two IDENTIFYs, says Discord
UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, zlib.error)
"""What discord.py raises over a frame that it does not understand."""
HANDSHAKE = 40.0  # discord.py gives a handshake 60 s, and IDENTIFY is sent in it


def pause_before(past: Sequence[datetime], now: datetime) -> timedelta:
    """How long to wait before the next IDENTIFY, given those of the last 24 hours: never more than FREE + 800 a day."""
    recent = sorted(at for at in past if at > now - DAY)
    if len(recent) < FREE:
        return timedelta(0)
    return max(timedelta(0), min(recent[-1], now) + SPACING - now)


class Identifies:
    """When the bot identified itself, across restarts."""

    def __init__(self, ledger: Ledger, *, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now

    async def past(self) -> list[datetime]:
        text = await self._ledger.value(KEY)
        return [datetime.fromtimestamp(at, UTC) for at in json.loads(text)] if text else []

    async def pause(self) -> timedelta:
        return pause_before(await self.past(), self._now())

    async def add(self) -> None:
        now = self._now()
        recent = [at.timestamp() for at in await self.past() if at > now - DAY]
        await self._ledger.set_value(KEY, json.dumps([round(at) for at in [*recent, now.timestamp()]]))


class Gateway:
    def __init__(
        self,
        bot: "Bot",
        identifies: Identifies,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = PATIENCE,
    ) -> None:
        self.up = False
        self.reconnects = 0
        self._bot = bot
        self._identifies = identifies
        self._sleep = sleep
        self._patience = patience
        self._changed = asyncio.Event()
        bot.add_listener(self._came_up, "on_ready")
        bot.add_listener(self._came_up, "on_resumed")
        bot.add_listener(self._went_down, "on_disconnect")
        self._was_up = False

    async def _came_up(self) -> None:
        if self._was_up and not self.up:
            self.reconnects += 1
            log.info("connected to Discord's gateway again", extra={"event": "gateway_up_again"})
        elif not self._was_up:
            log.info("connected to Discord's gateway", extra={"event": "gateway_up"})
        self.up = self._was_up = True
        self._changed.set()

    async def _went_down(self) -> None:
        if self.up:
            log.warning("Discord's gateway was lost; connecting again", extra={"event": "gateway_lost"})
        self.up = False
        self._changed.set()

    async def before_identify(self, *, initial: bool) -> None:
        """For discord.py's hook of that name: waits until one more IDENTIFY does no harm, and writes it down."""
        pause = (await self._identifies.pause()).total_seconds()
        if pause:
            log.warning(
                "many connections to Discord in the last 24 hours: the next one in %.0f s",
                pause,
                extra={"event": "gateway_identify_paused"},
            )
        await self._sleep(min(max(pause, 0 if initial else AGAIN), HANDSHAKE))
        if pause > HANDSHAKE:
            await self._close_strays()
            raise TimeoutError("waiting with IDENTIFY")  # discord.py takes it for a failed try, and comes again
        await self._identifies.add()

    async def stay_connected(self) -> None:
        """Until the bot is closed. Raises what no further try can mend: a refused token, refused intents."""
        pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
        while not self._bot.is_closed():
            await self._sleep((await self._identifies.pause()).total_seconds())
            if await self._attempt():
                pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
            elif not self._bot.is_closed():
                pause = next(pauses)
                log.warning(
                    "Discord's gateway does not answer; next try in %d s", pause, extra={"event": "gateway_no_answer"}
                )
                await self._sleep(pause)

    async def _attempt(self) -> bool:
        """One life of discord.py's connect(); whether it ever was up."""
        was_up = self.up
        connecting = asyncio.create_task(self._bot.connect(), name="gateway connect")
        try:
            while await self._goes_on(connecting):
                was_up = was_up or self.up
            if connecting.done():
                connecting.result()
        except UNREADABLE as error:
            # discord.py #10520: where the very first connection fails, connect() stumbles over its missing ws.
            if self._bot.ws is not None:
                await self._give_up(error)
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await self._close_strays()
            self.up = False
        return was_up

    async def _give_up(self, error: Exception) -> None:
        """Over a frame that is no JSON, say, since somebody typed half a character: it is not asked for again."""
        log.error(
            "what came over Discord's gateway cannot be read; connecting anew",
            exc_info=error,
            extra={"event": "gateway_unreadable"},
        )
        await within(CUT_OFF_SECONDS, self._bot.ws.close(code=1000), what="a connection to Discord's gateway")

    async def _close_strays(self) -> None:
        """discord.py leaves a connection whose handshake is cut short to itself: its thread goes on with heartbeats."""
        for thread in threading.enumerate():
            if isinstance(thread, KeepAliveHandler) and thread.ws.loop is self._bot.loop:
                stray = thread.ws
                if stray is not self._bot.ws and stray.token == self._bot.http.token:
                    await within(CUT_OFF_SECONDS, stray.close(code=1000), what="a connection to Discord's gateway")

    async def _goes_on(self, connecting: "asyncio.Task[None]") -> bool:
        """False: it has ended, or was down for longer than the patience lasts."""
        self._changed.clear()
        changed = asyncio.create_task(self._changed.wait())
        try:
            timeout = None if self.up else self._patience
            done, _ = await asyncio.wait({connecting, changed}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        return bool(done) and not connecting.done()

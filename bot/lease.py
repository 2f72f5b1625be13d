"""Several processes on one PostgreSQL: one acts, the others stand by. A row that expires says which.

- The row expires by the database's clock and is renewed by its holder: a frozen holder loses it, whereas a lock that
  hangs on its session would be held for as long as that lasts, which is for ever.
- The holder counts its own time from before it asked: it stops acting MARGIN before the database gives the row away.
- Each takeover adds one to the epoch, and each write asks for it in its own transaction (`fence`): the write of a
  holder of yesterday is refused by the database, and no takeover happens in the middle of a write.

The table is older than any schema: who holds the lease migrates.
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.connections import Connections

log = logging.getLogger(__name__)

TTL = 8.0  # seconds that a holder which says nothing any more keeps it
MARGIN = 2.0
RENEW_EVERY = 2.0
LOOK_EVERY = 1.0
WATCH_EVERY = 0.5  # another process may say that it has it, before its own time is over
PATIENCE = 3.0  # seconds for one statement; a renewal that takes longer is tried again ...
AGAIN = 0.25  # ... after these

RELEASING = 1.0
"""Seconds that a release may take; then the lease expires by itself."""

TROUBLE = (SQLAlchemyError, OSError, TimeoutError)

_MAKE = text(
    "CREATE TABLE IF NOT EXISTS bot_lease (one smallint PRIMARY KEY CHECK (one = 1), epoch bigint NOT NULL, "
    "holder text NOT NULL, expires_at timestamptz NOT NULL)"
)
_FILL = text(
    "INSERT INTO bot_lease (one, epoch, holder, expires_at) VALUES (1, 0, '', '-infinity') ON CONFLICT DO NOTHING"
)
_ALONE = text("SELECT pg_advisory_xact_lock(7217041)")  # making the table: two at once would collide
_LOOK = text("SELECT holder, expires_at <= clock_timestamp() AS is_over FROM bot_lease")
_TAKE = text(
    "UPDATE bot_lease SET epoch = epoch + 1, holder = :holder, "
    "expires_at = clock_timestamp() + make_interval(secs => :ttl) "
    "WHERE one = (SELECT one FROM bot_lease WHERE expires_at <= clock_timestamp() FOR UPDATE) RETURNING epoch"
)
_RENEW = text(
    "UPDATE bot_lease SET expires_at = clock_timestamp() + make_interval(secs => :ttl) "
    "WHERE epoch = :epoch AND expires_at > clock_timestamp() RETURNING epoch"
)
_RELEASE = text("UPDATE bot_lease SET expires_at = clock_timestamp() WHERE epoch = :epoch")
# A key share does not hold up renewals, which change no key; it does hold up a takeover, which locks FOR UPDATE.
_FENCE = text("SELECT epoch FROM bot_lease WHERE epoch = :epoch AND expires_at > clock_timestamp() FOR KEY SHARE")


class LeaseLost(ConnectionError):
    """Another process acts, or may by now: this one must not."""

    def __init__(self) -> None:
        super().__init__("this process no longer holds the lease: another one takes over")


class Lease:
    """`engine` should be one of its own: a renewal waits for no write. `until`: when, on `monotonic`, this process
    stops acting unless the lease is renewed before."""

    def __init__(self, engine: AsyncEngine, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.holder = f"{socket.gethostname()} {os.getpid()}"
        self.epoch = 0
        self.lost = asyncio.Event()
        self._engine = engine
        self._connections = Connections(engine)
        self.monotonic = monotonic
        self.until = 0.0
        self._away = False
        self._keeping: asyncio.Future[Any] | None = None

    @property
    def is_held(self) -> bool:
        """By this process's own clock, which is on the safe side."""
        return self.monotonic() < self.until

    def check(self) -> None:
        if not self.is_held:
            raise LeaseLost

    async def acquire(self) -> None:
        """Waits until this process may act; from then on the lease is renewed. Raises only if the very first look at
        the database fails."""
        async with self._engine.begin() as connection:
            await connection.execute(_ALONE)
            await connection.execute(_MAKE)
            await connection.execute(_FILL)
        stands_by = ""
        while not await self._take():
            holder = await self._current_holder()
            if holder and holder != stands_by:
                log.info("standing by: %s acts", holder, extra={"event": "lease_standing_by"})
                stands_by = holder
            await asyncio.sleep(LOOK_EVERY)
        log.info("this process acts from now on (epoch %d)", self.epoch, extra={"event": "lease_taken"})
        self._keeping = asyncio.gather(self._keep(), self._watch())

    async def _current_holder(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE), self._engine.connect() as connection:
                row = (await connection.execute(_LOOK)).one()
        except TROUBLE as error:
            if not self._away:  # once: it may be away for a night, and is asked every second
                log.warning("the database does not answer: %s", error, extra={"event": "lease_database_away"})
            self._away = True
            return None
        if self._away:
            log.info("the database answers again", extra={"event": "lease_database_back"})
        self._away = False
        return None if row.is_over else str(row.holder)

    async def _take(self) -> bool:
        began = self.monotonic()
        try:
            async with asyncio.timeout(PATIENCE), self._engine.begin() as connection:
                epoch = (await connection.execute(_TAKE, {"holder": self.holder, "ttl": TTL})).scalar_one_or_none()
        except TROUBLE:
            return False
        if epoch is None:
            return False
        self.epoch, self.until = epoch, began + TTL - MARGIN
        return True

    async def _keep(self) -> None:
        while self.is_held:
            await asyncio.sleep(RENEW_EVERY)
            renewed: bool | None = None
            while renewed is None and self.is_held:
                renewed = await self._renew()
            if renewed is False:
                self.until = 0.0

    async def _watch(self) -> None:
        """Sets `lost` when the time is over, to the moment: a renewal that hangs, and its end, take their own time."""
        while self.is_held:  # noqa: ASYNC110  the moment moves on with each renewal
            await asyncio.sleep(min(WATCH_EVERY, max(0.0, self.until - self.monotonic())))
        log.critical("the lease is lost: this process stops acting", extra={"event": "lease_lost"})
        self.lost.set()

    async def _renew(self) -> bool | None:
        """False: somebody else has it. None: no answer. Then it is asked for again at once, as long as there is time:
        when the next renewal would be is too late where this one took PATIENCE."""
        began = self.monotonic()
        try:
            async with asyncio.timeout(min(PATIENCE, self.until - began)), self._engine.begin() as connection:
                found = await connection.execute(_RENEW, {"epoch": self.epoch, "ttl": TTL})
                renewed = found.scalar_one_or_none() is not None
        except TROUBLE as error:
            log.warning("the lease could not be renewed: %s", error, extra={"event": "lease_not_renewed"})
            await asyncio.sleep(AGAIN)
            return None
        if renewed:
            self.until = began + TTL - MARGIN
        return renewed

    async def fence(self, connection: AsyncConnection) -> None:
        """First in every transaction that writes. Raises LeaseLost."""
        self.check()
        if (await connection.execute(_FENCE, {"epoch": self.epoch})).scalar_one_or_none() is None:
            raise LeaseLost

    async def release(self, *, hard: bool = False) -> bool:
        """So that another need not wait for it to expire. False: the database was not asked (`hard`, or the lease is
        lost), or did not answer."""
        if hard or not self.is_held:
            self._connections.cut()
        cutting = asyncio.get_running_loop().call_later(RELEASING, self._connections.cut)
        try:
            await self._stop_keeping()
            return await self._give_back()
        finally:
            cutting.cancel()
            self.until = 0.0

    async def _stop_keeping(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None

    async def _give_back(self) -> bool:
        if not self.is_held:
            return False
        try:
            async with asyncio.timeout(RELEASING), self._engine.begin() as connection:
                await connection.execute(_RELEASE, {"epoch": self.epoch})
        except TROUBLE as error:
            log.warning("the lease expires by itself: %s", error, extra={"event": "lease_not_released"})
            return False
        return True

    async def close(self) -> None:
        """Released, if it was not, and its connection with it."""
        if self._keeping is not None:
            await self.release()
        await self._connections.close()

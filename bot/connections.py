"""The open connections of an engine, so that they can be taken away without a word to the server.

asyncpg ends a connection politely: what runs is cancelled over a new connection, and the answer waited for. A server
that says nothing any more makes that seconds for each, one after another.
"""

import asyncio
from typing import Any
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

CLOSING_SECONDS = 1.0


class Connections:
    """Of one engine. A SQLite file has nobody at its other end: there `cut` does nothing."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.is_cut = False
        self._engine = engine
        self._open: WeakSet[Any] = WeakSet()
        if engine.dialect.name != "sqlite":
            event.listen(engine.sync_engine, "do_connect", self._refuse_when_cut)
            event.listen(engine.sync_engine, "connect", self._opened)

    def _refuse_when_cut(self, *_: object) -> None:
        if self.is_cut:
            raise ConnectionAbortedError("this process has given up its database connections")

    def _opened(self, connection: Any, _record: object) -> None:
        self._open.add(connection.driver_connection)

    def cut(self) -> None:
        """Every connection ends now, for good: what waits on one raises, and no new one is made."""
        if self._engine.dialect.name != "sqlite":
            self.is_cut = True
            for connection in tuple(self._open):
                connection.terminate()

    async def close(self) -> None:
        """Not waiting for a server that says nothing any more."""
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._engine.dispose(close=not self.is_cut)
        except TimeoutError:
            self.cut()
            await self._engine.dispose(close=False)

"""The database: engine, schema at its newest revision, and one holder at a time.

With SQLite (WAL) a lock file beside the database refuses a second process. With PostgreSQL a second one stands by until
it gets the lease. Every write goes through `Database.write()`, one at a time, and there the lease's epoch is checked.
"""

import asyncio
import fcntl
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Dialect, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import DateTime, TypeDecorator

from bot import migrations
from bot.connections import CLOSING_SECONDS, Connections
from bot.lease import Lease

log = logging.getLogger(__name__)
T = TypeVar("T")
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BUSY_SECONDS = 10
_PRAGMAS = (
    "journal_mode=WAL",  # reads go on during a write
    "synchronous=FULL",  # what was committed survives a power cut; else a card comes twice
    "foreign_keys=ON",
    "cache_size=-256",  # kB, of each connection; by default they grow to 2 MB, of pages that the kernel keeps anyway
    f"busy_timeout={_BUSY_SECONDS * 1000}",
)
FROZEN_SECONDS = 4  # that a session may do nothing in the middle of a transaction
OPENING = (SQLAlchemyError, OSError, ImportError, migrations.FromTheFuture)
"""What opening a database may raise."""


class DatabaseInUse(Exception):
    """Another process holds the database; the text is the one sentence that says so."""


class DatabaseUnusable(Exception):
    """It cannot be opened, read or brought to the newest revision; the text says what to do."""


class DatabaseAway(DatabaseUnusable):
    """It does not answer, or not yet: try again."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime, in UTC. SQLite has no time zones: there the zone is left out and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An open database. `write()` and `read()` give a connection inside one transaction."""

    def __init__(self, engine: AsyncEngine, *, lease: Lease | None = None) -> None:
        self.engine = engine
        self.lease = lease
        self._connections = Connections(engine)
        self._writing = asyncio.Lock()
        self._writer = engine.execution_options(bot_writes=True)
        self._reader = engine if lease is None else engine.execution_options(isolation_level="REPEATABLE READ")
        self._writes = 0
        self._read: dict[object, Any] = {}
        self._opened = AsyncExitStack()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Lock or wait for the lease, connect, migrate. Raises DatabaseInUse or DatabaseUnusable, each with a sentence
        for a person."""
        address = make_url(url)
        async with AsyncExitStack() as opened:
            if (lock := FileLock.beside(address)) is not None:
                opened.callback(lock.release)
            try:
                lease = await _lease(address, opened)
                database = cls(engine_for(address), lease=lease)
                opened.push_async_callback(database._connections.close)
                async with database.write() as connection:
                    await connection.run_sync(migrations.upgrade)
            except OPENING as error:
                raise unusable(address, error) from error
            database._opened = opened.pop_all()
        return database

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self._writing:
            async with self._writer.begin() as connection:
                if self.lease is not None:
                    await self.lease.fence(connection)
                yield connection
            self._writes += 1
            self._read.clear()

    async def unchanged(self, key: object, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` gave when it was last asked for under `key`, unless something was written since.

        Nobody else writes what is read so: with this, what repeats all day costs no statement.
        """
        if key in self._read:
            found: T = self._read[key]
            return found
        writes = self._writes
        value = await read()
        if writes == self._writes:
            self._read[key] = value
        return value

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A consistent snapshot; writes are lost."""
        async with self._reader.connect() as connection, connection.begin():
            yield connection

    def cut(self) -> None:
        """No word to the server any more: what is under way raises, and nothing new begins. For a process that another
        one replaces, and for a server that says nothing. A SQLite file goes on."""
        self._connections.cut()

    async def close(self) -> None:
        """After a write that is under way; not after one that hangs, as on a connection that was lost."""
        if self.lease is not None and not self.lease.is_held:
            self.cut()
        try:
            async with asyncio.timeout(0 if self._connections.is_cut else CLOSING_SECONDS), self._writing:
                pass
        except TimeoutError:
            log.warning("closing the database in the middle of a write", extra={"event": "database_closed_hard"})
            self.cut()
        if self.lease is not None and not await self.lease.release(hard=self._connections.is_cut):
            self.cut()  # nor does it answer the rest
        await self._opened.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def file_of(address: URL) -> Path | None:
    """Of a SQLite database; None for a server, and in memory."""
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database)).absolute()


class FileLock:
    """An exclusive lock on `<database>.lock`, given up by the kernel when the process ends, in whatever way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _locks(self._descriptor, tries=2):  # whoever asks `is_held` holds it for a moment
            os.close(self._descriptor)
            raise DatabaseInUse(
                f"{path.name.removesuffix('.lock')} is in use by another process of the bot: stop that one first"
            )

    @classmethod
    def beside(cls, address: URL) -> Self | None:
        if (path := file_of(address)) is None:
            return None
        try:
            return cls(path.with_name(path.name + ".lock"))
        except OSError as error:
            raise unusable(address, error) from error

    @staticmethod
    def is_held(database: Path) -> bool:
        """Whether a bot runs on this file. Makes nothing: a lock file of another user would keep the bot out."""
        try:
            descriptor = os.open(database.with_name(database.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return not _locks(descriptor)
        finally:
            os.close(descriptor)

    def release(self) -> None:
        os.close(self._descriptor)


def _locks(descriptor: int, *, tries: int = 1) -> bool:
    for left in reversed(range(tries)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if left:
                time.sleep(0.1)
        else:
            return True
    return False


async def _lease(address: URL, opened: AsyncExitStack) -> Lease | None:
    """Held, once this returns; given back when `opened` is closed. SQLite has none."""
    if address.get_backend_name() == "sqlite":
        return None
    lease = Lease(engine_for(address, connections=1))
    opened.push_async_callback(lease.close)
    await lease.acquire()
    return lease


def engine_for(address: URL, *, connections: int = 5) -> AsyncEngine:
    driver = _DRIVERS.get(address.drivername, address.drivername)
    if address.get_backend_name() != "sqlite":
        return _postgresql(address.set(drivername=driver), connections)
    engine = create_async_engine(address.set(drivername=driver), connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _postgresql(address: URL, connections: int) -> AsyncEngine:
    """`sslmode`, as every other program has it in its URL, is `ssl` to asyncpg. A session that does nothing in the
    middle of a transaction is a frozen process: what it has locked must be free again before its lease is over."""
    query = {"ssl" if key == "sslmode" else key: value for key, value in address.query.items()}
    settings = {"application_name": "paperless-tasks-bot", "idle_in_transaction_session_timeout": f"{FROZEN_SECONDS}s"}
    return create_async_engine(
        address.set(query=query),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"timeout": 5, "command_timeout": 60, "server_settings": settings},
    )


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    script = "".join(f"PRAGMA {pragma};" for pragma in _PRAGMAS)
    connection.run_async(lambda driver: driver.executescript(script))


def _begin_sqlite(connection: Any) -> None:
    """A transaction that reads and then writes has to lock at its begin: SQLite refuses to upgrade a stale snapshot."""
    writes = connection.get_execution_options().get("bot_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def unusable(address: URL, error: BaseException) -> DatabaseUnusable:
    """What an error of opening it (OPENING) means, as a sentence."""
    shown = address.render_as_string(hide_password=True)
    if isinstance(error, migrations.FromTheFuture):
        return DatabaseUnusable(
            f"the database {shown} is at revision {error}, of a newer version of the bot: run that one, "
            f"or restore a backup of revision {migrations.HEAD} or before"
        )
    reason = error.orig if isinstance(error, DBAPIError) else error
    away = isinstance(error, OSError) and address.get_backend_name() != "sqlite"
    kind = DatabaseAway if away else DatabaseUnusable
    return kind(f"the database {shown} {'does not answer' if away else 'cannot be used'}: {reason}")
